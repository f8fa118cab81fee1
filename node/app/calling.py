"""Questions to other districts from a node that is not running: over the peers' network, under its own key.

The network runs in a thread with an event loop of its own, from the first question until the end.
"""

import asyncio
import random
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from secrets import token_bytes
from types import TracebackType
from typing import Final, TypeVar

from node.chain.genesis import Genesis, chain_id_of
from node.chain.types import EpochMs, Height, Id
from node.config import NodeConfig, NodeKeys
from node.net.interface import Endpoint, LocalNode, PeerAddress, PeerCallbacks, Sources
from node.net.peers import PeerNetwork
from node.runtime.clock import SystemClock

CONNECT_S: Final = 10.0
"""How long to wait for the first peer."""
ANSWER_S: Final = 5.0
STOP_S: Final = 5.0
_LOOK_S: Final = 0.05

T = TypeVar("T")


class PeerCaller:
    """Asks one peer at a time. Use as a context manager."""

    def __init__(self, config: NodeConfig, genesis: Genesis, node_keys: NodeKeys) -> None:
        """Nothing is asked yet.

        Args:
            config: names the peers.
            genesis: names the chain.
            node_keys: the TLS key among them shows who we are.
        """
        self._config = config
        self._genesis = genesis
        self._keys = node_keys
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._network: PeerNetwork | None = None
        self._connected: dict[str, Height] = {}
        self._answer: tuple[str, int, Future[bytes]] | None = None

    def __enter__(self) -> "PeerCaller":
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

    @property
    def connected(self) -> list[str]:
        """Peers that are there, by name."""
        return sorted(self._connected)

    @property
    def tips(self) -> dict[str, Height]:
        """The height that each of them had when it came."""
        return dict(self._connected)

    def reach(self, without: frozenset[str] = frozenset(), patience_s: float = CONNECT_S) -> bool:
        """Whether somebody is there, or comes within so many seconds.

        Args:
            without: peers that do not count.
            patience_s: how long to wait.
        """
        if self._network is None:
            self._network = self._run(self._start(), CONNECT_S)
        return self._run(self._somebody(without, patience_s), patience_s + 1.0)

    def ask(self, peer: str, frame: tuple[int, bytes], answer_kind: int) -> bytes | None:
        """The payload of the peer's next frame of a kind; None if none comes in time.

        Args:
            peer: who is asked.
            frame: kind and payload of the question.
            answer_kind: of the frame that answers.
        """
        answer: Future[bytes] = Future()
        self._run(self._send(peer, frame, (peer, answer_kind, answer)), ANSWER_S)
        try:
            return answer.result(ANSWER_S)
        except TimeoutError:
            return None
        finally:
            self._answer = None

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

    async def _somebody(self, without: frozenset[str], patience_s: float) -> bool:
        deadline = self._loop.time() + patience_s
        while not self._connected.keys() - without:
            if self._loop.time() >= deadline:
                return False
            await asyncio.sleep(_LOOK_S)
        return True

    async def _send(
        self, peer: str, frame: tuple[int, bytes], expected: tuple[str, int, Future[bytes]]
    ) -> None:
        assert self._network is not None, "started"
        self._answer = expected
        self._network.send(peer, *frame)

    def _on_message(self, peer: str, kind: int, payload: bytes, _arrival: EpochMs) -> None:
        expected = self._answer
        if expected is None or expected[:2] != (peer, kind):
            return
        if not expected[2].done():
            expected[2].set_result(payload)

    def _on_disconnected(self, peer: str) -> None:
        self._connected.pop(peer, None)

    def _run(self, work: Coroutine[object, object, T], patience_s: float) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(patience_s)
