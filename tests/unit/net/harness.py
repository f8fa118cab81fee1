"""Networks on real loopback sockets, and a puppet that speaks the protocol by hand in order to break it."""

import asyncio
import dataclasses
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from node.chain.types import EpochMs, Hash, Height, Id
from node.net.faults import FaultCode, PeerFault
from node.net.frames import Frame, FrameParser, TransportKind, encode_frame
from node.net.handshake import Handshake, Hello, Proven
from node.net.identity import TlsKey
from node.net.interface import (
    DuplicateInstance,
    Endpoint,
    LocalNode,
    PeerAddress,
    PeerCallbacks,
    Sources,
    Tuning,
)
from node.net.peers import PeerNetwork
from node.net.tls import PinnedTls

CHAIN = Hash(b"C" * 32)
OTHER_CHAIN = Hash(b"D" * 32)
WAIT_S = 10
VOTE = 16
BODY = 128
NOWHERE = Endpoint("127.0.0.1", 1)
"""A port on which nobody listens."""
QUICK = Tuning(dial_delay_min_s=0.01, dial_delay_max_s=0.05, strike_min_s=0.05)


def seed_of(name: str) -> bytes:
    """The TLS seed of a test node."""
    return name.encode().ljust(32, b".")


def key_of(name: str) -> bytes:
    """The TLS public key of a test node."""
    return TlsKey(seed_of(name)).public_key


def instance_of(number: int) -> Id:
    """An instance id."""
    return Id(number.to_bytes(16, "big"))


def address_of(name: str, endpoint: Endpoint = NOWHERE) -> PeerAddress:
    """A peer as others know it; without an endpoint it can only call."""
    return PeerAddress(name, endpoint, key_of(name))


class Node:
    """A network and everything it said."""

    def __init__(
        self, name: str, instance: int = 1, chain: Hash = CHAIN, tuning: Tuning = QUICK
    ) -> None:
        self.name = name
        self.instance = instance
        self.chain = chain
        self.tuning = tuning
        self.messages: list[tuple[str, int, bytes]] = []
        self.history: list[tuple[str, str]] = []
        self.faults: list[tuple[str | None, FaultCode]] = []
        self.duplicates: list[str] = []
        self.on_message: Callable[[str, int, bytes], None] = lambda *_: None
        self._changed = asyncio.Event()
        self._random = random.Random(name)

    def prepare(self, *peers: PeerAddress, port: int = 0) -> None:
        self.network = PeerNetwork(
            listen=Endpoint("127.0.0.1", port),
            local=LocalNode(
                seed_of(self.name), self.chain, instance_of(self.instance), lambda: Height(7)
            ),
            peers=peers,
            callbacks=PeerCallbacks(
                self._message, self._connected, self._disconnected, self._fault, self._duplicate
            ),
            sources=Sources(lambda: EpochMs(5), self._random.random, self._random.randbytes),
            tuning=self.tuning,
        )

    async def start(self, *peers: PeerAddress, port: int = 0) -> Endpoint:
        self.prepare(*peers, port=port)
        self.endpoint = await self.network.start()
        return self.endpoint

    @property
    def address(self) -> PeerAddress:
        return address_of(self.name, self.endpoint)

    async def until(self, reached: Callable[[], object]) -> None:
        """Wait for callbacks until the condition holds."""
        async with asyncio.timeout(WAIT_S):
            while not reached():
                self._changed.clear()
                await self._changed.wait()

    async def until_connected(self, *names: str) -> None:
        await self.until(lambda: set(names) <= self.network.connected())

    async def until_fault(self, name: str | None, code: FaultCode) -> None:
        await self.until(lambda: (name, code) in self.faults)
        assert self.network.counters().fault_count(code) >= 1

    def _message(self, name: str, kind: int, payload: bytes, arrival_ms: EpochMs) -> None:
        assert arrival_ms == 5
        self.messages.append((name, kind, payload))
        self.on_message(name, kind, payload)
        self._changed.set()

    def _connected(self, name: str, height: Height) -> None:
        assert height == 7
        self.history.append(("connected", name))
        self._changed.set()

    def _disconnected(self, name: str) -> None:
        self.history.append(("disconnected", name))
        self._changed.set()

    def _fault(self, name: str | None, fault: PeerFault) -> None:
        self.faults.append((name, fault.code))
        self._changed.set()

    def _duplicate(self, event: DuplicateInstance) -> None:
        self.duplicates.append(event.reported_by)
        self._changed.set()


@asynccontextmanager
async def running(*nodes: Node) -> AsyncIterator[None]:
    """Stop every node at the end, whatever happened."""
    try:
        yield
    finally:
        for node in nodes:
            await node.network.stop()


async def connect(*nodes: Node) -> None:
    """Start nodes that all know each other, and wait until every pair is connected."""
    for node in nodes:
        await node.start()
    for node in nodes:
        node.network.set_peers(other.address for other in nodes)
    for node in nodes:
        await node.until_connected(*(other.name for other in nodes if other is not node))


class Puppet:
    """A peer that does what the test says."""

    def __init__(self, name: str, instance: int = 1, chain: Hash = CHAIN) -> None:
        self.key = TlsKey(seed_of(name))
        self.hello = Hello(chain, self.key.public_key, instance_of(instance), CHAIN, Height(7))
        self._parser = FrameParser()
        self._frames: list[Frame] = []

    async def call(self, target: Node) -> "Puppet":
        """TLS only."""
        pin = key_of(target.name)
        self.reader, self.writer = await asyncio.open_connection(
            target.endpoint.host,
            target.endpoint.port,
            ssl=PinnedTls(self.key, [pin]).client_context(pin),
            server_hostname="",
        )
        self.handshake = Handshake(self.key, self.hello, channel_key=pin, dialled=True)
        return self

    async def join(self, target: Node) -> "Puppet":
        """TLS and the whole handshake."""
        await self.call(target)
        self.write(TransportKind.HELLO, self.handshake.hello_payload)
        self.handshake.receive(*await self.read())
        if not self.handshake.decides:
            self.write(TransportKind.PROOF, self.handshake.proof())
        assert isinstance(self.handshake.receive(*await self.read()), Proven)
        if self.handshake.decides:
            self.write(TransportKind.PROOF, self.handshake.proof())
        return self

    def write(self, kind: int, payload: bytes) -> None:
        self.writer.write(encode_frame(kind, payload))

    async def read(self) -> Frame:
        """The next frame."""
        async with asyncio.timeout(WAIT_S):
            while not self._frames:
                data = await self.reader.read(65_536)
                if not data:
                    raise EOFError
                self._frames.extend(self._parser.feed(data))
        return self._frames.pop(0)

    async def hang_up(self) -> None:
        self.writer.transport.abort()
        try:
            await self.writer.wait_closed()
        except OSError:
            return


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
