"""The log at its edges; the general case is in the property tests."""

import pytest

from node.chain import merkle
from node.chain.codec import decoder, encode
from node.chain.types import Hash

LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(8)]


def test_hashes_of_leaves_and_nodes_are_those_of_rfc_6962() -> None:
    """The published root of one empty leaf, and of the empty log."""
    assert merkle.EMPTY_ROOT.hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert merkle.leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )


def test_a_node_is_never_a_leaf() -> None:
    """The bytes before the hashed data keep the two apart."""
    left, right = LEAVES[:2]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


def test_appending_returns_every_completed_subtree_from_the_leaf_up() -> None:
    """The fourth leaf completes three subtrees."""
    frontier, _ = merkle.Frontier().extend(LEAVES[:3])
    frontier, nodes = frontier.append(LEAVES[3])
    assert [(level, index) for level, index, _ in nodes] == [(0, 3), (1, 1), (2, 0)]
    assert frontier == merkle.Frontier(4, (nodes[-1][2],))


def test_appending_nothing_changes_nothing() -> None:
    """A block always has a summary, but nothing here depends on it."""
    frontier, _ = merkle.Frontier().extend(LEAVES[:5])
    assert frontier.extend(()) == (frontier, ())


def test_a_frontier_survives_encoding() -> None:
    """A snapshot carries it."""
    frontier, _ = merkle.Frontier().extend(LEAVES[:7])
    assert decoder(merkle.Frontier, 4_096)(encode(frontier)) == frontier


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_inclusion_proof_of_a_leaf_outside(index: int, size: int) -> None:
    """The caller asked for something that does not exist."""
    with pytest.raises(ValueError, match="leaf"):
        merkle.inclusion_proof(lambda _level, _index: LEAVES[0], index, size)


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3)])
def test_there_is_no_consistency_proof_backwards(old: int, new: int) -> None:
    """A log only grows."""
    with pytest.raises(ValueError, match="from"):
        merkle.consistency_proof(lambda _level, _index: LEAVES[0], old, new)


def test_hashes_of_other_lengths_cannot_be_shifted_into_a_proof() -> None:
    """31 and 33 bytes join to the same 64 as 32 and 32."""
    left, right = LEAVES[:2]
    root = merkle.node_hash(left, right)
    joined = left + right
    assert merkle.verify_inclusion(root, 2, 0, left, (right,))
    assert not merkle.verify_inclusion(root, 2, 0, Hash(joined[:31]), (Hash(joined[31:]),))


def test_a_path_longer_than_any_log_is_not_read() -> None:
    """The verifier's work is bounded before it begins, even if the hashes add up."""
    root = LEAVES[0]
    for _ in range(65):
        root = merkle.node_hash(root, LEAVES[1])
    assert not merkle.verify_inclusion(root, 2**65, 0, LEAVES[0], (LEAVES[1],) * 65)
    assert not merkle.verify_consistency(1, LEAVES[0], 2**65, root, (LEAVES[1],) * 65)


def test_the_proof_of_a_smaller_log_does_not_serve_for_a_larger_one() -> None:
    """A path that ends too early proves nothing, although its root is right for its own size."""
    _, nodes = merkle.Frontier().extend(LEAVES)
    table = {(level, index): node for level, index, node in nodes}

    def reader(level: int, index: int) -> Hash:
        return table[level, index]

    old_root, root = merkle.root_of(LEAVES[:3]), merkle.root_of(LEAVES[:4])
    path = merkle.inclusion_proof(reader, 1, 4)
    assert merkle.verify_inclusion(root, 4, 1, LEAVES[1], path)
    assert not merkle.verify_inclusion(root, 8, 1, LEAVES[1], path)
    path = merkle.consistency_proof(reader, 3, 4)
    assert merkle.verify_consistency(3, old_root, 4, root, path)
    assert not merkle.verify_consistency(3, old_root, 8, root, path)


def test_the_empty_log_is_a_prefix_of_every_log_and_of_itself() -> None:
    """With its own root and an empty path only."""
    empty, other = merkle.EMPTY_ROOT, LEAVES[0]
    assert merkle.verify_consistency(0, empty, 5, other, ())
    assert merkle.verify_consistency(0, empty, 0, empty, ())
    assert not merkle.verify_consistency(0, other, 5, other, ())
    assert not merkle.verify_consistency(0, other, 0, other, ())
    assert not merkle.verify_consistency(0, empty, 5, other, (other,))
