"""Everything a peer or a stranger can do wrong on a real socket ends in a counted refusal, and the others go on."""

import asyncio
import dataclasses
import random
import socket
import ssl
from collections.abc import Awaitable, Callable

import pytest

from node.net.faults import FaultCode, PeerFault
from node.net.frames import TransportKind, encode_frame
from node.net.handshake import RefusalCode, encode_hello, encode_refusal
from node.net.identity import TlsKey
from node.net.tls import PinnedTls
from tests.unit.net.harness import (
    BODY,
    OTHER_CHAIN,
    QUICK,
    VOTE,
    Node,
    Puppet,
    address_of,
    connect,
    key_of,
    running,
    seed_of,
)

Story = Callable[[Node], Awaitable[None]]
SPIES = ("wolf", "zorro")
"""Pinned peers whose strings the test pulls: the key of the first is smaller than ash's, of the second larger."""
PINNED_SPIES = [address_of(name) for name in SPIES]


def beside_an_honest_pair(story: Story, **tuning: float) -> None:
    """Tell a story to ash, who is connected to birch, and check afterwards that the two still talk."""

    async def whole() -> None:
        ash = Node("ash", tuning=dataclasses.replace(QUICK, **tuning))
        birch = Node("birch")
        async with running(ash, birch):
            await connect(ash, birch)
            ash.network.set_peers([birch.address, *PINNED_SPIES])
            async with asyncio.timeout(20):
                await story(ash)
            assert ("disconnected", "birch") not in ash.history
            ash.network.send("birch", VOTE, b"still here")
            await birch.until(lambda: ("ash", VOTE, b"still here") in birch.messages)

    asyncio.run(whole())


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


BAD_FRAMES = {
    "an oversized frame": (b"\xff\xff\xff\xff", FaultCode.FRAME_SIZE),
    "garbage": (random.Random(2).randbytes(50), FaultCode.FRAME_SIZE),
    "a reserved kind": (encode_frame(15, b""), FaultCode.UNEXPECTED_FRAME),
    "another hello": (
        encode_frame(TransportKind.HELLO, encode_hello(HELLO)),
        FaultCode.UNEXPECTED_FRAME,
    ),
    "a pong without its ping": (
        encode_frame(TransportKind.PONG, bytes(8)),
        FaultCode.UNEXPECTED_FRAME,
    ),
    "a ping without a number": (encode_frame(TransportKind.PING, b""), FaultCode.UNEXPECTED_FRAME),
}


@pytest.mark.feature("K11")
@pytest.mark.parametrize("wrong", BAD_FRAMES)
def test_a_connected_peer_that_sends_a_wrong_frame_is_struck_and_may_return(wrong: str):
    """What came before the wrong frame is delivered; after the penalty the peer is welcome again."""
    data, code = BAD_FRAMES[wrong]

    async def story(ash: Node) -> None:
        puppet = await Puppet("zorro").join(ash)
        puppet.writer.write(encode_frame(VOTE, b"a good vote") + data + encode_frame(VOTE, b"late"))
        await ash.until_fault("zorro", code)
        assert [payload for name, _, payload in ash.messages if name == "zorro"] == [b"a good vote"]
        early = await Puppet("zorro").call(ash)
        early.write(TransportKind.HELLO, early.handshake.hello_payload)
        early.handshake.receive(*await early.read())
        if not early.handshake.decides:
            early.write(TransportKind.PROOF, early.handshake.proof())
        await ash.until_fault("zorro", FaultCode.UNDER_PENALTY)
        zorro = Node("zorro")
        async with running(zorro):
            await zorro.start(ash.address)
            await ash.until_connected("zorro")
        await puppet.hang_up()
        await early.hang_up()

    beside_an_honest_pair(story, strike_min_s=0.3)


@pytest.mark.feature("K11")
@pytest.mark.parametrize("spy", SPIES)
def test_a_flood_of_frames_is_cut_off(spy: str):
    """More frames than the budget close the connection with a strike."""

    async def story(ash: Node) -> None:
        puppet = await Puppet(spy).join(ash)
        puppet.writer.write(encode_frame(VOTE, b"") * 2_000)
        await ash.until_fault(spy, FaultCode.FRAME_FLOOD)
        assert len(ash.messages) <= 600
        await puppet.hang_up()

    beside_an_honest_pair(story, frames_burst=500.0, frames_per_s=10.0)


@pytest.mark.feature("K11")
def test_a_flood_of_bytes_is_slowed_down_and_nothing_is_lost():
    """Beyond the byte budget reading pauses: an honest peer in a hurry is not cut off."""

    async def story(ash: Node) -> None:
        puppet = await Puppet("zorro").join(ash)
        for _ in range(10):
            puppet.write(BODY, bytes(100_000))
        await ash.until(lambda: len(ash.messages) == 10)
        peers = {peer.name: peer for peer in ash.network.counters().peers}
        assert peers["zorro"].paused >= 1
        assert peers["zorro"].strikes == 0
        await puppet.hang_up()

    beside_an_honest_pair(story, bytes_burst=200_000.0, bytes_per_s=2_000_000.0)


@pytest.mark.feature("K11")
def test_a_peer_that_reads_nothing_loses_bulk_first_and_then_the_connection():
    """Its queue is bounded; votes push bulk out; at the end it is given up and nobody else waits."""

    async def story(ash: Node) -> None:
        puppet = await Puppet("zorro").join(ash)
        puppet.writer.transport.pause_reading()
        refused = 0
        for _ in range(12):
            refused += not ash.network.send("zorro", BODY, bytes(2_000_000))
            await asyncio.sleep(0)
        assert refused > 0
        assert ash.network.send("zorro", VOTE, b"a vote finds room")
        while ash.network.send("zorro", VOTE, bytes(500_000)):
            assert ("zorro", FaultCode.SLOW_READER) not in ash.faults
        await ash.until_fault("zorro", FaultCode.SLOW_READER)
        await puppet.hang_up()

    beside_an_honest_pair(story, queue_max_bytes=4_200_000)


@pytest.mark.feature("K11")
def test_a_peer_that_takes_nothing_for_too_long_is_given_up():
    """A stall ends a connection even if its queue is not full."""

    async def story(ash: Node) -> None:
        puppet = await Puppet("zorro").join(ash)
        puppet.writer.transport.pause_reading()
        for _ in range(7):
            ash.network.send("zorro", BODY, bytes(2_000_000))
        await ash.until_fault("zorro", FaultCode.SLOW_READER)
        await puppet.hang_up()

    beside_an_honest_pair(story, stall_max_s=0.1, ping_interval_s=0.05)


@pytest.mark.feature("K11")
def test_a_peer_that_answers_no_ping_is_given_up():
    """Silence is noticed although the socket is open."""

    async def story(ash: Node) -> None:
        puppet = await Puppet("zorro").join(ash)
        await ash.until_fault("zorro", FaultCode.SILENT)
        await puppet.hang_up()

    beside_an_honest_pair(story, ping_interval_s=0.05, silence_max_s=0.2)


@pytest.mark.feature("K4")
@pytest.mark.feature("K11")
@pytest.mark.parametrize("spy", SPIES)
def test_a_second_copy_of_a_live_peer_is_told_to_stop(spy: str):
    """The first copy answers a ping, so the second gets DUPLICATE from everyone and knows it."""

    async def story(ash: Node) -> None:
        first, second = Node(spy, instance=1), Node(spy, instance=2)
        async with running(first, second):
            await first.start(ash.address)
            await ash.until_connected(spy)
            await second.start(ash.address)
            await second.until(lambda: second.duplicates == ["ash"])
            await ash.until_fault(spy, FaultCode.DUPLICATE)
            assert ash.network.connected() == {"birch", spy}
            assert ("disconnected", spy) not in ash.history
            assert not first.duplicates
            assert ("ash", FaultCode.REFUSED_BY_PEER) in second.faults

    beside_an_honest_pair(story)


@pytest.mark.feature("K4")
@pytest.mark.parametrize("spy", SPIES)
def test_a_peer_that_restarted_before_we_noticed_is_not_a_second_copy(spy: str):
    """The old connection does not answer the ping, so the new one takes its place."""

    async def story(ash: Node) -> None:
        gone = await Puppet(spy, instance=1).join(ash)
        await ash.until_connected(spy)
        reborn = Node(spy, instance=2)
        async with running(reborn):
            await reborn.start(ash.address)
            await reborn.until_connected("ash")
            assert not reborn.duplicates
            await ash.until_fault(spy, FaultCode.SILENT)
            await ash.until_connected(spy)
            ash.network.send(spy, VOTE, b"welcome back")
            await reborn.until(lambda: reborn.messages)
        await gone.hang_up()

    beside_an_honest_pair(story, probe_timeout_s=0.1)


@pytest.mark.feature("K11")
def test_a_fault_reported_by_the_reader_of_messages_ends_the_connection_at_once():
    """No later message of the same read reaches the reader."""

    async def story(ash: Node) -> None:
        def judge(name: str, _kind: int, payload: bytes) -> None:
            if payload == b"forged":
                ash.network.report(name, PeerFault(FaultCode.MESSAGE_SIGNATURE, "prevote"))
                assert "zorro" not in ash.network.connected()

        ash.on_message = judge
        puppet = await Puppet("zorro").join(ash)
        puppet.writer.write(encode_frame(VOTE, b"forged") + encode_frame(VOTE, b"after"))
        await ash.until_fault("zorro", FaultCode.MESSAGE_SIGNATURE)
        assert ("zorro", VOTE, b"after") not in ash.messages
        ash.network.report("zorro", PeerFault(FaultCode.MESSAGE_UNEXPECTED))
        strikes = {peer.name: peer.strikes for peer in ash.network.counters().peers}
        assert strikes["zorro"] == 1
        await puppet.hang_up()

    beside_an_honest_pair(story)


def test_a_stop_does_not_wait_for_a_peer_that_reads_nothing():
    """Bytes that nobody takes do not hold the process."""

    async def story() -> None:
        ash = Node("ash")
        await ash.start(*PINNED_SPIES)
        puppet = await Puppet("zorro").join(ash)
        puppet.writer.transport.pause_reading()
        for _ in range(7):
            ash.network.send("zorro", BODY, bytes(2_000_000))
        await asyncio.sleep(0)
        async with asyncio.timeout(2 * QUICK.close_timeout_s):
            await ash.network.stop()
        assert ash.history == [("connected", "zorro"), ("disconnected", "zorro")]
        await puppet.hang_up()

    asyncio.run(story())
