# SPDX-License-Identifier: Apache-2.0
"""Kuasa: somebody lets another act for him, on everything of his, on one application, or for one business actor; given, accepted, ended.

Each mandate has a chain of its own on the record. Source: design §4; security.md D4 3, 12.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from satupintu.accounts import queries
from satupintu.accounts.models import Account, Letter, Mandate, Person
from satupintu.core.access import Actor, Capacity, Permission, Power, Role
from satupintu.core.refusal import Refusal
from satupintu.door.write import Answer, Asked, Write, action, create, write

LONGEST = timedelta(days=366)


@action
def give(
    actor: Actor,
    *,
    email: str,
    until: datetime,
    about: uuid.UUID | None = None,
    case: uuid.UUID | None = None,
    asked: Asked,
) -> Answer:
    """Offer the holder of this address to act for one; it holds once he has accepted.

    about, case: keys of the one application and of its file, or about: of the business actor it is for; None for
    everything of the giver. The caller has made sure that it is the giver's own. Raises Refusal `mandate.self`, `mandate.dates`, `mandate.twice`.
    """
    giver = queries.account(actor.account_id).person
    if giver is None:
        raise Refusal("access.not-yours", status=404)
    address = email.strip().lower()
    row = Mandate(
        giver=giver, email=address, about=about, case=case,
        valid_from=actor.at, valid_to=until, given_at=actor.at,
    )  # fmt: skip
    with create(actor, Capacity(Role.APPLICANT), row, asked=asked) as door:
        if Account.objects.filter(person=giver, email__iexact=address).exists():
            raise Refusal("mandate.self", status=422)
        if not door.at < until <= door.at + LONGEST:
            raise Refusal("mandate.dates", status=422)
        same = Mandate.objects.filter(
            giver=giver, email=address, about=about, ended_at=None, valid_to__gt=door.at
        )
        if same.exclude(pk=row.pk).exists():
            raise Refusal("mandate.twice")
        door.event("mandate.given", about=str(about) if about else "", until=until.isoformat())
        letter = Letter.objects.create(email=address, template="mandate_offered", made_at=door.at)
        door.job("accounts.send_letter", letter_id=letter.pk)
        door.answer = {"mandate": str(row.key)}
    return door.answer


@action
def accept(actor: Actor, key: uuid.UUID, *, asked: Asked) -> Answer:
    """Who was offered it accepts: from this commit on he acts for the giver. Raises `mandate.ended`, `mandate.staff`."""
    row, receiver = _offered(actor, key)
    with write(
        _reached(actor, row), Permission.MANDATE_ANSWER, Mandate.objects.all(), row.pk, asked=asked
    ) as door:
        _still_open(door)
        if door.row.accepted_at is not None:
            raise Refusal("mandate.ended")
        door.row.receiver, door.row.accepted_at = receiver, door.at
        door.event("mandate.accepted")
        door.answer = {"mandate": str(key)}
    return door.answer


@action
def decline(actor: Actor, key: uuid.UUID, *, asked: Asked) -> Answer:
    """Who was offered it, or holds it, gives it back. Raises Refusal `mandate.ended`, `access.not-yours`."""
    row, _receiver = _offered(actor, key)
    with write(
        _reached(actor, row), Permission.MANDATE_ANSWER, Mandate.objects.all(), row.pk, asked=asked
    ) as door:
        _end(door, "mandate.declined")
    return door.answer


@action
def withdraw(actor: Actor, key: uuid.UUID, *, asked: Asked) -> Answer:
    """The giver takes it back: at the next request it is gone. Raises Refusal `mandate.ended`, `access.*`."""
    row = queries.mandate(key)
    with write(actor, Permission.MANDATE_WITHDRAW, Mandate.objects.all(), row.pk, asked=asked) as door:
        _end(door, "mandate.withdrawn")
    return door.answer


def follow(about: uuid.UUID, case: uuid.UUID) -> None:
    """An application has become a file: mandates for the one hold for the other. Inside the caller's open door."""
    Mandate.objects.filter(about=about, case=None).update(case=case)


def _end(door: Write[Mandate], kind: str) -> None:
    _still_open(door)
    door.row.ended_at = door.at
    door.event(kind)
    door.answer = {"mandate": str(door.row.key)}


def _still_open(door: Write[Mandate]) -> None:
    if door.row.ended_at is not None or door.row.valid_to <= door.at:
        raise Refusal("mandate.ended")


def _offered(actor: Actor, key: uuid.UUID) -> tuple[Mandate, Person]:
    """The mandate and whom it was offered to, if that is he. Raises Refusal `mandate.staff`, `access.not-yours`."""
    row, account = queries.mandate(key), queries.account(actor.account_id)
    mine = (
        row.receiver_id == account.person_id
        if row.receiver_id
        else row.email == (account.email or "-").lower()
    )
    if not mine or account.person is None:
        raise Refusal("access.not-yours", status=404)
    if actor.capacities or actor.withheld:
        raise Refusal("mandate.staff", status=403)
    return row, account.person


def _reached(actor: Actor, row: Mandate) -> Actor:
    """The same actor, whom the offer itself reaches."""
    offer: Any = Power(row.owner_key, frozenset({row.key}))
    return replace(actor, powers=(*actor.powers, offer))
