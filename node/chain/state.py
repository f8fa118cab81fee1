"""The state: layered views of records, and the one function that moves minutes.

A ``View`` is a layer of changes over a parent (a block's over the ledger's records, a transaction's over its block's).
Nothing below changes until a layer is merged, so a refused transaction leaves no trace.

``post(view, legs)`` is the only way minutes move. Each leg debits one account and credits another by the same
minutes, so the entries of every call sum to zero; a leg between different homes moves the position between the two
districts with it. Nobody's balance goes below zero; the only contra account is ``issue``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, TypeVar, assert_never

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode, Rejected
from node.chain.policy import Policy
from node.chain.records import StateRecord, key_of, record_key
from node.chain.records.accounts import City, District, Fund, Position, Totals, position_id
from node.chain.records.actors import Person
from node.chain.records.events import Team
from node.chain.records.redemption import Provider
from node.chain.types import Code, EpochMs, Hash, Height

R = TypeVar("R", bound=StateRecord)
CITY_ID: Final = b"city"
CITY_HOME: Final = "city"
"""The city pool's home among the districts."""


class Reader(Protocol):
    """Something that has records."""

    def read(self, key: bytes) -> StateRecord | None:
        """The record under a key (kind byte and id), or None."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where and when a rule is applied."""

    chain_id: Hash
    """What everybody signs for."""
    city_id: Hash
    """The hash of the city's first genesis: ids of what stays with the city are made of it."""
    height: Height
    time_ms: EpochMs
    """Block time."""
    previous_time_ms: EpochMs
    """Time of the block before; the gap tells whether the city stood still."""
    policy: Policy
    """The active policy."""
    previous_root: Hash
    """State root after the block before."""

    @property
    def chain_was_stopped(self) -> bool:
        """Whether the city stood still before this block; everyone can see it."""
        return self.policy.is_stop(self.time_ms - self.previous_time_ms)


class View:
    """A layer of changes over a parent."""

    __slots__ = ("changes", "finals", "parent")

    def __init__(self, parent: Reader) -> None:
        """An empty layer."""
        self.parent = parent
        self.changes: dict[bytes, StateRecord | None] = {}
        self.finals: list[bytes] = []
        """Keys of records that became final in this layer, in order of becoming so."""

    def read(self, key: bytes) -> StateRecord | None:
        """The record under a key, or None."""
        if key in self.changes:
            return self.changes[key]
        return self.parent.read(key)

    def get(self, kind: type[R], id_: bytes) -> R | None:
        """The record of a kind with an id, or None."""
        record = self.read(key_of(kind, id_))
        if record is None:
            return None
        assert isinstance(record, kind)
        return record

    def need(self, kind: type[R], id_: bytes) -> R:
        """The record of a kind with an id.

        Raises:
            Rejected: ``NO_SUCH_OBJECT``.
        """
        record = self.get(kind, id_)
        if record is None:
            raise Rejected(ErrorCode.NO_SUCH_OBJECT, f"{kind.__name__.lower()} {id_.hex()}")
        return record

    def put(self, record: StateRecord) -> None:
        """Write a record in this layer."""
        self.changes[record_key(record)] = record

    def create(self, record: StateRecord) -> None:
        """Write a record that must not exist yet.

        Raises:
            Rejected: ``ALREADY_EXISTS``.
        """
        if self.read(record_key(record)) is not None:
            raise Rejected(ErrorCode.ALREADY_EXISTS, record_key(record).hex())
        self.put(record)

    def remove(self, record: StateRecord) -> None:
        """Take a record out of the state."""
        self.changes[record_key(record)] = None

    def finish(self, record: StateRecord) -> None:
        """Write a record that is now final, so that the block's finals root holds it."""
        self.put(record)
        self.finals.append(record_key(record))


def city_of(view: View) -> City:
    """The city's record; every state has one."""
    city = view.get(City, CITY_ID)
    if city is None:
        raise Bug("a state without a city")
    return city


def district_of(view: View, code: str) -> District:
    """A district's record.

    Raises:
        Rejected: ``NO_SUCH_OBJECT``.
    """
    return view.need(District, code.encode())


class Book(StrEnum):
    """The kinds of account."""

    AVAILABLE = "available"
    HELD = "held"
    FUND_FREE = "fund-free"
    FUND_HELD = "fund-held"
    POOL_FREE = "pool-free"
    POOL_HELD = "pool-held"
    CITY_FREE = "city-free"
    CITY_HELD = "city-held"
    TEAM = "team"
    DUE = "due"
    RETIRED = "retired"
    ISSUE = "issue"


_HELD_BOOKS: Final = frozenset({Book.HELD, Book.FUND_HELD, Book.POOL_HELD, Book.CITY_HELD})
_CLASS: Final[dict[Book, str]] = {
    Book.AVAILABLE: "persons",
    Book.HELD: "persons",
    Book.FUND_FREE: "funds",
    Book.FUND_HELD: "funds",
    Book.POOL_FREE: "pool_free",
    Book.POOL_HELD: "pool_held",
    Book.TEAM: "teams",
    Book.DUE: "providers",
    Book.RETIRED: "retired",
}
"""The district total that each book counts in."""


class Account(NamedTuple):
    """One account: its book and whose it is.

    The owner is the id of a person, team or provider, a fund's key id, a district code, or empty for the city's.
    """

    book: Book
    owner: bytes


class Leg(NamedTuple):
    """Minutes from one account to another."""

    source: Account
    target: Account
    minutes: int


ISSUE: Final = Account(Book.ISSUE, b"")


def post(view: View, legs: Iterable[Leg]) -> None:
    """Move minutes along legs, positions and running totals with them.

    Raises:
        Rejected: ``INSUFFICIENT_MINUTES`` when a source has less than its leg; nothing is to be merged then.
    """
    for leg in legs:
        if leg.minutes == 0:
            continue
        assert leg.minutes > 0
        assert leg.source != leg.target
        source_home = _change(view, leg.source, leg.minutes, 0)
        target_home = _change(view, leg.target, 0, leg.minutes)
        _move_totals(view, leg, source_home, target_home)


def _moved(totals: Totals, debit: int, credit: int) -> Totals:
    return Totals(totals.debits + debit, totals.credits + credit)


def _limited(totals: Totals, debit: int, credit: int, account: Account) -> Totals:
    after = _moved(totals, debit, credit)
    if after.balance < 0:
        raise Rejected(
            ErrorCode.INSUFFICIENT_MINUTES,
            f"{account.book} of {account.owner.hex()} has {totals.balance}, needs {debit}",
        )
    return after


def _change(view: View, account: Account, debit: int, credit: int) -> str:
    """Change one account; returns its home (empty for ``issue``)."""
    match account.book:
        case Book.AVAILABLE | Book.HELD:
            return _change_person(view, account, debit, credit)
        case Book.FUND_FREE | Book.FUND_HELD:
            return _change_fund(view, account, debit, credit)
        case Book.TEAM:
            team = view.need(Team, account.owner)
            view.put(replace(team, free=_limited(team.free, debit, credit, account)))
            return team.district
        case Book.DUE:
            provider = view.need(Provider, account.owner)
            view.put(replace(provider, due=_limited(provider.due, debit, credit, account)))
            return provider.district
        case Book.POOL_FREE | Book.POOL_HELD | Book.RETIRED:
            district = view.need(District, account.owner)
            name = _CLASS[account.book]
            _limited(getattr(district, name), debit, credit, account)
            return district.code
        case Book.CITY_FREE | Book.CITY_HELD | Book.ISSUE:
            return _change_city(view, account, debit, credit)
        case _:
            assert_never(account.book)


def _change_person(view: View, account: Account, debit: int, credit: int) -> str:
    person = view.need(Person, account.owner)
    if account.book is Book.AVAILABLE:
        changed = replace(person, available=_limited(person.available, debit, credit, account))
    else:
        changed = replace(person, held=_limited(person.held, debit, credit, account))
    view.put(changed)
    return person.home


def _change_fund(view: View, account: Account, debit: int, credit: int) -> str:
    fund = view.need(Fund, account.owner)
    if account.book is Book.FUND_HELD:
        view.put(replace(fund, held=_limited(fund.held, debit, credit, account)))
        return fund.district
    view.put(replace(fund, free=_limited(fund.free, debit, credit, account)))
    if fund.due_ms == 0:
        city = city_of(view)
        view.put(replace(city, closed_free=_moved(city.closed_free, debit, credit)))
    return fund.district


def _change_city(view: View, account: Account, debit: int, credit: int) -> str:
    city = city_of(view)
    match account.book:
        case Book.ISSUE:
            view.put(replace(city, issue=_moved(city.issue, debit, credit)))
            return ""
        case Book.CITY_FREE:
            totals = _limited(city.pool_free, debit, credit, account)
            view.put(replace(city, pool_free=totals))
        case _:
            totals = _limited(city.pool_held, debit, credit, account)
            view.put(replace(city, pool_held=totals))
    return CITY_HOME


def _move_totals(view: View, leg: Leg, source_home: str, target_home: str) -> None:
    """Running totals of districts and city, and the position between different homes."""
    source_class, target_class = _CLASS.get(leg.source.book), _CLASS.get(leg.target.book)
    if (source_home, source_class) != (target_home, target_class):
        if source_class is not None:
            _move_class(view, source_home, source_class, leg.minutes, 0)
        if target_class is not None:
            _move_class(view, target_home, target_class, 0, leg.minutes)
    held_debit = leg.minutes if leg.source.book in _HELD_BOOKS else 0
    held_credit = leg.minutes if leg.target.book in _HELD_BOOKS else 0
    if held_debit != held_credit:
        city = city_of(view)
        view.put(replace(city, held=_moved(city.held, held_debit, held_credit)))
    if leg.source.book is Book.ISSUE:
        district = district_of(view, target_home)
        view.put(replace(district, minted=district.minted + leg.minutes))
    elif leg.target.book is Book.ISSUE:
        district = district_of(view, source_home)
        view.put(replace(district, returned=district.returned + leg.minutes))
    elif source_home != target_home:
        _move_position(view, source_home, target_home, leg.minutes)


def move_home_totals(view: View, source: str, target: str, name: str, minutes: int) -> None:
    """Totals of two districts, and the position between them, when an account's home changes and its owner does not."""
    if minutes:
        _move_class(view, source, name, minutes, 0)
        _move_class(view, target, name, 0, minutes)
        _move_position(view, source, target, minutes)


def _move_class(view: View, home: str, name: str, debit: int, credit: int) -> None:
    district = district_of(view, home)
    moved = _moved(getattr(district, name), debit, credit)
    view.put(replace(district, **{name: moved}))


def _move_position(view: View, source: str, target: str, minutes: int) -> None:
    low, high = min(source, target), max(source, target)
    empty = Position(Code(low), Code(high), Totals(), Totals(), b"")
    position = view.get(Position, position_id(Code(low), Code(high))) or empty
    outward = source == low
    flow = _moved(position.flow, minutes if outward else 0, 0 if outward else minutes)
    put_position(view, position, replace(position, flow=flow))
    for home, debit, credit in ((source, minutes, 0), (target, 0, minutes)):
        if home != CITY_HOME:
            district = district_of(view, home)
            view.put(replace(district, inflow=_moved(district.inflow, debit, credit)))


def put_position(view: View, before: Position, after: Position) -> None:
    """Write a position and keep the city's count of pairs that are not settled."""
    view.put(after)
    opened = (after.open_min != 0) - (before.open_min != 0)
    if opened:
        city = city_of(view)
        view.put(replace(city, open_pairs=city.open_pairs + opened))
