"""What happened to an account, newest first: its transactions and those of others, and the timers between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from struct import Struct, error
from typing import Final, get_args

from node.chain.records import key_of
from node.chain.records.actors import Person
from node.chain.tx.envelope import Body
from node.chain.tx.organisation import AnyAction
from node.chain.types import EpochMs, Hash, Height, Id
from node.runtime.executor import Executor
from node.runtime.queries.journal import BY_TIMER, BY_TRANSACTION, Journal
from node.store.chainstore import ChainStore, HistoryLine

_PLACE: Final = Struct(">QBI")
TIMER_KIND: Final = "timer"

Place = tuple[int, int, int]
"""(height, 0 for a block's timers or 1 for its transactions, index); later is larger."""
_Line = tuple[Place, Hash | None, tuple[Id, ...]]


def _spelled(name: str) -> str:
    """``ApproveOrder`` as ``approve_order``."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


KIND_NAMES: Final[dict[int, str]] = {
    body.__struct_config__.tag: _spelled(body.__name__) for body in get_args(Body)
}
"""Kind number of a transaction's body to its name."""
ACTION_NAMES: Final[dict[int, str]] = {
    action.__struct_config__.tag: _spelled(action.__name__) for action in get_args(AnyAction)
}
"""Kind number of an action of two staff to its name."""


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One line."""

    height: Height
    time_ms: EpochMs
    """Block time."""
    index: int
    """Position among the transactions, or the timers, of its block."""
    tx_id: Hash | None
    """None for a timer."""
    kind: str
    minutes: int
    """Given or donated by the transaction; 0 for everything else."""
    orders: tuple[Id, ...]
    """Orders that changed."""
    persons: tuple[Id, ...]
    """Others whose records changed with this one's; empty for a timer."""
    gained_min: int
    """Minutes that came into the store, available and held together."""
    lost_min: int
    """Minutes that went out of it."""
    action: str | None
    """What two staff let happen, when this moved the minutes."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Lines, newest first."""

    items: tuple[HistoryItem, ...]
    next: bytes | None
    """Where the following page begins; None at the end."""


class AccountHistories:
    """Histories of one node."""

    def __init__(self, executor: Executor, store: ChainStore, journal: Journal) -> None:
        """Read store and journal."""
        self._executor = executor
        self._store = store
        self._journal = journal

    def of(self, account: Id, after: bytes | None, limit: int) -> HistoryPage:
        """A page of an account's history.

        Args:
            account: a person or an operator.
            after: ``next`` of the page before; None for the newest.
            limit: lines at most.

        Raises:
            ValueError: ``after`` is none of ours.
        """
        below = None if after is None else _place_of(after)
        lines = list(islice(self._lines(account, below), limit + 1))
        times: dict[Height, EpochMs] = {}
        items = tuple(self._item(account, line, times) for line in lines[:limit])
        following = _PLACE.pack(*lines[limit - 1][0]) if len(lines) > limit else None
        return HistoryPage(items, following)

    def _lines(self, account: Id, below: Place | None) -> Iterator[_Line]:
        before = None if below is None else Height(below[0] + 1)
        is_person = self._executor.ledger.read(key_of(Person, account)) is not None
        found = (
            self._store.involving(account, before)
            if is_person
            else self._store.sent_by(account, before)
        )
        both = merge(map(_of_transaction, found), self._timers(account, before), reverse=True)
        return (line for line in both if below is None or line[0] < below)

    def _timers(self, account: Id, before: Height | None) -> Iterator[_Line]:
        for timer in self._journal.timers(account, before):
            yield (timer.height, BY_TIMER, timer.index), None, timer.orders

    def _item(self, account: Id, line: _Line, times: dict[Height, EpochMs]) -> HistoryItem:
        (number, source, index), tx_id, orders = line
        height = Height(number)
        time_ms = times.setdefault(height, self._time_of(height))
        moved = self._journal.movement(account, Height(number), source, index)
        sums = (moved.gained_min, moved.lost_min, ACTION_NAMES.get(moved.action))
        if tx_id is None:
            return HistoryItem(height, time_ms, index, None, TIMER_KIND, 0, orders, (), *sums)
        place, effects = self._store.place_of(tx_id), self._journal.effects(tx_id)
        assert place is not None
        kind = KIND_NAMES[place.kind]
        if effects is None:
            return HistoryItem(height, time_ms, index, tx_id, kind, 0, (), (), *sums)
        others = tuple(person for person in effects.persons if person != account)
        return HistoryItem(
            height, time_ms, index, tx_id, kind, effects.minutes, effects.orders, others, *sums
        )

    def _time_of(self, height: Height) -> EpochMs:
        kept = self._executor.kept_header(height)
        return EpochMs(0) if kept is None else kept.header.time_ms


def _of_transaction(line: HistoryLine) -> _Line:
    return (line.height, BY_TRANSACTION, line.index), line.tx_id, ()


def _place_of(raw: bytes) -> Place:
    try:
        height, source, index = _PLACE.unpack(raw)
    except error as fault:
        raise ValueError("not a place in a history") from fault
    return height, source, index
