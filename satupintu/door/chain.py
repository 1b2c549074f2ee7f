# SPDX-License-Identifier: Apache-2.0
"""Events are added here, inside the door's transaction, and read back to be proved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from satupintu.core.access import Actor, Capacity
from satupintu.core.seal import GENESIS, seal
from satupintu.door.models import Event
from satupintu.door.root import Root


def line_of(event: Event) -> dict[str, Any]:
    """What the seal covers: everything an event says."""
    return {
        "subject": event.subject,
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "office": event.office_id,
        "person": event.person,
        "role": event.role,
        "kind": event.kind,
        "data": event.data,
    }


def append(actor: Actor, capacity: Capacity, root: Root, told: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Add the events to the chain of the locked root and move its head. Only door/write.py calls this."""
    office_id = getattr(root, "office_id", None)
    events = []
    for kind, data in told:
        root.version += 1
        event = Event(
            subject=root.subject,
            number=root.version,
            at=actor.at,
            office_id=office_id,
            person=actor.person,
            role=capacity.role.value,
            kind=kind,
            data={**data, **capacity.stated},
            previous=root.chain_head,
        )
        event.seal = root.chain_head = seal(event.previous, line_of(event))
        events.append(event)
    root.told_at = actor.at
    Event.objects.bulk_create(events)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where the record does not hold: which chain, which event, and what is wrong with it."""

    subject: str
    number: int
    what: str


def flaws(heads: dict[str, tuple[int, str]]) -> Iterator[Flaw | None]:
    """Walk every event once, in order of chain and number; yields None for a sound event, a Flaw for a bad one.

    heads: subject -> (number, seal) that the root rows claim, to find a tail that was cut off.
    """
    subject, number, head = "", 0, GENESIS
    seen: dict[str, tuple[int, str]] = {}
    for event in Event.objects.order_by("subject", "number").iterator(chunk_size=2000):
        if event.subject != subject:
            subject, number, head = event.subject, 0, GENESIS
        number += 1
        yield _flaw_of(event, number, head)
        number, head = event.number, event.seal
        seen[subject] = (number, head)
    for name, claimed in heads.items():
        if seen.get(name, (0, GENESIS)) != claimed:
            yield Flaw(name, claimed[0], "root")
    for name in seen.keys() - heads.keys():
        yield Flaw(name, seen[name][0], "orphan")


def _flaw_of(event: Event, number: int, head: str) -> Flaw | None:
    if event.number != number:
        return Flaw(event.subject, number, "missing")
    if event.previous != head:
        return Flaw(event.subject, number, "previous")
    if event.seal != seal(event.previous, line_of(event)):
        return Flaw(event.subject, number, "seal")
    return None
