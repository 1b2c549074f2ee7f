# SPDX-License-Identifier: Apache-2.0
"""For anybody with a paper in hand: where an application stands, and whether a permit is genuine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications.queries import by_receipt_and_code
from satupintu.core.numbers import normal_code, normal_receipt
from satupintu.licensing import queries as licensing
from satupintu.licensing.models import OssProduct
from satupintu.permits import queries as permits
from satupintu.permits.models import Permit
from satupintu.portal import at_oss, story
from satupintu.portal.frame import framed, seat
from satupintu.portal.tries import allowed
from satupintu.ui.decorators import no_store
from satupintu.ui.fields import FieldView, chosen_file, problems_of
from satupintu.ui.formats import moment, number
from satupintu.ui.parts import Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

TRACK_TRIES = 5
UPLOAD_TRIES = 20
LARGEST_BYTES = 5 * 1024 * 1024
LONGEST_TYPED = 60
NUMBERS_OF_OSS = frozenset({13, 17})  # figures of a NIB, and of an SS or Izin (domain §2)
NOINDEX = "noindex, nofollow"


# Where it stands ---------------------------------------------------------------------------------------------------


@framed
@no_store
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: ActorRequest) -> HttpResponse:
    """The tracker: the form, and after a POST with the right pair how the application stands."""
    if request.method != "POST":
        return _ask(request, "", "")
    receipt, code = _typed(request, "resi"), _typed(request, "kode")
    if not (receipt and code):
        return _ask(request, receipt, code, status=422)
    if not allowed(request, "track", tries=TRACK_TRIES):
        return render(request, "portal/wait.html", status=429)
    found = by_receipt_and_code(normal_receipt(receipt), normal_code(code))
    if found is None or found.case is None:
        return _ask(request, receipt, code, unknown=True, status=422)
    seat(request, found.office)
    told = story.of(found, request.actor.at)
    context = {
        "told": told,
        "service": told.sop.identity.name,
        "facts": story.facts(told),
        "ledger": story.ledger(told),
        "doors": story.doors(told),
    }
    answer = render(request, "portal/tracked.html", context)
    answer.headers["X-Robots-Tag"] = NOINDEX
    return answer


def _ask(
    request: ActorRequest, receipt: str, code: str, *, unknown: bool = False, status: int = 200
) -> HttpResponse:
    """The tracker's form. unknown: the same words whether the receipt or the code is wrong."""
    sent = status != 200 and not unknown
    fields = (
        FieldView(
            id="resi",
            name="resi",
            label=_("Nomor permohonan"),
            value=receipt,
            hint=_("Di tanda terima. Contoh: SP-1401-26-000123"),
            error=_("Tulis nomor permohonan.") if sent and not receipt else "",
            maxlength=LONGEST_TYPED,
        ),
        FieldView(
            id="kode",
            name="kode",
            label=_("Kode lacak"),
            kind="code",
            value=code,
            hint=_("Dua belas huruf dan angka di tanda terima. Contoh: K7QM-4HWD-X9RA"),
            error=_("Tulis kode lacak dari tanda terima.") if sent and not code else "",
            maxlength=LONGEST_TYPED,
        ),
    )
    missing = Problem("#resi", _("Nomor dan kode ini tidak cocok. Periksa tanda terima, lalu ketik lagi."))
    problems = (missing,) if unknown else problems_of(fields)
    return render(request, "portal/track.html", {"fields": fields, "errors": problems}, status=status)


def _typed(request: ActorRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[:LONGEST_TYPED]


# Whether it is genuine -----------------------------------------------------------------------------------------------


@framed
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: ActorRequest) -> HttpResponse:
    """The form for a code or a PDF; a typed code leads to its own address, an uploaded PDF is judged at once."""
    if request.method == "POST":
        return _check_file(request)
    typed = request.GET.get("kode")
    if typed is None:
        return _check_form(request)
    code = normal_code(typed)
    if code:
        return redirect("portal:check_code", code)
    error = _("Kode cek terdiri dari 12 huruf dan angka, tanpa I, O, 0, dan 1.")
    if len("".join(sign for sign in typed if sign.isdigit())) in NUMBERS_OF_OSS:
        error = _("Ini NIB atau nomor izin, bukan kode cek. Surat dari OSS ditanyakan kepada OSS.")
    return _check_form(request, typed=typed[:LONGEST_TYPED], code_error=error)


@framed
@require_safe
def check_code(request: ActorRequest, code: str) -> HttpResponse:
    """The answer for a code, as the QR on the paper opens it."""
    return _answer(request, permits.check_code_of(code))


def _check_file(request: ActorRequest) -> HttpResponse:
    """The answer for an uploaded PDF; it is looked at and not kept."""
    file = chosen_file(request.FILES, "pdf")
    if file is None or not file.size:
        return _check_form(request, file_error=_("Pilih PDF izin dulu, lalu tekan Cek PDF."))
    if file.size > LARGEST_BYTES:
        return _check_form(request, file_error=_("PDF ini lebih dari 5 MB. Izin kami selalu lebih kecil."))
    if not allowed(request, "check-file", tries=UPLOAD_TRIES):
        return render(request, "portal/wait.html", status=429)
    content = file.read()
    if not content.startswith(b"%PDF-"):
        return _check_form(request, file_error=_("Berkas ini bukan PDF. Unggah PDF izin, bukan fotonya."))
    verdict = permits.check_file(content)
    if verdict.permit is None and (product := licensing.issued_by_oss(content)) is not None:
        return _by_oss(request, product)
    return _answer(request, verdict, of_file=True)


def _by_oss(request: ActorRequest, product: OssProduct) -> HttpResponse:
    """A paper that OSS gave us: we say who issued it and what we heard last, OSS alone says whether it is true."""
    zone = ZoneInfo(settings.TIME_ZONE)
    context = {
        "verdict": "oss",
        "product": product,
        "name": at_oss.NAMES[product.kind],
        "heard": moment(product.changed_at, zone),
        "checked": moment(request.actor.at, zone),
        "official": _official(),
    }
    answer = render(request, "portal/checked.html", context)
    answer.headers["X-Robots-Tag"] = NOINDEX
    return answer


def _check_form(
    request: ActorRequest, *, typed: str = "", code_error: Text = "", file_error: Text = ""
) -> HttpResponse:
    code = FieldView(
        id="kode",
        name="kode",
        label=_("Kode cek di bawah QR"),
        kind="code",
        value=typed,
        hint=_("Dua belas huruf dan angka. Contoh: K7QM-4HWD-X9RA"),
        error=code_error,
        maxlength=LONGEST_TYPED,
    )
    problems = [*problems_of([code]), *([Problem("#pdf", file_error)] if file_error else [])]
    context = {"code": code, "file_error": file_error, "official": _official(), "errors": problems}
    return render(request, "portal/check.html", context, status=422 if problems else 200)


def _answer(request: ActorRequest, verdict: permits.Verdict, *, of_file: bool = False) -> HttpResponse:
    permit = verdict.permit
    office = permit.office if permit else None
    seat(request, office)
    zone = ZoneInfo(office.time_zone if office else settings.TIME_ZONE)
    context = {
        "verdict": verdict.verdict,
        "permit": permit,
        "office": office,
        "facts": verdict.facts,
        "training": verdict.training,
        "unverified": verdict.unverified,
        "sign": "replaced" if verdict.unverified else "genuine",  # no tick on what allows nothing yet
        "of_file": of_file,
        "checked": moment(request.actor.at, zone),
        "instead": permits.replaced_by(permit) if permit else None,
        "replaced": permit.replaced_at.astimezone(zone).date() if permit and permit.replaced_at else None,
        "revoked": permit.revoked_at.astimezone(zone).date() if permit and permit.revoked_at else None,
        "official": _official(),
        **_recorded(permit, zone),
    }
    answer = render(request, "portal/checked.html", context)
    answer.headers["X-Robots-Tag"] = NOINDEX
    return answer


def _recorded(permit: Permit | None, zone: ZoneInfo) -> dict[str, object]:
    """Where the permit stands in the public record; for issued ones only."""
    if permit is None or permit.issued_at is None:
        return {}
    found = permits.proof_of(permit)
    if found is None:
        return {"waits_for_seal": True}
    sealed = moment(datetime.fromisoformat(found.head.at), zone)
    return {"proof": found, "order": number(found.order), "whole": number(found.head.size), "sealed": sealed}


def _official() -> str:
    """The host under which the genuine pages stand, said in words on the page."""
    return urlsplit(settings.PUBLIC_URL).netloc
