"""Peer messages: the same back, canonical only, and nothing but the documented fault for whatever bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.chain.block import Header
from node.chain.certificate import CommitCertificate
from node.chain.errors import Malformed
from node.chain.types import ZERO_HASH, EpochMs, Height, Round
from node.consensus.wire import (
    BLOCKS_MAX,
    VOTES_MAX,
    BlocksMessage,
    BlocksRequest,
    BodiesMessage,
    BodiesRequest,
    DecidedHeader,
    PeerMessage,
    ProposalMessage,
    StatusMessage,
    TransactionsMessage,
    VotesMessage,
    decode_peer_message,
    encode_message,
)
from tests.unit.consensus.lab import V, polka, precommit, prevote, proposal

Z = ZERO_HASH
HEADER = Header(1, 1, Height(4), EpochMs(9), Z, Z, 0, 1, 0, 1, Z, Z, Z, Z, Z, Z)
CERTIFICATE = CommitCertificate(1, Height(4), Round(0), V, ((0, bytes(64)),))
MESSAGES: list[PeerMessage] = [
    ProposalMessage(proposal(1, V, 0), HEADER, (CERTIFICATE,), (V,), (), (polka(0, V),)),
    VotesMessage((prevote(0, 1, V, 0), precommit(1, 1, V)), (polka(0, V),)),
    BodiesRequest(Height(4), V, (V,)),
    StatusMessage(Height(4), Round(1)),
    DecidedHeader(HEADER, CERTIFICATE),
    BlocksRequest(Height(4), 3),
    BodiesMessage(V, (b"one", b"two")),
    BlocksMessage(()),
    TransactionsMessage((b"one",)),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_each_message_comes_back_from_its_frame(message: PeerMessage) -> None:
    """Kind and payload."""
    assert decode_peer_message(*encode_message(message)) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_bytes_give_another_message_or_the_documented_fault(
    message: PeerMessage, data: st.DataObject
) -> None:
    """A changed, cut or lengthened payload never raises anything but Malformed."""
    kind, payload = encode_message(message)
    position = data.draw(st.integers(0, len(payload) - 1))
    raw = bytearray(payload)
    raw[position] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(raw), payload[:position], payload + b"\x00"):
        try:
            other = decode_peer_message(kind, damaged)
        except Malformed:
            continue
        assert encode_message(other) == (kind, damaged)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 255), st.binary(max_size=200))
def test_random_bytes_give_the_documented_fault(kind: int, payload: bytes) -> None:
    """Or, by chance, a message that encodes to them."""
    try:
        message = decode_peer_message(kind, payload)
    except Malformed:
        return
    assert encode_message(message) == (kind, payload)


@pytest.mark.parametrize(
    "message",
    [
        VotesMessage((), ()),
        VotesMessage((precommit(0, 0, V),) * (VOTES_MAX + 1), ()),
        BlocksRequest(Height(1), BLOCKS_MAX + 1),
        BlocksRequest(Height(1), 0),
        TransactionsMessage((b"",)),
    ],
)
def test_lists_and_counts_are_bounded(message: PeerMessage) -> None:
    """What is too much or nothing at all is not a message."""
    with pytest.raises(Malformed):
        decode_peer_message(*encode_message(message))
