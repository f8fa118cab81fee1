"""The state tree against its recursive definition, with crowded cells."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.chain import statetree
from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.statetree import StateProof, StateTree
from node.chain.types import Hash
from tests.reference import naive_statetree

KEYS = st.tuples(
    st.sampled_from([b"\x00" * 6, b"\x00\x01", b"\xff\x80", b""]),
    st.binary(min_size=32, max_size=32),
).map(lambda parts: (parts[0] + parts[1])[:32])
HASHES = st.binary(min_size=32, max_size=32).map(Hash)
ENTRIES = st.dictionaries(KEYS, HASHES, max_size=30)
LEVELS = st.integers(1, 3)
BUCKETS = st.integers(1, 8)


@settings(max_examples=700)
@given(ENTRIES, st.data(), LEVELS, BUCKETS)
def test_updates_and_undoing_them_lead_to_the_defined_roots(
    entries: dict[bytes, Hash], data: st.DataObject, levels: int, bucket_max: int
) -> None:
    """The shape depends on nothing but the set of entries."""
    tree = StateTree(levels, bucket_max)
    before = tree.load(entries.items())
    assert before == naive_statetree.root(dict(entries), levels, bucket_max)
    present = st.sampled_from(sorted(entries)) if entries else KEYS
    changes = data.draw(st.dictionaries(KEYS | present, HASHES | st.none(), max_size=12))
    old = {key: tree.get(key) for key in changes}
    after = {key: value for key, value in (entries | changes).items() if value is not None}
    assert tree.update(changes) == naive_statetree.root(dict(after), levels, bucket_max)
    assert all(tree.get(key) == value for key, value in changes.items())
    assert tree.update(old) == tree.root == before


@settings(max_examples=700)
@given(ENTRIES, KEYS, st.data(), LEVELS, BUCKETS)
def test_proofs_are_the_defined_ones_and_verify(
    entries: dict[bytes, Hash], absent: bytes, data: st.DataObject, levels: int, bucket_max: int
) -> None:
    """Presence and absence, with the value."""
    tree = StateTree(levels, bucket_max)
    tree.load(entries.items())
    key = data.draw(st.sampled_from([absent, *sorted(entries)]))
    proof = tree.prove(key)
    bucket, siblings = naive_statetree.prove(dict(entries), key, levels, bucket_max)
    assert (proof.bucket, list(proof.siblings)) == (bucket, siblings)
    assert statetree.verify(tree.root, key, proof) == entries.get(key)
    assert statetree.decode_state_proof(encode(proof)) == proof


@settings(max_examples=700)
@given(ENTRIES.filter(bool), st.data())
def test_a_damaged_proof_is_refused(entries: dict[bytes, Hash], data: st.DataObject) -> None:
    """One flipped bit anywhere, another key of another place, or a level more or less."""
    tree = StateTree(2)
    tree.load(entries.items())
    key = data.draw(st.sampled_from(sorted(entries)))
    proof = tree.prove(key)
    bad = data.draw(st.sampled_from([_flipped(proof, data), _longer(proof), _shorter(proof)]))
    with pytest.raises(Malformed):
        statetree.verify(tree.root, key, bad)


def _flipped(proof: StateProof, data: st.DataObject) -> StateProof:
    raw = bytearray(proof.bucket + b"".join(proof.siblings))
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << bit % 8
    cut = len(proof.bucket)
    rest = bytes(raw[cut:])
    parts = tuple(rest[at : at + 96] for at in range(0, len(rest), 96))
    return StateProof(bytes(raw[:cut]), parts)


def _longer(proof: StateProof) -> StateProof:
    return StateProof(proof.bucket, (bytes(96), *proof.siblings))


def _shorter(proof: StateProof) -> StateProof:
    return StateProof(proof.bucket, proof.siblings[1:])


@settings(max_examples=500)
@given(
    st.binary(max_size=33),
    st.binary(max_size=40),
    st.binary(max_size=700),
    st.lists(st.binary(min_size=95, max_size=97), max_size=130),
)
def test_the_verifier_is_total(
    root: bytes, key: bytes, bucket: bytes, siblings: list[bytes]
) -> None:
    """Whatever the bytes, the one fault comes out."""
    with pytest.raises(Malformed):
        statetree.verify(Hash(root), key, StateProof(bucket, tuple(siblings)))
