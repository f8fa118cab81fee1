"""The supply statement: where every issued minute is, proven by a checkpoint alone.

A statement is a proof file whose claim is the record of the city and those of its districts in one state. From it
anybody computes I2, that what was issued and not returned is what all hold, and I6, that each district holds what was
minted there, less what was returned, and what came in from others on balance.

On a day on which fewer than five persons' accounts changed in a district its totals would tell of single people, so
they are withheld; and because one missing district follows from the city's total, another one is withheld with it, that
with the fewest changes. What was withheld on one day must not be read off the difference to a later one: persons are
counted since the last day whose totals were published. So one statement a day is published, that of its last block.
With districts missing I2 cannot be computed: that is said, never passed over.
"""

from collections import defaultdict
from dataclasses import dataclass

from node.audit.books import Identity
from node.audit.replay import Parsed
from node.audit.suppression import PERSONS_MIN, withheld
from node.chain.books import district_holdings
from node.chain.ledger import Ledger
from node.chain.policy import DAY_MS
from node.chain.proof import Supply
from node.chain.records.actors import Person
from node.chain.transition import Execution


@dataclass(frozen=True, slots=True)
class Statement:
    """What follows from proven totals.

    Attributes:
        identities: I6 of each district that is there, and I2 if all are.
        is_whole: whether all districts are there.
        rest_min: minutes held in the districts that are missing.
    """

    identities: tuple[Identity, ...]
    is_whole: bool
    rest_min: int


def read_statement(supply: Supply, districts: int) -> Statement:
    """Compute the identities.

    Args:
        supply: what a proof showed.
        districts: how many the city has.
    """
    city = supply.city
    outstanding = -city.issue.balance
    known = sum(map(district_holdings, supply.districts))
    known += city.pool_free.balance + city.pool_held.balance
    found = [
        Identity(
            f"I6 {one.code}: holdings = minted, returned and net inflow",
            district_holdings(one),
            one.minted - one.returned + one.inflow.balance,
        )
        for one in supply.districts
    ]
    is_whole = len(supply.districts) == districts
    if is_whole:
        found.append(Identity("I2 issued and not returned = all holdings", outstanding, known))
    return Statement(tuple(found), is_whole, outstanding - known)


class Movers:
    """Watches an audit and counts whose accounts changed since a district's totals were last published, by home."""

    def __init__(self) -> None:
        """Nobody has moved."""
        self._day = -1
        self._changed: defaultdict[str, set[bytes]] = defaultdict(set)

    def __call__(self, parsed: Parsed, execution: Execution, ledger: Ledger) -> None:
        """A block passed."""
        day = parsed.step.block.header.time_ms // DAY_MS
        if day != self._day:
            self._publish(ledger.districts)
            self._day = day
        for record in execution.staged.changes.values():
            if isinstance(record, Person):
                self._changed[record.home].add(record.id)

    def withheld(self, districts: tuple[str, ...]) -> frozenset[str]:
        """Districts whose totals at the end of that day are not published."""
        counts = {code: len(self._changed[code]) for code in districts}
        small = (code for code, count in counts.items() if 0 < count < PERSONS_MIN)
        return withheld(counts, small, (lambda _: None,))

    def _publish(self, districts: tuple[str, ...]) -> None:
        """A day is over: what was not withheld is known from now on."""
        for code in set(districts) - self.withheld(districts):
            self._changed[code].clear()
