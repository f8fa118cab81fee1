"""The states before the tip's, as far back as a node can go without an archive.

The tree's shape depends only on the set of its entries. So the state after an earlier block is the tip's with what
later blocks replaced put back: staged for one proof, and taken out again. What blocks replaced is kept in memory for a
day of heartbeats at most, and for so many changes that going back stays a fraction of a second; it begins with the
node's start. Anything older is an archive's matter (``timebank audit prove --at``).
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from node.chain.ledger import Changes
from node.chain.records import StateRecord
from node.chain.statetree import StateProof, tree_key
from node.chain.types import Height
from node.runtime.executor import CommittedBlock, Executor

BLOCKS_MAX: Final = 1_440
"""How far back a node goes, in blocks: a day of heartbeats."""
CHANGES_MAX: Final = 10_000
"""Changed records that are put back at most; ten thousand take an eighth of a second there and back."""


@dataclass(frozen=True, slots=True)
class PastRecord:
    """What a state has under a key, and the proof under that state's root."""

    record: StateRecord | None
    proof: StateProof


class PastStates:
    """What the newest blocks replaced."""

    def __init__(self, executor: Executor) -> None:
        """Begin at the executor's tip and watch it."""
        self._executor = executor
        self._replaced: deque[Changes] = deque()
        """For each block from ``oldest`` + 1 to the tip, what was there before it."""
        self._changes = 0
        executor.watch(self._on_block)

    @property
    def oldest(self) -> Height:
        """The oldest height whose state can be shown."""
        return Height(self._executor.point.height - len(self._replaced))

    def read(self, height: Height, kind: int, id_: bytes) -> PastRecord:
        """A record, or its absence, in the state after a block.

        Args:
            height: from ``oldest`` to the tip.
            kind: the record's kind number.
            id_: its id.
        """
        assert self.oldest <= height <= self._executor.point.height, "outside of what is kept"
        before = self._changes_since(height)
        ledger, key = self._executor.ledger, kind.to_bytes(1, "big") + id_
        record = before[key] if key in before else ledger.read(key)
        ledger.stage(before)
        try:
            proof = ledger.tree.prove(tree_key(kind, id_))
        finally:
            ledger.unstage()
        return PastRecord(record, proof)

    def _changes_since(self, height: Height) -> Changes:
        """What turns the tip's state into that of a height: of several changes of a record the oldest."""
        back: dict[bytes, StateRecord | None] = {}
        for steps, replaced in enumerate(reversed(self._replaced)):
            if self._executor.point.height - steps <= height:
                break
            back.update(replaced)
        return back

    def _on_block(self, committed: CommittedBlock) -> None:
        self._replaced.append(committed.replaced)
        self._changes += len(committed.replaced)
        while len(self._replaced) > BLOCKS_MAX or self._changes > CHANGES_MAX:
            self._changes -= len(self._replaced.popleft())
