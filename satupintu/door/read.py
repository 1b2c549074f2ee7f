# SPDX-License-Identifier: Apache-2.0
"""Reading the record: the history of one thing, and the proof of all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps

from satupintu.door import chain
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
    flaws: list[chain.Flaw] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.flaws


def verify() -> Verdict:
    """Recompute every seal of every chain and compare the heads with what the root rows say."""
    verdict = Verdict()
    heads = {}
    for model in apps.get_models():
        if issubclass(model, Root):
            name = model._meta.model_name
            rows = model._default_manager.filter(version__gt=0)  # noqa: SLF001 - Django's public API
            for key, version, head in rows.values_list("key", "version", "chain_head"):
                heads[f"{name}:{key}"] = (version, head)
    verdict.chains = len(heads)
    for found in chain.flaws(heads):
        if found is None:
            verdict.events += 1
        else:
            verdict.flaws.append(found)
            verdict.events += found.what not in {"root", "orphan"}
    return verdict
