# SPDX-License-Identifier: Apache-2.0
"""Reading messages."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from satupintu.accounts import queries as accounts
from satupintu.core import telling
from satupintu.core.refusal import Refusal
from satupintu.notices.models import Delivery, Digest, Notice, Preference, Report
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day, setting, zone_of


def inbox(account_id: int, *, limit: int = 30) -> Sequence[Notice]:
    """The newest messages of an account, with how they travelled: two SQL queries."""
    return list(
        Notice.objects.filter(account_id=account_id)
        .prefetch_related("deliveries")
        .order_by("-at", "-pk")[:limit]
    )


def unread(account_id: int) -> int:
    return Notice.objects.filter(account_id=account_id, read_at__isnull=True).count()


def waiting(delivery_id: int) -> Delivery | None:
    """The delivery, if it is still to leave."""
    rows = Delivery.objects.select_related("notice__account")
    return rows.filter(pk=delivery_id, state__in=Delivery.OPEN).first()


def told_about(subject: str) -> list[tuple[str, str, str]]:
    """(source, channel, state) of everything told about this file, for its page."""
    rows = Delivery.objects.filter(notice__about=subject).order_by("pk")
    return list(rows.values_list("notice__source", "channel", "state"))


# Which way, and when ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ways:
    """How an account is told besides in the application. address: its e-mail address; phone: the number it has proved;
    "" for none."""

    email: bool
    whatsapp: bool
    address: str
    phone: str


def ways(account_id: int) -> Ways:
    """What this account has chosen; if it has chosen nothing, by e-mail, or by WhatsApp where it has no address."""
    account = accounts.account(account_id)
    address, phone = account.email or "", accounts.phone_of(account)
    said = Preference.objects.filter(pk=account_id).first() or Preference(email=True, whatsapp=not address)
    return Ways(said.email and bool(address), said.whatsapp and bool(phone), address, phone)


def whatsapp_is_on() -> bool:
    """Does this installation send by WhatsApp?"""
    return accounts.whatsapp_is_on()


def channels(notice: Notice, *, essential: bool) -> list[str]:
    """The ways this notice goes. What cannot go by WhatsApp goes by e-mail to whoever chose WhatsApp alone."""
    chosen = ways(notice.account_id)
    by_whatsapp = chosen.whatsapp and bool(notice.template) and whatsapp_is_on()
    instead = bool(chosen.address) and not by_whatsapp and (chosen.whatsapp or essential)
    by_email = chosen.email or instead
    return [Delivery.EMAIL] * by_email + [Delivery.WHATSAPP] * by_whatsapp


def after_quiet_hours(notice: Notice, at: datetime) -> datetime:
    """The first moment from `at` on that is not in the quiet hours of the office."""
    quiet = telling.quiet_hours(setting(notice.office, "quiet_hours", local_day(notice.office, at)))
    return telling.may_leave(at, zone_of(notice.office), quiet)


def of_key(key: str, channel: str = Delivery.WHATSAPP) -> Delivery | None:
    """The delivery that carries this key; None for what is no key of ours."""
    try:
        known = uuid.UUID(key)
    except ValueError:
        return None
    return Delivery.objects.filter(notice__key=known, channel=channel).first()


def report(report_id: int) -> Report:
    return Report.objects.get(pk=report_id)


# For the administrator -------------------------------------------------------------------------------------------


def _troubled(office: Office) -> QuerySet[Delivery]:
    other = Delivery.objects.filter(notice=OuterRef("notice"), channel=Delivery.EMAIL)
    rows = Delivery.objects.filter(state__in=Delivery.TROUBLED, notice__office=office)
    return rows.select_related("notice__account__person").annotate(by_email=Exists(other))


def failed(office: Office, *, limit: int = 100) -> list[Delivery]:
    """What has failed for good at this office, newest first; `by_email`: the notice goes by e-mail (too)."""
    return list(_troubled(office).filter(state=Delivery.FAILED).order_by("-at", "-pk")[:limit])


def still_trying(office: Office, *, limit: int = 100) -> list[Delivery]:
    """What waits at this office, newest first."""
    return list(_troubled(office).filter(state__in=Delivery.OPEN).order_by("-at", "-pk")[:limit])


def delivery(key: uuid.UUID, channel: str) -> Delivery:
    """One way of one notice. Raises Refusal `access.not-yours` (404)."""
    found = Delivery.objects.select_related("notice__office").filter(notice__key=key, channel=channel).first()
    if found is None:
        raise Refusal("access.not-yours", status=404)
    return found


def digest(digest_id: int) -> Digest:
    return Digest.objects.select_related("office").get(pk=digest_id)


def failed_on(office: Office, day: date) -> int:
    """How many deliveries of this office failed for good on that day, and still have not arrived."""
    zone = zone_of(office)
    begins, ends = (
        datetime.combine(one, datetime.min.time(), zone) for one in (day, day + timedelta(days=1))
    )
    rows = Delivery.objects.filter(state=Delivery.FAILED, at__gte=begins, at__lt=ends)
    return rows.filter(notice__office=office).count()
