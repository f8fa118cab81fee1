"""Domains keep kinds and chains apart; ids are derived from where they were made."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from node.chain.hashing import derive_id, digest, domain
from node.chain.types import NO_HASH, ZERO_ID, Hash, Id

CHAIN_ID = Hash(bytes(range(32)))
KINDS = st.from_regex(r"\A[a-z]{1,12}\Z")
CHAINS = st.binary(min_size=32, max_size=32).map(Hash)
IDS = st.binary(min_size=16, max_size=16).map(Id)
PLACES = st.tuples(IDS, st.integers(0, 15), st.integers(0, 2**53 - 1), st.integers(0, 65_535))


def test_a_digest_is_the_hash_of_the_written_out_preimage() -> None:
    """Nothing is left implicit."""
    preimage = b"tb1/header\x00" + CHAIN_ID + b"data"
    assert domain("header", CHAIN_ID) + b"data" == preimage
    assert digest("header", CHAIN_ID, b"data") == sha256(preimage).digest()
    assert digest("genesis", NO_HASH, b"data") == sha256(b"tb1/genesis\x00data").digest()


@given(KINDS, KINDS, CHAINS, CHAINS, st.binary(max_size=40), st.binary(max_size=40))
def test_preimages_of_different_kinds_chains_or_data_differ(
    kind: str, other_kind: str, chain: Hash, other_chain: Hash, data: bytes, other_data: bytes
) -> None:
    """No two things have one preimage."""
    same = (kind, chain, data) == (other_kind, other_chain, other_data)
    joined = domain(kind, chain) + data
    assert (joined == domain(other_kind, other_chain) + other_data) is same


@given(PLACES, PLACES)
def test_ids_of_different_places_differ(
    one: tuple[Id, int, int, int], other: tuple[Id, int, int, int]
) -> None:
    """Sender, lane, number and index all count, with fixed widths."""
    assert (derive_id(CHAIN_ID, *one) == derive_id(CHAIN_ID, *other)) is (one == other)


def test_an_id_is_sixteen_bytes_of_the_written_out_hash() -> None:
    """Big-endian widths of 1, 8 and 2 bytes."""
    preimage = b"tb1/id\x00" + CHAIN_ID + ZERO_ID + bytes([3]) + bytes(7) + b"\x05" + b"\x00\x07"
    assert derive_id(CHAIN_ID, ZERO_ID, 3, 5, 7) == sha256(preimage).digest()[:16]
