"""Blocks as they become final, for any number of readers that each keep their own place."""

import asyncio
from dataclasses import dataclass

from node.chain.block import Header, block_id
from node.chain.types import EpochMs, Hash, Height
from node.runtime.executor import CommittedBlock, Executor


@dataclass(frozen=True, slots=True)
class BlockEvent:
    """A block became final."""

    height: Height
    time_ms: EpochMs
    id: Hash
    transactions: int


class BlockFeed:
    """Nothing is queued for anybody: a reader asks for the height after its own and waits where there is none."""

    def __init__(self, executor: Executor) -> None:
        """Follow one executor's tip."""
        self._executor = executor
        self._changed = asyncio.Event()
        self._closed = False
        self._newest: BlockEvent | None = None
        executor.watch(self._on_block)

    @property
    def height(self) -> Height:
        """Height of the newest block."""
        return self._executor.point.height

    def event(self, height: Height) -> BlockEvent | None:
        """The event of a final block."""
        newest = self._newest
        if newest is not None and newest.height == height:
            return newest
        kept = self._executor.kept_header(height)
        return None if kept is None else self._event(kept.header)

    async def wait_above(self, height: Height) -> bool:
        """Wait for a block above ``height``; False once the feed is closed."""
        while self.height <= height and not self._closed:
            await self._changed.wait()
        return not self._closed

    def close(self) -> None:
        """End every stream: the node stops. To be called before the doors close."""
        self._closed = True
        self._changed.set()

    def _on_block(self, committed: CommittedBlock) -> None:
        self._newest = self._event(committed.block.header)
        if not self._closed:
            self._changed.set()
            self._changed = asyncio.Event()

    def _event(self, header: Header) -> BlockEvent:
        id_ = block_id(self._executor.chain_id, header)
        return BlockEvent(header.height, header.time_ms, id_, header.transaction_count)
