"""Lists of records by what they say of themselves: indexes in memory, made from the state and kept with each block.

A shelf holds the (rank, id) of every record with one facet, sorted; a list walks the shortest shelf from its high end
(for orders the latest start) and looks at each record itself. What one request may walk is bounded, so a page can be
short, even empty, and still name where the next one begins.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from node.chain.codec import Record
from node.chain.ledger import Ledger
from node.chain.records import KINDS, StateRecord, key_of
from node.chain.records.actors import Person
from node.chain.records.bindings import KinBinding, Mint, Proposal
from node.chain.records.orders import Order
from node.chain.rules.orders.parties import paying_person
from node.runtime.executor import CommittedBlock, Executor

WALK_MAX: Final = 5_000
"""Records that one request looks at: about ten milliseconds."""
RANK_BYTES: Final = 8

Listed = Order | Proposal | Mint | KinBinding | Person
Facet = tuple[str, str | bytes]
Place = tuple[int, bytes]
"""(rank, id)."""
_KIND_BYTES: Final = frozenset(KINDS[kind] for kind in (Order, Proposal, Mint, KinBinding, Person))


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
            if record is None or not set(wanted) <= set(_facets(record, self._ledger)):
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
                    shelf.append((_rank(record), record.key_id))
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
            place = (_rank(before), before.key_id)
            for shelf in self._shelves_of(before):
                position = bisect_left(shelf, place)
                if shelf[position : position + 1] == [place]:
                    del shelf[position]
        if record is not None:
            self._held[key] = record
            for shelf in self._shelves_of(record):
                insort(shelf, (_rank(record), record.key_id))

    def _same_place(self, before: Listed, record: Listed) -> bool:
        facets = _facets(before, self._ledger), _facets(record, self._ledger)
        return facets[0] == facets[1] and _rank(before) == _rank(record)

    def _shelves_of(self, record: Listed) -> list[list[Place]]:
        kind = type(record)
        keys = [(kind, facet) for facet in (None, *_facets(record, self._ledger))]
        return [self._shelves.setdefault(key, []) for key in keys]


def _facets(record: Listed, ledger: Ledger) -> tuple[Facet, ...]:
    match record:
        case Order():
            parties: tuple[Facet, ...] = (
                ("recipient", record.recipient),
                ("volunteer", record.volunteer),
                ("payer", paying_person(record)),
            )
            named = tuple(party for party in parties if party[1])
            return (("state", record.state.value), ("district", record.district), *named)
        case Proposal():
            return (("state", record.state), ("district", _district(record.action, ledger)))
        case Mint():
            return (("state", record.state),)
        case KinBinding():
            return (("person", record.first), ("person", record.second))
        case Person():
            return (("district", record.home), ("status", record.status))
        case _:
            assert_never(record)


def _district(action: Record, ledger: Ledger) -> str:
    """The district that a proposed action concerns: its own, or that of the person or kin binding it names."""
    named = getattr(action, "district", None)
    if isinstance(named, str):
        return named
    binding = ledger.read(key_of(KinBinding, getattr(action, "binding", b"")))
    subject = binding.first if isinstance(binding, KinBinding) else getattr(action, "person", b"")
    person = ledger.read(key_of(Person, subject))
    return person.home if isinstance(person, Person) else ""


def _rank(record: Listed) -> int:
    match record:
        case Order():
            return record.start_ms
        case Proposal() | Mint() | KinBinding():
            return record.due_ms
        case Person():
            return 0
        case _:
            assert_never(record)


def _bytes_of(place: Place) -> bytes:
    return place[0].to_bytes(RANK_BYTES, "big") + place[1]


def _place_of(raw: bytes) -> Place:
    if len(raw) <= RANK_BYTES:
        raise ValueError("not a place in a list")
    return int.from_bytes(raw[:RANK_BYTES], "big"), raw[RANK_BYTES:]
