"""The hours of a day in UTC+8, and what falls due later."""

import heapq
from collections.abc import Callable, Iterator
from typing import Final

from node.chain.policy import CHINA_OFFSET_MS, DAY_MS, HOUR_MS, MINUTE_MS

MORNING_MS: Final = 7 * HOUR_MS
SLOTS_MS: Final = (9 * HOUR_MS, 14 * HOUR_MS)
"""Services begin then; the longest takes two hours."""
NO_SHOW_MS: Final = 35 * MINUTE_MS
EVENING_MS: Final = 17 * HOUR_MS
DESK_MS: Final = 18 * HOUR_MS
REQUESTS_MS: Final = 20 * HOUR_MS
CLOSE_MS: Final = 23 * HOUR_MS
"""Whatever falls due on a day falls due well before: the latest confirmation or verdict is of the evening."""


def day_start_ms(time_ms: int) -> int:
    """Midnight, UTC+8, of the day of an instant."""
    return (time_ms + CHINA_OFFSET_MS) // DAY_MS * DAY_MS - CHINA_OFFSET_MS


class Later:
    """What happens to the books when its time has come."""

    def __init__(self) -> None:
        """Nothing is due."""
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def __len__(self) -> int:
        """How much is still to happen."""
        return len(self._heap)

    def add(self, due_ms: int, act: Callable[[], None]) -> None:
        """Something for an instant."""
        self._count += 1
        heapq.heappush(self._heap, (due_ms, self._count, act))

    def ripe(self, time_ms: int) -> Iterator[Callable[[], None]]:
        """What has fallen due by now, in order of time."""
        while self._heap and self._heap[0][0] <= time_ms:
            yield heapq.heappop(self._heap)[2]
