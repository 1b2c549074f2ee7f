# SPDX-License-Identifier: Apache-2.0
"""The hash tree against the published vectors of RFC 6962, and against the definition of RFC 9162 itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core.merkle import (
    EMPTY,
    WIDTH,
    Frontier,
    Node,
    consistency,
    inclusion,
    is_consistent,
    is_included,
    leaf_hash,
    needed,
    node_hash,
    open_groups,
    proof,
)

# Eight leaves, the root after each of them, and proofs: the test data of the reference implementation of Certificate
# Transparency (google/certificate-transparency, merkle tree tests), used by Trillian and others since.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = {  # (leaf counted from 0, size)
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

sizes = st.integers(1, 700)  # past WIDTH**2, so that three levels are kept


class Kept:
    """A tree as it would be kept: leaves, subtrees and the root after each leaf."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.nodes: dict[Node, bytes] = {}
        self.roots = [EMPTY]
        edge = Frontier()
        for at, leaf in enumerate(leaves):
            self.nodes[0, at] = leaf
            self.nodes |= dict(edge.append(leaf))
            self.roots.append(edge.root())

    def included(self, index: int, size: int) -> list[bytes]:
        return self.proof(inclusion(index, size))

    def consistent(self, old: int, size: int) -> list[bytes]:
        return self.proof(consistency(old, size))

    def proof(self, spans: list[tuple[int, int]]) -> list[bytes]:
        return proof(spans, {node: self.nodes[node] for node in needed(spans)})


def defined(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, word for word."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(defined(leaves[:k]), defined(leaves[k:]))


PUBLISHED = Kept([leaf_hash(content) for content in LEAVES])
BIG = [leaf_hash(n.to_bytes(4, "big")) for n in range(701)]
TREE = Kept(BIG)


def test_the_empty_tree_and_the_published_roots() -> None:
    assert PUBLISHED.roots[0].hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tuple(root.hex() for root in PUBLISHED.roots[1:]) == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_published_inclusion_proofs(index: int, size: int) -> None:
    assert [piece.hex() for piece in PUBLISHED.included(index, size)] == INCLUSION[index, size]


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_the_published_consistency_proofs(old: int, size: int) -> None:
    assert [piece.hex() for piece in PUBLISHED.consistent(old, size)] == CONSISTENCY[old, size]


@given(sizes)
def test_the_root_is_the_defined_one(size: int) -> None:
    assert TREE.roots[size] == defined(BIG[:size])


@given(sizes, st.data())
def test_every_leaf_is_proved_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, root = TREE.included(index, size), TREE.roots[size]
    assert len(path) <= size.bit_length()
    assert is_included(BIG[index], index, size, path, root)
    assert not is_included(BIG[(index + 1) % len(BIG)], index, size, path, root)
    assert not is_included(BIG[index], index, size, [*path, EMPTY], root)
    assert not is_included(BIG[index], index, size, path, TREE.roots[size - 1])
    if path:
        assert not is_included(BIG[index], index, size, path[:-1], root)
        wrong = data.draw(st.integers(0, len(path) - 1))
        assert not is_included(BIG[index], index, size, [*path[:wrong], EMPTY, *path[wrong + 1 :]], root)


@given(sizes, st.data())
def test_every_earlier_tree_is_a_beginning_and_no_other(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    path, before, root = TREE.consistent(old, size), TREE.roots[old], TREE.roots[size]
    assert is_consistent(old, before, size, root, path)
    assert not is_consistent(old, TREE.roots[old - 1], size, root, path)
    assert not is_consistent(old, before, size, TREE.roots[size - 1], path)
    assert not is_consistent(old, before, size, root, [*path, EMPTY])
    if path:
        wrong = data.draw(st.integers(0, len(path) - 1))
        assert not is_consistent(old, before, size, root, [*path[:wrong], EMPTY, *path[wrong + 1 :]])


@given(sizes, st.integers(1, 40))
def test_a_frontier_that_was_put_away_goes_on_as_if_nothing_had_happened(size: int, more: int) -> None:
    groups = [[TREE.nodes[level, at] for at in range(*span)] for level, span in enumerate(open_groups(size))]
    assert all(len(group) < WIDTH for group in groups)
    edge = Frontier(size, groups)
    assert edge.root() == TREE.roots[size]
    for leaf in BIG[size : size + more]:
        for node, found in edge.append(leaf):
            assert TREE.nodes[node] == found
        assert edge.root() == TREE.roots[edge.size]


def test_a_leaf_and_a_node_of_the_same_bytes_have_other_hashes() -> None:
    """Else two hashes side by side could pass as one leaf (RFC 9162 §2.1.1)."""
    left, right = BIG[:2]
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize(("ask", "values"), [(inclusion, (3, 3)), (inclusion, (-1, 3)), (consistency, (0, 3)), (consistency, (4, 3))])  # fmt: skip
def test_what_is_not_there_has_no_proof(ask: object, values: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no such"):
        ask(*values)  # type: ignore[operator]
    assert not is_included(BIG[0], 3, 3, [], BIG[0])
    assert not is_consistent(0, EMPTY, 3, BIG[0], [])
