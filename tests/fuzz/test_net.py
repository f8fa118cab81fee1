"""The peers' bytes: whatever arrives, frames and values or ``PeerFault`` come out.

The search budget comes from the profile: ``pytest --hypothesis-profile=fuzz``.
"""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from node.chain.types import Hash, Height, Id
from node.net.faults import PeerFault
from node.net.frames import FrameParser, TransportKind, encode_frame
from node.net.handshake import (
    Handshake,
    Hello,
    decode_hello,
    decode_refusal,
    encode_hello,
)
from node.net.identity import TlsKey
from node.net.liveness import Liveness, check_ping

ASH, BIRCH = TlsKey(b"a" * 32), TlsKey(b"b" * 32)
CHAIN = Hash(b"C" * 32)
HELLO = Hello(CHAIN, BIRCH.public_key, Id(bytes(16)), Hash(bytes(32)), Height(2**40))
_KINDS = st.one_of(st.sampled_from(list(TransportKind)), st.integers(0, 255))


@st.composite
def _damaged(draw: st.DrawFn, original: bytes) -> bytes:
    """The original with a few bytes changed, cut or added."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


_HELLOS = st.one_of(
    st.binary(max_size=300), st.just(encode_hello(HELLO)), _damaged(encode_hello(HELLO))
)
_PAYLOADS = st.one_of(_HELLOS, st.binary(min_size=64, max_size=64), st.binary(max_size=9))


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_the_frame_parser_gives_frames_or_a_fault(reads: list[bytes]) -> None:
    """Nothing it yields is longer than what came in, and it keeps no more than that."""
    parser = FrameParser(64)
    total = sum(map(len, reads))
    with contextlib.suppress(PeerFault):
        for read in reads:
            for frame in parser.feed(read):
                assert len(frame.payload) < 64
                total -= len(encode_frame(*frame))
        assert parser.waiting_bytes == total


@given(_HELLOS)
def test_the_hello_decoder_is_total_and_canonical(payload: bytes) -> None:
    """What it accepts has one encoding."""
    with contextlib.suppress(PeerFault):
        assert encode_hello(decode_hello(payload)) == payload


@given(st.binary(max_size=8))
def test_the_small_decoders_are_total(payload: bytes) -> None:
    """Refusals, pings and pongs."""
    liveness = Liveness(0)
    liveness.ping()
    for decode in (decode_refusal, check_ping, lambda data: liveness.pong(data, 1)):
        with contextlib.suppress(PeerFault):
            decode(payload)


@given(st.booleans(), st.lists(st.tuples(_KINDS, _PAYLOADS), max_size=5))
def test_no_sequence_of_frames_forges_a_handshake(
    dialled: bool, frames: list[tuple[int, bytes]]
) -> None:
    """Without the peer's private key nothing completes it, and only faults come out."""
    own = Hello(CHAIN, ASH.public_key, Id(bytes(16)), Hash(b"n" * 32), Height(0))
    handshake = Handshake(ASH, own, channel_key=BIRCH.public_key, dialled=dialled)
    announced = False
    with contextlib.suppress(PeerFault):
        for kind, payload in frames:
            handshake.receive(kind, payload)
            if kind == TransportKind.HELLO and not announced and not handshake.decides:
                announced = True
                handshake.proof()
    assert not handshake.complete
