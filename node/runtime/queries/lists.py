"""Lists of records by what they say of themselves: indexes in memory, made from the state and kept with each block.

A shelf holds the (rank, id) of every record with one facet, sorted; a list walks the shortest shelf from its high end
(for orders the latest start) and looks at each record itself. What one request may walk is bounded, so a page can be
short, even empty, and still name where the next one begins.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from node.chain.ledger import Ledger
from node.chain.records import KINDS, StateRecord, key_of
from node.runtime.executor import CommittedBlock, Executor
from node.runtime.queries.facets import Facet, Listed, facets_of, rank_of

WALK_MAX: Final = 5_000
"""Records that one request looks at: about ten milliseconds."""
RANK_BYTES: Final = 8

Place = tuple[int, bytes]
"""(rank, id)."""
_KIND_BYTES: Final = frozenset(KINDS[kind] for kind in get_args(Listed))


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Records of a list."""

    records: tuple[StateRecord, ...]
    next: bytes | None
    """Where the following page begins; None at the end."""


class RecordLists:
    """The lists of one node."""

    def __init__(self, executor: Executor) -> None:
        """Make the indexes from the state, and keep them with every block from now on."""
        self._ledger = executor.ledger
        self._shelves: dict[tuple[type, Facet | None], list[Place]] = {}
        self._held: dict[bytes, Listed] = {}
        self._fill(executor.ledger)
        executor.watch(self._on_block)

    def find(
        self,
        kind: type[StateRecord],
        facets: Mapping[str, str | bytes],
        visible: Callable[[StateRecord], bool],
        after: bytes | None,
        limit: int,
    ) -> RecordPage:
        """Records of a kind that have all facets and that ``visible`` admits.

        Args:
            kind: one of ``Listed``.
            facets: name to value.
            visible: asked of each candidate.
            after: ``next`` of the page before.
            limit: records in the page.

        Raises:
            ValueError: ``after`` is none of ours.
        """
        wanted = tuple(facets.items())
        keys: Iterable[Facet | None] = wanted or (None,)
        shelf = min((self._shelves.get((kind, key), []) for key in keys), key=len)
        position = len(shelf) if after is None else bisect_left(shelf, _place_of(after))
        found: list[StateRecord] = []
        last = max(0, position - WALK_MAX)
        while position > last and len(found) < limit:
            position -= 1
            record = self._held.get(key_of(kind, shelf[position][1]))
            if record is None or not set(wanted) <= set(facets_of(record, self._ledger)):
                continue
            if visible(record):
                found.append(record)
        following = _bytes_of(shelf[position]) if position > 0 else None
        return RecordPage(tuple(found), following)

    def _fill(self, ledger: Ledger) -> None:
        for key, record in ledger.records.items():
            if isinstance(record, Listed):
                self._held[key] = record
                for shelf in self._shelves_of(record):
                    shelf.append((rank_of(record), record.key_id))
        for shelf in self._shelves.values():
            shelf.sort()

    def _on_block(self, committed: CommittedBlock) -> None:
        for key, record in committed.execution.staged.changes.items():
            if key[0] in _KIND_BYTES:
                self._replace(key, record if isinstance(record, Listed) else None)

    def _replace(self, key: bytes, record: Listed | None) -> None:
        before = self._held.pop(key, None)
        if before is not None and record is not None and self._same_place(before, record):
            self._held[key] = record
            return
        if before is not None:
            place = (rank_of(before), before.key_id)
            for shelf in self._shelves_of(before):
                position = bisect_left(shelf, place)
                if shelf[position : position + 1] == [place]:
                    del shelf[position]
        if record is not None:
            self._held[key] = record
            for shelf in self._shelves_of(record):
                insort(shelf, (rank_of(record), record.key_id))

    def _same_place(self, before: Listed, record: Listed) -> bool:
        facets = facets_of(before, self._ledger), facets_of(record, self._ledger)
        return facets[0] == facets[1] and rank_of(before) == rank_of(record)

    def _shelves_of(self, record: Listed) -> list[list[Place]]:
        kind = type(record)
        keys = [(kind, facet) for facet in (None, *facets_of(record, self._ledger))]
        return [self._shelves.setdefault(key, []) for key in keys]


def _bytes_of(place: Place) -> bytes:
    return place[0].to_bytes(RANK_BYTES, "big") + place[1]


def _place_of(raw: bytes) -> Place:
    if len(raw) <= RANK_BYTES:
        raise ValueError("not a place in a list")
    return int.from_bytes(raw[:RANK_BYTES], "big"), raw[RANK_BYTES:]
