"""The chain as an archive, in pieces, from the block log."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final

from node.chain.archive import ArchiveWriter
from node.chain.block import block_id
from node.chain.errors import Bug
from node.chain.genesis import base_height
from node.chain.types import Height
from node.runtime.executor import Executor
from node.runtime.trail import trail_below

PIECE_BYTES: Final = 262_144
"""Handed on at once; the node works on between pieces."""


class _Buffer:
    """Collects what the writer writes until somebody takes it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> None:
        self._parts.append(data)
        self.size += len(data)

    def take(self) -> bytes:
        data, self._parts, self.size = b"".join(self._parts), [], 0
        return data


def archive_pieces(executor: Executor) -> Iterator[bytes]:
    """The archive of everything up to the tip at the moment of the first piece.

    Raises:
        StorageFault: a block of the log does not read.
    """
    tip = executor.tip
    buffer = _Buffer()
    writer = ArchiveWriter(buffer, executor.genesis, executor.chain_id)
    for change in trail_below(executor, Height(tip.height + 1)):
        writer.change(change)
    for height in range(base_height(executor.genesis) + 1, tip.height + 1):
        decided, kept = executor.decided(Height(height)), executor.kept_header(Height(height))
        if decided is None or kept is None:
            raise Bug(f"block {height} is below the tip and not here")
        writer.block(decided.block, kept.summary, block_id(executor.chain_id, decided.block.header))
        if buffer.size >= PIECE_BYTES:
            yield buffer.take()
    writer.finish(tip.certificate)
    yield buffer.take()


async def archive_stream(executor: Executor) -> AsyncIterator[bytes]:
    """The same, letting the event loop work between pieces."""
    for piece in archive_pieces(executor):
        yield piece
        await asyncio.sleep(0)
