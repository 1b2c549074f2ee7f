# SPDX-License-Identifier: Apache-2.0
"""Reading the record: the history of one thing, and the proof of all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from satupintu.core.heads import Head
from satupintu.core.seal import digest
from satupintu.door import chain, forest, looks
from satupintu.door.models import Event
from satupintu.door.root import Root


@contextmanager
def snapshot() -> Iterator[None]:
    """One consistent view of everything while the office goes on writing; inside a transaction, that one's view."""
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # Not atomic(): that is IMMEDIATE here, and nobody could write meanwhile. In WAL mode a reader holds nobody up.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history."""

    number: int
    at: datetime
    person: str
    role: str
    kind: str
    data: dict[str, Any]
    seal: str


def history(root: Root, *, limit: int = 200) -> list[Line]:
    """The last events of this root, oldest first: one SQL query."""
    rows = Event.objects.filter(subject=root.subject).order_by("-number")[:limit]
    return [Line(e.number, e.at, e.person, e.role, e.kind, e.data, e.seal) for e in reversed(rows)]


@dataclass(slots=True)
class Verdict:
    """What `satupintu record verify` found. leaves: events that have their place in a tree; the others wait for theirs."""

    events: int = 0
    chains: int = 0
    leaves: int = 0
    signed: int = 0
    looks: int = 0
    head: str = ""
    flaws: list[chain.Flaw] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.flaws


Heads = dict[str, tuple[int, str]]


def heads() -> Heads:
    """Where every chain ends, as its root row says: subject -> (number, seal)."""
    found: Heads = {}
    for model in apps.get_models():
        if issubclass(model, Root):
            name = model._meta.model_name
            rows = model._default_manager.filter(version__gt=0)  # noqa: SLF001 - Django's public API
            for key, version, head in rows.values_list("key", "version", "chain_head"):
                found[f"{name}:{key}"] = (version, head)
    return found


def joined(found: Heads) -> str:
    """One digest for all heads: printed and kept elsewhere, it tells later whether anything was lost or changed."""
    return digest(sorted((subject, number, head) for subject, (number, head) in found.items()))


def told(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(subject, data) of every event of this kind."""
    rows = Event.objects.filter(kind=kind).order_by("pk")
    return rows.values_list("subject", "data").iterator(chunk_size=2000)


def verify(kept: Mapping[int, Sequence[Head]] | None = None) -> Verdict:
    """Recompute every seal (of events and of looks), every kept hash, every head; compare the ends with what rows say.

    kept: tree -> heads that were kept elsewhere; what they say must still hold. While the office works call it inside
    `snapshot`: what is written between two queries would look like a flaw.
    """
    found_heads = heads()
    verdict = Verdict(chains=len(found_heads), head=joined(found_heads))
    for found in chain.flaws(found_heads):
        if found is None:
            verdict.events += 1
        else:
            verdict.flaws.append(found)
            verdict.events += found.what not in {"root", "orphan"}
    for seen in looks.flaws():
        verdict.looks += seen is None or seen.what not in {"root", "orphan"}
        if seen is not None:
            verdict.flaws.append(seen)
    verdict.leaves, verdict.signed = forest.counts()
    verdict.flaws += [*forest.flaws(kept or {}), *forest.orphans()]
    return verdict
