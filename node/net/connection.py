"""One TLS connection to one peer, from the first byte to the one reason for which it ends.

Theory of operation. A connection is *shaking hands*, perhaps *waiting* for its owner's word (an older connection of
that peer may have to show whether it lives), then *established*, then *ended*. It ends exactly once, logically at once,
told to the owner by ``ended``; the socket may need a moment longer for its last bytes. Decisions about other
connections are the owner's; everything a peer does wrong on this one becomes the ``PeerFault`` that ends it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from ssl import SSLError, SSLObject
from typing import Protocol

from node.chain.limits import FRAME_MAX_BYTES
from node.net.channel import Channel
from node.net.counters import Traffic
from node.net.faults import FaultCode, PeerFault
from node.net.frames import (
    HANDSHAKE_FRAME_MAX_BYTES,
    Frame,
    FrameParser,
    TransportKind,
    encode_frame,
)
from node.net.handshake import (
    Announced,
    Handshake,
    Hello,
    Proven,
    RefusalCode,
    Refused,
    encode_refusal,
    refusal_for,
)
from node.net.interface import Tuning
from node.net.timers import Timers


class Phase(Enum):
    """Where a connection stands; it only moves down, but for the way back from ``WAITING`` to ``HANDSHAKE``."""

    HANDSHAKE = auto()
    WAITING = auto()
    ESTABLISHED = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a connection ended; without fault and refusal, one side just went away."""

    fault: PeerFault | None = None
    refusal: int | None = None
    """The ``RefusalCode``, if the peer refused us."""


class ConnectionOwner(Protocol):
    """What a connection asks and tells."""

    def begin_handshake(self, connection: "Connection", tls: SSLObject) -> Handshake:
        """TLS is set up: the handshake for it.

        Raises:
            PeerFault: ``UNKNOWN_PEER``, ``WRONG_KEY``.
        """

    def wants_admission(self, connection: "Connection") -> None:
        """The peer is who it says. Answer, now or later, with ``admit`` or ``refuse``."""

    def traffic(self, connection: "Connection") -> Traffic:
        """Where to count what an established connection carries."""

    def established(self, connection: "Connection") -> None:
        """Both sides agree; the connection can send."""

    def received(self, connection: "Connection", frame: Frame) -> None:
        """A message arrived."""

    def ended(self, connection: "Connection", ending: Ending) -> None:
        """The last word about this connection."""


class Connection(asyncio.Protocol):
    """The protocol object of one TLS transport."""

    def __init__(self, owner: ConnectionOwner, tuning: Tuning, *, dialled: bytes | None) -> None:
        """Wait for the transport.

        Args:
            owner: decides and is told.
            tuning: bounds.
            dialled: the TLS key we called, or ``None`` for an incoming connection.
        """
        self._owner = owner
        self._tuning = tuning
        self._timers = Timers()
        self._parser = FrameParser(HANDSHAKE_FRAME_MAX_BYTES)
        self._channel: Channel | None = None
        self._transport: asyncio.Transport | None = None
        self.dialled = dialled
        self.phase = Phase.HANDSHAKE
        self.peer: Hello | None = None
        """What the peer said; its key is that of the TLS channel."""
        loop = asyncio.get_running_loop()
        self.settled: asyncio.Future[None] = loop.create_future()
        """Done when the connection is established or ended."""
        self.lost: asyncio.Future[None] = loop.create_future()
        """Done when the socket is closed."""

    def admit(self) -> None:
        """Go on with the handshake; nothing happens if the connection ended meanwhile."""
        if self.phase is Phase.WAITING:
            self.phase = Phase.HANDSHAKE
            self._write(TransportKind.PROOF, self._handshake.proof())
            if self._handshake.complete:
                self._establish()

    def refuse(self, code: RefusalCode, fault: PeerFault | None = None) -> None:
        """Close and, if the handshake is not over, tell the peer why; nothing happens if it ended meanwhile."""
        if self.phase in (Phase.HANDSHAKE, Phase.WAITING):
            self._write(TransportKind.REFUSAL, encode_refusal(code))
        self._end(Ending(fault), flush=True)

    def send(self, kind: int, payload: bytes) -> bool:
        """Queue a message. Returns whether it will leave if the connection lives."""
        return self._channel is not None and self._channel.send(kind, payload)

    def probe(self, decide: Callable[[bool], None]) -> None:
        """Ask the peer of an established connection for a sign of life; see ``Channel.probe``."""
        assert self._channel is not None, "only the live connection is asked"
        self._channel.probe(decide)

    def close(self, fault: PeerFault | None = None) -> None:
        """End it, in good order or for what the peer did."""
        self._end(Ending(fault), flush=fault is None)

    def abort(self) -> None:
        """Close the socket without its last bytes."""
        self._end(Ending(), flush=False)
        if self._transport is not None:
            self._transport.abort()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.phase is Phase.ENDED

    @property
    def decides(self) -> bool:
        """Whether this side chooses between two connections of one pair."""
        return self._handshake.decides

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait for the peer to read."""
        return 0 if self._channel is None else self._channel.waiting_bytes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TLS is set up, and the loop has set TCP_NODELAY: say Hello."""
        assert isinstance(transport, asyncio.Transport), "TLS over TCP"
        self._transport = transport
        self._timers.later(self._tuning.handshake_timeout_s, self._handshake_over)
        tls = transport.get_extra_info("ssl_object")
        try:
            self._handshake = self._owner.begin_handshake(self, tls)
        except PeerFault as fault:
            self._fail(fault)
        else:
            self._write(TransportKind.HELLO, self._handshake.hello_payload)

    def data_received(self, data: bytes) -> None:
        """Cut the frames and act on each."""
        if self.over:
            return
        if self._channel is not None:
            self._channel.spend(len(data))
        try:
            for frame in self._parser.feed(data):
                self._receive(frame)
        except PeerFault as fault:
            self._fail(fault)

    def pause_writing(self) -> None:
        """The transport holds enough."""
        if self._channel is not None:
            self._channel.pause_writing()

    def resume_writing(self) -> None:
        """The transport has room."""
        if self._channel is not None:
            self._channel.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        """The socket is closed."""
        fault = None
        if self.dialled is not None and self.peer is None:
            # In TLS 1.3 a caller learns only now, and often without a reason, that its certificate was not liked.
            reason = error.reason if isinstance(error, SSLError) else None
            fault = PeerFault(FaultCode.TLS_REFUSED, reason or "closed without a word")
        self._end(Ending(fault), flush=False)
        self._transport = None
        self.lost.set_result(None)

    def _receive(self, frame: Frame) -> None:
        if self.over:
            return
        if self._channel is not None:
            self._channel.receive(frame)
            return
        if self.phase is Phase.WAITING and frame.kind != TransportKind.REFUSAL:
            raise PeerFault(FaultCode.UNEXPECTED_FRAME, "before our answer to the handshake")
        match self._handshake.receive(frame.kind, frame.payload):
            case Announced(hello):
                self.peer = hello
                if not self._handshake.decides:
                    self._ask()
            case Proven() if self._handshake.decides:
                self._ask()
            case Proven():
                self._establish()
            case Refused() as refused:
                self._end(Ending(_fault_of(refused), refused.code), flush=True)

    def _ask(self) -> None:
        self.phase = Phase.WAITING
        self._owner.wants_admission(self)

    def _establish(self) -> None:
        assert self._transport is not None, "a lost connection has ended"
        self._timers.cancel()
        self._parser.size_max_bytes = FRAME_MAX_BYTES
        self.phase = Phase.ESTABLISHED
        self.settled.set_result(None)
        self._channel = Channel(
            self._transport,
            self._tuning,
            self._owner.traffic(self),
            deliver=lambda frame: self._owner.received(self, frame),
            fail=self._fail,
        )
        self._owner.established(self)

    def _write(self, kind: TransportKind, payload: bytes) -> None:
        assert self._transport is not None, "a lost connection has ended"
        self._transport.write(encode_frame(kind, payload))

    def _handshake_over(self) -> None:
        self._fail(PeerFault(FaultCode.HANDSHAKE_TIMEOUT))

    def _fail(self, fault: PeerFault) -> None:
        refusal = refusal_for(fault.code)
        if refusal is not None and self.phase in (Phase.HANDSHAKE, Phase.WAITING):
            self.refuse(refusal, fault)
        else:
            self._end(Ending(fault), flush=False)

    def _end(self, ending: Ending, *, flush: bool) -> None:
        if self.phase is Phase.ENDED:
            return
        self.phase = Phase.ENDED
        self._timers.cancel()
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.stop()
        if self._transport is not None:
            if flush:
                self._transport.close()
            else:
                self._transport.abort()
        if not self.settled.done():
            self.settled.set_result(None)
        self._owner.ended(self, ending)
        if channel is not None:
            channel.give_up_probes()


def _fault_of(refused: Refused) -> PeerFault | None:
    """What it means that a peer refused us."""
    if refused.code == RefusalCode.REDUNDANT:
        return None
    known = refused.code in RefusalCode.__members__.values()
    detail = RefusalCode(refused.code).name.lower() if known else f"code {refused.code}"
    return PeerFault(FaultCode.REFUSED_BY_PEER, detail)
