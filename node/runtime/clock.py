"""Clocks: the only readers of time.

A real city's clock is the system's. A rehearsal's runs ``rate`` times faster from the genesis instant on and may leap
ahead; all nodes of a rehearsal therefore agree as well as their machines do. No rule knows of either.
"""

import time
from typing import Protocol

from node.chain.types import EpochMs


class Clock(Protocol):
    """The wall clock of the chain."""

    def now_ms(self) -> EpochMs:
        """Milliseconds since 1970."""


class SystemClock:
    """Real time."""

    rate = 1

    def now_ms(self) -> EpochMs:
        """Milliseconds since 1970."""
        return EpochMs(time.time_ns() // 1_000_000)


class RehearsalClock:
    """Time that runs faster, and leaps."""

    def __init__(self, origin_ms: EpochMs, rate: int, leap_ms: int = 0) -> None:
        """Start at the genesis instant.

        Args:
            origin_ms: real time and rehearsal time agree here.
            rate: rehearsal milliseconds in a real one.
            leap_ms: sum of all leaps so far.
        """
        self.rate = rate
        self.leap_ms = leap_ms
        self._origin_ms = origin_ms
        self._real = SystemClock()

    def now_ms(self) -> EpochMs:
        """Rehearsal milliseconds since 1970."""
        elapsed = self._real.now_ms() - self._origin_ms
        return EpochMs(self._origin_ms + elapsed * self.rate + self.leap_ms)

    def leap_to(self, leap_ms: int) -> None:
        """Make the sum of leaps at least this; a clock never goes back."""
        self.leap_ms = max(self.leap_ms, leap_ms)


def monotonic_ms() -> int:
    """Real milliseconds that never go back, for ages and timeouts."""
    return time.monotonic_ns() // 1_000_000
