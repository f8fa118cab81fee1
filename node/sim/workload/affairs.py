"""What people do beside orders: gifts, donations, manual entries, redemptions, events, teams, settlement."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from node.chain.policy import month_of
from node.chain.tx.entries import EnterHonour
from node.chain.tx.events import AttendEvent, CloseEvent, CreditAttendance, LeaveEvent, OpenEvent
from node.chain.tx.organisation import Propose, Second
from node.chain.tx.redemption import Capture, Redeem, ReleaseRedemption, RetireDue
from node.chain.tx.settlement import AgreeSettlement, ProposeSettlement
from node.chain.tx.teams import DonateTeam
from node.chain.tx.transfers import Donate, Give
from node.chain.types import Code, EpochMs, Hash, Id, Minutes
from node.sim.workload import proportions
from node.sim.workload.books import CITY, Account, free
from node.sim.workload.hands import Hand
from node.sim.workload.people import Resident, draw
from node.sim.workload.provision import Provision
from node.sim.workload.schedule import SLOTS_MS
from node.sim.workload.scribe import Scribe

COMPANY: Final = Code("company")
HALF_HOUR: Final = 30
HOUR: Final = 60
TWO_HOURS: Final = 120
EVENT_RULE: Final = Code("pool.events")
DONE: Final = Code("done")


@dataclass(slots=True, eq=False)
class _Gathering:
    """An event of today."""

    id: Id
    district: Code
    paid: bool
    proposer: Hand
    people: list[Resident] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Redeemed:
    """Minutes held for a provider since yesterday."""

    id: Id
    origin: Hash
    person: Resident


class Affairs:
    """Everything that is no order."""

    def __init__(
        self,
        scribe: Scribe,
        residents: Sequence[Resident],
        provisions: Mapping[Code, Provision],
    ) -> None:
        """Relatives were bound just now; they may give after the policy's rest."""
        policy = scribe.ground.genesis.policy
        self._scribe = scribe
        self._residents = residents
        self._provisions = provisions
        self._active = [r for r in residents if r.active]
        self._older = [r for r in residents if r.receives and r.has_key]
        self._givers = [r for r in self._active if r.kin]
        self._gifts_from_ms = scribe.now_ms + policy.persons.kin_rest_ms
        self._recorder_max = policy.manual.recorder_month_max_min
        self._cap_min = policy.persons.cap_min
        self._entered: Counter[tuple[Hand, int]] = Counter()
        self._gatherings: list[_Gathering] = []
        self._redeemed: list[_Redeemed] = []

    @property
    def open(self) -> bool:
        """Whether minutes wait for somebody to take them."""
        return bool(self._gatherings or self._redeemed)

    # --- Events ----------------------------------------------------------------------------------------------------

    def open_events(self, midnight_ms: int, weekday: int) -> None:
        """On Saturdays every district has an afternoon; its pool pays where it can, else it is honour class."""
        if weekday != proportions.EVENT_WEEKDAY:
            return
        scribe, start = self._scribe, EpochMs(midnight_ms + SLOTS_MS[1])
        made = []
        for code, desk in scribe.ground.desks.items():
            pool = Account("pool", code, code)
            cost = proportions.EVENT_PLACES * HOUR
            paid = scribe.books.balance(pool) >= cost
            recorder = scribe.turn(desk.recorders)
            action = self._event(code, start, paid=paid)
            event, origin = scribe.make(recorder, Propose(action))
            made.append((event, origin, desk.reviewers))
            if paid:
                scribe.books.move(pool, pool.held(), cost)
            gathering = _Gathering(event, code, paid, recorder, self._invited(code, start))
            self._gatherings.append(gathering)
        scribe.flush()
        for event, origin, reviewers in made:
            scribe.say(scribe.turn(reviewers), Second(event, origin))
        scribe.flush()

    def _event(self, code: Code, start: EpochMs, *, paid: bool) -> OpenEvent:
        sites = next(d.sites for d in self._scribe.ground.genesis.districts if d.code == code)
        return OpenEvent(
            district=code,
            site=sites[0],
            service=COMPANY,
            payer_kind=Code("pool" if paid else "honour"),
            purpose=Code("-"),
            rule=EVENT_RULE if paid else Code("-"),
            start_ms=start,
            minutes=Minutes(HOUR),
            places=proportions.EVENT_PLACES,
        )

    def _invited(self, code: Code, start: EpochMs) -> list[Resident]:
        here = (r for r in self._active if r.home == code and not r.unsettled)
        free_then = [r for r in here if start not in r.busy]
        count = min(len(free_then), proportions.EVENT_PLACES - 1)
        chosen = self._scribe.rng.sample(free_then, count)
        for resident in chosen:
            resident.busy.add(start)
        return chosen

    def arrive(self, start_ms: int) -> None:
        """Everybody checks in."""
        if self._gatherings:
            self._scribe.reach(start_ms)
        for gathering in self._gatherings:
            for one in gathering.people:
                self._scribe.say(one.hand, AttendEvent(gathering.id, one.hand.id))
        self._scribe.flush()

    def leave(self) -> None:
        """Everybody checks out, some hours later: an hour counts."""
        for gathering in self._gatherings:
            for one in gathering.people:
                self._scribe.say(one.hand, LeaveEvent(gathering.id, one.hand.id))
        self._scribe.flush()

    def _credit_events(self) -> None:
        scribe = self._scribe
        for gathering in self._gatherings:
            recorders = scribe.desk(gathering.district).recorders
            for one in gathering.people:
                recorder = scribe.turn(recorders, gathering.proposer)
                body = CreditAttendance(gathering.id, one.hand.id, Minutes(HOUR))
                scribe.say(recorder, body)
                self._credit(gathering, one)
        scribe.flush()
        for gathering in self._gatherings:
            reviewer = scribe.turn(scribe.desk(gathering.district).reviewers)
            scribe.say(reviewer, CloseEvent(gathering.id, DONE))
            if gathering.paid:
                pool = Account("pool", gathering.district, gathering.district)
                rest = (proportions.EVENT_PLACES - len(gathering.people)) * HOUR
                scribe.books.move(pool.held(), pool, rest)
            scribe.books.done["events"] += 1
        scribe.flush()
        self._gatherings = []

    def _credit(self, gathering: _Gathering, one: Resident) -> None:
        books = self._scribe.books
        books.done["attendances"] += 1
        if not gathering.paid:
            books.honour[one.hand.id.hex()] += HOUR
            return
        held = Account("pool", gathering.district, gathering.district).held()
        room = self._cap_min - books.store(one.hand.id, one.home)
        credited = max(0, min(HOUR, room))
        books.move(held, free(one.hand.id, one.home), credited)
        books.move(held, Account("pool", one.home, one.home), HOUR - credited)
        books.count(CITY, paid_min=HOUR, credited_min=credited, overflow_min=HOUR - credited)
        books.count(one.home, earned_min=credited)

    # --- The desk ----------------------------------------------------------------------------------------------------

    def desk(self, *, giving: bool) -> None:
        """The evening's other business.

        Args:
            giving: whether people still begin something; the last days only end what is begun.
        """
        self._credit_events()
        self._take_redeemed()
        if giving:
            self._give()
            self._donate()
            self._scribe.flush()
            self._redeem()
            self._scribe.flush()
            self._enter()
        self._donate_teams()
        self._scribe.flush()

    def _give(self) -> None:
        scribe = self._scribe
        if scribe.now_ms < self._gifts_from_ms:
            return
        for giver in self._givers:
            account = free(giver.hand.id, giver.home)
            parent = giver.kin[0]
            able = scribe.books.balance(account) >= HOUR and not giver.unsettled
            if parent.unsettled or not able or not draw(scribe.rng, proportions.GIFTS_A_DAY):
                continue
            scribe.say(giver.hand, Give(parent.hand.id, Minutes(HALF_HOUR)))
            scribe.books.move(account, free(parent.hand.id, parent.home), HALF_HOUR)
            scribe.books.count(giver.home, gifted_min=HALF_HOUR)
            scribe.books.done["gifts"] += 1

    def _donate(self) -> None:
        scribe = self._scribe
        for giver in self._active:
            account = free(giver.hand.id, giver.home)
            able = scribe.books.balance(account) >= TWO_HOURS and not giver.unsettled
            if not able or not draw(scribe.rng, proportions.DONATIONS_A_DAY):
                continue
            to_city = draw(scribe.rng, proportions.OTHER_DISTRICT)
            home = giver.home
            pool = Account("city-pool", CITY, CITY) if to_city else Account("pool", home, home)
            scribe.say(giver.hand, Donate(Code(CITY if to_city else "district"), Minutes(HOUR)))
            scribe.books.move(account, pool, HOUR)
            scribe.books.count(home, donated_min=HOUR)
            scribe.books.done["donations"] += 1

    def _redeem(self) -> None:
        scribe = self._scribe
        for person in self._older:
            account = free(person.hand.id, person.home)
            at = self._provisions.get(person.home)
            able = scribe.books.balance(account) >= TWO_HOURS and not person.unsettled
            if at is None or not able or not draw(scribe.rng, proportions.REDEMPTIONS_A_DAY):
                continue
            body = Redeem(person.hand.id, at.provider, Minutes(HOUR))
            redemption, origin = scribe.make(person.hand, body)
            scribe.books.move(account, account.held(), HOUR)
            self._redeemed.append(_Redeemed(redemption, origin, person))
            scribe.books.done["redemptions"] += 1

    def _take_redeemed(self) -> None:
        """The provider has served since yesterday; a few changed their mind."""
        scribe, books = self._scribe, self._scribe.books
        for one in self._redeemed:
            home = one.person.home
            at = self._provisions[home]
            account = free(one.person.hand.id, home)
            if draw(scribe.rng, proportions.RELEASED):
                scribe.say(one.person.hand, ReleaseRedemption(one.id))
                books.move(account.held(), account, HOUR)
                continue
            taken = Minutes(scribe.rng.choice((HALF_HOUR, HOUR)))
            body = Capture(one.id, one.origin, at.capacity, taken, scribe.paper())
            scribe.say(at.staff.hand, body)
            books.move(account.held(), Account("due", at.provider.hex(), home), taken)
            books.move(account.held(), account, HOUR - taken)
            books.count(home, redeemed_min=taken)
            books.count(CITY, capacity_min=-taken, capacity_used_min=taken)
        self._redeemed = []
        scribe.flush()

    def _enter(self) -> None:
        """Services that no order recorded, entered by hand with a second."""
        scribe = self._scribe
        wanted, rest = divmod(len(self._residents) * proportions.MANUAL_A_DAY, 1_000)
        actions = []
        for _ in range(wanted + draw(scribe.rng, rest)):
            if not self._active:
                return
            person = scribe.rng.choice(self._active)
            if person.unsettled:
                continue
            desk = scribe.desk(person.home)
            recorder = scribe.turn(desk.recorders)
            key = recorder, month_of(scribe.now_ms)
            if self._entered[key] + HOUR > self._recorder_max:
                continue
            self._entered[key] += HOUR
            served = EpochMs(scribe.now_ms - TWO_HOURS * 60_000)
            entry = EnterHonour(
                person.hand.id,
                person.home,
                person.site,
                COMPANY,
                served,
                Minutes(HOUR),
                scribe.paper(),
            )
            actions.append((recorder, scribe.turn(desk.reviewers), entry))
            scribe.books.honour[person.hand.id.hex()] += HOUR
            scribe.books.done["entries"] += 1
        scribe.agree(actions)

    def _donate_teams(self) -> None:
        """A team's minutes can only be donated."""
        scribe = self._scribe
        for code, at in self._provisions.items():
            if at.team is None:
                continue
            account = Account("team", at.team.id.hex(), code)
            minutes = Minutes(scribe.books.balance(account))
            if minutes >= HOUR:
                scribe.say(at.team.steward.hand, DonateTeam(at.team.id, Code("district"), minutes))
                scribe.books.move(account, Account("pool", code, code), minutes)
                scribe.books.count(code, donated_min=minutes)

    # --- The end -----------------------------------------------------------------------------------------------------

    def settle_districts(self) -> None:
        """Providers are reimbursed and their minutes retired; all positions are settled between the districts."""
        scribe = self._scribe
        retired = []
        for code, at in self._provisions.items():
            account = Account("due", at.provider.hex(), code)
            minutes = Minutes(scribe.books.balance(account))
            if minutes:
                desk = scribe.desk(code)
                body = RetireDue(at.provider, minutes, scribe.paper())
                retired.append((scribe.turn(desk.treasurers), scribe.turn(desk.reviewers), body))
                scribe.books.move(account, Account("retired", code, code), minutes)
        scribe.agree(retired)
        self._settle_positions()

    def _settle_positions(self) -> None:
        scribe = self._scribe
        open_pairs = sorted(pair for pair, net in scribe.books.positions.items() if net)
        if not open_pairs:
            return
        homes = {home for pair in open_pairs for home in pair} - {CITY}
        operators = {code: desk.operator for code, desk in scribe.ground.desks.items()}
        first, *_ = operators.values()
        pairs = tuple((Code(low), Code(high)) for low, high in open_pairs)
        run, origin = scribe.make(first, ProposeSettlement(pairs, (), scribe.paper()))
        scribe.flush()
        for code, operator in operators.items():
            if code in homes and operator is not first:
                scribe.say(operator, AgreeSettlement(run, origin, 1))
        scribe.flush()
        scribe.books.done["settlements"] += 1
