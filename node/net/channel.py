"""The established part of a connection: messages, budgets, pings."""

import asyncio
from collections.abc import Callable

from node.net.budget import TokenBucket
from node.net.counters import Traffic
from node.net.faults import FaultCode, PeerFault
from node.net.frames import BULK_KIND_MIN, MESSAGE_KIND_MIN, Frame, TransportKind
from node.net.interface import Tuning
from node.net.liveness import Liveness, check_ping
from node.net.outbox import Outbox
from node.net.sendqueue import SendQueue
from node.net.timers import Timers


class Channel:
    """Carries messages both ways until ``stop``."""

    def __init__(
        self,
        transport: asyncio.Transport,
        tuning: Tuning,
        traffic: Traffic,
        deliver: Callable[[Frame], None],
        fail: Callable[[PeerFault], None],
    ) -> None:
        """Begin.

        Args:
            transport: authenticated on both sides.
            tuning: bounds.
            traffic: where to count.
            deliver: takes each message.
            fail: takes a fault that shows itself outside ``receive``.
        """
        self._transport = transport
        self._tuning = tuning
        self._traffic = traffic
        self._deliver = deliver
        self._fail = fail
        self._loop = asyncio.get_running_loop()
        self._timers = Timers()
        now_s = self._loop.time()
        self._liveness = Liveness(now_s)
        self._frames = TokenBucket(tuning.frames_per_s, tuning.frames_burst, now_s)
        self._bytes = TokenBucket(tuning.bytes_per_s, tuning.bytes_burst, now_s)
        queue = SendQueue(tuning.queue_max_bytes, tuning.queue_max_frames)
        self._outbox = Outbox(queue, transport, traffic, tuning.write_max_bytes)
        traffic.connections += 1
        self._timers.later(tuning.ping_interval_s, self._beat)

    def send(self, kind: int, payload: bytes) -> bool:
        """Queue a frame.

        Returns:
            Whether it waits or left. Bulk may be refused; if an urgent frame finds no place, the peer is given up.
        """
        if self._outbox.put(kind, payload):
            return True
        if kind < BULK_KIND_MIN:
            # Later, because the caller may be walking over its connected peers.
            fault = PeerFault(FaultCode.SLOW_READER, f"{self.waiting_bytes} bytes wait")
            self._timers.later(0, lambda: self._fail(fault))
        return False

    def spend(self, received_bytes: int) -> None:
        """Pay for what was read, and read no more until the budget allows it."""
        self._traffic.bytes_in += received_bytes
        debt_s = self._bytes.take(received_bytes, self._loop.time())
        if debt_s > 0.0 and self._transport.is_reading():
            self._traffic.paused += 1
            self._transport.pause_reading()
            self._timers.later(debt_s, self._transport.resume_reading)

    def receive(self, frame: Frame) -> None:
        """Take one frame.

        Raises:
            PeerFault: ``FRAME_FLOOD``, ``UNEXPECTED_FRAME``.
        """
        now_s = self._loop.time()
        self._traffic.frames_in += 1
        if not self._frames.allows(1, now_s):
            raise PeerFault(
                FaultCode.FRAME_FLOOD, f"above {self._tuning.frames_per_s:.0f} a second"
            )
        if frame.kind >= MESSAGE_KIND_MIN:
            self._deliver(frame)
        elif frame.kind == TransportKind.PING:
            self.send(TransportKind.PONG, check_ping(frame.payload))
        elif frame.kind == TransportKind.PONG:
            self._liveness.pong(frame.payload, now_s)
        else:
            raise PeerFault(FaultCode.UNEXPECTED_FRAME, f"kind {frame.kind}")

    def probe(self, decide: Callable[[bool], None]) -> None:
        """Ask for a sign of life; a silent peer is given up. ``decide`` gets the answer exactly once."""
        payload = self._liveness.probe(decide)

        def over() -> None:
            if not self._liveness.answered(payload):
                self._fail(PeerFault(FaultCode.SILENT, "a probe was not answered"))

        self._timers.later(self._tuning.probe_timeout_s, over)
        self.send(TransportKind.PING, payload)

    def pause_writing(self) -> None:
        """The transport holds enough."""
        self._outbox.pause()

    def resume_writing(self) -> None:
        """The transport has room."""
        self._outbox.resume()

    def stop(self) -> None:
        """Plan nothing more, and write what the transport still takes."""
        self._timers.cancel()
        # Paused, TLS would wait for a goodbye that it does not read.
        self._transport.resume_reading()
        self._outbox.flush()

    def give_up_probes(self) -> None:
        """Tell open probes that no answer will come."""
        self._liveness.give_up()

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait for the peer to read."""
        return self._outbox.waiting_bytes

    def _beat(self) -> None:
        stalled_s = self._outbox.stalled_s()
        silent_s = self._liveness.silent_s(self._loop.time())
        if stalled_s > self._tuning.stall_max_s:
            self._fail(PeerFault(FaultCode.SLOW_READER, f"took nothing for {stalled_s:.0f} s"))
        elif silent_s > self._tuning.silence_max_s:
            self._fail(PeerFault(FaultCode.SILENT, f"no answer for {silent_s:.0f} s"))
        else:
            self.send(TransportKind.PING, self._liveness.ping())
            self._timers.later(self._tuning.ping_interval_s, self._beat)
