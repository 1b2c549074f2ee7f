# SPDX-License-Identifier: Apache-2.0
"""The page on which two persons open the door again after a restore."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.queries import names
from satupintu.core.access import GRANTS, Permission
from satupintu.core.refusal import Refusal
from satupintu.desk.forms import Form, asked, command
from satupintu.door import recovery as restores
from satupintu.ui import formats
from satupintu.ui.decorators import no_store, refusals_shown
from satupintu.ui.fields import FieldView
from satupintu.ui.parts import Summary, SummaryRow
from satupintu.vault import actions, queries

MOST = 9_999_999  # no book of an office goes further; more is a slip of the finger
_HEAD = re.compile(r"[0-9a-f]{64}")
View = Callable[[ActorRequest], HttpResponse]


def confirmer(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """For people who may confirm a restore, of whatever office: the data belong to the whole installation."""
    shown = refusals_shown(view)

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        asking = cast(ActorRequest, request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return shown(asking)

    return no_store(guarded)


def _require(request: ActorRequest) -> None:
    if not any(Permission.RECOVERY_CONFIRM in GRANTS.get(c.role, ()) for c in request.actor.capacities):
        raise Refusal("access.role", status=403, role="kepala-dinas")


@confirmer
@require_http_methods(["GET", "HEAD", "POST"])
def recovery(request: ActorRequest) -> HttpResponse:
    """State what is known of the lost time; or read what somebody else has stated."""
    _require(request)
    row = restores.standing()
    if row is None:
        return render(request, "vault/none.html")
    form = _form(request, row)
    if request.method == "POST" and _complete(form):
        actions.state(
            request.actor,
            row.pk,
            reason=form["alasan"],
            numbers={book.field: int(form[book.field]) for book in queries.books(request.actor.at)},
            known_head=form["ujung"].lower(),
            asked=asked(request.POST, **{field.name: field.value for field in form.fields}),
        )
        messages.success(request, _("Pernyataan tersimpan. Sekarang orang lain mengesahkannya."))
        return redirect("vault:recovery")
    context = {
        "row": row,
        "backup": _backup(row),
        "fields": form.fields,
        "errors": form.wrong,
        "hidden": command(),
        "stated": _stated(row, request.actor.at) if row.proposed_by else None,
        "own": row.proposed_by == request.actor.person,
        "seal": command(row.version),
    }
    return render(request, "vault/recovery.html", context, status=422 if form.wrong else 200)


@confirmer
@require_POST
def confirm(request: ActorRequest) -> HttpResponse:
    """The second person confirms; the office works again."""
    _require(request)
    row = restores.standing()
    if row is None:
        raise Refusal("vault.nothing-standing")
    actions.confirm(request.actor, row.pk, asked=asked(request.POST))
    messages.success(request, _("Pemulihan disahkan. Kantor dapat bekerja lagi."))
    return redirect("vault:recovery")


def _form(request: ActorRequest, row: restores.Recovery) -> Form:
    stated = {_field(line): str(line["to"]) for line in row.numbers}
    return Form(
        request.POST if request.method == "POST" else None,
        FieldView(
            "q-alasan", "alasan", _("Mengapa data dipulihkan?"), "long-text", row.reason, rows=3,
            hint=_("Contoh: disk server rusak pada Selasa pagi. Tanpa nama orang."),
        ),
        *(_book(book, stated.get(book.field, "")) for book in queries.books(request.actor.at)),
        FieldView(
            "q-ujung", "ujung", _("Ujung riwayat yang terakhir dicatat di tempat lain"), "text", row.known_head,
            hint=_("64 huruf dan angka dari cetakan cadangan terakhir. Dengan ini tercatat apakah ada yang hilang."),
            required=False,
        ),
    )  # fmt: skip


def _book(book: queries.Book, value: str) -> FieldView:
    hint = _("Di cadangan: %(last)d. Lihat nomor terakhir yang sudah keluar di kertas atau surel.") % {
        "last": book.last
    }
    return FieldView(f"q-{book.field}", book.field, book.label, "number", value, hint, inputmode="numeric")


def _complete(form: Form) -> bool:
    """Everything is there and can be meant; what is not is said at its field. Whether it is enough the action knows."""
    for field in form.fields:
        text = field.value.strip()
        if (
            field.kind == "number"
            and text
            and not (text.isascii() and text.isdecimal() and int(text[:9]) <= MOST)
        ):
            form.refuse(
                field.name, _("“%(label)s” berisi angka saja, paling besar 9999999.") % {"label": field.label}
            )
    if form["ujung"] and not _HEAD.fullmatch(form["ujung"].lower()):
        form.refuse(
            "ujung",
            _("Ujung riwayat terdiri atas 64 huruf a sampai f dan angka. Salin utuh, atau kosongkan."),
        )
    return form.complete()


def _backup(row: restores.Recovery) -> Summary:
    zone = ZoneInfo(settings.TIME_ZONE)
    rows = (
        SummaryRow(_("Nama"), row.backup),
        SummaryRow(_("Keadaan data"), formats.moment(row.taken_at, zone)),
        SummaryRow(_("Dipulihkan"), formats.moment(row.restored_at, zone)),
        SummaryRow(_("Ujung riwayat"), row.head),
    )
    return Summary("cadangan", _("Cadangan"), rows)


def _stated(row: restores.Recovery, at: datetime) -> Summary:
    who = names([row.proposed_by]).get(row.proposed_by, formats.NOTHING)
    rows = [SummaryRow(_("Oleh"), who), SummaryRow(_("Alasan"), row.reason)]
    labels = {book.field: book.label for book in queries.books(at)}
    for line in row.numbers:
        words = _("dilanjutkan setelah %(to)d; di cadangan %(from)d") % {
            "to": line["to"],
            "from": line["from"],
        }
        rows.append(SummaryRow(labels.get(_field(line), line["book"]), words))
    if row.known_head:
        same = _("sama dengan cadangan: tidak ada yang hilang sejak itu")
        other = _("berbeda dari cadangan: ada catatan yang hilang")
        words = same if row.known_head == row.head else other
        rows.append(SummaryRow(_("Ujung riwayat di tempat lain"), words))
    return Summary("dinyatakan", _("Yang dinyatakan"), tuple(rows))


def _field(line: dict[str, Any]) -> str:
    return f"{line['office']}-{line['book']}-{line['year']}"
