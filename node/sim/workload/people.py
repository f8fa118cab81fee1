"""Who lives in the city: drawn from the seed before anybody has signed anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import TYPE_CHECKING

from node.chain.types import NO_ID, Code, Hash, Id
from node.sim.workload import proportions
from node.sim.workload.ground import Ground
from node.sim.workload.hands import Hand, seed_from

if TYPE_CHECKING:
    from node.sim.workload.sheets import Sheet

PENSION_AGE = 60


class Kind(Enum):
    """What somebody is to the time bank."""

    VOLUNTEER = "volunteer"
    ELDER = "elder"
    KEY_ELDER = "key-elder"


@dataclass(slots=True, eq=False)
class Resident:
    """One person of the city."""

    hand: Hand
    home: Code
    site: Code
    kind: Kind
    age: int
    has_key: bool
    active: bool
    """Whether they ever serve."""
    trained: bool
    kin: list[Resident] = field(default_factory=list)
    agent: Resident | None = None
    team: Team | None = None
    card: bytes = b""
    """Seed of the printed card's key, which can only recover; empty without a card."""
    open_orders: int = 0
    """Orders that are not final, in which they have a part."""
    sheet: Sheet | None = None
    """Codes of somebody without a phone."""
    pairs: dict[bytes, int] = field(default_factory=dict)
    """Recipient's id to services taken this month."""
    busy: set[int] = field(default_factory=set)
    """Starts of the services taken, in milliseconds."""
    unsettled: bool = False
    """Whether an upheaval of their account has begun: they say nothing else from then on."""

    @property
    def funded(self) -> bool:
        """Whether the fund pays for them."""
        return self.kind is Kind.KEY_ELDER

    @property
    def receives(self) -> bool:
        """Whether they may be served for minutes."""
        return self.age >= PENSION_AGE

    @property
    def serves(self) -> bool:
        """Whether they are admitted as a volunteer."""
        return self.kind is Kind.VOLUNTEER

    def related(self, other: Resident) -> bool:
        """Whether the two are the same, kin, or agent of one another."""
        return other is self or other in self.kin or other is self.agent or self is other.agent


@dataclass(slots=True, eq=False)
class Team:
    """A team with the volunteer who speaks for it."""

    id: Id
    home: Code
    steward: Resident


def draw(rng: Random, permille: int) -> bool:
    """Whether something of this share happens."""
    return rng.randrange(1_000) < permille


def people_of(ground: Ground, count: int, seed: int, rng: Random) -> list[Resident]:
    """So many people, spread over the districts, and who of them are relatives."""
    chain_id = ground.chain_id
    places = [(d.code, site) for d in ground.genesis.districts for site in d.sites]
    rng.shuffle(places)
    residents = [_resident(chain_id, seed, n, places[n % len(places)], rng) for n in range(count)]
    _bind(residents, rng)
    return residents


def _resident(
    chain_id: Hash, seed: int, number: int, place: tuple[Code, Code], rng: Random
) -> Resident:
    kind = Kind.VOLUNTEER
    if not draw(rng, proportions.VOLUNTEERS):
        kind = Kind.KEY_ELDER if draw(rng, proportions.KEY_ELDERS) else Kind.ELDER
    ages = proportions.VOLUNTEER_AGES if kind is Kind.VOLUNTEER else proportions.ELDER_AGES
    active = kind is Kind.VOLUNTEER and draw(rng, proportions.ACTIVE_VOLUNTEERS)
    has_key = kind is not Kind.KEY_ELDER or not draw(rng, proportions.KEYLESS)
    carded = has_key and draw(rng, proportions.CARDS)
    return Resident(
        hand=Hand(chain_id, NO_ID, seed_from(seed, "person", number)),
        home=place[0],
        site=place[1],
        kind=kind,
        age=_age(rng, ages),
        has_key=has_key,
        card=bytes(seed_from(seed, "card", number)) if carded else b"",
        active=active,
        trained=active and draw(rng, proportions.TRAINED),
    )


def _age(rng: Random, ages: tuple[tuple[int, int, int], ...]) -> int:
    (low, high, _), *_ = rng.choices(ages, [share for _, _, share in ages])
    return rng.randint(low, high)


def _bind(residents: list[Resident], rng: Random) -> None:
    """Children of elders are volunteers, each of one parent; some act for a parent without a key."""
    children = [r for r in residents if r.serves]
    rng.shuffle(children)
    for parent in residents:
        if parent.serves or not children or not draw(rng, proportions.WITH_KIN):
            continue
        child = children.pop()
        child.kin.append(parent)
        parent.kin.append(child)
        if not parent.has_key and draw(rng, proportions.AGENTS):
            parent.agent = child
