"""Persons who hold minutes and give them to each other: what a bank's history is made of.

Nobody gets minutes for nothing, not even here. The districts vote a mint, its fund pays for a group event, the people
attend it, staff credit each of them, and two staff bind each to a neighbour in a ring, all by signed transactions
through real nodes. From then on minutes only move between these persons, so their sum never changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from node.chain.genesis import chain_id_of
from node.chain.policy import DAY_MS, MINUTE_MS, PERMILLE, civil
from node.chain.tx.events import AttendEvent, CreditAttendance, LeaveEvent, OpenEvent
from node.chain.tx.identity import AcceptKin, OfferKin
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.tx.organisation import ApproveKin
from node.chain.tx.transfers import Give
from node.chain.types import ZERO_HASH, Code, EpochMs, Id, Minutes
from node.city.nodeworld import NodeWorld, ground_of
from node.sim.workload.hands import Hand
from node.sim.workload.scribe import Scribe
from scripts.bench.people import seed_of
from scripts.chaos.history import TOTAL, Said
from scripts.chaos.rig import Rig

OPENING_MIN: Final = 480
"""What each earns at the event, and may give away afterwards: received minutes cannot be given on."""
FUND: Final = Code("key-elders")
SIBLING: Final = Code("sibling")
NOON_MS: Final = 12 * 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Banker:
    """One person of the ring, with the next two as kin."""

    hand: Hand
    kin: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """The ring.

    Attributes:
        bankers: in their order.
        since: height from which everybody has the opening balance.
    """

    bankers: tuple[Banker, ...]
    since: int

    def opening(self, account: str) -> int:
        """Balance before the first gift: of an account by its id in hexadecimal, or of all persons together."""
        return OPENING_MIN * (len(self.bankers) if account == TOTAL else 1)

    def gifts(self, start: int, step: int) -> Iterator[tuple[Banker, Id]]:
        """Who gives the next minute to whom, for every ``step``-th banker: each in turn, until all is given."""
        mine = self.bankers[start::step]
        for number in range(OPENING_MIN):
            for banker in mine:
                yield banker, banker.kin[number % len(banker.kin)]


def gift(banker: Banker, to: Id, now_ms: int) -> Said:
    """A signed gift of one minute, and what it has to change."""
    signed = banker.hand.sign(Give(to, Minutes(1)), now_ms, 1)
    return Said(signed, ((banker.hand.id.hex(), -1), (to.hex(), 1)))


def found_bank(rig: Rig) -> Bank:
    """Give the rig's bankers minutes and kin. The nodes must run, and nobody else may speak meanwhile."""
    ground = ground_of(rig.city)
    world = NodeWorld(rig.city, rig.genesis, lambda _said: None)
    hands = [_hand(rig, number) for number in range(rig.bankers)]
    try:
        scribe = Scribe(ground, world, 0)
        _bind(scribe, rig, hands)
        _earn(scribe, rig, hands)
        scribe.reach(scribe.now_ms + rig.genesis.policy.persons.kin_rest_ms + DAY_MS)
    finally:
        world.close()
    kin = _neighbours(hands)
    since = max(map(rig.height, rig.districts))
    return Bank(tuple(Banker(hand, kin[hand.id]) for hand in hands), since)


def _hand(rig: Rig, number: int) -> Hand:
    place = rig.people + number
    return Hand(chain_id_of(rig.genesis), rig.person(place), seed_of(place))


def _neighbours(hands: list[Hand]) -> Mapping[Id, tuple[Id, ...]]:
    ring = [*hands[1:], hands[0]]
    after = {one.id: other.id for one, other in zip(hands, ring, strict=True)}
    before = {other: one for one, other in after.items()}
    return {one: tuple(dict.fromkeys((after[one], before[one]))) for one in after}


def _bind(scribe: Scribe, rig: Rig, hands: list[Hand]) -> None:
    """Offered by one, accepted by the next, approved by two staff of the first one's home."""
    homes = {hand.id: rig.genesis.persons[_place(rig, n)].home for n, hand in enumerate(hands)}
    pairs = list(zip(hands, [*hands[1:], hands[0]], strict=True))
    made = [(one, other, *scribe.make(one, OfferKin(other.id, SIBLING))) for one, other in pairs]
    scribe.flush()
    for _, other, binding, origin in made:
        scribe.say(other, AcceptKin(binding, origin, Code("own-key"), ZERO_HASH))
    scribe.flush()
    scribe.agree(
        (*scribe.reviewers(homes[one.id]), ApproveKin(binding, origin))
        for one, _, binding, origin in made
    )


def _place(rig: Rig, number: int) -> int:
    return rig.first_person + rig.people + number


def _earn(scribe: Scribe, rig: Rig, hands: list[Hand]) -> None:
    """A mint, an event paid by its fund, and everybody there from beginning to end."""
    district = rig.genesis.districts[0]
    desk = scribe.desk(district.code)
    _mint(scribe, district.code, OPENING_MIN * len(hands))
    start_ms = EpochMs(scribe.now_ms + NOON_MS)
    action = OpenEvent(
        district=district.code,
        site=district.sites[0],
        service=Code("company"),
        payer_kind=Code("fund"),
        purpose=FUND,
        rule=Code("-"),
        start_ms=start_ms,
        minutes=Minutes(OPENING_MIN),
        places=len(hands),
    )
    organiser, other = desk.recorders[:2]
    (event,) = scribe.agree([(organiser, desk.reviewers[0], action)])
    scribe.reach(start_ms - MINUTE_MS)
    for hand in hands:
        scribe.say(hand, AttendEvent(event, hand.id))
    scribe.reach(scribe.now_ms + (OPENING_MIN + 1) * MINUTE_MS)
    for hand in hands:
        scribe.say(hand, LeaveEvent(event, hand.id))
    scribe.flush()
    for hand in hands:
        scribe.say(other, CreditAttendance(event, hand.id, Minutes(OPENING_MIN)))
    scribe.flush()


def _mint(scribe: Scribe, district: Code, minutes: int) -> None:
    operators = [desk.operator for desk in scribe.ground.desks.values()]
    share = scribe.ground.genesis.policy.issuance.mint_votes_permille
    needed = -(-len(operators) * share // PERMILLE)
    year, _ = civil(scribe.now_ms)
    body = ProposeMint(district, year, FUND, Minutes(minutes), scribe.paper())
    mint, origin = scribe.make(operators[0], body)
    scribe.flush()
    for operator in operators[1:needed]:
        scribe.say(operator, VoteMint(mint, origin, 1))
    scribe.flush()
