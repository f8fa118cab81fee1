"""Networks among honest nodes: connect, talk, restart, stop."""

import asyncio

import pytest

from node.net.interface import PeerAddress
from tests.unit.net.harness import (
    BODY,
    QUICK,
    VOTE,
    Node,
    address_of,
    connect,
    key_of,
    running,
)


def test_every_pair_keeps_exactly_one_connection_although_both_dial():
    """Simultaneous dials leave one connection a pair, with the same view on both sides."""

    async def story() -> None:
        nodes = [Node(name) for name in ("ash", "birch", "cedar", "date")]
        async with running(*nodes):
            await connect(*nodes)
            for node in nodes:
                node.network.broadcast(VOTE, node.name.encode())
            for node in nodes:
                await node.until(lambda node=node: len(node.messages) == 3)
                assert {name for name, _, _ in node.messages} == {
                    other.name for other in nodes if other is not node
                }
                assert not node.faults

    asyncio.run(story())


def test_messages_of_one_class_arrive_in_order():
    """Urgent and bulk keep their own order, across frames of all sizes."""

    async def story() -> None:
        ash, birch = Node("ash"), Node("birch")
        async with running(ash, birch):
            await connect(ash, birch)
            bodies = [bytes([i]) * (i * 20_000) for i in range(12)]
            votes = [b"vote %d" % i for i in range(500)]
            for body in bodies:
                assert ash.network.send("birch", BODY, body)
            for vote in votes:
                assert ash.network.send("birch", VOTE, vote)
            await birch.until(lambda: len(birch.messages) == 512)
            assert [p for _, kind, p in birch.messages if kind == VOTE] == votes
            assert [p for _, kind, p in birch.messages if kind == BODY] == bodies

    asyncio.run(story())


def test_a_restarted_peer_is_found_again():
    """A peer that went away and came back with a new instance id is connected again without a fault."""

    async def story() -> None:
        ash, birch = Node("ash"), Node("birch")
        async with running(ash):
            await connect(ash, birch)
            await birch.network.stop()
            await ash.until(lambda: ash.history[-1] == ("disconnected", "birch"))
            reborn = Node("birch", instance=2)
            async with running(reborn):
                await reborn.start(ash.address)
                await ash.until_connected("birch")
                assert not ash.faults
                assert not reborn.duplicates

    asyncio.run(story())


def test_a_new_set_of_peers_closes_the_removed_and_lets_in_the_added():
    """Pins follow the authority set while the node runs."""

    async def story() -> None:
        ash, birch, cedar = Node("ash"), Node("birch"), Node("cedar")
        async with running(ash, birch, cedar):
            await connect(ash, birch)
            await cedar.start(ash.address)
            ash.network.set_peers([cedar.address])
            assert ash.history[-1] == ("disconnected", "birch")
            await ash.until_connected("cedar")
            await birch.until(lambda: ("disconnected", "ash") in birch.history)
            assert ash.network.connected() == {"cedar"}
            assert [peer.strikes for peer in birch.network.counters().peers] == [0]
            assert not ash.network.send("birch", VOTE, b"")

    asyncio.run(story())


def test_sending_to_nobody_is_refused_and_harmless():
    """Unknown names and unconnected peers get False."""

    async def story() -> None:
        ash = Node("ash")
        async with running(ash):
            ash.prepare(address_of("birch"))
            assert ash.network.broadcast(VOTE, b"before the start") == 0
            await ash.start(address_of("birch"), address_of("ash"))
            assert not ash.network.send("birch", VOTE, b"x")
            assert not ash.network.send("nobody", VOTE, b"x")
            assert ash.network.broadcast(VOTE, b"x") == 0
            assert [peer.name for peer in ash.network.counters().peers] == ["birch"]

    asyncio.run(story())


def test_two_peers_with_one_name_or_key_are_refused_without_a_change():
    """A broken set leaves the old one in force."""

    async def story() -> None:
        ash, birch = Node("ash"), Node("birch")
        async with running(ash, birch):
            await connect(ash, birch)
            twice = [birch.address, PeerAddress("oak", birch.endpoint, key_of("birch"))]
            with pytest.raises(ValueError, match="one TLS key"):
                ash.network.set_peers(twice)
            with pytest.raises(ValueError, match="one name"):
                ash.network.set_peers(
                    [birch.address, PeerAddress("birch", birch.endpoint, key_of("oak"))]
                )
            with pytest.raises(ValueError, match="32 bytes"):
                ash.network.set_peers([PeerAddress("oak", birch.endpoint, b"short")])
            assert ash.network.connected() == {"birch"}

    asyncio.run(story())


def test_counters_are_a_snapshot_of_traffic():
    """What was sent is what was counted, and an old snapshot does not move."""

    async def story() -> None:
        ash, birch = Node("ash"), Node("birch")
        async with running(ash, birch):
            await connect(ash, birch)
            before = birch.network.counters()
            ash.network.send("birch", BODY, bytes(1_000))
            await birch.until(lambda: birch.messages)
            (after,) = birch.network.counters().peers
            assert after.connected
            assert after.bytes_in - before.peers[0].bytes_in >= 1_005
            assert after.frames_in > before.peers[0].frames_in == 0

    asyncio.run(story())


def test_a_stop_is_quick_even_if_peers_do_not_read():
    """Bytes nobody takes do not hold the process."""

    async def story() -> None:
        ash, birch = Node("ash"), Node("birch")
        async with running(birch):
            await connect(ash, birch)
            for _ in range(4):
                ash.network.send("birch", BODY, bytes(2_000_000))
            async with asyncio.timeout(2 * QUICK.close_timeout_s):
                await ash.network.stop()
            await ash.until(lambda: ash.history[-1] == ("disconnected", "birch"))
            await birch.until(lambda: ("disconnected", "ash") in birch.history)

    asyncio.run(story())
