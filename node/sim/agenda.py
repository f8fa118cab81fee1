"""Virtual time: what happens next, and when."""

from collections.abc import Callable
from heapq import heappop, heappush


class Agenda:
    """Actions in order of time; those of one instant in order of being planned."""

    def __init__(self, start_ms: int) -> None:
        """Begin at an instant."""
        self.now_ms = start_ms
        self.done = 0
        self._planned: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def plan(self, delay_ms: int, action: Callable[[], None]) -> None:
        """Do something ``delay_ms`` from now."""
        self._count += 1
        heappush(self._planned, (self.now_ms + delay_ms, self._count, action))

    def run_until(self, end_ms: int) -> None:
        """Do everything planned up to an instant."""
        while self._planned and self._planned[0][0] <= end_ms:
            self.now_ms, _, action = heappop(self._planned)
            self.done += 1
            action()
        self.now_ms = end_ms
