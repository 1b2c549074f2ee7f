# SPDX-License-Identifier: Apache-2.0
"""Kanal: by whom NIB, SS and Izin are issued; proposed by one person, confirmed by another; and what waits for OSS."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.queries import same_human
from satupintu.core.access import Permission, require
from satupintu.core.forms import FormProblem, Question, clean
from satupintu.core.refusal import Refusal
from satupintu.desk import channel
from satupintu.desk.forms import Form, asked, command
from satupintu.desk.staff import granted
from satupintu.desk.views.guard import seat, steward
from satupintu.licensing import queries
from satupintu.licensing.actions import channel as actions
from satupintu.licensing.actions import handing
from satupintu.licensing.models import ChannelRuling
from satupintu.offices.models import Office
from satupintu.offices.queries import by_id, local_day
from satupintu.ui.fields import FieldView, Option
from satupintu.ui.refusals import words_of

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
AT_FIELD = {
    "channel.instrument-ahead": "tanggal",
    "channel.day-past": "mulai",
    "channel.same": "kanal",
    "channel.train-first": "kanal",
    "channel.kind": "kanal",
}
"""Refusals of a proposal, and the field they are shown at."""
RIGHTS = (Permission.CHANNEL_PROPOSE, Permission.CHANNEL_CONFIRM)


@steward
@require_safe
def page(request: ActorRequest) -> HttpResponse:
    """What holds now and by what, what is proposed, what was ruled before, what is not with OSS yet."""
    offices = _offices(request)
    office = _office(request)
    others = [one for one in offices if one.pk != office.pk]
    return render(request, "desk/channel.html", {**channel.context(request.actor, office), "others": others})


@steward
@get_or_post
def propose(request: ActorRequest) -> HttpResponse:
    """Propose another channel by a legal instrument."""
    office = _office(request)
    require(request.actor, Permission.CHANNEL_PROPOSE, office)
    form = Form(request.POST or None, *_fields(request, office))
    if request.method == "POST":
        wanted = _wanted(form)
        if wanted is not None:
            try:
                given = asked(request.POST, **{field.name: field.value for field in form.fields})
                actions.propose(request.actor, office, wanted, asked=given)
            except Refusal as refusal:
                if refusal.code not in AT_FIELD:
                    raise
                form.refuse(AT_FIELD[refusal.code], " ".join(words_of(refusal)))
            else:
                messages.success(request, _("Usulan tersimpan. Sekarang orang lain mengesahkannya."))
                return _back(office)
    context = {
        "office": office,
        "fields": form.fields,
        "errors": form.wrong,
        "hidden": (*command(), ("kantor", office.slug)),
    }
    return render(request, "desk/channel_propose.html", context, status=422 if form.wrong else 200)


def _fields(request: ActorRequest, office: Office) -> tuple[FieldView, ...]:
    today = local_day(office, request.actor.at)
    options = tuple(Option(name, title, channel.MEANS[name]) for name, title in channel.TITLES.items())
    return (
        FieldView("q-kanal", "kanal", _("Siapa yang menerbitkan?"), "choice", options=options),
        FieldView("q-dasar", "dasar", _("Dasar hukum"), maxlength=200, hint=_("Contoh: Keputusan Bupati tentang saluran penerbitan")),
        FieldView("q-nomor", "nomor", _("Nomornya"), maxlength=80),
        FieldView("q-tanggal", "tanggal", _("Tanggal penetapannya"), "date"),
        FieldView("q-mulai", "mulai", _("Berlaku mulai"), "date", value=f"{today.day}/{today.month}/{today.year}"),
    )  # fmt: skip


def _wanted(form: Form) -> actions.Wanted | None:
    """What was typed, if all of it can be meant."""
    form.complete()
    if form["kanal"] and form["kanal"] not in channel.TITLES:
        form.refuse("kanal", _("Pilih satu dari daftar."))
    dated, day = _day(form, "tanggal"), _day(form, "mulai")
    if form.wrong or dated is None or day is None:
        return None
    kind = ChannelRuling.OSS if form["kanal"] == channel.OSS else ChannelRuling.LOCAL
    productive = form["kanal"] != channel.TRAINING
    return actions.Wanted(kind, productive, form["dasar"], form["nomor"], dated, day)


def _day(form: Form, name: str) -> date | None:
    if not form[name]:
        return None
    try:
        return date.fromisoformat(str(clean(Question(name, name, "date"), {name: form[name]})))
    except FormProblem as problem:
        form.refuse(name, problem.message)
        return None


@steward
@get_or_post
def ruling(request: ActorRequest, channel_ruling: uuid.UUID) -> HttpResponse:
    """What changes if it is confirmed, and the answers this person may give."""
    row = queries.channel_ruling(channel_ruling)
    _either(request, row.office)
    seat(request, row.office)
    if request.method == "POST":
        said = request.POST.get("jawab", "")
        given = asked(request.POST, ruling=str(row.key), said=said)
        if said == "tarik":
            actions.withdraw(request.actor, row.key, asked=given)
            messages.success(request, _("Usulan ditarik. Kanal tidak berubah."))
        elif said in ("sahkan", "tolak"):
            actions.answer(request.actor, row.key, accept=said == "sahkan", asked=given)
            done = _("Usulan disahkan.") if said == "sahkan" else _("Usulan ditolak. Kanal tidak berubah.")
            messages.success(request, done)
        return _back(row.office)
    own = same_human(row.proposed_by, request.actor.person)
    kind, word = channel.STATES[row.state]
    context = {
        "office": row.office,
        "title": channel.TITLES[channel.choice(row.kind, productive=row.productive)],
        "means": channel.means(row),
        "summary": channel.proposal(row, request.actor.at),
        "kind": kind,
        "word": word,
        "open": row.state == ChannelRuling.OPEN,
        "own": own,
        "author": row.proposed_by == request.actor.person,
        "confirms": not own and granted(request.actor, row.office, Permission.CHANNEL_CONFIRM),
        "hidden": command(),
    }
    return render(request, "desk/channel_ruling.html", context)


@steward
@require_POST
def again(request: ActorRequest, hand_over: uuid.UUID) -> HttpResponse:
    """Hand a file over to OSS again, after what was wrong has been mended."""
    row = queries.hand_over_by_key(hand_over)
    office = row.case.office
    require(request.actor, Permission.OSS_SEND, office)
    seat(request, office)
    handing.again(request.actor, row.pk, asked=asked(request.POST, hand_over=str(row.key)))
    messages.success(request, _("Dikirim lagi ke OSS. Keadaannya terlihat di daftar ini."))
    return _back(office)


def _offices(request: ActorRequest) -> list[Office]:
    ids = {c.office_id for c in request.actor.capacities if c.office_id is not None}
    mine = (one for one in by_id(ids).values() if any(granted(request.actor, one, right) for right in RIGHTS))
    return sorted(mine, key=lambda one: one.name)


def _office(request: ActorRequest) -> Office:
    """The office that is meant, in the head of the page; the first of his where none is named."""
    offices = _offices(request)
    wanted = request.POST.get("kantor") or request.GET.get("kantor") or offices[0].slug
    office = next((one for one in offices if one.slug == wanted), None)
    if office is None:
        raise Refusal("office.unknown", status=404, slug=wanted)
    seat(request, office)
    return office


def _either(request: ActorRequest, office: Office) -> None:
    if not any(granted(request.actor, office, right) for right in RIGHTS):
        require(request.actor, Permission.CHANNEL_CONFIRM, office)


def _back(office: Office) -> HttpResponse:
    answer: HttpResponse = redirect("desk:channel")
    answer["Location"] += f"?kantor={office.slug}"
    return answer
