"""What the builder signs: the bytes of the specification, for any body, by the right key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.chain import keys
from node.chain.errors import Malformed
from node.chain.hashing import derive_id, domain
from node.chain.rules.organisation import receipt_bytes
from node.chain.tx.envelope import sign_bytes, transaction_id
from node.chain.tx.identity import OfferKin, RevokeAgent
from node.chain.tx.transfers import Donate, Give
from node.chain.types import UINT_MAX, Code, Hash, Id, Minutes
from tests.reference.naive_codec import decode as naive_decode
from wallet.builder import Signer, build, bureau_receipt, created_id, possession, read_bytes
from wallet.secret import Secret

CHAIN = Hash(bytes(range(32)))
SEED = bytes([7]) * 32
SENDER = Id(bytes([9]) * 16)
OTHER = Id(bytes([3]) * 16)


def test_a_transaction_has_known_bytes():
    """The envelope is fixed for ever: version, suite, sender, sequence, validity, policy, body, signature."""
    signed = build(CHAIN, SEED, SENDER, 0, 5, 1_773_500_000_256, 1, Give(OTHER, Minutes(30)))
    assert naive_decode(signed.raw) == [
        1,
        1,
        1,
        SENDER,
        [0, 5],
        1_773_500_000_256,
        1,
        [120, OTHER, 30],
        signed.tx.signature,
    ]
    assert signed.tx_id == transaction_id(signed.raw)


@given(
    st.integers(0, 15),
    st.integers(0, UINT_MAX),
    st.integers(0, UINT_MAX),
    st.integers(0, UINT_MAX),
)
def test_every_transaction_is_canonical_and_signed_by_its_key(
    lane: int, number: int, until: int, minutes: int
):
    """Round trip through the kernel's parser; the signature is over all bytes before its field."""
    body = Donate(Code("city"), Minutes(minutes))
    signed = build(CHAIN, SEED, SENDER, lane, number, until, 1, body)
    assert signed.tx.sequence == (lane, number)
    assert signed.tx.body == body
    assert keys.verify(1, keys.public_key(SEED), sign_bytes(CHAIN, signed.raw), signed.tx.signature)
    other_chain = sign_bytes(Hash(bytes(32)), signed.raw)
    assert not keys.verify(1, keys.public_key(SEED), other_chain, signed.tx.signature)


@pytest.mark.parametrize(
    "body",
    [Give(Id(b"short"), Minutes(1)), Give(OTHER, Minutes(-1)), Donate(Code("NO"), Minutes(1))],
)
def test_what_no_node_would_take_is_not_signed(body: Give | Donate):
    """Values outside the grammar are found before anything leaves the wallet."""
    with pytest.raises(Malformed):
        build(CHAIN, SEED, SENDER, 0, 0, 1, 1, body)


def test_the_id_of_what_is_created_is_known_before_it_is_sent():
    """It derives from sender, lane and number; a transaction that creates nothing has none."""
    offer = build(CHAIN, SEED, SENDER, 2, 5, 1, 1, OfferKin(OTHER, Code("parent")))
    assert created_id(CHAIN, offer.tx) == derive_id(CHAIN, SENDER, 2, 5, 0)
    revoke = build(CHAIN, SEED, SENDER, 2, 6, 1, 1, RevokeAgent(SENDER, OTHER))
    assert created_id(CHAIN, revoke.tx) is None


def test_a_possession_proof_holds_for_its_context_alone():
    """A card for one district cannot be used in another."""
    key, proof = keys.public_key(SEED), possession(CHAIN, SEED, b"gulou")
    assert keys.has_possession(CHAIN, 1, key, b"gulou", proof)
    assert not keys.has_possession(CHAIN, 1, key, b"jianye", proof)


def test_the_bureau_signs_person_district_and_day():
    """And nothing else verifies."""
    receipt = bureau_receipt(CHAIN, SEED, OTHER, Code("gulou"), 20_500)
    message = receipt_bytes(CHAIN, OTHER, Code("gulou"), 20_500)
    assert keys.verify(1, keys.public_key(SEED), message, receipt.signature)
    assert receipt.day == 20_500


def test_a_signed_read_covers_method_path_query_time_actor_and_purpose():
    """Byte by byte as the contract says."""
    signer = Signer(CHAIN, SENDER, Secret(SEED))
    headers = signer.read_headers("GET", "/v1/orders?limit=5", 1_000, "service")
    message = (
        domain("read", CHAIN)
        + b"GET\x00/v1/orders?limit=5\x00"
        + (1_000).to_bytes(8, "big")
        + SENDER
        + b"service"
    )
    assert read_bytes(CHAIN, "GET", "/v1/orders?limit=5", 1_000, SENDER, "service") == message
    assert headers["Timebank-Actor"] == SENDER.hex()
    assert headers["Timebank-Time"] == "1000"
    assert headers["Timebank-Purpose"] == "service"
    signature = bytes.fromhex(headers["Timebank-Signature"])
    assert keys.verify(1, keys.public_key(SEED), message, signature)


def test_a_read_without_a_purpose_has_no_header_for_it():
    """A person reads their own data without a reason."""
    signer = Signer(CHAIN, SENDER, Secret(SEED))
    assert "Timebank-Purpose" not in signer.read_headers("GET", "/v1/x", 1)


def test_a_signer_does_not_show_its_key():
    """Not in a representation, so not in a traceback or a log line."""
    assert SEED.hex() not in repr(Signer(CHAIN, SENDER, Secret(SEED)))
    assert repr(SEED)[2:-1] not in repr(Signer(CHAIN, SENDER, Secret(SEED)))
