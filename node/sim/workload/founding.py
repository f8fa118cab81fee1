"""The first days: funds are voted, people register, relatives are bound, volunteers trained, providers contracted."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from node.chain import keys
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.policy import DAY_MS, HOUR_MS, PERMILLE, civil, day_of, quarter_end_ms
from node.chain.rules.organisation import receipt_bytes
from node.chain.tx.identity import AcceptKin, BureauReceipt, OfferKin, Register
from node.chain.tx.issuance import ProposeMint, VoteMint
from node.chain.tx.organisation import (
    ApproveKin,
    ApprovePerson,
    AttestGate,
    BindAgent,
)
from node.chain.tx.redemption import AttestCapacity, OpenProvider
from node.chain.tx.teams import JoinTeam, OpenTeam
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Minutes
from node.sim.workload import proportions
from node.sim.workload.books import ISSUE, Account
from node.sim.workload.hands import Hand
from node.sim.workload.people import Kind, Resident, Team, draw
from node.sim.workload.provision import Provision
from node.sim.workload.scribe import Scribe
from node.sim.workload.sheets import grant_roles, hand_out_sheets

ATTESTED_MS: Final = 700 * DAY_MS
KEY_ELDERS: Final = Code("key-elders")
CONTRACTED_MIN: Final = 10_000
"""For each person of a district: far more than anybody can redeem, so that nobody queues."""
CONTRACT_MS: Final = 600 * DAY_MS
REGISTERED_A_DAY: Final = 1_000
"""By one recorder; with two reviewers' votes on each it stays within everybody's daily quota."""
_AGENT_VERBS: Final = tuple(
    Code(verb) for verb in ("cancel", "confirm", "object", "request", "withdraw")
)


def found(scribe: Scribe, residents: Sequence[Resident]) -> dict[Code, Provision]:
    """Everything before the first order; returns what each district has for its people."""
    _first_staff(scribe)
    _mint(scribe, residents)
    for group in _groups(scribe, residents):
        _register(scribe, group)
        scribe.reach(scribe.now_ms + DAY_MS - scribe.now_ms % DAY_MS)
    _bind_kin(scribe, residents)
    _train(scribe, residents)
    provisions = _contract(scribe, residents)
    _teams(scribe, residents, provisions)
    hand_out_sheets(scribe, residents, grant_roles(scribe))
    return provisions


def _first_staff(scribe: Scribe) -> None:
    scribe.books.count("city", persons=len(scribe.ground.genesis.persons))


def _mint(scribe: Scribe, residents: Sequence[Resident]) -> None:
    """Enough for every key elder's allowance all year, as far as the city's budget reaches."""
    genesis = scribe.ground.genesis
    issuance = genesis.policy.issuance
    budget = genesis.policy.budget(KEY_ELDERS) or 0
    year, _ = civil(scribe.now_ms)
    operators = [desk.operator for desk in scribe.ground.desks.values()]
    needed = -(-len(operators) * issuance.mint_votes_permille // PERMILLE)
    wanted = {
        code: 12 * issuance.allowance_month_min * _count_funded(residents, code)
        for code in scribe.ground.desks
    }
    share = min(1.0, budget / max(1, sum(wanted.values())))
    made = []
    for code, minutes in wanted.items():
        voted = Minutes(int(minutes * share))
        if voted:
            body = ProposeMint(code, year, KEY_ELDERS, voted, scribe.paper())
            made.append(scribe.make(operators[0], body))
            scribe.books.move(ISSUE, Account("fund", code, code), voted)
            scribe.books.count(code, issued_min=voted, returned_min=0)
            scribe.books.count("city", issued_min=voted, returned_min=0)
    scribe.flush()
    for operator in operators[1:needed]:
        for mint, origin in made:
            scribe.say(operator, VoteMint(mint, origin, 1))
    scribe.flush()


def _count_funded(residents: Sequence[Resident], code: Code) -> int:
    return sum(1 for r in residents if r.home == code and r.funded)


def _groups(scribe: Scribe, residents: Sequence[Resident]) -> Iterator[list[Resident]]:
    """As many people at a time as the desks can register in a day."""
    desks = scribe.ground.desks.values()
    size = REGISTERED_A_DAY * sum(len(desk.recorders) for desk in desks)
    waiting = iter(residents)
    while group := list(islice(waiting, size)):
        yield group


def _register(scribe: Scribe, group: Sequence[Resident]) -> None:
    entered = []
    for resident in group:
        recorder = scribe.turn(scribe.desk(resident.home).recorders)
        person, origin = scribe.make(recorder, _entry(scribe, resident))
        resident.hand.id = person
        entered.append((resident, origin))
        scribe.books.count("city", persons=1)
    scribe.flush()
    scribe.agree(
        (*scribe.reviewers(resident.home), _approval(scribe, resident, origin))
        for resident, origin in entered
    )


def _entry(scribe: Scribe, resident: Resident) -> Register:
    own = _shown(scribe, resident, resident.hand.seed if resident.has_key else b"")
    card = _shown(scribe, resident, resident.card)
    home, site = resident.home, resident.site
    return Register(home, site, SUITE_ED25519_SHA256, *own, *card, scribe.paper())


def _shown(scribe: Scribe, resident: Resident, seed: bytes) -> tuple[bytes, bytes]:
    """(key, proof of its possession) for a registration; both empty without a key."""
    if not seed:
        return b"", b""
    key = keys.public_key(seed)
    message = keys.possession_bytes(scribe.ground.chain_id, key, resident.home.encode())
    return key, keys.sign(seed, message)


def _approval(scribe: Scribe, resident: Resident, origin: Hash) -> ApprovePerson:
    until, never = EpochMs(quarter_end_ms(scribe.now_ms + ATTESTED_MS)), EpochMs(0)
    day = day_of(scribe.now_ms)
    message = receipt_bytes(scribe.ground.chain_id, resident.hand.id, resident.home, day)
    return ApprovePerson(
        person=resident.hand.id,
        origin=origin,
        may_serve_until_ms=until if resident.serves else never,
        may_receive_until_ms=until if resident.receives else never,
        may_be_funded_until_ms=until if resident.funded else never,
        commitment=scribe.paper(),
        receipt=BureauReceipt(day, keys.sign(scribe.ground.bureau, message)),
    )


def _bind_kin(scribe: Scribe, residents: Sequence[Resident]) -> None:
    """Offered by the child, accepted by the parent or for them, approved by two; then agents of those without a key."""
    pairs = [(child, child.kin[0]) for child in residents if child.serves and child.kin]
    offers = [
        (child, parent, *scribe.make(child.hand, OfferKin(parent.hand.id, Code("parent"))))
        for child, parent in pairs
    ]
    scribe.flush()
    for _, parent, binding, origin in offers:
        if parent.has_key:
            own = AcceptKin(binding, origin, Code("own-key"), ZERO_HASH)
            scribe.say(parent.hand, own)
        else:
            recorder = scribe.turn(scribe.desk(parent.home).recorders)
            consent = AcceptKin(binding, origin, Code("in-person"), scribe.paper())
            scribe.say(recorder, consent)
    scribe.flush()
    scribe.agree(
        (*scribe.reviewers(child.home), ApproveKin(binding, origin))
        for child, _, binding, origin in offers
    )
    scribe.agree(
        (
            *scribe.reviewers(r.home),
            BindAgent(r.hand.id, r.agent.hand.id, _AGENT_VERBS, scribe.paper()),
        )
        for r in residents
        if r.agent is not None
    )


def _train(scribe: Scribe, residents: Sequence[Resident]) -> None:
    until = EpochMs(scribe.now_ms + ATTESTED_MS)
    scribe.agree(
        (
            *scribe.reviewers(r.home),
            AttestGate(r.hand.id, Code("training"), until, scribe.paper()),
        )
        for r in residents
        if r.trained
    )


def _contract(scribe: Scribe, residents: Sequence[Resident]) -> dict[Code, Provision]:
    """Each district contracts with a provider, whose staff are volunteers of its own who never serve orders."""
    staff = {code: _idle_volunteer(residents, code) for code in scribe.ground.desks}
    places = [(code, person) for code, person in staff.items() if person is not None]
    opened = scribe.agree(
        (
            *_treasurer_and_reviewer(scribe, code),
            OpenProvider(code, (person.hand.id,), scribe.paper()),
        )
        for code, person in places
    )
    until = EpochMs(scribe.now_ms + CONTRACT_MS)
    minutes = Minutes(CONTRACTED_MIN * len(residents))
    capacities = scribe.agree(
        (
            *_treasurer_and_reviewer(scribe, code),
            AttestCapacity(provider, minutes, until, scribe.paper()),
        )
        for (code, _), provider in zip(places, opened, strict=True)
    )
    scribe.books.count("city", capacity_min=minutes * len(places), capacity_used_min=0)
    return {
        code: Provision(provider, capacity, person)
        for (code, person), provider, capacity in zip(places, opened, capacities, strict=True)
    }


def _idle_volunteer(residents: Sequence[Resident], code: Code) -> Resident | None:
    fitting = (r for r in residents if r.home == code and r.kind is Kind.VOLUNTEER and not r.kin)
    return next((r for r in fitting if not r.active), None)


def _treasurer_and_reviewer(scribe: Scribe, code: Code) -> tuple[Hand, Hand]:
    desk = scribe.desk(code)
    return scribe.turn(desk.treasurers), scribe.turn(desk.reviewers)


def _teams(
    scribe: Scribe, residents: Sequence[Resident], provisions: dict[Code, Provision]
) -> None:
    """One team a district; a few active volunteers join it."""
    stewards = {
        code: next((r for r in residents if r.home == code and r.active), None)
        for code in provisions
    }
    places = [(code, steward) for code, steward in stewards.items() if steward is not None]
    made = scribe.agree(
        (*_recorder_and_reviewer(scribe, code), OpenTeam(code, steward.hand.id))
        for code, steward in places
    )
    for (code, steward), team in zip(places, made, strict=True):
        provisions[code].team = Team(team, code, steward)
    for resident in residents:
        at = provisions.get(resident.home)
        joins = resident.active and draw(scribe.rng, proportions.TEAM_MEMBERS)
        if at is not None and at.team is not None and joins:
            resident.team = at.team
            scribe.say(resident.hand, JoinTeam(at.team.id))
    scribe.reach(scribe.now_ms + HOUR_MS)


def _recorder_and_reviewer(scribe: Scribe, code: Code) -> tuple[Hand, Hand]:
    desk = scribe.desk(code)
    return scribe.turn(desk.recorders), scribe.turn(desk.reviewers)
