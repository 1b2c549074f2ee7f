# SPDX-License-Identifier: Apache-2.0
"""Messages that do not arrive: what still waits, what failed for good and why, and sending it again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.core.access import GRANTS, Actor, Permission, require
from satupintu.core.refusal import Refusal
from satupintu.desk.forms import asked, command
from satupintu.desk.views.guard import seat, sender
from satupintu.notices import actions, queries
from satupintu.notices.models import Delivery
from satupintu.offices.models import Office
from satupintu.offices.queries import by_id, calendar
from satupintu.ui import formats
from satupintu.ui.words import channel_words, delivery_reason, delivery_words

MOST = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery. to: its address, masked. resend: the form's address, "" for what is still being tried."""

    subject: str
    to: str
    channel: str
    state: str
    why: str
    when: str
    tries: int
    by_mail: bool
    resend: str
    hidden: Sequence[tuple[str, str]]


@sender
@require_safe
def deliveries(request: ActorRequest) -> HttpResponse:
    """What failed for good and what waits, at one office of this person."""
    offices = _offices(request.actor)
    slug = request.GET.get("kantor", "")
    office = next((one for one in offices if one.slug == slug), None if slug else offices[0])
    if office is None:
        raise Refusal("access.not-yours", status=404)
    seat(request, office)
    context = {
        "office": office,
        "offices": offices if len(offices) > 1 else [],
        "failed": [_row(one, office, request) for one in queries.failed(office, limit=MOST)],
        "waiting": [_row(one, office, request) for one in queries.still_trying(office, limit=MOST)],
        "most": MOST,
    }
    return render(request, "desk/deliveries.html", context)


@sender
@require_POST
def resend(request: ActorRequest, notice: uuid.UUID, channel: str) -> HttpResponse:
    """Send it again, on record."""
    found = queries.delivery(notice, channel)
    office = found.notice.office
    require(request.actor, Permission.NOTICE_RESEND, office)
    seat(request, office)
    actions.resend(request.actor, found, asked=asked(request.POST, notice=str(notice), channel=channel))
    messages.success(request, _("Dikirim ulang. Keadaannya terlihat di daftar ini."))
    return redirect(f"{reverse('desk:deliveries')}?kantor={office.slug}")


def _offices(actor: Actor) -> list[Office]:
    """The offices whose messages this person sees to, by name."""
    ids = {
        c.office_id
        for c in actor.capacities
        if c.office_id is not None and Permission.NOTICE_RESEND in GRANTS.get(c.role, frozenset())
    }
    return sorted(by_id(ids).values(), key=lambda office: office.name)


def _row(delivery: Delivery, office: Office, request: ActorRequest) -> Row:
    notice, when_open = delivery.notice, calendar(office)
    has_failed = delivery.state == Delivery.FAILED
    address = [notice.key, delivery.channel]
    return Row(
        subject=notice.subject,
        to=formats.masked_address(_address(delivery)),
        channel=channel_words(delivery.channel),
        state=delivery_words(delivery.state)[1],
        why=delivery_reason(delivery.reason),
        when=formats.near_moment(delivery.at, when_open.zone, when_open.local_day(request.actor.at)),
        tries=delivery.attempts,
        by_mail=delivery.channel == Delivery.WHATSAPP and _also_by_mail(delivery),
        resend=reverse("desk:resend", args=address) if has_failed else "",
        hidden=command() if has_failed else (),
    )


def _address(delivery: Delivery) -> str:
    account: Any = delivery.notice.account
    if delivery.channel == Delivery.EMAIL:
        return str(account.email or "")
    return str(account.person.phone) if account.person else ""


def _also_by_mail(delivery: Delivery) -> bool:
    return bool(getattr(delivery, "by_email", False))
