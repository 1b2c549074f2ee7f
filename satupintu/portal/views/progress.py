# SPDX-License-Identifier: Apache-2.0
"""A sent application: how it stands, its correction, its withdrawal, its permit, taking it up again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications import actions
from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.cases import queries as cases
from satupintu.catalog.queries import in_force
from satupintu.core.refusal import Refusal
from satupintu.door import files, read
from satupintu.licensing import queries as licensing
from satupintu.offices.queries import local_day
from satupintu.permits import actions as permit_actions
from satupintu.permits import papers
from satupintu.permits import queries as permits
from satupintu.permits.models import Permit
from satupintu.portal import at_oss, kept, story, summary
from satupintu.portal.applicant import applicant, asked, own, service_name
from satupintu.portal.services import Closing, closing
from satupintu.portal.views.documents import receive, stored, upload_field
from satupintu.ui.fields import FieldView, chosen_file, problems_of
from satupintu.ui.refusals import words_of

LOOK_AGAIN_SECONDS = 5  # while the signature is being given


def _to_application(key: uuid.UUID) -> str:
    return reverse("portal:application", args=[key])


def _closing(found: Application, told: story.Told) -> Closing | None:
    """What keeps a refused application from being taken up again."""
    return closing(found.office, applications.closed(found, told.at), told.today)


@applicant()
@require_safe
def application(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Whose turn it is and until when, the steps, the clock, what happened, the documents, the permit."""
    found = own(request, key)
    if found.case is None:
        return redirect(summary.resume(found))
    told = story.of(found, request.actor.at)
    lines = read.history(found.case)
    items = applications.items(found)
    context = {
        "application": found,
        "service": service_name(found),
        "told": told,
        "closing": _closing(found, told) if told.may_reopen else None,
        "asked_for": [item for item in items if item.to_correct],
        "doors": story.doors(told),
        "facts": story.facts(told),
        "ledger": story.ledger(told),
        "history": story.history(told, lines),
        "remarks": story.remarks(told, lines, cases.remarks(found.case, for_applicant=True)),
        "documents": [(item, stored(found, item)) for item in items if item.document],
        "papers": [_paper(told, one) for one in permits.products(found.case) if one.file is not None],
        "oss": at_oss.way(told),
        "command_id": uuid.uuid4(),
    }
    answer = render(request, "portal/application.html", context)
    if told.signing:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


@dataclass(frozen=True, slots=True)
class Paper:
    """One product of the application as its page shows it. older: versions that were replaced, and when."""

    permit: Permit
    issued_on: str
    older: list[tuple[Permit, str]]
    instead: Permit | None

    @property
    def holds(self) -> bool:
        return self.permit.state == Permit.ISSUED

    @property
    def replaced(self) -> bool:
        return self.permit.state == Permit.REPLACED


def _paper(told: story.Told, permit: Permit) -> Paper:
    assert permit.issued_at is not None  # its file is stored
    issued_on = story.when(told, permit.issued_at)
    return Paper(permit, issued_on, _older(told, permit), permits.replaced_by(permit))


def _older(told: story.Told, permit: Permit) -> list[tuple[Permit, str]]:
    """The versions of this case that were replaced, newest first, and when."""
    if permit.version == 1:
        return []
    earlier = (one for one in permits.earlier(told.case) if one.number == permit.number and one != permit)
    return [(one, story.when(told, one.replaced_at)) for one in earlier if one.replaced_at]


# Correction -------------------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Only what the officer asked for: its note, a new file for each row, and the button that sends it back."""
    found = own(request, key)
    wait = applications.open_correction(found.case) if found.case else None
    if wait is None and request.method != "POST":
        return redirect("portal:application", key)
    if request.method == "POST":
        wrong = _uploads(request, found)
        if wrong:
            return _correct(request, found, request.POST, wrong)
        if "kirim" not in request.POST:  # an upload of one row: what is written below stays
            kept.keep(request, request.POST.dict())
            return redirect(f"{request.path}#dok-{request.POST.get('unggah', '')}")
        note, truthful = request.POST.get("catatan", ""), "benar" in request.POST
        command = asked(request, act="correct", key=str(key), note=note, truthful=truthful)
        actions.correct(request.actor, key, note=note, truthful=truthful, asked=command)
        messages.success(request, _("Perbaikan terkirim. Jam janji kami jalan lagi."))
        return redirect("portal:application", key)
    return _correct(request, found, request.POST or kept.take(request), {})


def _uploads(request: ActorRequest, found: Application) -> dict[str, str]:
    """Keep every file that was chosen; gives the words of what was wrong, by document."""
    wrong = {}
    wanted = request.POST.get("unggah", "")
    for item in applications.items(found):
        name = item.requirement.id
        if not item.to_correct or not (name == wanted or chosen_file(request.FILES, f"b-{name}")):
            continue
        try:
            receive(request, found, item, f"b-{name}")
        except Refusal as refusal:
            if not refusal.code.startswith("upload."):
                raise
            wrong[name] = " ".join(words_of(refusal))
    return wrong


def _correct(
    request: ActorRequest, found: Application, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> HttpResponse:
    told = story.of(found, request.actor.at)
    items = applications.items(found)
    rows = [item for item in items if item.to_correct]
    uploads = [
        upload_field(found, item, error=wrong.get(item.requirement.id, ""), name=f"b-{item.requirement.id}")
        for item in rows
    ]
    said = getattr(request, "refused", None)
    unticked = said is not None and said.code == "applications.statements"
    truthful = FieldView(
        id="benar",
        name="benar",
        label=_("Data dan dokumen yang saya isi adalah benar. Saya bertanggung jawab atas isinya."),
        kind="tick",
        value=typed.get("benar", ""),
        error=_("Pernyataan ini belum dicentang.") if unticked else "",
    )
    note = FieldView(
        id="catatan",
        name="catatan",
        label=_("Catatan untuk petugas"),
        kind="long-text",
        value=typed.get("catatan", ""),
        required=False,
        rows=3,
        maxlength=1000,
    )
    wait = told.correction
    context = {
        "application": found,
        "service": service_name(found),
        "told": told,
        "rows": [(item, view, applications.renewed(item)) for item, view in zip(rows, uploads, strict=True)],
        "others": [item for item in items if item.document and not item.to_correct],
        "note": note,
        "truthful": truthful,
        "errors": problems_of(uploads),
        "round": told.state.rounds.get(wait.id, 1) if wait else 1,
        "rounds": wait.rounds if wait else None,
        "command_id": uuid.uuid4(),
        "back": _to_application(found.key),
    }
    return render(request, "portal/correct.html", context, status=422 if wrong else 200)


# Withdrawal, taking up again --------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Ask once more, then take the application back."""
    found = own(request, key)
    if found.case is None:
        return redirect("portal:application", key)
    if request.method == "POST":
        reason = request.POST.get("alasan", "")
        command = asked(request, act="withdraw", key=str(key), reason=reason)
        actions.withdraw(request.actor, key, reason=reason, asked=command)
        messages.success(request, _("Permohonan sudah ditarik."))
        return redirect("portal:application", key)
    told = story.of(found, request.actor.at)
    if not told.may_withdraw:
        return redirect("portal:application", key)
    typed: Mapping[str, str] = request.POST or kept.take(request)
    reason_field = FieldView(
        id="alasan",
        name="alasan",
        label=_("Mengapa ditarik?"),
        kind="long-text",
        value=typed.get("alasan", ""),
        required=False,
        rows=3,
        maxlength=1000,
    )
    context = {
        "application": found,
        "service": service_name(found),
        "told": told,
        "fields": [reason_field],
        "command_id": uuid.uuid4(),
        "back": _to_application(key),
    }
    return render(request, "portal/withdraw.html", context)


@applicant(back=_to_application)
@require_POST
def reopen(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Take a refused application up again: a new draft with its answers and documents, linked to it (S5)."""
    old = own(request, key)
    day = local_day(old.office, request.actor.at)
    version = in_force(old.office_id, old.service.slug, day)
    draft = actions.start(request.actor, version, reopens=old)
    return redirect("portal:review", draft.key)


# The permit -------------------------------------------------------------------------------------------------------


@applicant(back=_to_application)
@require_POST
def download(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Record that the holder fetches his permit, then hand it out. Raises Refusal `permits.none`."""
    found = own(request, key)
    signed = _signed(request, found)
    assert found.case is not None  # it has a permit
    command = asked(request, act="download", key=str(key))
    permit_actions.downloaded(request.actor, found.case.pk, asked=command)
    return redirect(f"{reverse('portal:permit', args=[key])}?surat={signed.key}")


@applicant()
@require_safe
def permit(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The signed bytes, exactly as they were stored, to keep: of the product `surat`, or of an earlier `versi`."""
    found = own(request, key)
    signed = _signed(request, found)
    wanted = request.GET.get("versi", "")
    if wanted.isdecimal() and len(wanted) < 4 and found.case:
        signed = permits.version(found.case, int(wanted))
    if story.of(found, request.actor.at).awaits_download:  # the SOP counts the fetching: by the button
        return redirect("portal:application", key)
    kept_file = signed.file
    assert kept_file is not None  # `_signed` has looked
    return _pdf(files.read(kept_file), kept_file.name)


@applicant()
@require_safe
def from_oss(request: ActorRequest, key: uuid.UUID, paper: uuid.UUID) -> HttpResponse:
    """A paper of OSS, byte for byte as it came. Raises Refusal `permits.none`."""
    found = own(request, key)
    product = licensing.product_with_paper(found.case, paper) if found.case else None
    if product is None or product.file is None:
        raise Refusal("permits.none", status=404)
    return _pdf(files.read(product.file), product.file.name)


@applicant()
@require_safe
def large_copy(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The permit in large print, made now: a copy without signature. Raises Refusal `permits.none`, `permits.revoked`."""
    found = own(request, key)
    signed = _signed(request, found)
    if signed.state == Permit.REVOKED:
        raise Refusal("permits.revoked")
    if story.of(found, request.actor.at).awaits_download:  # first the permit itself
        return redirect("portal:application", key)
    return _pdf(papers.large_copy(signed), "salinan-huruf-besar.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _signed(request: ActorRequest, found: Application) -> Permit:
    """The issued paper that `surat` names, by its key; the first one where it names none."""
    wanted = request.POST.get("surat", request.GET.get("surat", ""))
    try:
        key = uuid.UUID(wanted) if wanted else None
    except ValueError:
        raise Refusal("permits.none", status=404) from None
    if found.case is None:
        raise Refusal("permits.none")
    return permits.product(found.case, key)
