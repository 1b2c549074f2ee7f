# SPDX-License-Identifier: Apache-2.0
"""Telling people. The words are composed in the room that owns the matter; here they are kept and sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from satupintu.accounts import actions as accounts
from satupintu.accounts.queries import account_of_phone, proven_phone
from satupintu.core import telling
from satupintu.core.access import Actor, Permission
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now
from satupintu.door.write import Answer, Asked, action, task_of, write
from satupintu.notices import queries
from satupintu.notices.models import Delivery, Digest, Notice, Preference, Report
from satupintu.offices.models import Office
from satupintu.offices.queries import local_day, zone_of


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be told. source: names the occasion (one per account); about: the file it concerns.

    template, parameters: the same by WhatsApp; "" if it cannot travel there. prompt: an answer to the reader's own act,
    so it may travel in the quiet hours. essential: it travels whatever the reader prefers, and at once.
    """

    office_id: int
    about: str
    source: str
    subject: str
    body: str
    link: str = ""
    template: str = ""
    parameters: tuple[str, ...] = ()
    prompt: bool = False
    essential: bool = False


def tell(account_id: int, message: Message) -> bool:
    """Keep the message and queue its ways, in one commit; False if this account was told already."""
    with transaction.atomic():
        notice, made = Notice.objects.get_or_create(
            account_id=account_id,
            source=message.source,
            defaults={
                "office_id": message.office_id,
                "about": message.about,
                "subject": message.subject[:200],
                "body": message.body,
                "link": message.link,
                "template": message.template,
                "parameters": list(message.parameters),
                "prompt": message.prompt or message.essential,
                "at": now(),
            },
        )
        for channel in queries.channels(notice, essential=message.essential) if made else ():
            _send_by(notice, channel)
    return made


def _send_by(notice: Notice, channel: str) -> None:
    """Open this way and queue it, unless the notice goes it already; at night, for the morning."""
    delivery, made = Delivery.objects.get_or_create(notice=notice, channel=channel, defaults={"at": now()})
    if made:
        _queue(delivery, now())


def _queue(delivery: Delivery, at: datetime) -> None:
    """Let it be tried at this moment, or after the quiet hours of its office."""
    leaves = at if delivery.notice.prompt else queries.after_quiet_hours(delivery.notice, at)
    task = task_of("notices.deliver")
    (task.using(run_after=leaves) if leaves > now() else task).enqueue(
        delivery_id=delivery.pk, tries=delivery.attempts
    )


# How it went -----------------------------------------------------------------------------------------------------


def _locked(delivery_id: int) -> Delivery:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related(
        "notice__account", "notice__office"
    )
    return rows.get(pk=delivery_id)


def delivered(delivery_id: int, carrier_id: str = "") -> None:
    """It has left: the mail server has it, or WhatsApp under this id. What a report has said already stands."""
    with transaction.atomic():
        row = _locked(delivery_id)
        row.carrier_id = carrier_id
        if telling.forward(row.state, Delivery.SENT):
            row.state, row.reason, row.at = Delivery.SENT, "", now()
        row.save()


def not_delivered(delivery_id: int, *, reason: str, unsure: bool = False) -> None:
    """It did not leave now: try again later, for a day, then call it failed. unsure: it may have left all the same."""
    with transaction.atomic():
        row, at = _locked(delivery_id), now()
        if row.state not in Delivery.OPEN:
            return
        row.attempts, row.first_at, row.at = row.attempts + 1, row.first_at or at, at
        again = telling.next_try(row.first_at, row.attempts, at, unsure=unsure)
        if again is None:
            _fail(row, reason)
            return
        row.state = Delivery.UNSURE if unsure else row.state
        row.reason = reason[:200]
        row.save()
        _queue(row, again)


def refused(delivery_id: int, *, reason: str) -> None:
    """It will never leave this way."""
    with transaction.atomic():
        row = _locked(delivery_id)
        if row.state in Delivery.OPEN:
            row.attempts, row.first_at = row.attempts + 1, row.first_at or now()
            _fail(row, reason)


def bounced(key: str, *, reason: str) -> bool:
    """The mail of this notice came back after the server had taken it; False where there is no such mail."""
    found = queries.of_key(key, Delivery.EMAIL)
    if found is None:
        return accounts.letter_returned(key)
    with transaction.atomic():
        row = _locked(found.pk)
        if telling.forward(row.state, Delivery.FAILED):
            _fail(row, reason)
    return True


def _fail(row: Delivery, reason: str) -> None:
    """Failed for good: by e-mail instead, if it was WhatsApp; and the administrators read of it tomorrow."""
    row.state, row.reason, row.at = Delivery.FAILED, reason[:200], now()
    row.save()
    if row.channel == Delivery.WHATSAPP and row.notice.account.email:
        _send_by(row.notice, Delivery.EMAIL)
    office = row.notice.office
    digest, made = Digest.objects.get_or_create(office=office, day=local_day(office, row.at))
    if made:
        morning = telling.next_morning(digest.day, zone_of(office))
        task_of("notices.digest").using(run_after=morning).enqueue(digest_id=digest.pk)


@action
def resend(actor: Actor, delivery: Delivery, *, asked: Asked) -> Answer:
    """Try once more what has failed for good. Raises Refusal `notices.not-failed`, `access.*`."""
    with write(
        actor, Permission.NOTICE_RESEND, Office.objects.all(), delivery.notice.office_id, asked=asked
    ) as door:
        row = _locked(delivery.pk)
        if row.state != Delivery.FAILED:
            raise Refusal("notices.not-failed")
        row.state, row.reason, row.carrier_id = Delivery.WAITING, "", ""
        row.attempts, row.first_at, row.at = 0, None, door.at
        row.save()
        door.event("notice.resent", notice=str(row.notice.key), channel=row.channel)
        door.job("notices.deliver", delivery_id=row.pk, tries=0)
        door.answer = {"delivery": row.pk}
    return door.answer


# What WhatsApp reports -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """One report. key: of the notice, as we sent it. carrier_id: WhatsApp's. status: sent, delivered, read, failed."""

    key: str
    carrier_id: str
    status: str
    code: int
    at: datetime


def take_reports(reports: Iterable[Told]) -> int:
    """Keep what is new in these reports and queue it, in one commit; gives how many were new."""
    new = 0
    with transaction.atomic():
        for told in reports:
            if told.status == "failed" and accounts.letter_returned(told.key):
                continue
            delivery = queries.of_key(told.key)
            if delivery is None or told.status not in telling.REPORTS:
                continue
            report, made = Report.objects.get_or_create(
                carrier_id=told.carrier_id,
                status=told.status,
                defaults={"delivery": delivery, "code": told.code, "at": told.at, "taken_at": now()},
            )
            if made:
                new += 1
                # Before any delivery: what a report settles is not to be sent again.
                task_of("notices.apply_report").using(priority=10).enqueue(report_id=report.pk)
    return new


def apply_report(report: Report, *, reason: str) -> None:
    """Move the delivery on; an older report never overwrites a newer one. reason: of a failure, in words."""
    with transaction.atomic():
        row, state = _locked(report.delivery_id), telling.REPORTS[report.status]
        if not telling.forward(row.state, state):
            return
        if state != Delivery.FAILED:
            row.state, row.reason, row.at = state, "", now()
            row.carrier_id = report.carrier_id
            row.save()
        elif row.carrier_id in ("", report.carrier_id):  # not the failure of an earlier try
            _fail(row, reason)


# What people prefer ----------------------------------------------------------------------------------------------


def prefer(account_id: int, *, email: bool, whatsapp: bool) -> None:
    """How this account wants to be told from now on. Raises Refusal `notices.phone-not-proven` (422)."""
    if whatsapp and not proven_phone(account_id):
        raise Refusal("notices.phone-not-proven", status=422)
    Preference.objects.update_or_create(
        account_id=account_id, defaults={"email": email, "whatsapp": whatsapp, "at": now()}
    )


def stop(number: str, at: datetime) -> bool:
    """Whoever holds this number (+62…) has asked at this time for no more WhatsApp; a later choice of his stands.

    Somebody who had chosen WhatsApp alone is told by e-mail from now on.
    """
    account_id = account_of_phone(number)
    if account_id is None:
        return False
    asked = Preference.objects.filter(account_id=account_id, whatsapp=True, at__lt=at)
    return asked.update(whatsapp=False, email=True, at=at) > 0


def read_all(account_id: int) -> None:
    Notice.objects.filter(account_id=account_id, read_at__isnull=True).update(read_at=now())
