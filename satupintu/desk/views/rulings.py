# SPDX-License-Identifier: Apache-2.0
"""Rulings about published services: asking for one, one ruling with what it means, the second person's answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.catalog import actions
from satupintu.catalog import queries as catalog
from satupintu.catalog.models import Ruling, ServiceVersion
from satupintu.core.access import Permission, require
from satupintu.core.package import digest_of
from satupintu.core.refusal import Refusal
from satupintu.core.zipped import MOST_ZIP_BYTES, make_zip
from satupintu.desk import rulings
from satupintu.desk.forms import Form, asked, command
from satupintu.desk.views.guard import publisher, seat
from satupintu.desk.views.publishing import ask, day_in, handed_in, opened, reason, wrong_zip, zip_errors
from satupintu.door.write import Answer
from satupintu.offices.queries import local_day
from satupintu.ui.fields import FieldView, Option
from satupintu.ui.parts import Problem
from satupintu.ui.refusals import words_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
AT_FIELD = {"catalog.closing-past": "berlaku", "catalog.no-way": "ganti", "catalog.successor": "layanan"}
"""Refusals of a closing, and the field they are shown at."""


# One ruling ------------------------------------------------------------------------------------------------------


@publisher
@require_safe
def ruling(request: ActorRequest, ruling: uuid.UUID) -> HttpResponse:
    """One ruling: what it means, why it is asked, and what this person may do."""
    row = _opened(request, ruling)
    context = {**rulings.context(request.actor, row), "hidden": command(row.version)}
    return render(request, "desk/ruling.html", context)


@publisher
@require_safe
def folder(request: ActorRequest, ruling: uuid.UUID) -> HttpResponse:
    """The whole folder with a correction in it, as a ZIP."""
    row = _opened(request, ruling)
    if row.kind != Ruling.RELEASE:
        raise Refusal("access.not-yours", status=404)
    answer = HttpResponse(make_zip(row.slug, catalog.released_content(row)), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.slug}-{row.digest[:8]}.zip"'
    return answer


def _opened(request: ActorRequest, key: uuid.UUID) -> Ruling:
    """The ruling, its office in the head. Raises Refusal `access.*` for whoever publishes nothing there."""
    row = catalog.ruling(key)
    opened(request, row.about.key)
    seat(request, row.office)
    return row


# Asking ----------------------------------------------------------------------------------------------------------


@publisher
@get_or_post
def recall(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """Ask that an approved version shall not come into force."""
    row = opened(request, version)
    form = Form(request.POST or None, _reason(_("Mengapa versi ini tidak jadi berlaku?")))
    if request.method == "POST" and form.complete():
        given = asked(request.POST, reason=form["alasan"])
        return _asked(request, actions.ask_recall(request.actor, row.pk, reason=form["alasan"], asked=given))
    if request.method != "POST" and Ruling.RECALL not in rulings.offered(request.actor, row):
        return redirect("desk:version", version)
    return ask(
        request, row, form, title=_("Batalkan versi ini"), button=_("Usulkan pembatalan"), kind="stop",
        lead=_("Orang lain harus menyetujui. Sesudah itu versi ini tidak pernah berlaku, dan versi sebelumnya tetap berlaku."),
    )  # fmt: skip


@publisher
@get_or_post
def close(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """Ask that a service shall be closed from a day on."""
    row = opened(request, version)
    form = Form(request.POST or None, *_closing_fields(request, row))
    if request.method == "POST":
        day = day_in(form)
        if form.complete() and day is not None:
            typed = {"reason": form["alasan"], "refer_to": form["ganti"], "successor": form["layanan"]}
            try:
                given = asked(request.POST, day=day.isoformat(), **typed)
                return _asked(
                    request, actions.ask_closing(request.actor, row.pk, day=day, asked=given, **typed)
                )
            except Refusal as refusal:
                if refusal.code not in AT_FIELD:
                    raise
                form.refuse(AT_FIELD[refusal.code], " ".join(words_of(refusal)))
    elif Ruling.CLOSING not in rulings.offered(request.actor, row):
        return redirect("desk:version", version)
    return ask(
        request, row, form, title=_("Tutup layanan ini"), button=_("Usulkan penutupan"), kind="stop",
        lead=_("Orang lain harus menyetujui. Sejak tanggal itu tidak ada permohonan baru. Yang sudah dikirim tetap diselesaikan."),
    )  # fmt: skip


def _closing_fields(request: ActorRequest, row: ServiceVersion) -> tuple[FieldView, ...]:
    today = local_day(row.office, request.actor.at)
    shut = catalog.closings(row.office_id, today)
    others = [one for one in catalog.services(row.office_id, today) if one.slug not in {row.slug, *shut}]
    options = (Option("", _("Tidak ada")), *(Option(one.slug, one.name) for one in others))
    return (
        FieldView("q-berlaku", "berlaku", _("Ditutup mulai"), "date", hint=_("Hari pertama tanpa layanan ini.")),
        reason(_("Mengapa ditutup?"), _("Masyarakat membaca kalimat ini di halaman layanan.")),
        FieldView(
            "q-ganti", "ganti", _("Ke mana pemohon pergi?"), "long-text", rows=3, required=False,
            hint=_("Masyarakat membaca kalimat ini juga. Boleh kosong bila layanan pengganti dipilih."),
        ),
        FieldView("q-layanan", "layanan", _("Layanan pengganti"), "choice", options=options, required=False),
    )  # fmt: skip


@publisher
@get_or_post
def reopen(request: ActorRequest, ruling: uuid.UUID) -> HttpResponse:
    """Ask that a closing shall not come."""
    row = _opened(request, ruling)
    form = Form(request.POST or None, _reason(_("Mengapa layanan ini tidak jadi ditutup?")))
    if request.method == "POST" and form.complete():
        given = asked(request.POST, reason=form["alasan"])
        return _asked(
            request, actions.ask_reopening(request.actor, row.pk, reason=form["alasan"], asked=given)
        )
    if request.method != "POST" and "reopen" not in rulings.may(request.actor, row):
        return redirect("desk:ruling", ruling)
    return _ask(
        request, row, form, title=_("Batalkan penutupan"), button=_("Usulkan pembatalan"),
        lead=_("Orang lain harus menyetujui, sebelum tanggal penutupannya. Sesudah tanggal itu, versi baru membuka layanan lagi."),
    )  # fmt: skip


@publisher
@get_or_post
def correct(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """Ask for a correction of words and layout: the folder of this version, with the misprints mended."""
    row = opened(request, version)
    require(request.actor, Permission.SERVICE_PROPOSE, row)
    form = Form(request.POST or None, _reason(_("Apa yang salah tulis?")))
    if request.method == "POST":
        found, whole = handed_in(request, form), form.complete()
        if found is not None and whole:
            try:
                given = asked(request.POST, content=digest_of(found.files), reason=form["alasan"])
                made = actions.ask_release(
                    request.actor,
                    row.pk,
                    found.files,
                    reason=form["alasan"],
                    asked=given,
                    refused=found.problems,
                )
                return _asked(request, made)
            except Refusal as refusal:
                if refusal.status != 422:
                    raise
                wrong_zip(request, " ".join(words_of(refusal)))
    elif Ruling.RELEASE not in rulings.offered(request.actor, row):
        return redirect("desk:version", version)
    return _correct_page(request, row, form)


def _correct_page(request: ActorRequest, row: ServiceVersion, form: Form) -> HttpResponse:
    said = zip_errors(request)
    context = {
        "title": _("Betulkan salah tulis"),
        "lead": _(
            "Unduh folder versi ini, betulkan katanya, lalu unggah seluruh foldernya. "
            "Yang boleh berbeda hanya permit.typ dan texts.id.toml (atau texts.en.toml)."
        ),
        "button": _("Usulkan koreksi"),
        "row": row,
        "fields": form.fields,
        "zip_error": " ".join(said),
        "errors": [
            *(Problem("#q-folder", text) for text in said),
            *(Problem(f"#{field.id}", field.error) for field in form.wrong),
        ],
        "most": MOST_ZIP_BYTES,
        "hidden": command(),
    }
    return render(request, "desk/upload.html", context, status=422 if context["errors"] else 200)


def _reason(label: Text) -> FieldView:
    return reason(label, _("Penyetuju membaca kalimat ini."))


def _asked(request: ActorRequest, answer: Answer) -> HttpResponse:
    messages.success(request, _("Usulan tersimpan. Penyetuju sudah dikabari."))
    return redirect("desk:ruling", answer["ruling"])


# Answering -------------------------------------------------------------------------------------------------------


@publisher
@get_or_post
def confirm(request: ActorRequest, ruling: uuid.UUID) -> HttpResponse:
    """Approve what was read on the page of the ruling."""
    row = _opened(request, ruling)
    if request.method == "POST":
        actions.confirm(request.actor, row.pk, asked=asked(request.POST))
        messages.success(request, _("Disetujui. Pengusul sudah dikabari."))
    return redirect("desk:ruling", ruling)


@publisher
@get_or_post
def decline(request: ActorRequest, ruling: uuid.UUID) -> HttpResponse:
    """Say no, with the reason."""
    row = _opened(request, ruling)
    require(request.actor, Permission.SERVICE_APPROVE, row)
    why = reason(_("Mengapa ditolak?"), _("Pengusul membaca kalimat ini."))
    form = Form(request.POST or None, why)
    if request.method == "POST" and form.complete():
        given = asked(request.POST, reason=form["alasan"])
        actions.decline(request.actor, row.pk, reason=form["alasan"], asked=given)
        messages.success(request, _("Usulan ditolak. Pengusul sudah dikabari."))
        return redirect("desk:ruling", ruling)
    if request.method != "POST" and row.status != Ruling.ASKED:
        return redirect("desk:ruling", ruling)
    return _ask(
        request, row, form, title=_("Tolak usulan ini"), button=_("Tolak"), lead=_("Layanan tidak berubah."),
    )  # fmt: skip


@publisher
@get_or_post
def drop(request: ActorRequest, ruling: uuid.UUID) -> HttpResponse:
    """Whoever asked takes it back."""
    row = _opened(request, ruling)
    if request.method == "POST":
        actions.drop(request.actor, row.pk, asked=asked(request.POST))
        messages.success(request, _("Usulan ditarik. Layanan tidak berubah."))
    return redirect("desk:ruling", ruling)


def _ask(
    request: ActorRequest, row: Ruling, form: Form, *, title: Text, button: Text, lead: Text
) -> HttpResponse:
    """The page of one act on a ruling."""
    seen = request.POST.get("version") or str(row.version)
    context = {
        "row": row.about,
        "about": row,
        "about_title": rulings.title(row),
        "title": title,
        "lead": lead,
        "fields": form.fields,
        "errors": form.wrong,
        "hidden": (*command(), ("version", seen)),
        "button": button,
    }
    return render(request, "desk/version_act.html", context, status=422 if form.wrong else 200)
