# SPDX-License-Identifier: Apache-2.0
"""Events are added here, inside the door's transaction, and read back to be proved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from json.encoder import encode_basestring as _quoted
from typing import Any

from django.db import connection

from satupintu.core.access import Actor, Capacity
from satupintu.core.merkle import leaf_hash
from satupintu.core.seal import GENESIS, canonical, seal, seal_bytes
from satupintu.door.models import Event
from satupintu.door.root import Root


def line_of(event: Event) -> dict[str, Any]:
    """What the seal covers: everything an event says."""
    at = event.at.astimezone(UTC).isoformat(timespec="milliseconds")
    return line(
        event.subject, event.number, at, event.office_id, event.person, event.role, event.kind, event.data
    )


def line(
    subject: str, number: int, at: str, office: int | None, person: str, role: str, kind: str, data: Any
) -> dict[str, Any]:
    """The same from the values of its columns. at: ISO, UTC, milliseconds."""
    return {
        "subject": subject,
        "number": number,
        "at": at,
        "office": office,
        "person": person,
        "role": role,
        "kind": kind,
        "data": data,
    }


def line_bytes(
    subject: str, number: int, at: str, office: int | None, person: str, role: str, kind: str, data: str
) -> bytes:
    """The canonical bytes of `line`, put together by hand: of a million events these are what takes time.

    data: as canonical JSON.
    """
    where = "null" if office is None else office
    return (
        f'{{"at":{_quoted(at)},"data":{data},"kind":{_quoted(kind)},"number":{number},'
        f'"office":{where},"person":{_quoted(person)},"role":{_quoted(role)},"subject":{_quoted(subject)}}}'
    ).encode()


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
    """Where the record does not hold: which chain or tree, which event or leaf, and what is wrong with it."""

    subject: str
    number: int
    what: str


# A time is written as a line has it by the data base itself: made a datetime first, it costs as much as the hashing.
_AT = {
    "sqlite": "coalesce(strftime('%%Y-%%m-%%dT%%H:%%M:%%f+00:00', e.at), '')",
    "postgresql": """to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"')""",
}
_READ = json.JSONDecoder().raw_decode
_EVERY = """SELECT e.subject, e.number, {at}, e.office_id, e.person, e.role, e.kind, e.data, e.previous, e.seal, l.tree, l.hash
FROM door_event e LEFT JOIN door_leaf l ON l.event_id = e.id ORDER BY e.subject, e.number"""


def _every() -> Iterator[tuple[Any, ...]]:
    """Every event with its leaf, as the data base has them: Django's own reading would take half of the time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_EVERY.format(at=_AT[connection.vendor]), [])
        while rows := cursor.fetchmany(2000):
            yield from rows


def _canonical(text: str) -> str:
    """What an event says, as it was sealed; "null", which none was ever sealed with, where it cannot even be read."""
    try:
        data, end = _READ(text)
    except ValueError:
        return "null"
    return canonical(data).decode() if end == len(text) else "null"


def _is_sealed(sealed: str, previous: str, line: Callable[[str], bytes], data: str) -> bool:
    """Whether this is the seal of a line. line: its bytes with what it says; data: that, as the data base has it.

    Where that is the canonical text already, reading it would only make it again; nothing else has the same seal.
    """
    return (
        seal_bytes(previous, line(data)) == sealed or seal_bytes(previous, line(_canonical(data))) == sealed
    )


def flaws(heads: dict[str, tuple[int, str]]) -> Iterator[Flaw | None]:
    """Walk every event once, in order of chain and number; yields None for a sound event, a Flaw for a bad one.

    heads: subject -> (number, seal) that the root rows claim, to find a tail that was cut off.
    """
    last, number, head, placed = "", 0, GENESIS, True
    seen: dict[str, tuple[int, str]] = {}
    for subject, found, at, office, person, role, kind, data, previous, sealed, tree, leaf in _every():
        if subject != last:
            last, number, head, placed = subject, 0, GENESIS, True
        number += 1
        if found != number:
            what = "missing"
        elif previous != head:
            what = "previous"
        elif not _is_sealed(
            sealed, previous, partial(line_bytes, subject, found, at, office, person, role, kind), data
        ):
            what = "seal"
        elif leaf is None:
            what, placed = "", False
        elif tree != (office or 0) or bytes(leaf) != leaf_hash(sealed.encode()):
            what = "leaf"
        else:
            what = "" if placed else "unplaced"
        yield Flaw(subject, number, what) if what else None
        number, head = found, sealed
        seen[subject] = (number, head)
    for name, claimed in heads.items():
        if seen.get(name, (0, GENESIS)) != claimed:
            yield Flaw(name, claimed[0], "root")
    for name in seen.keys() - heads.keys():
        yield Flaw(name, seen[name][0], "orphan")
