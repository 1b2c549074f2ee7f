# SPDX-License-Identifier: Apache-2.0
"""Telling people. The words are composed in the room that owns the matter; here they are kept and sent."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from satupintu.door.moment import now
from satupintu.door.write import task_of
from satupintu.notices.models import Delivery, Notice


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be told. source: names the occasion (one per account); about: the file it concerns."""

    office_id: int
    about: str
    source: str
    subject: str
    body: str
    link: str = ""


def tell(account_id: int, message: Message) -> bool:
    """Keep the message and queue its e-mail, in one commit; False if this account was told already."""
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
                "at": now(),
            },
        )
        if made:
            delivery = Delivery.objects.create(notice=notice, channel="email", at=now())
            task_of("notices.deliver").enqueue(delivery_id=delivery.pk)
    return made


def delivered(delivery_id: int) -> None:
    Delivery.objects.filter(pk=delivery_id).update(state=Delivery.SENT, reason="", at=now())


def not_delivered(delivery_id: int, *, reason: str, final: bool) -> None:
    """Say why it has not arrived; final: it will not be tried again by itself."""
    state = Delivery.FAILED if final else Delivery.WAITING
    Delivery.objects.filter(pk=delivery_id).exclude(state=Delivery.SENT).update(
        state=state, reason=reason[:200], attempts=F("attempts") + 1, at=now()
    )


def read_all(account_id: int) -> None:
    Notice.objects.filter(account_id=account_id, read_at__isnull=True).update(read_at=now())
