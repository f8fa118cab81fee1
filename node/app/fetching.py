"""Decided blocks from the other districts, for a node that is not running: over the peers' network, under its own key.

The network runs in a thread with an event loop of its own and is started by the first question. Whatever comes is held
against the quorum's signatures before anybody sees it.
"""

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from secrets import token_bytes
from types import TracebackType
from typing import Final, TypeVar

from node.chain.codec import encode
from node.chain.errors import Malformed
from node.chain.genesis import Genesis, chain_id_of
from node.chain.types import EpochMs, Height, Id
from node.config import NodeConfig, NodeKeys
from node.consensus.wire import (
    BLOCKS_MAX,
    BlocksMessage,
    BlocksRequest,
    decode_peer_message,
    encode_message,
)
from node.console.exits import ExitCode
from node.console.fault import Fault, fault
from node.console.language import t
from node.net.interface import (
    Endpoint,
    LocalNode,
    PeerAddress,
    PeerCallbacks,
    Sources,
)
from node.net.peers import PeerNetwork
from node.runtime.clock import SystemClock
from node.runtime.recovery import decided_fault

CONNECT_S: Final = 10.0
"""How long to wait for the first peer."""
ANSWER_S: Final = 5.0
STOP_S: Final = 5.0
BLOCKS_KIND: Final = 129

T = TypeVar("T")
Pair = tuple[bytes, bytes]


class PeerBlocks:
    """A ``BlockSource`` over the network. Use as a context manager."""

    def __init__(
        self,
        config: NodeConfig,
        genesis: Genesis,
        node_keys: NodeKeys,
        tell: Callable[[Height, str], None],
    ) -> None:
        """Nothing is asked yet.

        Args:
            config: names the peers.
            genesis: names the authorities.
            node_keys: the TLS key among them shows who we are.
            tell: hears which peer gave which block.
        """
        self._config = config
        self._genesis = genesis
        self._keys = node_keys
        self._tell = tell
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._network: PeerNetwork | None = None
        self._connected: dict[str, Height] = {}
        self._answer: tuple[str, Future[BlocksMessage]] | None = None
        self._given: dict[Height, tuple[str, Pair]] = {}
        self._givers: dict[Height, str] = {}
        self._untrusted: set[str] = set()

    def __enter__(self) -> "PeerBlocks":
        """Wait for questions."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        if self._network is not None:
            self._run(self._network.stop(), STOP_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_S)
        self._loop.close()

    def fetch(self, height: Height) -> Pair:
        """Canonical bytes of a decided block and its certificate, which is verified.

        Raises:
            node.console.fault.Fault: no peer is reached, or none has it (exit 4).
        """
        if height not in self._given:
            self._reach_anybody()
            asked = [p for p in sorted(self._connected) if p not in self._untrusted]
            for peer in asked:
                self._ask(peer, height)
                if height in self._given:
                    break
            else:
                raise _nobody_has(height, asked)
        giver, pair = self._given.pop(height)
        self._givers[height] = giver
        self._tell(height, giver)
        return pair

    def distrust(self, height: Height) -> None:
        """The block that was given for this height is not valid: its giver is asked no more."""
        giver = self._givers.pop(height, None)
        if giver is not None:
            self._untrusted.add(giver)
            self._given = {h: given for h, given in self._given.items() if given[0] != giver}

    def _reach_anybody(self) -> None:
        if self._network is None:
            self._network = self._run(self._start(), CONNECT_S)
        if not self._run(self._somebody(), CONNECT_S + 1.0):
            raise _nobody_has(None, [peer.name for peer in self._config.peers])

    async def _start(self) -> PeerNetwork:
        listen = Endpoint(self._config.peers_listen[0], 0)
        network = PeerNetwork(
            listen=listen,
            local=LocalNode(
                tls_seed=self._keys.tls,
                chain_id=chain_id_of(self._genesis),
                instance_id=Id(token_bytes(16)),
                tip_height=lambda: Height(0),
            ),
            peers=[
                PeerAddress(p.name, Endpoint(p.host, p.port), p.tls_key) for p in self._config.peers
            ],
            callbacks=PeerCallbacks(
                on_message=self._on_message,
                on_connected=self._connected.__setitem__,
                on_disconnected=self._on_disconnected,
                on_fault=lambda _peer, _fault: None,
                on_duplicate=lambda _duplicate: None,
            ),
            sources=Sources(SystemClock().now_ms, random.SystemRandom().random, token_bytes),
        )
        await network.start()
        return network

    async def _somebody(self) -> bool:
        deadline = self._loop.time() + CONNECT_S
        while not self._connected.keys() - self._untrusted:
            if self._loop.time() >= deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    def _ask(self, peer: str, height: Height) -> None:
        """Take in what one peer has from a height on; what is not shown to be decided is left out."""
        answer: Future[BlocksMessage] = Future()
        self._run(self._send(peer, height, answer), ANSWER_S)
        try:
            message = answer.result(ANSWER_S)
        except TimeoutError:
            return
        finally:
            self._answer = None
        for number, (block, certificate) in enumerate(message.blocks, start=height):
            if decided_fault(self._genesis, Height(number), block, certificate) is not None:
                self._untrusted.add(peer)
                return
            self._given[Height(number)] = (peer, (encode(block), encode(certificate)))

    async def _send(self, peer: str, height: Height, answer: Future[BlocksMessage]) -> None:
        assert self._network is not None, "started"
        self._answer = (peer, answer)
        self._network.send(peer, *encode_message(BlocksRequest(height, BLOCKS_MAX)))

    def _on_message(self, peer: str, kind: int, payload: bytes, _arrival: EpochMs) -> None:
        expected = self._answer
        if kind != BLOCKS_KIND or expected is None or expected[0] != peer:
            return
        try:
            message = decode_peer_message(kind, payload)
        except Malformed:
            return
        if isinstance(message, BlocksMessage) and not expected[1].done():
            expected[1].set_result(message)

    def _on_disconnected(self, peer: str) -> None:
        self._connected.pop(peer, None)

    def _run(self, work: Coroutine[object, object, T], patience_s: float) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(patience_s)


def _nobody_has(height: Height | None, asked: list[str]) -> Fault:
    names = ", ".join(asked) or "-"
    why = (
        t(zh="连不上任何一个区的节点：{names}", en="No other district's node is reached: {names}")
        if height is None
        else t(
            zh="没有一个区给出区块 {height}；问过：{names}",
            en="No district gives block {height}; asked: {names}",
        ).fill(height=height)
    )
    return fault(
        "no-peer-has-it",
        ExitCode.UNREACHABLE,
        what=t(zh="区块日志没有修好", en="The block log is not repaired"),
        why=why.fill(names=names),
        remedy=t(
            zh="等其他区的节点在运行时再执行一次；已取回的不会丢失。",
            en="Run it again while other districts' nodes run; what is sound stays.",
        ),
    )
