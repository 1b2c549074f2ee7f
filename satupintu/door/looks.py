# SPDX-License-Identifier: Apache-2.0
"""Looking is on record too: who read what of whom, why, and from which network. One chain per office and day (UTC).

A second record beside the events, because reading changes nothing and would make every chain of a file as long as its
page is popular. Append-only by trigger; its chains are proved with the others (`door/read.py`).

Source: design §1.3; UU 27/2022 art. 32 (a person may see the trail of what was done with his data).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from satupintu.core.access import Actor, Capacity
from satupintu.core.seal import GENESIS, seal
from satupintu.door.chain import Flaw
from satupintu.door.fields import blind_index
from satupintu.door.models import Look, LookDay
from satupintu.door.root import Root

TURN, HAND, DUTY, OTHER = "turn", "hand", "duty", "other"
"""Why somebody looks: it is his turn; it went through his hands; his role oversees; none of these."""

SAME_LOOK = timedelta(minutes=15)
"""Who reads on within this time is still looking: a page that is loaded again is no second look."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look, as it is told to whom it concerns. network: the same for the same address, and nothing else."""

    at: datetime
    office_id: int
    subject: str
    person: str
    role: str
    what: str
    why: str
    network: str


def looked(actor: Actor, capacity: Capacity, root: Root, *, what: str, why: str, address: str) -> None:
    """Put a look at this root on record, before what was asked for is shown. address: of the network; kept keyed only."""
    network = blind_index(address, purpose="network")
    seen = {"person": actor.person, "subject": root.subject, "what": what, "network": network}
    if Look.objects.filter(at__gt=actor.at - SAME_LOOK, at__lte=actor.at, **seen).exists():
        return
    office_id: int = getattr(root, "office_id")  # noqa: B009 - roots that people look at belong to an office
    with transaction.atomic():
        day = _locked(office_id, actor.at.astimezone(UTC).date())
        day.number += 1
        look = Look(
            office_id=office_id, day=day.day, number=day.number, at=actor.at, role=capacity.role.value, why=why,
            previous=day.head, **seen,
        )  # fmt: skip
        look.seal = day.head = seal(look.previous, line_of(look))
        look.save(force_insert=True)
        day.save(update_fields=["number", "head"])


def line_of(look: Look) -> dict[str, Any]:
    """What the seal covers: everything a look says."""
    return {
        "office": look.office_id,
        "day": look.day.isoformat(),
        "number": look.number,
        "at": look.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "person": look.person,
        "role": look.role,
        "subject": look.subject,
        "what": look.what,
        "why": look.why,
        "network": look.network,
    }


def at(subjects: Sequence[str], *, limit: int = 200) -> list[Seen]:
    """The last looks at these subjects, newest first: one SQL query."""
    columns = ("at", "office_id", "subject", "person", "role", "what", "why", "network")
    rows = Look.objects.filter(subject__in=subjects).order_by("-at", "-pk")[:limit]
    return [Seen(*row) for row in rows.values_list(*columns)]


def flaws() -> Iterator[Flaw | None]:
    """Walk every look once, chain by chain; yields None for a sound one, a Flaw for a bad one or a lost tail."""
    heads = {(day.office_id, day.day): day for day in LookDay.objects.all()}
    ends: dict[tuple[int, date], tuple[int, str]] = {}
    for look in Look.objects.order_by("office_id", "day", "number").iterator(chunk_size=2000):
        chain = (look.office_id, look.day)
        number, head = ends.get(chain, (0, GENESIS))
        yield _flaw_of(look, number + 1, head)
        ends[chain] = (look.number, look.seal)
    for chain, day in heads.items():
        if ends.get(chain, (0, GENESIS)) != (day.number, day.head):
            yield Flaw(_name(*chain), day.number, "root")
    for chain in ends.keys() - heads.keys():
        yield Flaw(_name(*chain), ends[chain][0], "orphan")


def _flaw_of(look: Look, number: int, head: str) -> Flaw | None:
    name = _name(look.office_id, look.day)
    if look.number != number:
        return Flaw(name, number, "missing")
    if look.previous != head:
        return Flaw(name, number, "previous")
    if look.seal != seal(look.previous, line_of(look)):
        return Flaw(name, number, "seal")
    return None


def _name(office_id: int, day: date) -> str:
    return f"look:{office_id}:{day.isoformat()}"


def _locked(office_id: int, day: date) -> LookDay:
    """The end of this day's chain, locked; two who come first at once get the same one."""
    ends = LookDay.objects.select_for_update().filter(office_id=office_id, day=day)
    if (found := ends.first()) is not None:
        return found
    LookDay.objects.get_or_create(office_id=office_id, day=day)
    return ends.get()
