"""Whoever is not let in, on real sockets: each attempt is a counted refusal, and the others go on."""

import asyncio
import random
import socket
import ssl

import pytest

from node.net.faults import FaultCode
from node.net.frames import TransportKind, encode_frame
from node.net.handshake import RefusalCode, encode_hello, encode_refusal
from node.net.identity import TlsKey
from node.net.tls import PinnedTls
from tests.unit.net.harness import (
    OTHER_CHAIN,
    SPIES,
    VOTE,
    Node,
    Puppet,
    address_of,
    beside_an_honest_pair,
    key_of,
    running,
    seed_of,
)

pytestmark = pytest.mark.slow


def test_the_spies_stand_on_both_sides_of_the_decision() -> None:
    """Otherwise the stories would cover one order of keys only."""
    assert key_of("wolf") < key_of("ash") < key_of("zorro")


@pytest.mark.feature("K11")
def test_a_stranger_gets_no_tls_session():
    """A caller whose key is not pinned is refused before it can say a word."""

    async def story(ash: Node) -> None:
        puppet = await Puppet("stranger").call(ash)
        await ash.until_fault(None, FaultCode.TLS_REFUSED)
        await puppet.hang_up()

    beside_an_honest_pair(story)


@pytest.mark.feature("K11")
def test_a_caller_without_tls_is_refused():
    """Plain bytes are not a ClientHello."""

    async def story(ash: Node) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", ash.endpoint.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await ash.until_fault(None, FaultCode.TLS_REFUSED)
        writer.close()
        await writer.wait_closed()

    beside_an_honest_pair(story)


@pytest.mark.feature("K11")
def test_an_old_version_of_tls_is_refused():
    """TLS 1.2 with the right key is no way in."""

    async def story(ash: Node) -> None:
        pin = key_of("ash")
        context = PinnedTls(TlsKey(seed_of("zorro")), [pin]).client_context(pin)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection("127.0.0.1", ash.endpoint.port, ssl=context)
        await ash.until_fault(None, FaultCode.TLS_REFUSED)

    beside_an_honest_pair(story)


@pytest.mark.feature("K11")
def test_a_node_with_another_key_at_a_peers_address_is_not_believed():
    """The dialler counts WRONG_KEY; nothing is said to the impostor."""

    async def story(ash: Node) -> None:
        impostor = Node("impostor")
        async with running(impostor):
            await impostor.start()
            known = [address_of("birch"), address_of("zorro", impostor.endpoint)]
            ash.network.set_peers(known)
            await ash.until_fault("zorro", FaultCode.WRONG_KEY)
            await impostor.until_fault(None, FaultCode.TLS_REFUSED)

    beside_an_honest_pair(story)


@pytest.mark.feature("K11")
def test_a_peer_that_does_not_pin_us_shows_as_a_fault_of_the_call():
    """In TLS 1.3 the caller learns late that its certificate was not liked; it still learns it."""

    async def story(ash: Node) -> None:
        zorro = Node("zorro")
        async with running(zorro):
            await zorro.start()
            ash.network.set_peers([address_of("birch"), zorro.address])
            await ash.until_fault("zorro", FaultCode.TLS_REFUSED)
            await zorro.until_fault(None, FaultCode.TLS_REFUSED)

    beside_an_honest_pair(story)


@pytest.mark.feature("K11")
@pytest.mark.parametrize("spy", SPIES)
def test_a_peer_of_another_chain_is_refused_with_the_reason(spy: str):
    """Both sides count it, and it costs no strike."""

    async def story(ash: Node) -> None:
        zorro = Node(spy, chain=OTHER_CHAIN)
        async with running(zorro):
            await zorro.start(ash.address)
            await ash.until_fault(spy, FaultCode.WRONG_CHAIN)
            await zorro.until(lambda: zorro.faults)
            assert zorro.faults[0][1] in (FaultCode.WRONG_CHAIN, FaultCode.REFUSED_BY_PEER)
            assert all(peer.strikes == 0 for peer in ash.network.counters().peers)

    beside_an_honest_pair(story)


HELLO = Puppet("zorro").hello
BAD_OPENINGS = {
    "garbage": (random.Random(1).randbytes(300), FaultCode.FRAME_SIZE),
    "a frame of no bytes": (bytes(4), FaultCode.FRAME_SIZE),
    "a frame too large for somebody unknown": (
        encode_frame(TransportKind.HELLO, bytes(600)),
        FaultCode.FRAME_SIZE,
    ),
    "a message": (encode_frame(VOTE, b"vote"), FaultCode.UNEXPECTED_FRAME),
    "a proof first": (encode_frame(TransportKind.PROOF, bytes(64)), FaultCode.UNEXPECTED_FRAME),
    "a ping": (encode_frame(TransportKind.PING, bytes(8)), FaultCode.UNEXPECTED_FRAME),
    "two hellos": (
        2 * encode_frame(TransportKind.HELLO, encode_hello(HELLO)),
        FaultCode.UNEXPECTED_FRAME,
    ),
    "a hello that is none": (
        encode_frame(TransportKind.HELLO, b"\x00\x01junk"),
        FaultCode.HANDSHAKE_MALFORMED,
    ),
    "a hello of the future": (
        encode_frame(TransportKind.HELLO, b"\x00\x09whatever it says"),
        FaultCode.VERSION,
    ),
    "another peer's hello": (
        encode_frame(TransportKind.HELLO, encode_hello(Puppet("birch").hello)),
        FaultCode.BAD_PROOF,
    ),
    "a refusal that is none": (
        encode_frame(TransportKind.REFUSAL, b"no"[:1]),
        FaultCode.HANDSHAKE_MALFORMED,
    ),
    "a refusal": (
        encode_frame(TransportKind.REFUSAL, encode_refusal(RefusalCode.WRONG_CHAIN)),
        FaultCode.REFUSED_BY_PEER,
    ),
    "a refusal of the future": (
        encode_frame(TransportKind.REFUSAL, b"\x01\x00"),
        FaultCode.REFUSED_BY_PEER,
    ),
}


@pytest.mark.feature("K11")
@pytest.mark.parametrize("opening", BAD_OPENINGS)
def test_a_pinned_peer_that_opens_badly_is_refused(opening: str):
    """Every wrong first word has its number."""
    data, code = BAD_OPENINGS[opening]

    async def story(ash: Node) -> None:
        puppet = await Puppet("zorro").call(ash)
        puppet.writer.write(data)
        await ash.until_fault("zorro", code)
        await puppet.hang_up()

    beside_an_honest_pair(story)


@pytest.mark.feature("K11")
@pytest.mark.parametrize("spy", SPIES)
def test_a_wrong_proof_is_refused(spy: str):
    """A signature over another conversation does not open the channel."""

    async def story(ash: Node) -> None:
        puppet = await Puppet(spy).call(ash)
        puppet.write(TransportKind.HELLO, puppet.handshake.hello_payload)
        puppet.handshake.receive(*await puppet.read())
        if puppet.handshake.decides:
            puppet.handshake.receive(*await puppet.read())
        puppet.handshake.proof()
        puppet.write(TransportKind.PROOF, puppet.key.sign(b"something else"))
        await ash.until_fault(spy, FaultCode.BAD_PROOF)
        await puppet.hang_up()

    beside_an_honest_pair(story)


@pytest.mark.feature("K11")
@pytest.mark.parametrize("spy", SPIES)
def test_a_silent_caller_is_given_up(spy: str):
    """TLS alone holds no place for longer than the handshake may take."""

    async def story(ash: Node) -> None:
        puppet = await Puppet(spy).call(ash)
        await ash.until_fault(spy, FaultCode.HANDSHAKE_TIMEOUT)
        await puppet.hang_up()

    beside_an_honest_pair(story, handshake_timeout_s=0.2, probe_timeout_s=0.1)


@pytest.mark.feature("K11")
def test_silent_strangers_do_not_keep_a_peer_out():
    """Beyond the bound the oldest unauthenticated connection gives way, and an honest peer gets in."""

    async def story(ash: Node) -> None:
        strangers = [socket.create_connection(("127.0.0.1", ash.endpoint.port)) for _ in range(12)]
        await ash.until_fault(None, FaultCode.TOO_MANY_PENDING)
        zorro = Node("zorro")
        async with running(zorro):
            await zorro.start(ash.address)
            await ash.until_connected("zorro")
        assert ash.network.counters().pending <= 4
        for stranger in strangers:
            stranger.close()

    beside_an_honest_pair(story, pending_max=4)
