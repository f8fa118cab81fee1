"""Lines between the nodes of a local city that can be cut: one TCP relay for each node that another dials.

A node is told its peers' relays instead of their doors, so that a rehearsal or a test can cut the city in two and heal
it without privileges. Everything runs in one thread of its own.
"""

import asyncio
import threading
from collections.abc import Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from node.city.ports import LOOPBACK

PIECE_BYTES: Final = 65_536
START_S: Final = 10.0

T = TypeVar("T")
Line = tuple[str, str]
"""(who dials, who is dialled)."""


@dataclass(slots=True)
class _Open:
    """What is open on one line."""

    server: asyncio.Server
    writers: set[asyncio.StreamWriter] = field(default_factory=set)


class Relays:
    """Relays of a whole city. Use as a context manager."""

    def __init__(self, doors: Mapping[str, int]) -> None:
        """Prepare.

        Args:
            doors: each node's real port for peers.
        """
        self._doors = doors
        self._cut: frozenset[Line] = frozenset()
        self._lines: dict[Line, _Open] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Relays":
        """Listen on every line."""
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        """Close everything."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_S)
        self._loop.close()

    def port(self, dialler: str, dialled: str) -> int:
        """Where ``dialler`` finds ``dialled``."""
        return int(self._lines[dialler, dialled].server.sockets[0].getsockname()[1])

    def partition(self, side: Collection[str]) -> None:
        """Cut every line between ``side`` and the others; connections break at once."""
        self._run(self._partition(frozenset(side)))

    def heal(self) -> None:
        """Let all lines carry again."""
        self._cut = frozenset()

    def _run(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_S)

    async def _listen(self) -> None:
        for dialler in self._doors:
            for dialled in self._doors:
                if dialler != dialled:
                    line = (dialler, dialled)
                    server = await asyncio.start_server(self._carrier(line), LOOPBACK, 0)
                    self._lines[line] = _Open(server)

    def _carrier(self, line: Line):  # type: ignore[no-untyped-def]  # noqa: ANN202 - asyncio's callback
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._carry(line, reader, writer)

        return carry

    async def _carry(
        self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if line in self._cut:
            writer.close()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._doors[line[1]])
        except OSError:
            writer.close()
            return
        both = {writer, far_writer}
        self._lines[line].writers |= both
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._lines[line].writers -= both
            for end in both:
                end.close()

    async def _partition(self, side: frozenset[str]) -> None:
        crossing = {line for line in self._lines if (line[0] in side) != (line[1] in side)}
        self._cut = frozenset(crossing)
        for line in crossing:
            for writer in tuple(self._lines[line].writers):
                writer.transport.abort()

    async def _close(self) -> None:
        for line in self._lines.values():
            line.server.close()
            for writer in tuple(line.writers):
                writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until either end is gone."""
    try:
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
