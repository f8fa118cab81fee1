"""A time bank in dictionaries and plain integers: slow, obvious, and independent of the project's code.

Here are persons, their minutes, gifts, donations and mints, and the calendar; ``naive_orders`` adds the orders. Every
move is answered with the name of the code that refuses it, or with an empty string. Times are in milliseconds.
"""

from dataclasses import dataclass, field

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
KIN_A_YEAR = 2


class Refused(Exception):  # noqa: N818 - an answer
    """A rule says no; its argument is the code's name."""


def need(condition: bool, code: str) -> None:
    """One rule."""
    if not condition:
        raise Refused(code)


@dataclass
class Purse:
    """Free and held minutes of somebody at home somewhere."""

    home: str
    available: int = 0
    held: int = 0


@dataclass
class Member(Purse):
    """A person approved by staff."""

    serve: bool = True
    receive: bool = True
    funded: bool = False
    earned: int = 0
    given: int = 0
    served: int = 0
    honour: int = 0
    kin: dict[str, int] = field(default_factory=dict)
    """Since when, by name."""
    bound: int = 0
    """Kin of this year, the ended among them."""
    serving: bytes | None = None
    intervals: dict[bytes, tuple[int, int, int]] = field(default_factory=dict)
    """(start, end, minutes) by order."""
    silent: dict[int, int] = field(default_factory=dict)
    """Orders confirmed by silence, by month."""


class NaiveLedger:
    """Who has how many minutes."""

    def __init__(self, now: int, cap: int, budget: int) -> None:
        self.now, self.cap, self.budget, self.minted = now, cap, budget, 0
        self.persons: dict[str, Member] = {}
        self.funds: dict[tuple[str, int], Purse] = {}
        self.pools = {"city": 0}
        self.positions: dict[tuple[str, str], int] = {}

    def add(self, name: str, member: Member) -> None:
        """One more person."""
        self.pools.setdefault(member.home, 0)
        self.persons[name] = member

    def pass_between(self, source: str, target: str, minutes: int) -> None:
        """The position between two homes."""
        if source != target:
            low, high = sorted((source, target))
            sign = -1 if source == low else 1
            self.positions[low, high] = self.positions.get((low, high), 0) + sign * minutes

    def bind(self, one: str, other: str) -> None:
        """Kin of a kind that may be given to, approved now."""
        need(one != other, "SAME_PERSON")
        need(other not in self.persons[one].kin, "ALREADY_EXISTS")
        for person in (one, other):
            need(self.persons[person].bound < KIN_A_YEAR, "KIN_LIMIT")
        for person in (one, other):
            self.persons[person].bound += 1
        self.persons[one].kin[other] = self.persons[other].kin[one] = self.now

    def mint(self, home: str, year: int, minutes: int) -> None:
        """Voted by enough authorities."""
        need(minutes > 0, "MINUTES_OUT_OF_RANGE")
        need(minutes <= self.budget - self.minted, "BUDGET_EXCEEDED")
        self.minted += minutes
        fund = self.funds.setdefault((home, year), Purse(home))
        fund.available += minutes

    def give(self, giver: str, to: str, minutes: int) -> None:
        """Earned minutes to kin."""
        one, other = self.persons[giver], self.persons[to]
        need(minutes > 0, "MINUTES_OUT_OF_RANGE")
        need(to in one.kin, "NOT_KIN")
        need(self.now >= one.kin[to] + 7 * DAY, "RESTING_PERIOD")
        need(minutes <= one.available, "INSUFFICIENT_MINUTES")
        need(minutes <= one.earned - one.given, "GIFT_LIMIT")
        need(minutes <= self.cap - other.available - other.held, "CAP_REACHED")
        one.available -= minutes
        one.given += minutes
        other.available += minutes
        self.pass_between(one.home, other.home, minutes)

    def donate(self, giver: str, pool: str, minutes: int) -> None:
        """To the pool of one's home or of the city."""
        one = self.persons[giver]
        need(minutes > 0, "MINUTES_OUT_OF_RANGE")
        need(minutes <= one.available, "INSUFFICIENT_MINUTES")
        one.available -= minutes
        home = one.home if pool == "district" else "city"
        self.pools[home] += minutes
        self.pass_between(one.home, home, minutes)


def day(ms: int) -> int:
    """Day number in UTC+8."""
    return (ms + 8 * HOUR) // DAY


def month_of(ms: int) -> int:
    """year · 100 + month in UTC+8, by counting."""
    left, year = day(ms), 1970
    while left >= (366 if is_leap(year) else 365):
        left -= 366 if is_leap(year) else 365
        year += 1
    month = 0
    lengths = [31, 29 if is_leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    while left >= lengths[month]:
        left -= lengths[month]
        month += 1
    return year * 100 + month + 1


def is_leap(year: int) -> bool:
    """By the Gregorian rule."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
