# SPDX-License-Identifier: Apache-2.0
"""Kuasa: who may act for this person, for whom this person may act, and the ways to begin and end it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from satupintu.accounts import queries
from satupintu.accounts.actions import mandates as actions
from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.models import Mandate
from satupintu.applications import queries as applications
from satupintu.applications.actions import mandates as for_one
from satupintu.applications.models import Application
from satupintu.businesses import queries as businesses
from satupintu.core.forms import FormProblem, Question, clean
from satupintu.portal.applicant import applicant, asked, service_name
from satupintu.ui import formats
from satupintu.ui.fields import FieldView, Option
from satupintu.ui.parts import ListRow, TagKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

ALL, ACTOR = "semua", "pelaku"
DAY = Question("sampai", "Sampai dengan", "date")


@dataclass(frozen=True, slots=True)
class Row:
    """A mandate, given or offered. ways: what its form can send, and the word of each button."""

    who: str
    about: str
    until: str
    tag: str
    kind: TagKind
    post: str
    ways: tuple[tuple[str, Text], ...] = ()
    command_id: str = ""


@applicant()
@require_safe
def mandates(request: ActorRequest) -> HttpResponse:
    """Everything about acting for another, on one page."""
    at, account = request.actor.at, queries.account(request.actor.account_id)
    given = queries.mandates_given(request.actor.person) if request.actor.person else []
    offered = queries.mandates_offered(account, at)
    mine = {one.key: one for one in applications.own_all(request.actor)}
    entities = businesses.entity_names(one.about for one in (*given, *offered) if one.about)
    context = {
        "given": [_given(one, mine, entities, at) for one in given],
        "offered": [_offered(one, entities) for one in offered],
        "files": [_file(one) for one in applications.by_mandate(request.actor)],
    }
    return render(request, "portal/mandates.html", context)


def _given(
    row: Mandate, mine: dict[uuid.UUID, Application], entities: dict[uuid.UUID, str], at: datetime
) -> Row:
    stands = row.ended_at is None and row.valid_to > at
    kind: TagKind = "ok" if stands and row.accepted_at else "wait" if stands else "draft"
    tag = _("Berlaku") if kind == "ok" else _("Menunggu jawabannya") if kind == "wait" else _("Berakhir")
    about = mine.get(row.about) if row.about else None
    entity = entities.get(row.about) if row.about else None
    words = _title(about) if about else _for_entity(entity) if entity else ""
    words = words or (_("Satu permohonan") if row.about else _("Semua permohonan Anda"))
    who = f"{row.receiver.name}, {row.email}" if row.receiver else row.email
    ways = (("cabut", _("Cabut kuasa")),) if stands else ()
    return _row(row, who, words, tag, kind, ways)


def _offered(row: Mandate, entities: dict[uuid.UUID, str]) -> Row:
    entity = entities.get(row.about) if row.about else None
    words = _("Semua permohonannya untuk %(name)s") % {"name": entity} if entity else ""
    words = words or (_("Satu permohonannya") if row.about else _("Semua permohonannya"))
    if row.accepted_at:
        return _row(row, row.giver.name, words, _("Berlaku"), "ok", (("kembalikan", _("Kembalikan kuasa")),))
    ways = (("terima", _("Terima")), ("kembalikan", _("Tolak")))
    return _row(row, row.giver.name, words, _("Ditawarkan kepada Anda"), "yours", ways)


def _for_entity(name: str) -> str:
    return _("Semua permohonan saya untuk %(name)s") % {"name": name}


def _row(
    row: Mandate, who: str, about: str, tag: str, kind: TagKind, ways: tuple[tuple[str, Text], ...]
) -> Row:
    until = formats.last_moment(row.valid_to, ZoneInfo(settings.TIME_ZONE))
    post = reverse("portal:mandate_answer", args=[row.key])
    return Row(who, about, until, tag, kind, post, ways, str(uuid.uuid4()))


def _file(application: Application) -> ListRow:
    small = _("%(service)s · atas nama %(owner)s") % {
        "service": service_name(application),
        "owner": application.person.name,
    }
    return ListRow(
        reverse("portal:application", args=[application.key]), applications.title(application), small
    )


def _title(application: Application) -> str:
    receipt = f" · {application.case.receipt}" if application.case else ""
    return f"{applications.title(application)}{receipt}"


# Giving ----------------------------------------------------------------------------------------------------------


@applicant()
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: ActorRequest) -> HttpResponse:
    """Offer somebody to act for one, on everything or on one application."""
    mine = applications.own_all(request.actor)
    fields = _fields(request, mine)
    problems = _problems(fields) if request.method == "POST" else {}
    if request.method == "POST" and not problems:
        typed = {field.name: field.value.strip() for field in fields}
        until = _end(typed["sampai"])
        given = asked(request, **typed)
        kind, _colon, key = typed["untuk"].rpartition(":")
        if key == ALL:
            actions.give(request.actor, email=typed["surel"], until=until, asked=given)
        else:
            act = for_one.give_for if kind == ACTOR else for_one.give
            act(request.actor, uuid.UUID(key), email=typed["surel"], until=until, asked=given)
        messages.success(
            request, _("Kuasa ditawarkan. Berlaku setelah ia menerimanya; Anda bisa mencabutnya kapan saja.")
        )
        return redirect("portal:mandates")
    drawn = [_with_error(field, problems.get(field.name, "")) for field in fields]
    context = {"fields": drawn, "errors": [one for one in drawn if one.error], "command_id": uuid.uuid4()}
    return render(request, "portal/mandate_give.html", context, status=422 if problems else 200)


def _fields(request: ActorRequest, mine: list[Application]) -> tuple[FieldView, ...]:
    def typed(name: str, default: str = "") -> str:
        return request.POST.get(name, "") if request.method == "POST" else request.GET.get(name, default)

    entities = (one for one in businesses.own_all(request.actor) if not one.person_id)
    choices = (
        Option(ALL, _("Semua permohonan saya")),
        *(Option(f"{ACTOR}:{one.key}", _for_entity(one.name)) for one in entities),
        *(Option(str(one.key), _title(one)) for one in mine),
    )
    return (
        FieldView("q-surel", "surel", _("Surel orang yang Anda beri kuasa"), "email", typed("surel"), maxlength=254,
                  hint=_("Yang ia pakai, atau akan ia pakai, di Satu Pintu.")),
        FieldView("q-untuk", "untuk", _("Untuk apa?"), "choice", typed("untuk"), options=choices),
        FieldView("q-sampai", "sampai", _("Sampai dengan"), "date", typed("sampai"), hint=_("Paling lama satu tahun. Contoh: 17-8-2026")),
    )  # fmt: skip


def _problems(fields: tuple[FieldView, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    typed = {field.name: field.value.strip() for field in fields}
    try:
        validate_email(typed["surel"])
    except ValidationError:
        found["surel"] = _("Alamat surel belum lengkap. Contoh: sari@surel.example")
    if typed["untuk"] not in {option.value for option in fields[1].options}:
        found["untuk"] = _("Pilih salah satu.")
    try:
        date.fromisoformat(str(clean(DAY, typed)))
    except (FormProblem, ValueError) as problem:
        found["sampai"] = getattr(problem, "message", _("Isi tanggal akhirnya. Contoh: 17-8-2026"))
    return found


def _with_error(field: FieldView, error: str) -> FieldView:
    return replace(field, error=error)


def _end(typed: str) -> datetime:
    """The last day is whole."""
    day = date.fromisoformat(str(clean(DAY, {"sampai": typed})))
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


# Answering -------------------------------------------------------------------------------------------------------


@applicant(back=lambda mandate: reverse("portal:mandates"))
@require_POST
def answer(request: ActorRequest, mandate: uuid.UUID) -> HttpResponse:
    """Accept, give back, or take back."""
    said = request.POST.get("jawab", "")
    given = asked(request, mandate=str(mandate), said=said)
    acts = {
        "terima": (actions.accept, _("Kuasa diterima. Setiap tindakan Anda tercatat atas nama pemberinya.")),
        "kembalikan": (actions.decline, _("Kuasa dikembalikan.")),
        "cabut": (
            actions.withdraw,
            _("Kuasa dicabut. Mulai sekarang ia tidak bisa membuka atau mengubah apa pun."),
        ),
    }
    if said in acts:
        act, words = acts[said]
        act(request.actor, mandate, asked=given)
        messages.success(request, words)
    return redirect("portal:mandates")
