# SPDX-License-Identifier: Apache-2.0
"""Opening the door again after a restore: one person states what is known of the lost time, another confirms it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from satupintu.accounts.queries import same_human
from satupintu.core.access import Actor, Permission
from satupintu.core.refusal import Refusal
from satupintu.core.seal import commitment
from satupintu.door import recovery
from satupintu.door.write import Answer, Asked, action, write
from satupintu.offices.actions import skip_to
from satupintu.vault.queries import books


@action
def state(
    actor: Actor,
    recovery_id: int,
    *,
    reason: str,
    numbers: Mapping[str, int],
    known_head: str = "",
    asked: Asked,
) -> Answer:
    """State why data were restored and up to which number each book is known to be used.

    numbers: Book.field -> number. known_head: digest of the chain heads as last printed elsewhere (64 hex figures), to
    put on record whether anything after the backup was lost. A later statement takes the place of an earlier one.
    Raises Refusal `cases.no-reason`, `vault.numbers`, `vault.nothing-standing`, `access.*`.
    """
    with write(actor, Permission.RECOVERY_CONFIRM, recovery.rows(), recovery_id, asked=asked) as door:
        row = door.row
        if row.confirmed_at is not None:
            raise Refusal("vault.nothing-standing")
        if not reason.strip():
            raise Refusal("cases.no-reason", status=422)
        wanted = books(actor.at)
        if any(numbers.get(book.field, -1) < book.last for book in wanted):
            raise Refusal("vault.numbers", status=422)
        row.reason, row.salt, row.known_head = reason.strip(), secrets.token_bytes(32), known_head
        row.numbers = [
            {"office": b.office_id, "book": b.name, "year": b.year, "from": b.last, "to": numbers[b.field]}
            for b in wanted
        ]
        row.proposed_by, row.proposed_at = actor.person, actor.at
        door.event(
            "recovery.stated",
            reason=commitment(row.salt, row.reason),
            numbers=row.numbers,
            known_head=known_head,
            same_head=known_head == row.head if known_head else None,
        )
    return door.answer


@action
def confirm(actor: Actor, recovery_id: int, *, asked: Asked) -> Answer:
    """Confirm what another person has stated: the books go on behind the stated numbers, and the door opens.

    Raises Refusal `vault.not-stated`, `vault.same-person`, `vault.nothing-standing`, `door.changed`, `access.*`.
    """
    with write(actor, Permission.RECOVERY_CONFIRM, recovery.rows(), recovery_id, asked=asked) as door:
        row = door.row
        if row.confirmed_at is not None:
            raise Refusal("vault.nothing-standing")
        if not row.proposed_by:
            raise Refusal("vault.not-stated")
        if same_human(row.proposed_by, actor.person):
            raise Refusal("vault.same-person", status=403)
        for line in row.numbers:
            skip_to(line["office"], line["book"], line["year"], line["to"])
        row.confirmed_by, row.confirmed_at = actor.person, actor.at
        door.event("recovery.confirmed", stated_by=row.proposed_by)
    return door.answer
