"""Totals of districts, city, funds and positions.

Every account is two unsigned totals, debits and credits; its balance is credits minus debits.
"""

from node.chain.codec import Record
from node.chain.policy import PERMILLE
from node.chain.types import Code, CodeF, EpochMsF, OptionalIdF, UintF


class Totals(Record, frozen=True):
    """One account: everything that ever left it and everything that ever came in, in minutes."""

    debits: UintF = 0
    credits: UintF = 0

    @property
    def balance(self) -> int:
        """Minutes: credits - debits; never negative except for contra accounts."""
        return self.credits - self.debits


EMPTY = Totals()


class District(Record, frozen=True, tag=66):
    """Running totals of everything at home in one district."""

    code: CodeF
    next_number: UintF
    """The volunteer number that the next approved person gets."""
    persons: Totals
    """Stores (available and held) of the district's persons."""
    funds: Totals
    """Free and held minutes of the district's funds."""
    pool_free: Totals
    pool_held: Totals
    teams: Totals
    """Free minutes of the district's teams."""
    providers: Totals
    """What providers have captured and nobody has retired yet."""
    retired: Totals
    minted: UintF
    """Ever minted into the district's funds."""
    returned: UintF
    """Ever returned from them."""
    inflow: Totals
    """Minutes that came from (credits) and went to (debits) other homes, cumulative."""
    honour: Totals
    """Honour minutes of the district's persons, a unit of its own."""
    claims: Totals
    """Claims on the district's persons, a unit of its own: credits opened, debits repaid or written off."""
    capacity: Totals
    """Contracted minutes, a unit of its own: credits attested or received, debits used, lapsed or passed on."""
    earned_min: UintF
    """Credited for service to the district's volunteers."""
    redeemed_min: UintF
    """Paid from the stores of the district's persons for service."""
    funded_min: UintF
    """Paid from the district's funds for service."""
    donated_min: UintF
    gifted_min: UintF
    settled_orders: UintF
    on_behalf_orders: UintF
    """Settled orders that a recorder requested."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The district code."""
        return self.code.encode()

    @property
    def coverage_permille(self) -> int:
        """Capacity ÷ liability, the liability being all minutes of the district's persons; 1000 without liability."""
        liability = self.persons.balance
        return self.capacity.balance * PERMILLE // liability if liability else PERMILLE


def new_district(code: Code, next_number: int = 1) -> District:
    """A district where nothing has happened yet."""
    return District(
        code=code,
        next_number=next_number,
        persons=EMPTY,
        funds=EMPTY,
        pool_free=EMPTY,
        pool_held=EMPTY,
        teams=EMPTY,
        providers=EMPTY,
        retired=EMPTY,
        minted=0,
        returned=0,
        inflow=EMPTY,
        honour=EMPTY,
        claims=EMPTY,
        capacity=EMPTY,
        earned_min=0,
        redeemed_min=0,
        funded_min=0,
        donated_min=0,
        gifted_min=0,
        settled_orders=0,
        on_behalf_orders=0,
        touch=b"",
    )


class City(Record, frozen=True, tag=67):
    """The city's contra accounts, pool and running identities."""

    issue: Totals
    """Contra: debits are minted minutes, credits returned ones."""
    pool_free: Totals
    pool_held: Totals
    held: Totals
    """All held accounts together, moved by postings."""
    holds: Totals
    """All open holds together, moved by orders: credits opened or extended, debits paid or released (I3)."""
    paid: UintF
    """Σ pay of settlements; always credited + overflow + team (I5)."""
    credited: UintF
    overflow: UintF
    team: UintF
    honour: Totals
    """Contra of the honour unit: debits are honour minutes entered, credits corrected or turned into coins."""
    claims: Totals
    """Contra of the claim unit: debits are claims opened, credits repaid or written off."""
    claims_written_off: UintF
    """Of the credits, those that nobody paid."""
    capacity: Totals
    """Contra of the capacity unit: debits are attested minutes, credits lapsed ones."""
    capacity_used: UintF
    """Capacity that captures consumed."""
    closed_free: Totals
    """Free minutes of all closed funds together; always zero after a block (I7)."""
    open_pairs: UintF
    """Pairs of homes whose position is not settled."""
    settlement: OptionalIdF
    """The settlement run that is being agreed, at most one."""
    persons: UintF
    """Approved persons."""
    policy_version: UintF
    """The active policy."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """There is one."""
        return b"city"


class Fund(Record, frozen=True, tag=68):
    """The public fund of one district, year and purpose."""

    district: CodeF
    year: UintF
    purpose: CodeF
    free: Totals
    held: Totals
    due_ms: EpochMsF
    """When the year ends and the free minutes return to ``issue``; 0 once they have: the fund is closed."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """``district/year/purpose``."""
        return fund_id(self.district, self.year, self.purpose)


class Budget(Record, frozen=True, tag=69):
    """What was minted for one purpose in one year, in the whole city."""

    year: UintF
    purpose: CodeF
    minted: UintF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """``year/purpose``."""
        return budget_id(self.year, self.purpose)


class Position(Record, frozen=True, tag=70):
    """Minutes that passed between two homes.

    ``low`` < ``high`` by code, so position(a,b) = -position(b,a) by form.
    """

    low: CodeF
    high: CodeF
    flow: Totals
    """From the view of ``low``: debits passed to ``high``, credits came from it; never reset."""
    settled: Totals
    """What settlement runs have settled of the flow, with the same signs."""
    touch: bytes

    @property
    def open_min(self) -> int:
        """Flow that no settlement run has settled yet, from the view of ``low``."""
        return self.flow.balance - self.settled.balance

    @property
    def key_id(self) -> bytes:
        """``low/high``."""
        return position_id(self.low, self.high)


def fund_id(district: Code, year: int, purpose: Code) -> bytes:
    """``district/year/purpose``."""
    return f"{district}/{year}/{purpose}".encode()


def budget_id(year: int, purpose: Code) -> bytes:
    """``year/purpose``."""
    return f"{year}/{purpose}".encode()


def position_id(low: Code, high: Code) -> bytes:
    """``low/high``, low first."""
    assert low < high
    return f"{low}/{high}".encode()
