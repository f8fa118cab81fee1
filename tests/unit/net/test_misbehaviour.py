"""What a connected peer can do wrong, on real sockets: each ends in a counted refusal, and the others go on."""

import asyncio
import random

import pytest

from node.net.faults import FaultCode, PeerFault
from node.net.frames import TransportKind, encode_frame
from node.net.handshake import RefusalCode, Refused, encode_hello
from tests.unit.net.harness import (
    BODY,
    PINNED_SPIES,
    QUICK,
    SPIES,
    VOTE,
    Node,
    Puppet,
    address_of,
    beside_an_honest_pair,
    running,
)

pytestmark = pytest.mark.slow

HELLO = Puppet("zorro").hello
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
        early = await Puppet("zorro").call(ash)
        puppet.writer.write(encode_frame(VOTE, b"a good vote") + data + encode_frame(VOTE, b"late"))
        await ash.until_fault("zorro", code)
        assert [payload for name, _, payload in ash.messages if name == "zorro"] == [b"a good vote"]
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

    beside_an_honest_pair(story, strike_min_s=0.5)


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


def test_the_decider_keeps_a_live_connection_and_refuses_its_twin() -> None:
    """The first connection answers the ping, so the second of the same instance is redundant; nobody is at fault."""

    async def story(ash: Node) -> None:
        first = await Puppet("zorro").join(ash)
        await ash.until_connected("zorro")
        second = await Puppet("zorro").call(ash)
        second.write(TransportKind.HELLO, second.handshake.hello_payload)
        second.handshake.receive(*await second.read())
        second.write(TransportKind.PROOF, second.handshake.proof())
        ping = await first.read()
        assert ping.kind == TransportKind.PING
        first.write(TransportKind.PONG, ping.payload)
        refused = second.handshake.receive(*await second.read())
        assert refused == Refused(RefusalCode.REDUNDANT)
        assert ash.network.counters().redundant >= 1
        assert ("disconnected", "zorro") not in ash.history
        assert ("zorro", FaultCode.DUPLICATE) not in ash.faults
        await first.hang_up()
        await second.hang_up()

    beside_an_honest_pair(story)


def test_who_does_not_decide_follows_the_newer_connection() -> None:
    """A decider that proves itself again has given the first connection up: it is closed here too."""

    async def story(ash: Node) -> None:
        first = await Puppet("wolf").join(ash)
        await ash.until_connected("wolf")
        second = await Puppet("wolf").join(ash)
        with pytest.raises(EOFError):
            await first.read()
        mine = [event for event, name in ash.history if name == "wolf"]
        assert mine == ["connected", "disconnected", "connected"]
        assert ash.network.send("wolf", VOTE, b"on the new one")
        assert (await second.read()).payload == b"on the new one"
        await first.hang_up()
        await second.hang_up()

    beside_an_honest_pair(story)


def test_a_struck_peer_is_not_called_before_its_time() -> None:
    """Our own call must not count as its impatience."""

    async def story(ash: Node) -> None:
        zorro = Node("zorro")
        async with running(zorro):
            await zorro.start(address_of("ash"))
            ash.network.set_peers([address_of("birch"), zorro.address])
            await ash.until_connected("zorro")
            ash.network.report("zorro", PeerFault(FaultCode.MESSAGE_MALFORMED))
            assert "zorro" not in ash.network.connected()
            await ash.until_connected("zorro")
            assert ("zorro", FaultCode.UNDER_PENALTY) not in ash.faults

    beside_an_honest_pair(story, strike_min_s=0.3)


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
