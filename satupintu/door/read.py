# SPDX-License-Identifier: Apache-2.0
"""Reading the record: the history of one thing, and the proof of all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps

from satupintu.core.seal import digest
from satupintu.door import chain, looks
from satupintu.door.models import Event
from satupintu.door.root import Root


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
    """What `satupintu record verify` found."""

    events: int = 0
    chains: int = 0
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


def verify() -> Verdict:
    """Recompute every seal of every chain, of events and of looks, and compare the ends with what their rows say."""
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
    return verdict
