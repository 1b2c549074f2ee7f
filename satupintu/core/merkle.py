# SPDX-License-Identifier: Apache-2.0
"""The hash tree of the public record: its root, and short proofs that a leaf is in it and that it only grew. Pure.

Of a tree not every hash is kept: the leaves, and above them the complete subtrees of 16, 256, 4096 … leaves. That is
one row more for fifteen leaves; whatever else a proof needs is made from at most 16 of them. What is complete never
changes again, so nothing that is kept is ever written twice.

Source: RFC 9162 §2.1 (the same hashing as RFC 6962).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

STEP = 4
WIDTH = 1 << STEP
"""How many hashes of one kept level make one of the next."""

EMPTY = hashlib.sha256(b"").digest()

Node = tuple[int, int]
"""(kept level, index): the complete subtree of WIDTH**level leaves that begins at leaf index * WIDTH**level."""
Span = tuple[int, int]
"""The leaves from a first one to before a last one, counted from 0."""


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 ‖ content)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


# Growing ----------------------------------------------------------------------------------------------------------


class Frontier:
    """The right edge of a tree: all that is needed to add a leaf, and to say the root. O(log n) in size and in work.

    groups: for each kept level the hashes that have not yet made one of the next level, fewer than WIDTH.
    """

    def __init__(self, size: int = 0, groups: Iterable[Sequence[bytes]] = ()) -> None:
        self.size = size
        self._groups = [list(group) for group in groups]

    def append(self, leaf: bytes) -> Iterator[tuple[Node, bytes]]:
        """Add the hash of a leaf; gives the subtrees above level 0 that it completes, to be kept."""
        self.size += 1
        level, found = 0, leaf
        while True:
            if level == len(self._groups):
                self._groups.append([])
            group = self._groups[level]
            group.append(found)
            if len(group) < WIDTH:
                return
            found = _whole(group)
            group.clear()
            level += 1
            yield (level, (self.size >> STEP * level) - 1), found

    def root(self) -> bytes:
        """The root over all leaves added so far."""
        pieces = (piece for group in reversed(self._groups) for piece in _pieces_of(group))
        return _folded(list(pieces))


def open_groups(size: int) -> list[Span]:
    """Where the groups of a Frontier of this size lie: for each kept level the first index and the one behind the last."""
    found, level = [], 0
    while size >> STEP * level:
        count = size >> STEP * level
        found.append((count - count % WIDTH, count))
        level += 1
    return found


def _whole(hashes: Sequence[bytes]) -> bytes:
    """The root over 2^k subtrees of one size."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def _pieces_of(group: Sequence[bytes]) -> Iterator[bytes]:
    """The largest complete subtrees a group makes, from the left."""
    start = 0
    for power in reversed(range(STEP)):
        if len(group) & 1 << power:
            yield _whole(group[start : start + (1 << power)])
            start += 1 << power


def _folded(pieces: Sequence[bytes]) -> bytes:
    """One hash over complete subtrees of falling size."""
    if not pieces:
        return EMPTY
    found = pieces[-1]
    for piece in reversed(pieces[:-1]):
        found = node_hash(piece, found)
    return found


# Proofs -----------------------------------------------------------------------------------------------------------


def inclusion(index: int, size: int) -> list[Span]:
    """Whose hashes prove that the leaf `index` is in the tree of `size` leaves, lowest first (RFC 9162 §2.1.3.1).

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    found, first, last = [], 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            found.append((middle, last))
            last = middle
        else:
            found.append((first, middle))
            first = middle
    return found[::-1]


def consistency(old: int, size: int) -> list[Span]:
    """Whose hashes prove that the tree of `size` leaves begins with that of `old` leaves (RFC 9162 §2.1.4.1).

    Raises ValueError unless 0 < old <= size.
    """
    if not 0 < old <= size:
        raise ValueError("no such tree")
    found, first, last, known = [], 0, size, True
    while old < last:
        middle = first + _split(last - first)
        if old <= middle:
            found.append((middle, last))
            last = middle
        else:
            found.append((first, middle))
            first, known = middle, False
    return [*([] if known else [(first, last)]), *found[::-1]]


def needed(spans: Iterable[Span]) -> set[Node]:
    """The kept hashes from which those of the spans are made."""
    return {node for span in spans for piece in _subtrees(span) for node in _made_of(*piece)}


def proof(spans: Iterable[Span], kept: Mapping[Node, bytes]) -> list[bytes]:
    """The hashes of the spans. kept: at least the `needed` ones. Raises KeyError."""
    return [
        _folded([_whole([kept[node] for node in _made_of(*piece)]) for piece in _subtrees(span)])
        for span in spans
    ]


def _split(count: int) -> int:
    """The largest power of two below count."""
    return 1 << (count - 1).bit_length() - 1


def _subtrees(span: Span) -> Iterator[tuple[int, int]]:
    """(first leaf, power of two) of the complete subtrees that make up a span of a proof."""
    first, last = span
    while first < last:
        power = (last - first).bit_length() - 1
        yield first, power
        first += 1 << power


def _made_of(first: int, power: int) -> list[Node]:
    level, rest = divmod(power, STEP)
    start = first >> STEP * level
    return [(level, start + n) for n in range(1 << rest)]


# Checking ---------------------------------------------------------------------------------------------------------


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Does the path prove that this leaf stands at `index` in the tree of this size and root? (RFC 9162 §2.1.3.2)"""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for piece in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(piece, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, piece)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Does the path prove that the tree of (size, root) begins with that of (old, old_root)? (RFC 9162 §2.1.4.2)"""
    if old == size:
        return not path and old_root == root
    if not 0 < old < size or not path:
        return False
    rest = [old_root, *path] if old & (old - 1) == 0 else list(path)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = rest[0]
    for piece in rest[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(piece, before), node_hash(piece, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, piece)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == root
