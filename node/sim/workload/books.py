"""The books of a life: accounts in double entry, kept by what people signed and apart from every rule of the ledger.

An account is a kind and an owner. Minutes only move between accounts; what passes between two homes moves the position
between them. The totals have the auditor's names.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

CITY: Final = "city"
STORES: Final = frozenset({"free", "held"})
_HELD_KINDS: Final = {
    "free": "held",
    "fund": "fund-held",
    "pool": "pool-held",
    "city-pool": "city-pool-held",
}
_TOTALS: Final = {
    "free": "stores_min",
    "held": "stores_min",
    "fund": "funds_min",
    "fund-held": "funds_min",
    "pool": "pool_min",
    "pool-held": "pool_min",
    "city-pool": "pool_min",
    "city-pool-held": "pool_min",
    "team": "teams_min",
    "due": "providers_min",
    "retired": "retired_min",
}


class Account(NamedTuple):
    """Where minutes are."""

    kind: str
    """``free`` or ``held`` of a person; ``fund``, ``pool``, ``city-pool`` or their held side; ``team``; ``due`` of a
    provider, ``retired``; ``issue``."""
    owner: str
    """A person's, team's or provider's id in hex; a district's code."""
    home: str
    """District, or ``city``; empty for ``issue``."""

    def held(self) -> "Account":
        """Where minutes of a free account wait."""
        return Account(_HELD_KINDS[self.kind], self.owner, self.home)


ISSUE: Final = Account("issue", "", "")


def free(owner: bytes, home: str) -> Account:
    """What a person can spend."""
    return Account("free", owner.hex(), home)


class Difference(NamedTuple):
    """One total on which two accounts do not agree."""

    where: str
    name: str
    predicted: int
    found: int | None


@dataclass(slots=True)
class Books:
    """Balances and totals of everything that has happened so far, in minutes or pieces."""

    balances: Counter[Account] = field(default_factory=Counter)
    positions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(low, high) to the net minutes that came from high to low."""
    honour: Counter[str] = field(default_factory=Counter)
    """By person, in hex."""
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(where, name) to what is no balance: flows and numbers of pieces."""
    done: Counter[str] = field(default_factory=Counter)
    """Names of what happened in the city, such as ``disputed``, to how often."""

    def balance(self, account: Account) -> int:
        """Minutes in an account now."""
        return self.balances[account]

    def move(self, source: Account, target: Account, minutes: int) -> None:
        """Minutes change their place."""
        assert minutes >= 0, "minutes only move forward"
        self.balances[source] -= minutes
        self.balances[target] += minutes
        assert source is ISSUE or self.balances[source] >= 0, f"{source} is overdrawn"
        if source.home and target.home and source.home != target.home:
            low, high = sorted((source.home, target.home))
            self.positions[low, high] += minutes if target.home == low else -minutes

    def count(self, where: str, **amounts: int) -> None:
        """Add to counters of a district or ``city``."""
        for name, amount in amounts.items():
            self.counts[where, name] += amount

    def store(self, owner: bytes, home: str) -> int:
        """Minutes of a person, free and held."""
        account = free(owner, home)
        return self.balances[account] + self.balances[account.held()]

    def stores(self) -> Mapping[str, int]:
        """Every person's minutes, free and held, by id in hex."""
        sums: Counter[str] = Counter()
        for account, minutes in self.balances.items():
            if account.kind in STORES:
                sums[account.owner] += minutes
        return sums

    def net(self, district: str) -> int:
        """Minutes that came into a district less those that went out."""
        signs = ((low, high, minutes) for (low, high), minutes in self.positions.items())
        return sum(
            minutes if low == district else -minutes
            for low, high, minutes in signs
            if district in {low, high}
        )

    def totals(self, districts: Iterable[str]) -> Mapping[tuple[str, str], int]:
        """Every total by (district or ``city``, name), with the auditor's names."""
        found = Counter(self.counts)
        codes = (*districts, CITY)
        for code in codes:
            for name in ("held_min", *set(_TOTALS.values())):
                found[code, name] += 0
        for account, minutes in self.balances.items():
            if account is not ISSUE and account != ISSUE:
                found[account.home, _TOTALS[account.kind]] += minutes
                if account.kind.endswith("held"):
                    found[account.home, "held_min"] += minutes
                    found[CITY, "held_min"] += minutes if account.home != CITY else 0
        for code in codes[:-1]:
            found[code, "net_position_min"] = self.net(code)
        found[CITY, "outstanding_min"] = -self.balances[ISSUE]
        found[CITY, "honour_min"] = self.honour.total()
        only_districts = set(_TOTALS.values()) - {"pool_min"}
        return {key: value for key, value in found.items() if not _absent(key, only_districts)}

    def identities(self) -> Mapping[str, tuple[int, int]]:
        """Sums that must be equal whatever happened: all accounts and zero, all positions and zero."""
        homes = {home for pair in self.positions for home in pair}
        return {
            "all accounts": (self.balances.total(), 0),
            "net positions": (sum(self.net(home) for home in homes), 0),
        }


def _absent(key: tuple[str, str], only_districts: set[str]) -> bool:
    """What the city has no total of."""
    return key[0] == CITY and key[1] in only_districts


def compare(
    predicted: Mapping[tuple[str, str], int], found: Mapping[tuple[str, str], int]
) -> tuple[Difference, ...]:
    """Every prediction that somebody else's totals do not meet."""
    return tuple(
        Difference(where, name, value, found.get((where, name)))
        for (where, name), value in sorted(predicted.items())
        if found.get((where, name)) != value
    )
