"""The handshake without sockets: what it accepts, and every way of lying in it."""

import itertools

import msgspec
import pytest

from node.chain.types import Hash, Height
from node.net.faults import FaultCode, PeerFault
from node.net.frames import TransportKind
from node.net.handshake import (
    PROTOCOL_VERSION,
    Announced,
    Handshake,
    Hello,
    Proven,
    RefusalCode,
    Refused,
    encode_hello,
    encode_refusal,
)
from node.net.identity import TlsKey
from tests.unit.net.harness import CHAIN, OTHER_CHAIN, instance_of, key_of, seed_of

_numbers = itertools.count()


def hello_of(name: str) -> Hello:
    """A Hello with a nonce of its own."""
    nonce = Hash(next(_numbers).to_bytes(32, "big"))
    return Hello(CHAIN, key_of(name), instance_of(1), nonce, Height(0))


def side(name: str, other: str, *, dialled: bool) -> Handshake:
    """One end of a channel between two names."""
    key = TlsKey(seed_of(name))
    return Handshake(key, hello_of(name), channel_key=key_of(other), dialled=dialled)


def pair(one: str = "ash", other: str = "birch") -> tuple[Handshake, Handshake]:
    """Both ends: the one that proves first, and the decider."""
    ends = side(one, other, dialled=True), side(other, one, dialled=False)
    return ends if ends[1].decides else (ends[1], ends[0])


def fault_of(end: Handshake, kind: int, payload: bytes) -> FaultCode:
    """The fault that a frame is."""
    with pytest.raises(PeerFault) as caught:
        end.receive(kind, payload)
    return caught.value.code


def test_two_honest_nodes_finish_and_exactly_one_decides() -> None:
    """The side with the smaller key proves last; then both are complete."""
    first, decider = pair()
    assert (first.decides, decider.decides) == (False, True)
    assert isinstance(first.receive(TransportKind.HELLO, decider.hello_payload), Announced)
    assert isinstance(decider.receive(TransportKind.HELLO, first.hello_payload), Announced)
    assert isinstance(decider.receive(TransportKind.PROOF, first.proof()), Proven)
    assert not decider.complete
    assert isinstance(first.receive(TransportKind.PROOF, decider.proof()), Proven)
    assert first.complete
    assert decider.complete


def test_a_decider_that_proves_first_is_out_of_order() -> None:
    """It could not have decided yet."""
    first, decider = pair()
    first.receive(TransportKind.HELLO, decider.hello_payload)
    assert fault_of(first, TransportKind.PROOF, bytes(64)) is FaultCode.UNEXPECTED_FRAME


@pytest.mark.feature("K11")
def test_a_pinned_peer_in_the_middle_cannot_pass_on_a_hello() -> None:
    """Ash calls mole, mole calls birch: birch's Hello on ash's channel names the wrong key."""
    ash = side("ash", "mole", dialled=True)
    birch = side("birch", "mole", dialled=False)
    assert fault_of(ash, TransportKind.HELLO, birch.hello_payload) is FaultCode.BAD_PROOF


@pytest.mark.feature("K11")
def test_a_proof_of_another_conversation_does_not_fit() -> None:
    """Fresh nonces make an old proof worthless."""
    old_first, old_decider = pair()
    old_first.receive(TransportKind.HELLO, old_decider.hello_payload)
    first, decider = pair()
    decider.receive(TransportKind.HELLO, first.hello_payload)
    assert fault_of(decider, TransportKind.PROOF, old_first.proof()) is FaultCode.BAD_PROOF


@pytest.mark.feature("K11")
def test_a_proof_cannot_be_sent_back_to_its_maker() -> None:
    """Role and key are signed: a mirror proves nothing."""
    first, decider = pair()
    first.receive(TransportKind.HELLO, decider.hello_payload)
    decider.receive(TransportKind.HELLO, first.hello_payload)
    mine = first.proof()
    decider.receive(TransportKind.PROOF, mine)
    assert fault_of(first, TransportKind.PROOF, mine) is FaultCode.BAD_PROOF


@pytest.mark.feature("K11")
def test_a_hello_changed_on_the_way_breaks_the_proof() -> None:
    """Instance, height and nonce are signed."""
    first, decider = pair()
    first.receive(TransportKind.HELLO, decider.hello_payload)
    told = Hello(CHAIN, key_of("ash"), instance_of(2), CHAIN, Height(9))
    real = decider.receive(TransportKind.HELLO, first.hello_payload)
    assert isinstance(real, Announced)
    changed = msgspec.structs.replace(real.hello, instance_id=told.instance_id)
    other = pair()[1]
    other.receive(TransportKind.HELLO, encode_hello(changed))
    assert fault_of(other, TransportKind.PROOF, first.proof()) is FaultCode.BAD_PROOF


def test_hellos_of_other_chains_versions_and_shapes_have_their_own_fault() -> None:
    """Each reason is told apart."""
    good = hello_of("birch")
    other_chain = msgspec.structs.replace(good, chain_id=OTHER_CHAIN)
    newer = (PROTOCOL_VERSION + 1).to_bytes(2, "big") + b"anything"
    cases = {
        encode_hello(other_chain): FaultCode.WRONG_CHAIN,
        newer: FaultCode.VERSION,
        b"": FaultCode.HANDSHAKE_MALFORMED,
        encode_hello(good) + b"\x00": FaultCode.HANDSHAKE_MALFORMED,
        encode_hello(good)[:-1]: FaultCode.HANDSHAKE_MALFORMED,
    }
    for payload, code in cases.items():
        ash = side("ash", "birch", dialled=True)
        assert fault_of(ash, TransportKind.HELLO, payload) is code


def test_refusals_carry_a_number_that_may_be_newer_than_we_are() -> None:
    """An unknown reason is still a refusal, at any moment of the handshake."""
    ash = side("ash", "birch", dialled=True)
    refused = ash.receive(TransportKind.REFUSAL, encode_refusal(RefusalCode.DUPLICATE))
    assert refused == Refused(RefusalCode.DUPLICATE)
    assert ash.receive(TransportKind.REFUSAL, b"\xff\xff") == Refused(65_535)
    assert fault_of(ash, TransportKind.REFUSAL, b"\x01") is FaultCode.HANDSHAKE_MALFORMED


def test_nothing_else_has_a_place_in_a_handshake() -> None:
    """A second Hello, an early Proof, a message, a ping."""
    first, decider = pair()
    assert fault_of(decider, TransportKind.PROOF, bytes(64)) is FaultCode.UNEXPECTED_FRAME
    decider.receive(TransportKind.HELLO, first.hello_payload)
    for kind in (TransportKind.HELLO, TransportKind.PING, 16, 255):
        assert fault_of(decider, kind, first.hello_payload) is FaultCode.UNEXPECTED_FRAME
    assert fault_of(decider, TransportKind.PROOF, b"short") is FaultCode.HANDSHAKE_MALFORMED
