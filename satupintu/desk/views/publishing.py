# SPDX-License-Identifier: Apache-2.0
"""Publishing services: the list, one version with what it changes, the acts of the two persons."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.catalog import actions
from satupintu.catalog import queries as catalog
from satupintu.catalog.models import ServiceVersion
from satupintu.core.access import GRANTS, Actor, Permission, require
from satupintu.core.forms import FormProblem, Question, clean
from satupintu.core.package import Unsound, digest_of
from satupintu.core.refusal import Refusal
from satupintu.core.zipped import MOST_ZIP_BYTES, Zipped, make_zip, read_zip
from satupintu.desk import rulings, versions
from satupintu.desk.forms import Form, Hidden, asked, command
from satupintu.desk.views.guard import PUBLISHING, publisher, seat
from satupintu.offices.models import Office
from satupintu.offices.queries import by_id, local_day
from satupintu.ui import formats
from satupintu.ui.fields import FieldView, Option
from satupintu.ui.parts import Problem
from satupintu.ui.refusals import words_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
FIELD = "folder"  # the ZIP in the form
DAY = Question("berlaku", "Berlaku mulai", "date")


# Looking ---------------------------------------------------------------------------------------------------------


@publisher
@require_safe
def services(request: ActorRequest) -> HttpResponse:
    """Every service of the office: what waits, what is on its way, what is in force."""
    offices = _offices(request.actor, *PUBLISHING)
    seat(request, next(iter(offices.values())))
    context = {
        "shelves": [*rulings.shelf(request.actor, offices), *versions.shelves(request.actor, offices)],
        "may_upload": bool(_offices(request.actor, Permission.SERVICE_PROPOSE)),
    }
    return render(request, "desk/services.html", context)


@publisher
@require_safe
def version(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """One version: where it stands, what it changes in words, what it holds, and what this person may do."""
    return _page(request, opened(request, version))


@publisher
@require_safe
def folder(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """The folder of a version as a ZIP: to keep, or to edit and hand in as the next one."""
    row = opened(request, version)
    answer = HttpResponse(make_zip(row.slug, catalog.content(row)), content_type="application/zip")
    name = f"{row.slug}-{row.digest[:8]}.zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _page(request: ActorRequest, row: ServiceVersion) -> HttpResponse:
    context = {**versions.context(request.actor, row), "hidden": command(row.version)}
    context |= rulings.of_version(request.actor, row, last=context["last"])
    return render(request, "desk/version.html", context)


def opened(request: ActorRequest, key: uuid.UUID) -> ServiceVersion:
    """The version, its office in the head. Raises Refusal `access.*` for whoever publishes nothing in that office."""
    row = catalog.version(key)
    _require_any(request.actor, row)
    seat(request, row.office)
    return row


def _require_any(actor: Actor, row: ServiceVersion) -> None:
    granted = versions.granted_in(actor, row)
    require(actor, next((p for p in PUBLISHING if p in granted), Permission.SERVICE_APPROVE), row)


def _offices(actor: Actor, *permissions: Permission) -> dict[int, Office]:
    """The offices in which this person holds one of these, by name."""
    ids = {
        c.office_id
        for c in actor.capacities
        if c.office_id is not None and not GRANTS.get(c.role, frozenset()).isdisjoint(permissions)
    }
    return dict(sorted(by_id(ids).items(), key=lambda pair: pair[1].name))


# Drafts ----------------------------------------------------------------------------------------------------------


@publisher
@get_or_post
def upload(request: ActorRequest) -> HttpResponse:
    """A folder as ZIP becomes a draft of a service of this office, new or known."""
    offices = _offices(request.actor, Permission.SERVICE_PROPOSE)
    if not offices:
        raise Refusal("access.role", status=403, role="administrator")
    if len(offices) == 1:
        seat(request, next(iter(offices.values())))
    form = Form(request.POST or None, *_upload_fields(request, offices))
    if request.method == "POST":
        found = handed_in(request, form)
        slug = form["layanan"] or (found.name if found else "")
        office = _chosen(form, offices)
        if found is not None and office is not None:
            try:
                command_given = asked(
                    request.POST, office=office.pk, slug=slug, content=digest_of(found.files)
                )
                made = actions.draft(
                    request.actor, office, slug, found.files, refused=found.problems, asked=command_given
                )
                return _kept(request, uuid.UUID(made["version"]))
            except Refusal as refusal:
                if refusal.status != 422:
                    raise
                form.refuse("layanan", " ".join(words_of(refusal)))
    return _upload_page(request, form, title=_("Unggah folder layanan"))


@publisher
@get_or_post
def replace(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """Another folder in place of a draft's content."""
    row = opened(request, version)
    require(request.actor, Permission.SERVICE_PROPOSE, row)
    if row.status != ServiceVersion.DRAFT and request.method != "POST":
        return redirect("desk:version", version)
    form = Form(request.POST or None)
    if request.method == "POST":
        found = handed_in(request, form)
        if found is not None:
            try:
                command_given = asked(request.POST, content=digest_of(found.files))
                actions.replace(
                    request.actor, row.pk, found.files, refused=found.problems, asked=command_given
                )
                return _kept(request, version)
            except Refusal as refusal:
                if refusal.status != 422:
                    raise
                wrong_zip(request, " ".join(words_of(refusal)))
    return _upload_page(request, form, title=_("Ganti isi draf"), row=row)


def _upload_fields(request: ActorRequest, offices: dict[int, Office]) -> Iterable[FieldView]:
    if len(offices) > 1:
        options = tuple(Option(office.slug, office.name) for office in offices.values())
        yield FieldView("q-kantor", "kantor", _("Kantor"), "choice", options=options)
    yield FieldView(
        "q-layanan", "layanan", _("Nama folder layanan"), value=request.GET.get("layanan", "")[:50], required=False,
        hint=_("Kosongkan bila ZIP berisi satu folder dengan nama itu. Contoh: izin-genset"),
    )  # fmt: skip


def _chosen(form: Form, offices: dict[int, Office]) -> Office | None:
    if len(offices) == 1:
        return next(iter(offices.values()))
    found = next((office for office in offices.values() if office.slug == form["kantor"]), None)
    if found is None:
        form.refuse("kantor", _("Pilih kantor yang memberi layanan ini."))
    return found


def handed_in(request: ActorRequest, form: Form) -> Zipped | None:
    """What the ZIP holds; None, and why, where it cannot be used."""
    given = request.FILES.get(FIELD)
    if given is None:
        wrong_zip(request, _("Belum ada ZIP yang dipilih. Pilih dulu, lalu unggah."))
        return None
    try:
        return read_zip(given.read(MOST_ZIP_BYTES + 1))
    except Unsound as unsound:
        wrong_zip(request, *(problem.message for problem in unsound.problems))
        return None


def wrong_zip(request: ActorRequest, *said: str) -> None:
    """Keep what is wrong with the ZIP, to be said beside its field."""
    request.zip_problems = said  # type: ignore[attr-defined]


def zip_errors(request: ActorRequest) -> tuple[str, ...]:
    """What `wrong_zip` kept."""
    return getattr(request, "zip_problems", ())


def _upload_page(
    request: ActorRequest, form: Form, *, title: Text, row: ServiceVersion | None = None
) -> HttpResponse:
    zip_problems = zip_errors(request)
    context = {
        "title": title,
        "row": row,
        "fields": form.fields,
        "zip_error": " ".join(zip_problems),
        "errors": [*(Problem("#q-folder", text) for text in zip_problems), *_problems(form)],
        "most": MOST_ZIP_BYTES,
        "hidden": command(),
    }
    status = 422 if context["errors"] else 200
    return render(request, "desk/upload.html", context, status=status)


def _problems(form: Form) -> list[Problem]:
    return [Problem(f"#{field.id}", field.error) for field in form.wrong]


def _kept(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    row = catalog.version(key)
    if row.problems:
        text = _("Draf tersimpan. Ada %(n)s hal yang harus dibetulkan.") % {"n": len(row.problems)}
        messages.warning(request, text)
    else:
        messages.success(request, _("Draf tersimpan. Tidak ada kesalahan; bisa diusulkan."))
    return redirect("desk:version", key)


@publisher
@get_or_post
def discard(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """Throw a draft away, after asking once more."""
    row = opened(request, version)
    require(request.actor, Permission.SERVICE_PROPOSE, row)
    if request.method == "POST":
        actions.discard(request.actor, row.pk, asked=asked(request.POST))
        messages.success(request, _("Draf %(name)s dibuang.") % {"name": row.name})
        return redirect("desk:services")
    if row.status != ServiceVersion.DRAFT:
        return redirect("desk:version", version)
    return ask(
        request, row, Form(None), title=_("Buang draf ini?"), button=_("Buang draf"), kind="stop",
        lead=_("Isinya tidak bisa dipakai lagi. Unduh dulu foldernya bila masih perlu."),
    )  # fmt: skip


# One proposes, another answers -----------------------------------------------------------------------------------


@publisher
@get_or_post
def propose(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """Propose a draft: from which day it holds, and why."""
    row = opened(request, version)
    require(request.actor, Permission.SERVICE_PROPOSE, row)
    if request.method != "POST" and not request.POST and (row.status != ServiceVersion.DRAFT or row.problems):
        return redirect("desk:version", version)
    first = _first_day(row, request.actor)
    form = Form(request.POST or None, *_propose_fields(first))
    if request.method == "POST":
        day = day_in(form)
        if form.complete() and day is not None:
            try:
                given = asked(request.POST, day=day.isoformat(), note=form["alasan"])
                actions.submit(request.actor, row.pk, effective=day, note=form["alasan"], asked=given)
            except Refusal as refusal:
                if not refusal.code.startswith("catalog.day-"):
                    raise
                form.refuse("berlaku", " ".join(words_of(refusal)))
            else:
                messages.success(request, _("Versi ini diusulkan. Penyetuju sudah dikabari."))
                return redirect("desk:version", version)
    return ask(
        request, row, form, title=_("Usulkan versi ini"), button=_("Usulkan"),
        lead=_("Orang lain menyetujuinya: kepala dinas atau administrator lain. Sampai disetujui, layanan tidak berubah."),
    )  # fmt: skip


def _first_day(row: ServiceVersion, actor: Actor) -> date:
    """The earliest day that will be taken."""
    today = local_day(row.office, actor.at)
    former = catalog.before(row, catalog.versions([row.office_id], row.slug))
    return max(today, former.effective) if former and former.effective else today


def _propose_fields(first: date) -> tuple[FieldView, ...]:
    hint = _("Paling cepat %(day)s. Berkas yang sudah dikirim tetap memakai versi lamanya.")
    return (
        FieldView(
            "q-berlaku", "berlaku", DAY.label, "date", value=f"{first.day}/{first.month}/{first.year}",
            hint=hint % {"day": formats.long_date(first)},
        ),
        reason(_("Apa yang berubah, dan mengapa?"), _("Penyetuju membaca kalimat ini. Sebut dasarnya bila ada.")),
    )  # fmt: skip


def reason(label: Text, hint: Text) -> FieldView:
    """The field of why. hint: who reads it."""
    return FieldView("q-alasan", "alasan", label, "long-text", rows=4, hint=hint)


def day_in(form: Form) -> date | None:
    """The day typed in the field `berlaku`; None, and why, where it is none."""
    try:
        return date.fromisoformat(str(clean(DAY, {"berlaku": form["berlaku"]})))
    except FormProblem as problem:
        form.refuse("berlaku", problem.message)
        return None


@publisher
@get_or_post
def withdraw(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """The proposer takes his proposal back."""
    row = opened(request, version)
    if request.method == "POST":
        actions.withdraw(request.actor, row.pk, asked=asked(request.POST))
        messages.success(request, _("Usulan ditarik. Versi ini menjadi draf lagi."))
    return redirect("desk:version", version)


@publisher
@get_or_post
def send_back(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """Give a proposal back, with the reason."""
    row = opened(request, version)
    require(request.actor, Permission.SERVICE_APPROVE, row)
    why = reason(_("Apa yang harus dibetulkan?"), _("Pengusul membaca kalimat ini."))
    form = Form(request.POST or None, why)
    if request.method == "POST" and form.complete():
        given = asked(request.POST, reason=form["alasan"])
        actions.send_back(request.actor, row.pk, reason=form["alasan"], asked=given)
        messages.success(request, _("Usulan dikembalikan. Pengusul sudah dikabari."))
        return redirect("desk:version", version)
    if row.status != ServiceVersion.PROPOSED:
        return redirect("desk:version", version)
    return ask(
        request, row, form, title=_("Kembalikan usulan"), button=_("Kembalikan"),
        lead=_("Versi ini menjadi draf lagi. Layanan tidak berubah."),
    )  # fmt: skip


@publisher
@get_or_post
def approve(request: ActorRequest, version: uuid.UUID) -> HttpResponse:
    """Approve what was read on the version's page."""
    row = opened(request, version)
    if request.method == "POST":
        follows = request.POST.get("follows", "")
        actions.approve(request.actor, row.pk, follows=follows, asked=asked(request.POST, follows=follows))
        day = formats.long_date(row.effective) if row.effective else formats.NOTHING
        messages.success(request, _("Disetujui. Versi ini berlaku mulai %(day)s.") % {"day": day})
    return redirect("desk:version", version)


def ask(
    request: ActorRequest,
    row: ServiceVersion,
    form: Form,
    *,
    title: Text,
    button: Text,
    lead: Text,
    kind: str = "",
) -> HttpResponse:
    """The page of one act on a version."""
    seen = request.POST.get("version") or str(row.version)
    hidden: Hidden = (*command(), ("version", seen))
    context: dict[str, Any] = {
        "row": row,
        "title": title,
        "lead": lead,
        "fields": form.fields,
        "errors": form.wrong,
        "hidden": hidden,
        "button": button,
        "kind": kind,
    }
    return render(request, "desk/version_act.html", context, status=422 if form.wrong else 200)
