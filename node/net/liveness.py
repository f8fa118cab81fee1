"""Pings, and who waits for their answers; without input or output."""

from collections.abc import Callable
from typing import Final

from node.net.faults import FaultCode, PeerFault

NUMBER_BYTES: Final = 8


class Liveness:
    """One connection's pings are numbered; the peer echoes the number.

    An answer to *this* ping shows that the peer lives now; bytes that a dead peer sent before it died do not.
    """

    def __init__(self, now_s: float) -> None:
        """The peer has just shown that it lives."""
        self._sent = 0
        self._answered = 0
        self._answered_s = now_s
        self._probes: list[tuple[int, Callable[[bool], None]]] = []

    def ping(self) -> bytes:
        """Payload of the next ping."""
        self._sent += 1
        return self._sent.to_bytes(NUMBER_BYTES, "big")

    def probe(self, decide: Callable[[bool], None]) -> bytes:
        """Payload of a ping whose answer, or the lack of one, is told to ``decide`` exactly once."""
        payload = self.ping()
        self._probes.append((self._sent, decide))
        return payload

    def pong(self, payload: bytes, now_s: float) -> None:
        """Take an answer.

        Raises:
            PeerFault: ``UNEXPECTED_FRAME``, it answers no open ping.
        """
        number = int.from_bytes(payload, "big")
        if len(payload) != NUMBER_BYTES or not self._answered < number <= self._sent:
            raise PeerFault(FaultCode.UNEXPECTED_FRAME, "a pong without its ping")
        self._answered = number
        self._answered_s = now_s
        answered = [decide for sent, decide in self._probes if sent <= number]
        self._probes = [probe for probe in self._probes if probe[0] > number]
        for decide in answered:
            decide(True)  # noqa: FBT003 - the one argument is named by its function

    def give_up(self) -> None:
        """Tell every open probe that no answer came."""
        probes, self._probes = self._probes, []
        for _, decide in probes:
            decide(False)  # noqa: FBT003 - the one argument is named by its function

    def answered(self, payload: bytes) -> bool:
        """Whether the ping with this payload, or a later one, was answered."""
        return int.from_bytes(payload, "big") <= self._answered

    def silent_s(self, now_s: float) -> float:
        """Seconds since the last answer."""
        return now_s - self._answered_s


def check_ping(payload: bytes) -> bytes:
    """The answer to a ping.

    Raises:
        PeerFault: ``UNEXPECTED_FRAME``, it has no number.
    """
    if len(payload) != NUMBER_BYTES:
        raise PeerFault(FaultCode.UNEXPECTED_FRAME, f"ping of {len(payload)} bytes")
    return payload
