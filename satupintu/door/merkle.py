# SPDX-License-Identifier: Apache-2.0
"""The record's trees: one for each office and one for the installation. Every event gets its place in one, for good.

`place` gives events without a leaf theirs, `sign` signs the heads. Both run alone under a lock, a commit at a time: killed
at any moment they have done a part of the work and nothing wrongly, and the next one goes on. An event is looked for by
having no leaf, never by an id above the last one: a commit may come late.

Source: RFC 9162 §2.1; design §1.3.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from satupintu.core.heads import Head
from satupintu.core.merkle import (
    Frontier,
    Node,
    Span,
    consistency,
    inclusion,
    is_consistent,
    leaf_hash,
    needed,
    open_groups,
    proof,
)
from satupintu.door import keys
from satupintu.door.models import Branch, Event, Leaf, TreeHead

log = logging.getLogger("satupintu.record")
INSTALLATION = 0
"""The tree of what belongs to no office."""
BATCH = 5000
_LOCK = 0x5A7_0001  # any number, as long as nobody else takes it


def tree_of(office_id: int | None) -> int:
    """The tree in which the events of this office are leaves."""
    return INSTALLATION if office_id is None else office_id


def leaf_of(seal: str) -> bytes:
    """The hash of an event's leaf. The seal covers the event and, by the seal before it, its chain up to there."""
    return leaf_hash(seal.encode())


# Growing -----------------------------------------------------------------------------------------------------------


def place(*, batch: int = BATCH) -> int:
    """Give every event without a leaf its place, in the order of their ids; gives how many. A commit for each batch."""
    waiting = Event.objects.filter(leaf__isnull=True).order_by("pk")
    first = waiting.values_list("pk", flat=True).first()  # before the lock: it looks at all there are
    if first is None:
        return 0
    done, last = 0, first - 1
    while True:
        with _alone():
            rows = waiting.filter(pk__gt=last)
            found = list(rows.values_list("pk", "office_id", "seal")[:batch])
            for tree in sorted({tree_of(office_id) for _, office_id, _ in found}):
                append(tree, [(pk, seal) for pk, office_id, seal in found if tree_of(office_id) == tree])
        if not found:
            return done
        done, last = done + len(found), found[-1][0]


def append(tree: int, events: Iterable[tuple[int, str]]) -> None:
    """Add leaves, each the (row id, seal) of an event, inside a transaction that is alone: `place` is its only caller."""
    edge = _edge(tree)
    leaves, branches = [], []
    for pk, seal in events:
        found = leaf_of(seal)
        leaves.append(Leaf(tree=tree, position=edge.size, event_id=pk, hash=found))
        for (level, position), above in edge.append(found):
            branches.append(Branch(tree=tree, level=level, position=position, hash=above))
    Leaf.objects.bulk_create(leaves)
    Branch.objects.bulk_create(branches)


def _edge(tree: int) -> Frontier:
    size = size_of(tree)
    groups = open_groups(size)
    kept = _kept(tree, [(level, at) for level, span in enumerate(groups) for at in range(*span)])
    return Frontier(size, [[kept[level, at] for at in range(*span)] for level, span in enumerate(groups)])


@contextmanager
def _alone() -> Iterator[None]:
    """One transaction, and no other like it meanwhile; on SQLite it has the one write lock anyway."""
    with transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield


# Signing -----------------------------------------------------------------------------------------------------------


def due(at: datetime) -> bool:
    """Is no head of this hour signed yet? Also when the machine's clock was set back."""
    last = TreeHead.objects.order_by("-pk").values_list("at", flat=True).first()
    return last is None or not timedelta() <= at - last.astimezone(UTC).replace(
        minute=0, second=0, microsecond=0
    ) < timedelta(hours=1)


def sign(at: datetime, origins: Mapping[int, str]) -> list[Head]:
    """Sign the head of each of these trees that has a leaf. origins: tree -> what the head calls it.

    A tree that no longer begins with what its last head said gets no further head: the log says so, `record verify` where.
    """
    return [head for tree, origin in origins.items() if (head := _signed(tree, origin, at)) is not None]


def _signed(tree: int, origin: str, at: datetime) -> Head | None:
    with _alone():
        edge, last = _edge_or_none(tree), latest(tree)
        if edge is None or not _goes_on(tree, edge, last):
            log.error("record.tree_broken", extra={"tree": tree})
            return None
        if not edge.size:
            return None
        head = signed_head(
            secret_of(tree), origin, last.number + 1 if last else 1, edge.size, edge.root().hex(), at
        )
        TreeHead.objects.create(
            tree=tree, number=head.number, origin=origin, size=head.size, root=head.root, at=at, key=head.key,
            signature=head.signature,
        )  # fmt: skip
    return head


def signed_head(
    secret: Ed25519PrivateKey, origin: str, number: int, size: int, root: str, at: datetime
) -> Head:
    """A head under its signature. root: hex. at: aware."""
    public = secret.public_key().public_bytes_raw().hex()
    text = Head(origin, number, size, root, _written(at), public)
    signature = base64.b64encode(secret.sign(text.text())).decode()
    return Head(origin, number, size, root, text.at, public, signature)


def secret_of(tree: int) -> Ed25519PrivateKey:
    """The key that signs the heads of this tree; made at first use, kept in SATUPINTU_HOME/keys."""
    return Ed25519PrivateKey.from_private_bytes(keys.key(f"record-{tree}"))


def public_of(tree: int) -> str:
    """Its public half, hex."""
    return secret_of(tree).public_key().public_bytes_raw().hex()


def _edge_or_none(tree: int) -> Frontier | None:
    try:
        return _edge(tree)
    except KeyError:
        return None


def _goes_on(tree: int, edge: Frontier, last: Head | None) -> bool:
    """Does the tree still begin with that of its last head? By its kept hashes, in O(log n)."""
    if last is None:
        return True
    if edge.size < last.size:
        return False
    try:
        path = consistent(tree, last.size, edge.size)
    except KeyError:
        return False
    return is_consistent(last.size, bytes.fromhex(last.root), edge.size, edge.root(), path)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


# Reading -----------------------------------------------------------------------------------------------------------


def size_of(tree: int) -> int:
    """How many leaves it has."""
    last = Leaf.objects.filter(tree=tree).order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1


def latest(tree: int) -> Head | None:
    """Its newest head."""
    row = TreeHead.objects.filter(tree=tree).order_by("-number").first()
    return _head(row) if row else None


def heads(tree: int, *, after: int = 0, limit: int | None = None) -> Iterator[Head]:
    """Its heads behind this number, oldest first."""
    rows = TreeHead.objects.filter(tree=tree, number__gt=after).order_by("number")
    return (_head(row) for row in rows[:limit].iterator(chunk_size=2000))


def trees() -> list[int]:
    """The trees that have a head."""
    return list(TreeHead.objects.order_by("tree").values_list("tree", flat=True).distinct())


def _head(row: TreeHead) -> Head:
    return Head(row.origin, row.number, row.size, row.root, _written(row.at), row.key, row.signature)


def included(tree: int, position: int, size: int) -> list[bytes]:
    """The path that proves the leaf at this position in the tree of this size. Raises ValueError, KeyError."""
    return _proof(tree, inclusion(position, size))


def consistent(tree: int, old: int, size: int) -> list[bytes]:
    """The path that proves that the tree of `size` leaves begins with that of `old`. Raises ValueError, KeyError."""
    return _proof(tree, consistency(old, size))


def hash_at(tree: int, position: int) -> bytes:
    """The hash of one leaf. Raises KeyError."""
    return _kept(tree, [(0, position)])[0, position]


def _proof(tree: int, spans: list[Span]) -> list[bytes]:
    return proof(spans, _kept(tree, needed(spans)))


def _kept(tree: int, nodes: Collection[Node]) -> dict[Node, bytes]:
    """These kept hashes, by one SQL query a level (for all at once SQLite would read the whole tree). Raises KeyError."""
    found: dict[Node, bytes] = {}
    for level in {level for level, _ in nodes}:
        rows = Branch.objects.filter(level=level) if level else Leaf.objects.all()
        wanted = rows.filter(tree=tree, position__in=[at for one, at in nodes if one == level])
        for position, one in wanted.values_list("position", "hash"):
            found[level, position] = bytes(one)
    if missing := set(nodes) - found.keys():
        raise KeyError(min(missing))
    return found


__all__ = [
    "BATCH", "INSTALLATION", "consistent", "due", "hash_at", "heads", "included", "latest", "leaf_of", "place",
    "public_of", "secret_of", "sign", "signed_head", "size_of", "tree_of", "trees",
]  # fmt: skip
