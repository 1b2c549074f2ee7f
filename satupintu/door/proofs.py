# SPDX-License-Identifier: Apache-2.0
"""Proofs as they are handed out: anybody checks them with tools/verify_record.py, by RFC 9162 alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from satupintu.core.heads import Head
from satupintu.core.merkle import is_included
from satupintu.door import chain, merkle
from satupintu.door.models import Event

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the record as it was sealed."""

    previous: str
    seal: str
    line: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """That a leaf is in the tree of a signed head. position: from 0. leaf and path: hex. entry: where it is handed out."""

    leaf: str
    position: int
    path: list[str]
    head: Head
    entry: Entry | None = None

    @property
    def order(self) -> int:
        """Its place as people count."""
        return self.position + 1

    @property
    def holds(self) -> bool:
        """Does it prove what it says?"""
        path = [bytes.fromhex(piece) for piece in self.path]
        root = bytes.fromhex(self.head.root)
        return is_included(bytes.fromhex(self.leaf), self.position, self.head.size, path, root) and (
            self.entry is None or merkle.leaf_of(self.entry.seal).hex() == self.leaf
        )

    def to_json(self) -> dict[str, Any]:
        """The file that is downloaded."""
        told = {"format": FORMAT, "leaf": self.leaf, "position": self.position, "path": self.path}
        entry = {"event": asdict(self.entry)} if self.entry else {}
        return {**told, "head": self.head.to_json(), **entry}


def of_leaf(tree: int, position: int, entry: Entry | None = None) -> Proof | None:
    """The proof of a leaf in the tree of the newest head; None before a head covers it, or where the tree is broken."""
    head = merkle.latest(tree)
    if head is None or not 0 <= position < head.size:
        return None
    try:
        leaf, path = merkle.hash_at(tree, position), merkle.included(tree, position, head.size)
    except KeyError:
        return None
    return Proof(leaf.hex(), position, [piece.hex() for piece in path], head, entry)


def of_event(subject: str, kind: str, **data: str) -> Proof | None:
    """The same for the last event of this kind in a chain whose data say this; its line comes with the proof."""
    events = Event.objects.filter(subject=subject, kind=kind).select_related("leaf").order_by("-number")
    event = next((one for one in events if data.items() <= one.data.items()), None)
    leaf = getattr(event, "leaf", None)
    if event is None or leaf is None:
        return None
    return of_leaf(leaf.tree, leaf.position, Entry(event.previous, event.seal, chain.line_of(event)))


def between(tree: int, old: int, new: int) -> dict[str, Any] | None:
    """The proof that the tree of one head continues that of an earlier one, by their numbers; None without such heads."""
    found = {
        head.number: head for number in {old, new} for head in merkle.heads(tree, after=number - 1, limit=1)
    }
    if not old <= new or found.keys() != {old, new}:
        return None
    try:
        path = merkle.consistent(tree, found[old].size, found[new].size)
    except (KeyError, ValueError):
        return None
    told = {"format": FORMAT, "old": found[old].to_json(), "new": found[new].to_json()}
    return {**told, "path": [piece.hex() for piece in path]}
