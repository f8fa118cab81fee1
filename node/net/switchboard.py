"""Decides about connections: who is let in, which of two lives, what a fault costs.

Theory of operation. When a second connection of a connected peer asks to be admitted, the first has to answer a ping.
If it lives, the second is a call that crossed it (REDUNDANT) or, with another instance id, a second copy of the peer
(DUPLICATE). If not, the peer was gone before we noticed, and the second takes its place. For two connections of one
instance only the decider of the pair asks (``handshake``); the other side follows it.
"""

import asyncio
from collections.abc import Iterable
from ssl import SSLContext, SSLObject

import structlog

from node.chain.types import Hash
from node.net.budget import TokenBucket
from node.net.connection import Connection, Ending
from node.net.counters import Tally, Traffic
from node.net.faults import FaultAction, FaultCode, PeerFault
from node.net.frames import Frame
from node.net.handshake import NONCE_BYTES, Handshake, Hello, RefusalCode
from node.net.identity import TlsKey
from node.net.interface import (
    DuplicateInstance,
    LocalNode,
    PeerAddress,
    PeerCallbacks,
    Sources,
    Tuning,
)
from node.net.roster import Roster, Slot
from node.net.tls import PinnedTls

_log = structlog.get_logger("node.net")


class Switchboard:
    """Owner of all connections of one node."""

    def __init__(
        self, local: LocalNode, callbacks: PeerCallbacks, sources: Sources, tuning: Tuning
    ) -> None:
        """Know nobody yet."""
        self._local = local
        self._key = TlsKey(local.tls_seed)
        self._callbacks = callbacks
        self._sources = sources
        self._tuning = tuning
        self._tls = PinnedTls(self._key, ())
        self._slots: dict[Connection, Slot] = {}
        self._log_budget = TokenBucket(tuning.log_lines_per_s, 10 * tuning.log_lines_per_s, 0.0)
        self._unlogged = 0
        self.roster = Roster()
        self.tally = Tally()
        self.open: set[Connection] = set()
        """Connections whose socket is not closed yet."""

    def set_peers(self, peers: Iterable[PeerAddress]) -> None:
        """Pin exactly these keys, and close what belongs to others.

        Raises:
            ValueError: two peers share a name or a key, or a key has not 32 bytes.
        """
        others = tuple(peer for peer in peers if peer.tls_key != self._key.public_key)
        tls = PinnedTls(self._key, (peer.tls_key for peer in others))
        gone = set(self.roster.replace(others, self._tuning))
        self._tls = tls
        for connection, slot in tuple(self._slots.items()):
            if slot in gone:
                connection.refuse(RefusalCode.UNKNOWN_PEER)

    def report(self, name: str, fault: PeerFault) -> None:
        """Act on what a peer did wrong, as its connection or the reader of its messages found."""
        slot = self.roster.named(name)
        if slot is not None and slot.live is not None:
            slot.live.close(fault)
        else:
            self._record(slot, fault)

    # What the listener and the dialers use.

    def server_context(self) -> SSLContext:
        """Context for the next incoming connection."""
        return self._tls.server_context

    def client_context(self, tls_key: bytes) -> SSLContext:
        """Context that reaches this key only."""
        return self._tls.client_context(tls_key)

    def incoming(self) -> Connection:
        """Protocol object for somebody who calls."""
        return Connection(self, self._tuning, dialled=None)

    def outgoing(self, tls_key: bytes) -> Connection:
        """Protocol object for a call."""
        return Connection(self, self._tuning, dialled=tls_key)

    def stranger(self, fault: PeerFault) -> None:
        """Somebody unknown did something wrong."""
        self._record(None, fault)

    def dialled(self, slot: Slot, fault: PeerFault | None, *, reached: bool) -> None:
        """A call was made."""
        self.tally.dials += 1
        self.tally.dials_failed += not reached
        if fault is not None:
            self._record(slot, fault)

    # What connections ask and tell (``ConnectionOwner``).

    def begin_handshake(self, connection: Connection, tls: SSLObject) -> Handshake:
        """Find out whose key the channel shows.

        Raises:
            PeerFault: ``UNKNOWN_PEER``, ``WRONG_KEY``.
        """
        self.open.add(connection)
        connection.lost.add_done_callback(lambda _: self.open.discard(connection))
        key = self._tls.peer_key(tls)
        if connection.dialled not in (None, key):
            raise PeerFault(FaultCode.WRONG_KEY, f"{key.hex()[:16]} answered")
        slot = self.roster.keyed(key)
        assert slot is not None, "pins and slots are one set"
        self._slots[connection] = slot
        local = self._local
        hello = Hello(
            chain_id=local.chain_id,
            tls_key=self._key.public_key,
            instance_id=local.instance_id,
            nonce=Hash(self._sources.token(NONCE_BYTES)),
            tip_height=local.tip_height(),
        )
        dialled = connection.dialled is not None
        return Handshake(self._key, hello, channel_key=key, dialled=dialled)

    def wants_admission(self, connection: Connection) -> None:
        """Admit, refuse, or ask the older connection first."""
        slot = self._slots.get(connection)
        if slot is None or connection.peer is None:
            return
        live = slot.live
        if slot.penalty.left_s(asyncio.get_running_loop().time()) > 0.0:
            connection.refuse(RefusalCode.UNDER_PENALTY, PeerFault(FaultCode.UNDER_PENALTY))
        elif live is None or (_same_instance(connection, live) and not connection.decides):
            connection.admit()
        else:
            live.probe(lambda alive: self._choose(connection, live, alive=alive))

    def traffic(self, connection: Connection) -> Traffic:
        """Totals of the connection's peer."""
        return self._slots[connection].traffic

    def established(self, connection: Connection) -> None:
        """Make it the live one; an older one of the same peer is over."""
        slot = self._slots[connection]
        if slot.live is not None:
            self.tally.redundant += 1
            slot.live.close()
        slot.occupy(connection)
        assert connection.peer is not None, "a handshake begins with Hello"
        self._callbacks.on_connected(slot.address.name, connection.peer.tip_height)

    def received(self, connection: Connection, frame: Frame) -> None:
        """Hand a message up."""
        name = self._slots[connection].address.name
        self._callbacks.on_message(name, frame.kind, frame.payload, self._sources.now_ms())

    def ended(self, connection: Connection, ending: Ending) -> None:
        """Count it, punish it, tell it."""
        slot = self._slots.pop(connection, None)
        was_live = slot is not None and slot.live is connection
        if slot is not None and was_live:
            slot.vacate()
        if ending.fault is not None:
            self._record(slot, ending.fault)
        if slot is not None and ending.refusal == RefusalCode.DUPLICATE:
            self._callbacks.on_duplicate(DuplicateInstance(slot.address.name))
        if slot is not None and was_live:
            self._callbacks.on_disconnected(slot.address.name)

    def _choose(self, newer: Connection, older: Connection, *, alive: bool) -> None:
        if not alive:
            self.wants_admission(newer)
        elif _same_instance(newer, older):
            self.tally.redundant += 1
            newer.refuse(RefusalCode.REDUNDANT)
        else:
            newer.refuse(RefusalCode.DUPLICATE, PeerFault(FaultCode.DUPLICATE))

    def _record(self, slot: Slot | None, fault: PeerFault) -> None:
        now_s = asyncio.get_running_loop().time()
        name = None if slot is None else slot.address.name
        self.tally.faults[fault.code] += 1
        closed_s = 0.0
        if slot is not None and fault.action is FaultAction.STRIKE:
            closed_s = slot.penalty.strike(now_s)
        if self._log_budget.allows(1, now_s):
            unlogged, self._unlogged = self._unlogged, 0
            _log.warning(
                "peer_fault",
                peer=name,
                code=f"P{fault.code.value:02}",
                fault=fault.code.name.lower(),
                detail=fault.detail,
                closed_s=closed_s,
                unlogged=unlogged,
            )
        else:
            self._unlogged += 1
        self._callbacks.on_fault(name, fault)


def _same_instance(one: Connection, other: Connection) -> bool:
    assert one.peer is not None, "it asked for admission"
    assert other.peer is not None, "it is established"
    return one.peer.instance_id == other.peer.instance_id
