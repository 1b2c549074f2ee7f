# SPDX-License-Identifier: Apache-2.0
"""What happens by itself to an unverified product: its holder is reminded, after the last day it lapses, or it is verified."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django_tasks import task

from satupintu.accounts.queries import account_of_person
from satupintu.core.access import system
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now
from satupintu.licensing import queries, telling
from satupintu.licensing.actions import fulfil
from satupintu.licensing.models import Product
from satupintu.notices.actions import Message, tell
from satupintu.offices.queries import local_day

DAY = timedelta(days=1)
TOLD_AT = frozenset({90, 60, 30, 7, 1})
"""Days before the last one on which the holder is reminded (screens A11, 11), and the day after its issue."""


@task()
def remind(product_id: int, first: bool = True) -> None:
    """Look at an unverified product once a day: tell its holder, or let it lapse; ends when it is verified or ended."""
    found = queries.of_product(product_id)
    if found is None:
        return
    left = found.days_left(local_day(found.product.permit.office, now()))
    sent = found.running is not None and found.running.case is not None
    if left < 0 and not sent:
        _lapse(found.product)
        return
    if left >= 0 and not sent and (first or left in TOLD_AT):
        _tell(found.product, telling.reminder(found.product, left))
    remind.using(run_after=now() + DAY).enqueue(product_id, first=False)


def _lapse(product: Product) -> None:
    with suppress(Refusal):  # somebody was quicker
        fulfil.lapse(system(now()), product.pk, reason=fulfil.last_day_words(product))
        _tell(product, telling.lapsed(product))


@task()
def verified(permit_id: int) -> None:
    """The verified version of a product is stored; nothing where that is known already."""
    with suppress(Refusal):
        fulfil.settle(system(now()), permit_id)


def _tell(product: Product, message: Message) -> None:
    account_id = account_of_person(product.permit.case.owner_key)
    if account_id is not None:
        tell(account_id, message)
