"""The log of this node for those who read it in tiles."""

from node.chain.codec import encode
from node.chain.merkle import consistency_proof
from node.chain.types import Hash, Height
from node.runtime.executor import Executor
from node.store.chainstore import ChainStore


class PublicLog:
    """Hashes and entries up to the tip."""

    def __init__(self, executor: Executor, store: ChainStore) -> None:
        """Read an executor's log."""
        self._executor = executor
        self._store = store

    @property
    def size(self) -> int:
        """Leaves at the tip."""
        return self._executor.point.frontier.size

    def hashes(self, level: int, first: int, count: int) -> tuple[Hash, ...] | None:
        """Complete subtrees of a level, from one on; None if not all are complete.

        Args:
            level: of the tree; 0 are the leaves.
            first: index of the first subtree.
            count: how many.
        """
        if first + count > self.size >> level:
            return None
        if first << level < self._missing:
            return None
        return tuple(self._store.log_node(level, first + i) for i in range(count))

    def entries(self, first: int, count: int) -> tuple[bytes, ...] | None:
        """Entries of the log, from one on; None if the log has not as many."""
        if first + count > self.size or first < self._missing:
            return None
        found: list[bytes] = []
        height = self._height_of(first)
        while len(found) < count:
            entries = self._entries_of(height)
            begin = self._size_before(height)
            found += entries[max(0, first - begin) :]
            height += 1
        return tuple(found[:count])

    def consistency(self, old: int, new: int) -> tuple[Hash, ...] | None:
        """Why the log of the old size is a prefix of that of the new; None beyond the tip."""
        if new > self.size or 0 < old < self._missing:
            return None
        return consistency_proof(self._store.log_node, old, new)

    @property
    def _missing(self) -> int:
        """Leaves at the log's beginning that a node begun from a snapshot lacks."""
        oldest = self._executor.blocks_from
        kept = self._executor.kept_header(oldest) if oldest > 1 else None
        return 0 if kept is None else kept.header.log_size - kept.header.transaction_count - 1

    def _entries_of(self, height: int) -> list[bytes]:
        kept = self._executor.kept_header(Height(height))
        decided = self._executor.decided(Height(height))
        assert kept is not None, "blocks up to the tip are kept"
        assert decided is not None, "blocks up to the tip are kept"
        return [*decided.block.transactions, encode(kept.summary)]

    def _size_before(self, height: int) -> int:
        return self._size_after(height - 1) if height > 1 else 0

    def _size_after(self, height: int) -> int:
        kept = self._executor.kept_header(Height(height))
        assert kept is not None, "blocks up to the tip are kept"
        return kept.header.log_size

    def _height_of(self, leaf: int) -> int:
        """The block that an entry belongs to."""
        low, high = int(self._executor.blocks_from), int(self._executor.point.height)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if leaf < self._size_after(middle) else (middle + 1, high)
        return low
