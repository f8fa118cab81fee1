"""Bounds in time, without a clock of their own: budgets, delays between dials, penalties.

Every ``now_s`` is a monotonic clock in seconds.
"""

from collections.abc import Callable


class TokenBucket:
    """At most ``burst`` at once and ``per_s`` in the long run."""

    def __init__(self, per_s: float, burst: float, now_s: float) -> None:
        """Start full."""
        self._per_s = per_s
        self._burst = burst
        self._tokens = burst
        self._at_s = now_s

    def take(self, amount: float, now_s: float) -> float:
        """Spend ``amount``, on credit if need be.

        Returns:
            Seconds until the debt is paid; 0 within the budget.
        """
        earned = max(0.0, now_s - self._at_s) * self._per_s
        self._tokens = min(self._burst, self._tokens + earned) - amount
        self._at_s = now_s
        return max(0.0, -self._tokens / self._per_s)

    def allows(self, amount: float, now_s: float) -> bool:
        """Spend ``amount`` if the budget has it; else spend nothing."""
        if self.take(amount, now_s) > 0.0:
            self._tokens += amount
            return False
        return True


class Backoff:
    """Delays that double, each shortened by up to half at random, so that a city does not redial in step."""

    def __init__(self, min_s: float, max_s: float, uniform: Callable[[], float]) -> None:
        """Start at ``min_s``; ``uniform`` gives a number from 0 to 1."""
        self._min_s = min_s
        self._max_s = max_s
        self._uniform = uniform
        self._next_s = min_s

    def next_s(self) -> float:
        """Seconds to wait now."""
        delay_s = self._next_s
        self._next_s = min(self._max_s, 2 * delay_s)
        return delay_s * (1 - self._uniform() / 2)

    def reset(self) -> None:
        """Begin again: the last attempt succeeded."""
        self._next_s = self._min_s


class Penalty:
    """How long a peer stays out after a strike: doubling, bounded, forgotten in time, never for good."""

    def __init__(self, min_s: float, max_s: float, memory_s: float) -> None:
        """No strike so far."""
        self._min_s = min_s
        self._max_s = max_s
        self._memory_s = memory_s
        self._length_s = 0.0
        self._struck_s = 0.0
        self._until_s = 0.0
        self.strikes = 0

    def strike(self, now_s: float) -> float:
        """Count one strike.

        Returns:
            Its length in seconds.
        """
        fresh = self.strikes == 0 or now_s - self._struck_s > self._memory_s
        self._length_s = self._min_s if fresh else min(self._max_s, 2 * self._length_s)
        self._struck_s = now_s
        self._until_s = now_s + self._length_s
        self.strikes += 1
        return self._length_s

    def left_s(self, now_s: float) -> float:
        """Seconds until the peer may come back; 0 if it may."""
        return max(0.0, self._until_s - now_s) if self.strikes else 0.0
