"""The network of one node, as the rest of the node sees it.

Every pair of peers dials each other and keeps one connection. Nothing a peer does ends more than its own connection.
All methods belong to the thread of the event loop.
"""

import asyncio
from collections.abc import Coroutine, Iterable

from node.net.connection import Connection
from node.net.counters import NetworkCounters
from node.net.dialer import keep_dialled
from node.net.faults import PeerFault
from node.net.frames import KIND_MAX, MESSAGE_KIND_MIN, PAYLOAD_MAX_BYTES
from node.net.interface import (
    DEFAULT_TUNING,
    Endpoint,
    LocalNode,
    PeerAddress,
    PeerCallbacks,
    Sources,
    Tuning,
)
from node.net.listener import Listener
from node.net.roster import Slot
from node.net.switchboard import Switchboard


class PeerNetwork:
    """Authenticated channels to a set of peers.

    ``start``, then ``send`` and ``broadcast``, ``set_peers`` when the set changes, ``stop`` at the end.
    """

    def __init__(
        self,
        *,
        listen: Endpoint,
        local: LocalNode,
        peers: Iterable[PeerAddress],
        callbacks: PeerCallbacks,
        sources: Sources,
        tuning: Tuning = DEFAULT_TUNING,
    ) -> None:
        """Keep the parts; nothing happens before ``start``.

        Args:
            listen: where to accept connections.
            local: who we are.
            peers: whom to dial and let in; our own key among them is skipped, so that a whole authority set fits.
            callbacks: who is told.
            sources: time and chance.
            tuning: bounds.
        """
        self._listen = listen
        self._local = local
        self._first_peers = tuple(peers)
        self._callbacks = callbacks
        self._sources = sources
        self._tuning = tuning
        self._listener: Listener | None = None
        self._board: Switchboard | None = None
        self._tasks: dict[Slot | None, asyncio.Task[None]] = {}

    async def start(self) -> Endpoint:
        """Listen and dial.

        Returns:
            Where it listens, with the port that the system chose for port 0.

        Raises:
            OSError: the address is taken or not ours.
            ValueError: two peers share a name or a key, or a key has not 32 bytes.
        """
        assert self._board is None, "started once"
        board = Switchboard(self._local, self._callbacks, self._sources, self._tuning)
        board.set_peers(self._first_peers)
        self._listener = Listener(self._listen, board, self._tuning)
        self._board = board
        self._tasks[None] = _supervised(self._listener.run())
        self._dial_all()
        return self._listener.endpoint

    async def stop(self) -> None:
        """Close everything within twice ``close_timeout_s``; bytes that leave until then are delivered."""
        board, listener, tasks = self._board, self._listener, tuple(self._tasks.values())
        if board is None or listener is None:
            return
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.close()
        for connection in tuple(board.open):
            connection.close()
        await _lost(board.open, self._tuning.close_timeout_s)
        for connection in tuple(board.open):
            connection.abort()
        await _lost(board.open, self._tuning.close_timeout_s)

    def set_peers(self, peers: Iterable[PeerAddress]) -> None:
        """Dial and let in exactly these from now on; connections of others are closed before this returns.

        Raises:
            ValueError: two peers share a name or a key, or a key has not 32 bytes; nothing has changed then.
        """
        self._started().set_peers(peers)
        self._dial_all()

    def send(self, name: str, kind: int, payload: bytes) -> bool:
        """Queue one message for one peer.

        Args:
            name: the peer's.
            kind: 16 to 127 for urgent, 128 to 255 for bulk.
            payload: at most ``PAYLOAD_MAX_BYTES``.

        Returns:
            Whether the peer is connected and the message found a place. True promises no delivery.
        """
        assert MESSAGE_KIND_MIN <= kind <= KIND_MAX, "lower kinds belong to the transport"
        assert len(payload) <= PAYLOAD_MAX_BYTES, "a message is one frame"
        slot = None if self._board is None else self._board.roster.named(name)
        return slot is not None and slot.live is not None and slot.live.send(kind, payload)

    def broadcast(self, kind: int, payload: bytes) -> int:
        """``send`` to every connected peer. Returns how many of them have it queued."""
        return sum(self.send(name, kind, payload) for name in sorted(self.connected()))

    def connected(self) -> frozenset[str]:
        """Names of the connected peers; before ``start`` nobody is."""
        slots = () if self._board is None else self._board.roster
        return frozenset(slot.address.name for slot in slots if slot.live is not None)

    def report(self, name: str, fault: PeerFault) -> None:
        """Punish a peer for a message that its reader found wrong.

        ``on_fault`` and ``on_disconnected`` are called before this returns; no further message of it follows.
        """
        self._started().report(name, fault)

    def counters(self) -> NetworkCounters:
        """What was counted so far."""
        board, listener = self._started(), self._listener
        assert listener is not None, "started"
        board.tally.accepted = listener.accepted
        peers = tuple(slot.counters() for slot in board.roster)
        return board.tally.snapshot(peers, listener.pending)

    def _started(self) -> Switchboard:
        assert self._board is not None, "start comes first"
        return self._board

    def _dial_all(self) -> None:
        """One dialer for each slot, none for others."""
        board = self._started()
        wanted = set(board.roster)
        for slot in [slot for slot in self._tasks if slot is not None and slot not in wanted]:
            self._tasks.pop(slot).cancel()
        for slot in board.roster:
            if slot not in self._tasks:
                dialer = keep_dialled(slot, board, self._sources, self._tuning)
                self._tasks[slot] = _supervised(dialer)


def _supervised(work: Coroutine[object, object, None]) -> asyncio.Task[None]:
    """A task whose accident reaches the loop's exception handler at once, not when it is collected."""
    task = asyncio.get_running_loop().create_task(work)

    def over(done: asyncio.Task[None]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None:
            context = {"message": "peer network task failed", "exception": error, "task": done}
            done.get_loop().call_exception_handler(context)

    task.add_done_callback(over)
    return task


async def _lost(connections: Iterable[Connection], timeout_s: float) -> None:
    waiting = [connection.lost for connection in connections]
    if waiting:
        await asyncio.wait(waiting, timeout=timeout_s)
