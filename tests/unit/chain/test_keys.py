"""Keys, signatures and proofs of possession at their edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.chain import key_vectors, keys
from node.chain.codec import decoder, encode
from node.chain.errors import Bug, ErrorCode, Malformed
from node.chain.types import Hash
from tests.reference import naive_ed25519

SEED = bytes(range(32))
KEY = keys.public_key(SEED)
CHAIN_ID, OTHER_CHAIN_ID = Hash(bytes([1]) * 32), Hash(bytes([2]) * 32)
SEEDS = st.binary(min_size=32, max_size=32)


@settings(max_examples=60)
@given(SEEDS, st.binary(max_size=200))
@pytest.mark.slow
def test_keys_and_signatures_are_those_of_the_integer_twin(seed: bytes, message: bytes) -> None:
    """RFC 8032 in a library and in plain integers."""
    key, signature = keys.public_key(seed), keys.sign(seed, message)
    assert key == naive_ed25519.public_key(seed)
    assert signature == naive_ed25519.sign(seed, message)
    assert keys.verify(1, key, message, signature)
    keys.check_public_key(1, key)


@settings(max_examples=60)
@given(st.integers(0, 95), st.integers(0, 7), st.sampled_from([1, 2, 4, 8]))
@pytest.mark.slow
def test_damage_is_judged_as_the_integer_twin_judges_it(byte: int, bit: int, order: int) -> None:
    """A flipped bit of key or signature, or a torsion point added to the key."""
    raw = bytearray(KEY + keys.sign(SEED, b"m"))
    raw[byte] ^= 1 << bit
    key, signature = bytes(raw[:32]), bytes(raw[32:])
    assert keys.verify(1, key, b"m", signature) is naive_ed25519.verify(key, b"m", signature)
    point = naive_ed25519.decode(KEY)
    assert point is not None
    mixed = naive_ed25519.encode(naive_ed25519.add(point, naive_ed25519.torsion(order)))
    assert is_admitted(mixed) is naive_ed25519.is_admitted(mixed) is (order == 1)


def is_admitted(key: bytes) -> bool:
    try:
        keys.check_public_key(1, key)
    except Malformed:
        return False
    return True


@pytest.mark.feature("G4")
def test_an_unknown_suite_has_its_own_error_and_verifies_nothing() -> None:
    """Suite 2 is reserved; nothing passes under it by accident."""
    with pytest.raises(Malformed) as caught:
        keys.check_public_key(2, KEY)
    assert caught.value.code == ErrorCode.UNKNOWN_SUITE
    assert not keys.verify(2, KEY, b"m", keys.sign(SEED, b"m"))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    """The library would raise its own error."""
    with pytest.raises(Malformed) as caught:
        keys.check_public_key(1, bytes(size))
    assert caught.value.code == ErrorCode.BAD_PUBLIC_KEY
    assert not keys.verify(1, bytes(size), b"m", keys.sign(SEED, b"m"))


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_of_another_length_is_refused(size: int) -> None:
    """No byte of the message may count as one of the signature."""
    signature = keys.sign(SEED, b"m") + b"m"
    assert not keys.verify(1, KEY, b"m", signature[:size])
    assert not keys.verify(1, KEY, b"", signature)


def test_many_verdicts_are_given_in_order() -> None:
    """One bad signature does not change its neighbours' verdicts."""
    good = (1, KEY, b"m", keys.sign(SEED, b"m"))
    bad = (1, KEY, b"n", keys.sign(SEED, b"m"))
    assert keys.verify_many([good, bad, good]) == [True, False, True]
    assert keys.verify_many([]) == []


def test_a_possession_holds_for_its_chain_key_and_context_only() -> None:
    """Nobody can register another's key, or carry a proof to another chain or registration."""
    signed = keys.possession_bytes(CHAIN_ID, KEY, b"registration 7")
    signature = keys.sign(SEED, signed)
    other = keys.public_key(bytes(32))
    assert keys.has_possession(CHAIN_ID, 1, KEY, b"registration 7", signature)
    assert not keys.has_possession(OTHER_CHAIN_ID, 1, KEY, b"registration 7", signature)
    assert not keys.has_possession(CHAIN_ID, 1, other, b"registration 7", signature)
    assert not keys.has_possession(CHAIN_ID, 1, KEY, b"registration 8", signature)
    assert not keys.has_possession(CHAIN_ID, 2, KEY, b"registration 7", signature)


def test_a_context_is_at_most_64_bytes() -> None:
    """A longer one is a fault of its maker, and proves nothing to a checker."""
    keys.possession_bytes(CHAIN_ID, KEY, bytes(64))
    with pytest.raises(Malformed) as caught:
        keys.possession_bytes(CHAIN_ID, KEY, bytes(65))
    assert caught.value.code == ErrorCode.BAD_POSSESSION
    assert not keys.has_possession(CHAIN_ID, 1, KEY, bytes(65), bytes(64))


def test_a_library_that_differs_stops_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict changed by a new release of the library is found before the first vote."""
    wrong = key_vectors.VECTORS[4]._replace(verifies=True)
    monkeypatch.setattr(keys, "VECTORS", (*key_vectors.VECTORS[:4], wrong))
    with pytest.raises(Bug, match="R \\+ T2"):
        keys._check_library()


def test_there_are_sixteen_edges_with_every_combination_of_verdicts() -> None:
    """An empty list would check nothing."""
    verdicts = {(vector.admitted, vector.verifies) for vector in key_vectors.VECTORS}
    assert len(key_vectors.VECTORS) == 16
    assert verdicts == {(True, True), (True, False), (False, True), (False, False)}


def test_a_public_key_is_encoded_with_its_suite() -> None:
    """[suite, key], without a kind."""
    key = keys.PublicKey(1, KEY)
    assert encode(key) == b"\x92\x01\xc4\x20" + KEY
    assert decoder(keys.PublicKey, 64)(encode(key)) == key
