"""What a report tells beyond the outcome of an audit, collected block by block: months, orders, who wrote what down."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from node.audit.replay import Parsed
from node.audit.suppression import tells_of_few, withheld
from node.chain.ledger import Ledger
from node.chain.lifecycle import State
from node.chain.policy import month_of
from node.chain.records import decode_record, key_of
from node.chain.records.accounts import City, District
from node.chain.records.authorities import Offence
from node.chain.records.entries import HonourEntry
from node.chain.records.orders import Order
from node.chain.records.settings import PolicyRecord
from node.chain.transition import Execution
from node.chain.types import Id

MANUAL: Final = "manual"
ON_BEHALF: Final = "on-behalf"
LATE: Final = "late"
CITY_ID: Final = b"city"
CLASSES: Final = (MANUAL, ON_BEHALF, LATE)
"""Ways of writing down that are listed by themselves (``docs/audit.md``)."""


class Cell(NamedTuple):
    """Final orders are counted by these."""

    month: int
    """year · 100 + month, of the day on which the order became final."""
    district: str
    status: str


class Entry(NamedTuple):
    """Manual, on-behalf and late entries are totalled by these."""

    form: str
    """One of ``CLASSES``."""
    by: str
    """``person``, ``site`` or ``method``."""
    name: str
    """Id in hexadecimal, code of the site, or code of the method."""


@dataclass(slots=True)
class Count:
    """Orders or entries, their minutes, and who had to do with them."""

    entries: int = 0
    minutes: int = 0
    recipients: Counter[bytes] = field(default_factory=Counter)
    """Each with the minutes of their orders."""
    volunteers: Counter[bytes] = field(default_factory=Counter)

    @property
    def is_small(self) -> bool:
        """Whether so few persons stand behind it, or one so far before the others, that it would tell of them."""
        return any(map(tells_of_few, filter(None, (self.recipients, self.volunteers))))


class Month(NamedTuple):
    """Minutes at the end of a month, or at the end of the archive."""

    issued: int
    held: int
    retired: int


class Change(NamedTuple):
    """The set of authorities changed."""

    height: int
    joined: tuple[str, ...]
    left: tuple[str, ...]
    rekeyed: tuple[str, ...]


@dataclass(slots=True)
class Course:
    """Watches an audit."""

    months: dict[int, Month] = field(default_factory=dict)
    orders: defaultdict[Cell, Count] = field(default_factory=lambda: defaultdict(Count))
    entries: defaultdict[Entry, Count] = field(default_factory=lambda: defaultdict(Count))
    methods: Counter[str] = field(default_factory=Counter)
    """Settled orders by how they were confirmed."""
    disputed: int = 0
    """Final orders that somebody objected to."""
    changes: list[Change] = field(default_factory=list)
    policies: list[tuple[int, int]] = field(default_factory=list)
    """(height, version): the block after which a version is there."""
    offences: list[Offence] = field(default_factory=list)
    _retired: Counter[str] = field(default_factory=Counter)

    def __call__(self, parsed: Parsed, execution: Execution, ledger: Ledger) -> None:
        """A block passed."""
        self._note_set(parsed)
        for raw in execution.finals:
            record = decode_record(raw)
            if isinstance(record, Order):
                self._add_order(record)
        for changed in execution.staged.changes.values():
            match changed:
                case HonourEntry(corrected_min=0):
                    self._add_entry(changed)
                case PolicyRecord():
                    self.policies.append((execution.height, changed.policy.version))
                case Offence():
                    self.offences.append(changed)
                case District():
                    self._retired[changed.code] = changed.retired.balance
                case _:
                    pass
        self._note_month(parsed.step.block.header.time_ms, ledger)

    @property
    def finals(self) -> int:
        """Orders that became final."""
        return sum(one.entries for one in self.orders.values())

    def withheld(self) -> frozenset[Cell]:
        """Cells that the public does not get: small ones, and another where one alone would follow from a sum."""
        sizes = {cell: count.entries for cell, count in self.orders.items()}
        small = (cell for cell, count in self.orders.items() if count.is_small)
        return withheld(sizes, small, (_of_status, _of_district))

    def _note_month(self, time_ms: int, ledger: Ledger) -> None:
        city = ledger.read(key_of(City, CITY_ID))
        assert isinstance(city, City), "a ledger has a city"
        issued = city.issue.debits - city.issue.credits
        self.months[month_of(time_ms)] = Month(issued, city.held.balance, self._retired.total())

    def _note_set(self, parsed: Parsed) -> None:
        before, after = parsed.step.before.authorities, parsed.step.after.authorities
        if before == after:
            return
        old = {member.district: member for member in before.members}
        new = {member.district: member for member in after.members}
        stay = sorted(old.keys() & new.keys())
        self.changes.append(
            Change(
                parsed.step.block.header.height,
                tuple(sorted(new.keys() - old.keys())),
                tuple(sorted(old.keys() - new.keys())),
                tuple(code for code in stay if old[code] != new[code]),
            )
        )

    def _add_order(self, order: Order) -> None:
        cell = Cell(month_of(order.final_ms), order.district, order.state.value)
        _add(self.orders[cell], order.paid_min, order.recipient, order.volunteer)
        self.disputed += order.disputed_ms > 0
        if order.state is not State.SETTLED:
            return
        self.methods[order.method] += 1
        if order.requester_role == "recorder":
            self._total(ON_BEHALF, order, order.requester)
        if order.report == "late":
            self._total(LATE, order, Id(order.volunteer))

    def _total(self, form: str, order: Order, person: Id) -> None:
        names = (("person", person.hex()), ("site", order.site), ("method", order.method))
        for by, name in names:
            count = self.entries[Entry(form, by, name)]
            _add(count, order.paid_min, order.recipient, order.volunteer)

    def _add_entry(self, entry: HonourEntry) -> None:
        names = (("person", entry.recorder.hex()), ("site", entry.site), ("method", "two-staff"))
        for by, name in names:
            _add(self.entries[Entry(MANUAL, by, name)], entry.minutes, entry.person, b"")


def _of_status(cell: Cell) -> tuple[int, str]:
    """A row of the month's table: one status in all districts."""
    return cell.month, cell.status


def _of_district(cell: Cell) -> tuple[int, str]:
    """A column of the month's table: one district with every status."""
    return cell.month, cell.district


def _add(count: Count, minutes: int, recipient: bytes, volunteer: bytes) -> None:
    count.entries += 1
    count.minutes += minutes
    count.recipients[recipient] += minutes
    if volunteer:
        count.volunteers[volunteer] += minutes
