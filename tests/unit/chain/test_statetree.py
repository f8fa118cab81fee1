"""The state tree at its edges; the general case is in the property tests."""

from hashlib import sha256

import pytest

from node.chain import statetree
from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.statetree import StateProof, StateTree
from node.chain.types import ZERO_HASH, Hash

ONE, TWO = Hash(bytes([1]) * 32), Hash(bytes([2]) * 32)


def crowded(number: int) -> bytes:
    """Keys that differ in their last byte only."""
    return bytes(31) + bytes([number])


def test_a_key_is_the_hash_of_kind_and_id() -> None:
    """One byte of kind, then the id."""
    assert statetree.tree_key(3, b"id") == sha256(b"\x03id").digest()
    assert statetree.record_hash(b"record") == sha256(b"record").digest()


def test_the_first_levels_exist_in_an_empty_tree() -> None:
    """One level: the hash of four empty buckets."""
    assert StateTree(levels=1).root == sha256(b"\x01" + bytes(128)).digest()


def test_removing_what_is_absent_changes_nothing() -> None:
    """Undo gives None for keys that a block created; they may be gone already."""
    tree = StateTree(levels=2)
    before = tree.update({crowded(1): ONE})
    assert tree.update({crowded(2): None}) == before
    assert tree.update({}) == before


def test_a_bucket_that_outgrows_its_limit_splits_and_joins_again() -> None:
    """Nine keys that share 252 bits: the bucket stands at the depth where they differ."""
    tree = StateTree(levels=2)
    eight = tree.update({crowded(number): ONE for number in range(8)})
    tree.update({crowded(8): TWO})
    proof = tree.prove(crowded(8))
    assert len(proof.siblings) == 127
    assert statetree.verify(tree.root, crowded(8), proof) == TWO
    assert statetree.verify(tree.root, crowded(9), tree.prove(crowded(9))) is None
    assert tree.update({crowded(8): None}) == eight


def test_keys_that_differ_in_the_last_two_bits_reach_the_last_level() -> None:
    """With buckets of one, 128 levels are used and none is missing."""
    tree = StateTree(levels=1, bucket_max=1)
    tree.update({crowded(0): ONE, crowded(1): TWO})
    proof = tree.prove(crowded(1))
    assert len(proof.siblings) == 128
    assert statetree.verify(tree.root, crowded(1), proof) == TWO
    assert len(encode(proof)) < 16_384


def test_loading_is_for_an_empty_tree_and_distinct_keys() -> None:
    """A second load would lose the first without a word."""
    tree = StateTree(levels=1)
    with pytest.raises(AssertionError, match="twice"):
        tree.load([(crowded(1), ONE), (crowded(1), TWO)])
    full = StateTree(levels=1)
    full.load([(crowded(1), ONE)])
    with pytest.raises(AssertionError, match="empty"):
        full.load([(crowded(2), ONE)])


def test_a_proof_of_the_largest_tree_in_mind_is_below_its_promised_size() -> None:
    """Nine levels and a full bucket: at most 1.4 kB and a few bytes of framing."""
    siblings = (bytes(96),) * 9
    assert len(encode(StateProof(bytes(512), siblings))) <= 1_408


def fitted(key: bytes, bucket: bytes, siblings: tuple[bytes, ...]) -> Hash:
    """The root that a liar would publish for this bucket."""
    value = sha256(b"\x00" + bucket).digest() if bucket else ZERO_HASH
    digits = int.from_bytes(key, "big") >> 256 - 2 * len(siblings)
    for others in siblings:
        cut = 32 * (digits & 3)
        value = sha256(b"\x01" + others[:cut] + value + others[cut:]).digest()
        digits >>= 2
    return Hash(value)


SIBLINGS = (bytes(96),) * 3


@pytest.mark.parametrize(
    ("bucket", "why"),
    [
        (crowded(2) + ONE + crowded(1) + ONE, "not sorted"),
        (crowded(1) + ONE + crowded(1) + TWO, "not sorted"),
        (crowded(1) + ONE + b"\xff" * 64, "another place"),
        (b"".join(crowded(number) + ONE for number in range(9)), "size of the bucket"),
        (crowded(1) + ONE[:-1], "size of the bucket"),
    ],
)
def test_a_bucket_that_no_tree_makes_is_refused_even_under_a_fitting_root(
    bucket: bytes, why: str
) -> None:
    """So one root and key have one proof, whoever made the root."""
    root = fitted(crowded(1), bucket, SIBLINGS)
    with pytest.raises(Malformed, match=why) as caught:
        statetree.verify(root, crowded(1), StateProof(bucket, SIBLINGS))
    assert caught.value.code == ErrorCode.BAD_MERKLE_PROOF


@pytest.mark.parametrize("siblings", [(bytes(95),), (bytes(97),), (bytes(96),) * 129])
def test_a_path_of_wrong_lengths_is_refused(siblings: tuple[bytes, ...]) -> None:
    """Even under a root made to fit, and before anything is shifted by a negative count."""
    root = fitted(crowded(1), b"", siblings) if len(siblings) == 1 else ZERO_HASH
    with pytest.raises(Malformed):
        statetree.verify(root, crowded(1), StateProof(b"", siblings))


def test_an_empty_path_proves_a_tree_that_is_one_bucket() -> None:
    """The verifier needs no parameter of the tree."""
    bucket = crowded(1) + ONE
    root = Hash(sha256(b"\x00" + bucket).digest())
    assert statetree.verify(root, crowded(1), StateProof(bucket, ())) == ONE
    assert statetree.verify(root, crowded(2), StateProof(bucket, ())) is None
