"""The story's own bookkeeping: what every total must be, counted apart from the ledger and from the auditor.

It knows minutes, names and homes, and nothing of records or rules. At the end each of its numbers is compared with what
the auditor computed from the archive.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

FUND = "fund"
"""A payer that is no person: the fund of the recipient's home."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One total that is not as predicted, in minutes or pieces."""

    where: str
    name: str
    predicted: int
    found: int | None


@dataclass(slots=True)
class Books:
    """Minutes of persons and counters of districts.

    Attributes:
        homes: home district of each person by name.
        stores: minutes of each person.
    """

    homes: dict[str, str] = field(default_factory=dict)
    stores: Counter[str] = field(default_factory=Counter)
    _city: Counter[str] = field(default_factory=Counter)
    _districts: dict[str, Counter[str]] = field(default_factory=dict)

    def person(self, name: str, home: str) -> None:
        """Somebody new, with nothing."""
        self.homes[name] = home
        self.stores[name] = 0
        self._city["persons"] += 1

    def first_staff(self, count: int) -> None:
        """Persons of genesis."""
        self._city["persons"] += count

    def minted(self, district: str, minutes: int) -> None:
        """New minutes in a district's fund."""
        self._city.update(issued_min=minutes, outstanding_min=minutes)
        self._of(district).update(issued_min=minutes, funds_min=minutes)

    def settled(
        self, payer: str, volunteer: str, minutes: int, *, place: str, fund_of: str = ""
    ) -> None:
        """A service was paid: by a person, or by the fund of ``fund_of``, asked for by a recorder."""
        home = self.homes[volunteer]
        self._city.update(paid_min=minutes, credited_min=minutes)
        self._of(place).update(settled_orders=1, on_behalf_orders=1 if payer == FUND else 0)
        self._of(home).update(earned_min=minutes, stores_min=minutes)
        self.stores[volunteer] += minutes
        if payer == FUND:
            self._of(fund_of).update(funds_min=-minutes, funded_min=minutes)
            self._moved(fund_of, home, minutes)
        else:
            self.stores[payer] -= minutes
            self._of(self.homes[payer]).update(stores_min=-minutes, redeemed_min=minutes)
            self._moved(self.homes[payer], home, minutes)

    def donated(self, person: str, minutes: int) -> None:
        """Minutes went to the pool of the person's home."""
        self.stores[person] -= minutes
        self._of(self.homes[person]).update(
            stores_min=-minutes, pool_min=minutes, donated_min=minutes
        )

    def given(self, giver: str, receiver: str, minutes: int) -> None:
        """Minutes went from one person to another."""
        self.stores[giver] -= minutes
        self.stores[receiver] += minutes
        source, target = self.homes[giver], self.homes[receiver]
        self._of(source).update(stores_min=-minutes, gifted_min=minutes)
        self._of(target).update(stores_min=minutes)
        self._moved(source, target, minutes)

    def totals(self) -> Mapping[tuple[str, str], int]:
        """Every prediction by (district or ``city``, name); what the story never touched is 0.

        The city's ``pool_min`` is its own pool; each district has one, too.
        """
        names = {name for counter in self._districts.values() for name in counter} | {"held_min"}
        predicted = {("city", name): value for name, value in self._city.items()}
        predicted |= {
            ("city", name): 0 for name in ("held_min", "overflow_min", "pool_min", "returned_min")
        }
        for district, counter in self._districts.items():
            predicted |= {(district, name): counter[name] for name in names}
        return predicted

    def compare(self, found: Mapping[tuple[str, str], int]) -> tuple[Difference, ...]:
        """Every prediction that somebody else's totals do not meet."""
        return tuple(
            Difference(where, name, value, found.get((where, name)))
            for (where, name), value in sorted(self.totals().items())
            if found.get((where, name)) != value
        )

    def _moved(self, source: str, target: str, minutes: int) -> None:
        """Minutes that pass between homes move the position between them."""
        if source != target:
            self._of(source)["net_position_min"] -= minutes
            self._of(target)["net_position_min"] += minutes

    def _of(self, district: str) -> Counter[str]:
        return self._districts.setdefault(district, Counter())
