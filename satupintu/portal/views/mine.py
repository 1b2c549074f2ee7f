# SPDX-License-Identifier: Apache-2.0
"""A person's own place: drafts, what he must do, what runs, what is finished, and his messages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.applications import actions
from satupintu.applications import queries as applications
from satupintu.applications.models import Application
from satupintu.catalog.models import Ruling
from satupintu.licensing import queries as licensing
from satupintu.notices import actions as notice_actions
from satupintu.notices import queries as notices
from satupintu.notices.models import Delivery, Notice
from satupintu.offices.queries import calendar
from satupintu.permits import queries as permits
from satupintu.permits.models import Permit
from satupintu.portal import story
from satupintu.portal.applicant import applicant, own, service_name
from satupintu.portal.summary import resume
from satupintu.ui import formats
from satupintu.ui.parts import ListRow, TagKind
from satupintu.ui.words import channel_words, delivery_reason, delivery_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

FEW, MANY, ALL = 8, 50, "semua"  # messages on the page: the newest, or with ?kabar=semua many


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft: where it goes on, and the form that throws it away. closed: its service is, so it can only be read."""

    title: str
    small: str
    href: str
    discard: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class PermitRow:
    """A finished application; number, code: of its permit, "" where it has none."""

    href: str
    title: str
    small: str
    tag: str
    kind: TagKind
    number: str = ""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A message, when it came, how it travelled, and the application it is about."""

    subject: str
    body: str
    when: str
    unread: bool
    ways: tuple[tuple[TagKind, str], ...]
    href: str


@applicant()
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """Everything of this person on one page, what waits for him first."""
    found = applications.own_all(request.actor)
    sent = [story.of(application, request.actor.at) for application in found if application.case_id]
    issued = permits.of_cases([told.case for told in sent])
    drafts = [application for application in found if not application.case_id]
    closed = applications.closed_among(drafts, request.actor.at)
    context: dict[str, Any] = {
        "drafts": [_draft(one, request.actor.at, closed.get(one.pk)) for one in drafts],
        "todo": [told for told in sent if told.yours],
        "running": [_running(told) for told in sent if not told.yours and not _over(told, issued)],
        "finished": [_finished(told, issued) for told in sent if not told.yours and _over(told, issued)],
        "notices": _inbox(request, found),
        "unverified": len(licensing.unverified(request.actor)),
    }
    context["unread"] = notices.unread(request.actor.account_id or 0)
    context["more"] = len(context["notices"]) == FEW and request.GET.get("kabar") != ALL
    return render(request, "portal/mine.html", context)


def _over(told: story.Told, issued: dict[int, Permit]) -> bool:
    """Nothing more is to come for the person: it has ended, or the permit is there and fetched."""
    return bool(told.case.end) or (told.case.pk in issued and told.state.decided and not told.signing)


def _draft(application: Application, at: datetime, closing: Ruling | None) -> DraftRow:
    if closing is not None and closing.day is not None:
        return DraftRow(
            title=applications.title(application),
            small=_("%(service)s · ditutup mulai %(day)s, tidak bisa dikirim")
            % {"service": service_name(application), "day": formats.long_date(closing.day)},
            href=reverse("portal:review", args=[application.key]),
            discard=reverse("portal:discard", args=[application.key]),
            closed=True,
        )
    when_open = calendar(application.office)
    changed = formats.near_moment(application.changed_at, when_open.zone, when_open.local_day(at))
    return DraftRow(
        title=applications.title(application),
        small=_("%(service)s · terakhir diisi %(when)s")
        % {"service": service_name(application), "when": changed[:1].lower() + changed[1:]},
        href=resume(application),
        discard=reverse("portal:discard", args=[application.key]),
    )


def _running(told: story.Told) -> ListRow:
    due = formats.near_date(told.due, told.today) if told.due else ""
    until = _("janji %(date)s") % {"date": due} if due else told.due_words
    return ListRow(
        href=reverse("portal:application", args=[told.application.key]),
        title=told.case.title,
        small=f"{told.case.receipt} · {told.whose} · {until}",
        tag=told.status,
        kind="",
    )


def _finished(told: story.Told, issued: dict[int, Permit]) -> PermitRow:
    permit = issued.get(told.case.pk)
    kind: TagKind = "ok" if permit and permit.state == Permit.ISSUED else "stop" if told.refused else "draft"
    tag = told.status
    if permit and permit.state == Permit.REVOKED:
        kind, tag = "stop", _("Dicabut")
    return PermitRow(
        href=reverse("portal:application", args=[told.application.key]),
        title=told.case.title,
        small=f"{service_name(told.application)} · {told.case.receipt}",
        tag=tag,
        kind=kind,
        number=permit.number if permit else "",
    )


def _inbox(request: ActorRequest, found: list[Application]) -> list[NoticeRow]:
    limit = MANY if request.GET.get("kabar") == ALL else FEW
    by_subject = {application.case.subject: application for application in found if application.case}
    return [
        _notice(notice, by_subject.get(notice.about), request.actor.at)
        for notice in notices.inbox(request.actor.account_id or 0, limit=limit)
    ]


def _notice(notice: Notice, about: Application | None, at: datetime) -> NoticeRow:
    when = ""
    if about is not None:
        when_open = calendar(about.office)
        when = formats.near_moment(notice.at, when_open.zone, when_open.local_day(at))
    return NoticeRow(
        subject=notice.subject,
        body=notice.body,
        when=when,
        unread=notice.read_at is None,
        ways=tuple(_way(delivery) for delivery in notice.deliveries.all()),
        href=reverse("portal:application", args=[about.key]) if about else "",
    )


def _way(delivery: Delivery) -> tuple[TagKind, str]:
    """How a message travelled: "WhatsApp: gagal terkirim, karena nomor ini …"."""
    kind, word = delivery_words(delivery.state)
    why = delivery_reason(delivery.reason) if delivery.state == Delivery.FAILED else ""
    because = _(", karena %(why)s") % {"why": why.partition(" (")[0]} if why else ""
    return kind, f"{channel_words(delivery.channel)}: {word}{because}"


@applicant()
@require_safe
def looked_at(request: ActorRequest) -> HttpResponse:
    """Who in an office has opened this person's files, and why (UU 27/2022 art. 32)."""
    return render(request, "portal/looked_at.html", {"rows": story.looks(request.actor)})


def _to_mine(*args: object, **kwargs: object) -> str:
    return reverse("portal:mine")


@applicant(back=_to_mine)
@require_POST
def read(request: ActorRequest) -> HttpResponse:
    """Mark all messages as read."""
    notice_actions.read_all(request.actor.account_id or 0)
    return redirect("portal:mine")


@applicant(back=_to_mine)
@require_POST
def discard(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Throw a draft away."""
    own(request, key)
    actions.discard(request.actor, key)
    messages.success(request, _("Draf sudah dibuang."))
    return redirect("portal:mine")
