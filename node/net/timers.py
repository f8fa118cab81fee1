"""Timers that end with their owner."""

import asyncio
from collections.abc import Callable


class Timers:
    """Calls planned on the running loop, all of which ``cancel`` takes back."""

    def __init__(self) -> None:
        """Plan nothing yet."""
        self._loop = asyncio.get_running_loop()
        self._handles: set[asyncio.TimerHandle] = set()

    def later(self, delay_s: float, action: Callable[[], None]) -> None:
        """Call ``action`` once, after ``delay_s`` seconds."""

        def run() -> None:
            self._handles.discard(handle)
            action()

        handle = self._loop.call_later(delay_s, run)
        self._handles.add(handle)

    def cancel(self) -> None:
        """Call none of them any more."""
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()
