# SPDX-License-Identifier: Apache-2.0
"""All trees of the record walked from the first leaf: every kept hash made anew, every signed head held against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from satupintu.core.heads import Head, compare
from satupintu.core.merkle import Frontier, Node
from satupintu.door import merkle
from satupintu.door.chain import Flaw
from satupintu.door.models import Branch, Leaf, TreeHead


def subject_of(tree: int) -> str:
    """What a flaw calls a tree."""
    return f"tree:{tree}"


def flaws(kept: Mapping[int, Sequence[Head]]) -> Iterator[Flaw]:
    """What is wrong with the trees and their heads. kept: tree -> heads that were kept elsewhere, to be held against it."""
    every = {*merkle.trees(), *Leaf.objects.order_by("tree").values_list("tree", flat=True).distinct(), *kept}
    for tree in sorted(every):
        yield from _of_tree(tree, kept.get(tree, ()))


def counts() -> tuple[int, int]:
    """How many leaves and how many signed heads there are."""
    return Leaf.objects.count(), TreeHead.objects.count()


def orphans() -> Iterator[Flaw]:
    """Leaves whose event is no longer there."""
    rows = Leaf.objects.filter(event__id__isnull=True).order_by("tree", "position")
    return (Flaw(subject_of(tree), at, "gone") for tree, at in rows.values_list("tree", "position"))


def _of_tree(tree: int, kept: Sequence[Head]) -> Iterator[Flaw]:
    own = list(merkle.heads(tree))
    edge, roots = Frontier(), dict.fromkeys((head.size for head in (*own, *kept)), "")
    above = _Branches(tree)
    leaves = Leaf.objects.filter(tree=tree).order_by("position").values_list("position", "hash")
    for position, leaf in leaves.iterator(chunk_size=5000):
        if position != edge.size:
            yield Flaw(subject_of(tree), edge.size, "position")
            return  # behind a gap nothing fits any more
        for node, found in edge.append(bytes(leaf)):
            if not above.has(node, found):
                yield Flaw(subject_of(tree), position, "branch")
        if edge.size in roots:
            roots[edge.size] = edge.root().hex()
    if above.more():
        yield Flaw(subject_of(tree), edge.size, "branch")
    for what, heads in (("head", own), ("kept", kept)):
        yield from _of_heads(tree, what, heads, edge.size, roots)
    for at, head in enumerate(own, start=1):
        if head.number != at:
            yield Flaw(subject_of(tree), at, "head-missing")
            return


def _of_heads(
    tree: int, which: str, heads: Iterable[Head], size: int, roots: Mapping[int, str]
) -> Iterator[Flaw]:
    for fault in compare(heads, key=merkle.public_of(tree), size=size, root_at=roots.get):
        yield Flaw(subject_of(tree), fault.number, f"{which}-{fault.what}")


class _Branches:
    """The kept hashes of a tree, each level read once from the left as the walk comes to it."""

    def __init__(self, tree: int) -> None:
        self._rows = Branch.objects.filter(tree=tree)
        self._levels: dict[int, Iterator[tuple[int, Any]]] = {}
        self._seen = 0

    def has(self, node: Node, found: bytes) -> bool:
        """Is this the next one of its level?"""
        level, position = node
        if level not in self._levels:
            rows = self._rows.filter(level=level).order_by("position").values_list("position", "hash")
            self._levels[level] = rows.iterator(chunk_size=2000)
        at, kept = next(self._levels[level], (-1, b""))
        self._seen += 1
        return at == position and bytes(kept) == found

    def more(self) -> bool:
        """Are there others than those that were asked for?"""
        return self._rows.count() != self._seen
