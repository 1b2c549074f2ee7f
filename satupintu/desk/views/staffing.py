# SPDX-License-Identifier: Apache-2.0
"""Pegawai: who works in an office, roles given and ended, deputies, and what two persons decide."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from satupintu.accounts import queries
from satupintu.accounts.actions import staffing as actions
from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.models import Assignment, StaffProposal
from satupintu.core.access import SENSITIVE, STAFF, Permission, Role, require
from satupintu.core.forms import FormProblem, Question, clean
from satupintu.core.refusal import Refusal
from satupintu.desk import staff
from satupintu.desk.forms import Form, asked, command
from satupintu.desk.views.guard import overseer, seat
from satupintu.offices.models import Office
from satupintu.offices.queries import by_id, local_day
from satupintu.ui.fields import FieldView, Option
from satupintu.ui.words import role_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


# Looking ---------------------------------------------------------------------------------------------------------


@overseer
@require_safe
def people(request: ActorRequest) -> HttpResponse:
    """Who holds which role, by which letter, from when to when; what waits for a second person."""
    offices = _offices(request)
    office = _office(request)
    others = [one for one in offices if one.pk != office.pk]
    return render(request, "desk/staff.html", {**staff.context(request.actor, office), "others": others})


def _offices(request: ActorRequest) -> list[Office]:
    ids = {c.office_id for c in request.actor.capacities if c.office_id is not None}
    found = by_id(ids).values()
    seen = (one for one in found if staff.granted(request.actor, one, Permission.STAFF_READ))
    return sorted(seen, key=lambda one: one.name)


def _office(request: ActorRequest) -> Office:
    """The office that is meant, in the head of the page; the first of his where none is named."""
    offices = _offices(request)
    wanted = request.POST.get("kantor") or request.GET.get("kantor") or offices[0].slug
    office = next((one for one in offices if one.slug == wanted), None)
    if office is None:
        raise Refusal("office.unknown", status=404, slug=wanted)
    seat(request, office)
    return office


# Giving a role ---------------------------------------------------------------------------------------------------


@overseer
@get_or_post
def give(request: ActorRequest) -> HttpResponse:
    """A role for somebody: at once, by a link, or as a proposal."""
    office = _office(request)
    require(request.actor, Permission.STAFF_ASSIGN, office)
    form = Form(request.POST or None, *_give_fields(request, office))
    if request.method == "POST" and _given(form, office):
        answer = actions.give(
            request.actor, office, _post(form, office), email=form["surel"], days=int(form["hari"]),
            asked=asked(request.POST, **{field.name: field.value for field in form.fields}),
        )  # fmt: skip
        messages.success(request, SAID[answer["what"]]())
        return _back(office)
    two = ", ".join(sorted(role_words(role.value) for role in SENSITIVE))
    return _ask(
        request, office, form, title=_("Beri peran"), button=_("Beri peran"),
        lead=_("Orang yang belum punya akun mendapat tautan sekali pakai di surelnya. Peran ini diberikan dua orang: %(roles)s. Anda mengusulkan, orang lain mengesahkan.") % {"roles": two},
    )  # fmt: skip


SAID = {
    "assigned": lambda: _("Peran diberikan. Orangnya dikabari lewat surel."),
    "invited": lambda: _("Undangan dikirim ke surelnya. Tautannya hanya ia yang tahu."),
    "proposed": lambda: _("Usulan tersimpan. Sekarang orang lain mengesahkannya."),
}


def _give_fields(request: ActorRequest, office: Office) -> tuple[FieldView, ...]:
    today = local_day(office, request.actor.at)
    roles = tuple(Option(role.value, staff.capital(role_words(role.value))) for role in STAFF)
    lasts = tuple(Option(str(n), _("%(n)d hari") % {"n": n}) for n in (1, 3, 7))
    return (
        FieldView("q-surel", "surel", _("Surel dinas orangnya"), "email", maxlength=254),
        FieldView("q-peran", "peran", _("Peran"), "select", options=roles),
        FieldView("q-jabatan", "jabatan", _("Jabatan"), maxlength=200, hint=_("Seperti di suratnya. Contoh: Penata Perizinan Ahli Muda")),
        FieldView("q-surat", "surat", _("Nomor surat penugasan"), maxlength=120, hint=_("Contoh: SK 800/12/2026")),
        FieldView("q-pangkat", "pangkat", _("Pangkat dan golongan"), maxlength=80, required=False),
        FieldView("q-nip", "nip", _("NIP"), maxlength=40, required=False, inputmode="numeric"),
        FieldView("q-mulai", "mulai", _("Berlaku mulai"), "date", value=_typed(today)),
        FieldView("q-sampai", "sampai", _("Sampai dengan"), "date", required=False, hint=_("Kosongkan bila tanpa batas waktu.")),
        FieldView("q-hari", "hari", _("Tautan undangan berlaku"), "choice", "1", options=lasts),
    )  # fmt: skip


def _given(form: Form, office: Office) -> bool:
    """Everything is there and can be meant."""
    form.complete()
    if form["surel"]:
        try:
            validate_email(form["surel"])
        except ValidationError:
            form.refuse("surel", _("Alamat surel belum lengkap. Contoh: sari@dinas.example"))
    if form["peran"] not in {role.value for role in STAFF}:
        form.refuse("peran", _("Pilih peran dari daftar."))
    if form["hari"] not in {"1", "3", "7"}:
        form.refuse("hari", _("Pilih 1, 3, atau 7 hari."))
    _in_order(form)
    return form.bound and not form.wrong


def _in_order(form: Form) -> None:
    since, until = _day(form, "mulai"), _day(form, "sampai")
    if since and until and until < since:
        form.refuse("sampai", _("Tanggal akhir tidak boleh sebelum tanggal mulai."))


def _post(form: Form, office: Office) -> actions.Post:
    return actions.Post(
        role=form["peran"],
        title=form["jabatan"],
        letter=form["surat"],
        since=_begin(form, office),
        until=_end(form, office),
        rank=form["pangkat"],
        nip=form["nip"],
    )


# Deputies --------------------------------------------------------------------------------------------------------


@overseer
@get_or_post
def deputy(request: ActorRequest) -> HttpResponse:
    """Plh. and Plt.: the head names his own at once; an administrator proposes one, another person confirms."""
    office = _office(request)
    is_head = any(
        c.role is Role.HEAD and not c.acting and c.office_id == office.pk for c in request.actor.capacities
    )
    if not is_head:
        require(request.actor, Permission.STAFF_ASSIGN, office)
    form = Form(request.POST or None, *_deputy_fields(request, office, is_head=is_head))
    if request.method == "POST" and _deputy_given(form):
        begin, until = _begin(form, office), _end(form, office)
        assert until is not None  # the field is required
        more: dict[str, Any] = {
            "letter": form["surat"],
            "since": begin,
            "until": until,
            "asked": asked(request.POST, **{field.name: field.value for field in form.fields}),
        }
        if is_head:
            actions.name_deputy(request.actor, office, form["orang"], **more)
            messages.success(request, _("Plh. ditunjuk. Haknya mulai dan berakhir sendiri pada waktunya."))
        else:
            actions.propose_deputy(request.actor, office, form["orang"], acting=form["jenis"], **more)
            messages.success(request, SAID["proposed"]())
        return _back(office)
    lead = _(
        "Ia bertindak atas nama Anda sampai tanggal akhir. Suratnya memuat “Plh.”, dan riwayat mencatat siapa yang diwakili."
    )
    if not is_head:
        lead = _(
            "Anda mengusulkan, orang lain mengesahkan. Plh. bertindak selama kepala dinas berhalangan; Plt. selama jabatannya kosong."
        )
    return _ask(
        request,
        office,
        form,
        title=_("Tunjuk pengganti kepala dinas"),
        lead=lead,
        button=_("Tunjuk") if is_head else _("Usulkan"),
    )


def _deputy_fields(request: ActorRequest, office: Office, *, is_head: bool) -> tuple[FieldView, ...]:
    rows = queries.assignments(office.pk, request.actor.at)
    able = {
        str(row.person.key): f"{row.person.name}, {row.title}"
        for row in rows
        if row.valid_from <= request.actor.at and not row.acting and row.role != Role.HEAD
        and str(row.person.key) != request.actor.person
    }  # fmt: skip
    kinds = (Option("plh", _("Plh.: kepala dinas berhalangan")), Option("plt", _("Plt.: jabatan kosong")))
    fields = (
        FieldView(
            "q-orang", "orang", _("Siapa"), "select", options=tuple(Option(k, v) for k, v in able.items())
        ),
        FieldView(
            "q-surat", "surat", _("Nomor surat penunjukan"), maxlength=120, hint=_("Contoh: 800/21/2026")
        ),
        FieldView(
            "q-mulai", "mulai", _("Berlaku mulai"), "date", value=_typed(local_day(office, request.actor.at))
        ),
        FieldView("q-sampai", "sampai", _("Sampai dengan"), "date"),
    )
    return (
        fields if is_head else (FieldView("q-jenis", "jenis", _("Sebagai"), "choice", options=kinds), *fields)
    )


def _deputy_given(form: Form) -> bool:
    form.complete()
    for field in form.fields:
        if (
            field.name in ("orang", "jenis")
            and field.value
            and field.value not in {o.value for o in field.options}
        ):
            form.refuse(field.name, _("Pilih dari daftar."))
    _in_order(form)
    return form.bound and not form.wrong


# Ending ----------------------------------------------------------------------------------------------------------


@overseer
@get_or_post
def end(request: ActorRequest, assignment: uuid.UUID) -> HttpResponse:
    """End an assignment, now or at the end of a day."""
    office, row = _row(request, assignment)
    own_deputy = row.stands_for is not None and str(row.stands_for.person.key) == request.actor.person
    require(request.actor, Permission.STAFF_DELEGATE if own_deputy else Permission.STAFF_ASSIGN, office)
    field = FieldView(
        "q-sampai",
        "sampai",
        _("Hari terakhir"),
        "date",
        required=False,
        hint=_("Kosongkan untuk mengakhiri sekarang juga."),
    )
    form = Form(request.POST or None, field)
    _day(form, "sampai")
    if request.method == "POST" and form.complete():
        actions.end(
            request.actor,
            office,
            row.key,
            on=_end(form, office),
            asked=asked(request.POST, row=str(row.key), on=form["sampai"]),
        )
        messages.success(request, _("Penugasan diakhiri. Haknya berhenti pada saat itu juga."))
        return _back(office)
    return _ask(
        request, office, form, title=_("Akhiri penugasan"), button=_("Akhiri"), kind="stop",
        lead=_("%(who)s, %(title)s. Setelah berakhir, halaman yang masih terbuka pun tidak bisa dipakai. Berkas yang dipegangnya bebas diambil rekan sejawat.")
        % {"who": row.person.name, "title": row.title},
    )  # fmt: skip


@overseer
@get_or_post
def new_factor(request: ActorRequest, assignment: uuid.UUID) -> HttpResponse:
    """Propose to take away the second factor of somebody who has lost it."""
    office, row = _row(request, assignment)
    require(request.actor, Permission.STAFF_ASSIGN, office)
    form = Form(request.POST or None)
    if request.method == "POST":
        actions.propose_new_factor(
            request.actor, office, str(row.person.key), asked=asked(request.POST, person=str(row.person.key))
        )
        messages.success(request, SAID["proposed"]())
        return _back(office)
    return _ask(
        request, office, form, title=_("Lepas pengaman kedua"), button=_("Usulkan"),
        lead=_("Untuk %(who)s, yang kehilangan HP atau kuncinya dan kode cadangannya. Pastikan dulu bahwa ia sendiri yang meminta: temui orangnya. Orang kedua mengesahkan.")
        % {"who": row.person.name},
    )  # fmt: skip


def _row(request: ActorRequest, key: uuid.UUID) -> tuple[Office, Assignment]:
    """The assignment, its office in the head. Raises Refusal `access.not-yours` (404) for one of another office."""
    for office in _offices(request):
        try:
            row = queries.assignment(office.pk, key)
        except Refusal:
            continue
        seat(request, office)
        return office, row
    raise Refusal("access.not-yours", status=404)


@overseer
@require_POST
def cancel(request: ActorRequest, invitation: int) -> HttpResponse:
    """The link of an invitation works no more."""
    office = _office(request)
    actions.cancel_invitation(
        request.actor, office, invitation, asked=asked(request.POST, invitation=invitation)
    )
    messages.success(request, _("Undangan dibatalkan. Tautannya tidak berlaku lagi."))
    return _back(office)


# The second person -----------------------------------------------------------------------------------------------


@overseer
@get_or_post
def proposal(request: ActorRequest, proposal: uuid.UUID) -> HttpResponse:
    """What changes if it is confirmed, and the answers this person may give."""
    row = queries.proposal(proposal)
    require(request.actor, Permission.STAFF_READ, row.office)
    seat(request, row.office)
    if request.method == "POST":
        said = request.POST.get("jawab", "")
        given = asked(request.POST, proposal=str(row.key), said=said)
        if said == "tarik":
            actions.withdraw(request.actor, row.key, asked=given)
            messages.success(request, _("Usulan ditarik."))
        elif said in ("sahkan", "tolak"):
            actions.answer(request.actor, row.key, accept=said == "sahkan", asked=given)
            messages.success(request, _("Usulan disahkan.") if said == "sahkan" else _("Usulan ditolak."))
        return _back(row.office)
    own = row.proposed_by == request.actor.person
    context = {
        "title": staff.title(row),
        "summary": staff.proposal(row, request.actor.at),
        "open": row.state == StaffProposal.OPEN,
        "own": own,
        "confirms": not own and staff.granted(request.actor, row.office, Permission.STAFF_CONFIRM),
        "hidden": command(),
        "office": row.office,
    }
    return render(request, "desk/staff_proposal.html", context)


# Inside ----------------------------------------------------------------------------------------------------------


def _day(form: Form, name: str) -> date | None:
    if not form[name]:
        return None
    try:
        return date.fromisoformat(str(clean(Question(name, name, "date"), {name: form[name]})))
    except FormProblem as problem:
        form.refuse(name, problem.message)
        return None


def _midnight(day: date, office: Office) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(office.time_zone)).astimezone(UTC)


def _begin(form: Form, office: Office) -> datetime:
    """The first instant of the day; the action takes the present one where that is past."""
    day = _day(form, "mulai")
    assert day is not None  # the field is required and was read before
    return _midnight(day, office)


def _end(form: Form, office: Office) -> datetime | None:
    """The last day is whole."""
    day = _day(form, "sampai")
    return _midnight(day + timedelta(days=1), office) if day else None


def _typed(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _back(office: Office) -> HttpResponse:
    answer: HttpResponse = redirect("desk:staff")
    answer["Location"] += f"?kantor={office.slug}"
    return answer


def _ask(
    request: ActorRequest,
    office: Office,
    form: Form,
    *,
    title: Text,
    lead: Text,
    button: Text,
    kind: str = "",
) -> HttpResponse:
    """The page of one act."""
    context = {
        "office": office,
        "title": title,
        "lead": lead,
        "fields": form.fields,
        "errors": form.wrong,
        "hidden": (*command(), ("kantor", office.slug)),
        "button": button,
        "kind": kind,
    }
    return render(request, "desk/staff_act.html", context, status=422 if form.wrong else 200)
