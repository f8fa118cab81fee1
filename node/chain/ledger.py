"""The ledger at its tip: records, state tree, timers and log frontier, in memory.

``stage`` puts a block's changes into the tree to learn the root, ``adopt`` makes them the state, and staging another
block first takes the staged one out again. The tree's shape depends only on the set of its entries, so undoing is an
update with the old record hashes and leaves no trace.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from node.chain.errors import Bug
from node.chain.merkle import Frontier
from node.chain.records import StateRecord, due_of, encode_record, record_key
from node.chain.records.accounts import District
from node.chain.statetree import StateProof, StateTree, record_hash, tree_key
from node.chain.types import EpochMs, Hash, Height

Changes = Mapping[bytes, StateRecord | None]
"""Record key to the new record, or None where it left the state."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A block's changes as they stand in the tree."""

    changes: Changes
    encoded: Mapping[bytes, bytes | None]
    """Record key to its new bytes, for storage."""
    undo: Mapping[bytes, Hash | None]
    """Tree key to the hash before."""
    root: Hash


class Ledger:
    """The state at the tip of one chain. Not shared between threads."""

    def __init__(self, chain_id: Hash, city_id: Hash) -> None:
        """An empty ledger of a chain.

        Args:
            chain_id: the genesis hash.
            city_id: the hash of the city's first genesis; the same unless the chain goes on after a lost one.
        """
        self.chain_id = chain_id
        self.city_id = city_id
        self.records: dict[bytes, StateRecord] = {}
        self.tree = StateTree()
        self.frontier = Frontier(0, ())
        self.height = Height(0)
        self.time_ms = EpochMs(0)
        self.state_root = self.tree.root
        """Root after the last adopted block, whatever is staged on top of it."""
        self.districts: tuple[str, ...] = ()
        """Codes of all districts, sorted."""
        self._timers: list[tuple[int, bytes]] = []
        self._staged: Staged | None = None

    def read(self, key: bytes) -> StateRecord | None:
        """The record under a key, or None."""
        return self.records.get(key)

    def load(self, records: Iterable[StateRecord]) -> Hash:
        """Fill an empty ledger, as after a restart; returns the state root."""
        if self.records:
            raise Bug("a ledger is loaded once")
        self.records = {record_key(record): record for record in records}
        entries = (
            (_tree_key(key), record_hash(encode_record(record)))
            for key, record in self.records.items()
        )
        root = self.state_root = self.tree.load(entries)
        codes = (r.code for r in self.records.values() if isinstance(r, District))
        self.districts = tuple(sorted(codes))
        self._timers = [
            (due, key) for key, record in self.records.items() if (due := due_of(record))
        ]
        heapq.heapify(self._timers)
        return root

    def due_timers(self, time_ms: EpochMs, count_max: int) -> list[bytes]:
        """Keys of records whose timer is due, in order of (due, kind, id), at most ``count_max``."""
        due: list[tuple[int, bytes]] = []
        while self._timers and self._timers[0][0] <= time_ms and len(due) < count_max:
            entry = heapq.heappop(self._timers)
            record = self.records.get(entry[1])
            if record is not None and due_of(record) == entry[0] and (not due or due[-1] != entry):
                due.append(entry)
        for entry in due:
            heapq.heappush(self._timers, entry)
        return [key for _, key in due]

    def next_due_ms(self) -> EpochMs | None:
        """When the next timer is due, or None when none runs."""
        while self._timers:
            due, key = self._timers[0]
            record = self.records.get(key)
            if record is not None and due_of(record) == due:
                return EpochMs(due)
            heapq.heappop(self._timers)
        return None

    def stage(self, changes: Changes) -> Staged:
        """Put changes into the tree and learn the root after them."""
        self.unstage()
        encoded = {
            key: None if record is None else encode_record(record)
            for key, record in changes.items()
        }
        updates = {
            _tree_key(key): None if raw is None else record_hash(raw)
            for key, raw in encoded.items()
        }
        undo = {key: self.tree.get(key) for key in updates}
        self._staged = Staged(changes, encoded, undo, self.tree.update(updates))
        return self._staged

    def unstage(self) -> None:
        """Take the staged changes out of the tree again."""
        if self._staged is not None:
            self.tree.update(self._staged.undo)
            self._staged = None

    def prove(self, key: bytes) -> StateProof:
        """The proof of presence or absence of a record key under the adopted state's root."""
        self.unstage()
        return self.tree.prove(_tree_key(key))

    def adopt(self, staged: Staged, frontier: Frontier, height: Height, time_ms: EpochMs) -> None:
        """Make staged changes the state; stages them again if another block was staged meanwhile."""
        if self._staged is not staged:
            again = self.stage(staged.changes)
            if again.root != staged.root:
                raise Bug("staging the same changes twice gave two roots")
        for key, record in staged.changes.items():
            if record is None:
                self.records.pop(key, None)
                continue
            if isinstance(record, District) and key not in self.records:
                self.districts = tuple(sorted((*self.districts, record.code)))
            self.records[key] = record
            due = due_of(record)
            if due:
                heapq.heappush(self._timers, (due, key))
        self._staged = None
        self.frontier, self.height, self.time_ms = frontier, height, time_ms
        self.state_root = staged.root


def _tree_key(key: bytes) -> bytes:
    return tree_key(key[0], key[1:])
