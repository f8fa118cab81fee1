"""Clocks of nodes: wrong by some milliseconds, too fast or too slow, and now and then set to another time."""

from typing import Final

PERMILLE: Final = 1_000


class DriftingClock:
    """What a node takes for the time."""

    def __init__(self, now_ms: int) -> None:
        """Right, at the true time ``now_ms``."""
        self._since_ms = self._reading_ms = now_ms
        self._rate_permille = 0

    def read(self, now_ms: int) -> int:
        """What the clock shows at a true time that is not before the last one it was touched at."""
        elapsed_ms = now_ms - self._since_ms
        return self._reading_ms + elapsed_ms + elapsed_ms * self._rate_permille // PERMILLE

    def drift(self, now_ms: int, rate_permille: int) -> None:
        """Gain so many milliseconds in a second from now on; lose them if negative."""
        self._reading_ms, self._since_ms = self.read(now_ms), now_ms
        self._rate_permille = rate_permille

    def jump(self, now_ms: int, by_ms: int) -> None:
        """Somebody sets the clock, forward or back."""
        self._reading_ms, self._since_ms = self.read(now_ms) + by_ms, now_ms

    def set_right(self, now_ms: int, off_ms: int = 0) -> None:
        """The true time but for an error, and no drift."""
        self._reading_ms, self._since_ms = now_ms + off_ms, now_ms
        self._rate_permille = 0
