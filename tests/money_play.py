"""People in a city who earn, give, redeem, meet, quarrel and settle at random, for tests of the money-like rules.

Every step is a signed transaction by somebody, sensible or not; a refusal leaves no trace.
"""

from collections import Counter
from random import Random

from node.chain.errors import Rejected
from node.chain.policy import HOUR_MS, IssuancePolicy, PersonPolicy, Policy
from node.chain.records import StateRecord
from node.chain.records.accounts import Position
from node.chain.records.corrections import Claim, Correction, Donation
from node.chain.records.events import Event, Team
from node.chain.records.orders import Order
from node.chain.records.redemption import Capacity, Provider, Redemption
from node.chain.records.settlement import SettlementRun
from node.chain.tx.corrections import Compensate, Correct, Repay, UndoDonation, WriteOff
from node.chain.tx.entries import ConvertHonour, CorrectHonour, EnterHonour
from node.chain.tx.envelope import Body
from node.chain.tx.events import AttendEvent, CloseEvent, CreditAttendance, LeaveEvent
from node.chain.tx.organisation import MoneyAction
from node.chain.tx.redemption import AttestCapacity, Capture, Redeem, ReleaseRedemption, RetireDue
from node.chain.tx.settlement import AgreeSettlement, CapacityTransfer, ProposeSettlement
from node.chain.tx.teams import DonateTeam
from node.chain.tx.transfers import Donate
from node.chain.types import Code, EpochMs, Height, Id, Minutes
from tests.kernel_city import DISTRICTS, FAR_MS, GULOU, JIANYE, SITE
from tests.money_city import EVIDENCE, MoneyCity

HOMES = (GULOU, JIANYE)
BUDGETS = (
    (Code("correction"), Minutes(6_000)),
    (Code("honour"), Minutes(6_000)),
    (Code("key-elders"), Minutes(600_000)),
)
POLICY = Policy(
    1,
    Height(0),
    persons=PersonPolicy(cap_min=Minutes(200), donation_undo_above_min=Minutes(20)),
    issuance=IssuancePolicy(budgets=BUDGETS, allowance_month_min=Minutes(6_000)),
)


class Play:
    """A city with people who earn, give, redeem, meet and quarrel at random."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.city = self.make_city()
        self.people = [self.city.new_person(f"p{n}", HOMES[n % 2], funded=n == 0) for n in range(5)]
        self.clerks = [self.city.new_person(f"c{n}", home) for n, home in enumerate(HOMES)]
        for clerk, home in zip(self.clerks, HOMES, strict=True):
            self.city.attest(self.city.open_provider(clerk, home), 30, home=home)
            self.city.mint(home, 300, purpose="correction")
            self.city.mint(home, 300, purpose="honour")
            self.city.open_team(self.people[0], home)
        for person in self.people[:3]:
            self.city.earn(person, 120)
        self.admitted: Counter[str] = Counter()

    def make_city(self) -> MoneyCity:
        """The city that they live in."""
        return MoneyCity(POLICY)

    def person(self) -> Id:
        """Somebody."""
        return self.random.choice(self.people)

    def minutes(self) -> Minutes:
        """Some minutes, sometimes none and sometimes too many."""
        return Minutes(self.random.choice((0, 10, 30, 60, 90, 500)))

    def some(self, kind: type[StateRecord]) -> StateRecord | None:
        """A record of a kind, if there is one."""
        found = [r for r in self.city.ledger.records.values() if isinstance(r, kind)]
        return self.random.choice(found) if found else None

    def try_it(self, sender: Id, body: Body) -> bool:
        """One transaction in a block of its own, unless it is refused."""
        try:
            self.city.do(sender, body)
        except Rejected:
            self.city.now_ms += 1
            return False
        self.admitted[type(body).__name__] += 1
        return True

    def try_two(self, by: tuple[str, str], action: MoneyAction, home: Code) -> None:
        """Two staff propose and second."""
        try:
            second = self.city.propose(self.city.staff(by[0], home), action)
        except Rejected:
            self.city.now_ms += 1
            return
        if self.try_it(self.city.staff(by[1], home), second):
            self.admitted[type(action).__name__] += 1

    def step(self) -> None:
        """Something happens."""
        moves = (
            self.earn,
            self.serve,
            self.donate,
            self.redeem,
            self.provide,
            self.meet,
            self.enter,
            self.correct,
            self.claim,
            self.compensate,
            self.settle,
        )
        self.random.choice(moves)()
        self.city.wait(self.random.choice((1_000, HOUR_MS, 30 * HOUR_MS)))

    def serve(self) -> None:
        """A paid hour between two people, if the payer has one."""
        payer, volunteer = self.random.sample(self.people, 2)
        try:
            self.city.settle_order(payer, volunteer, self.random.choice((30, 60)))
        except Rejected:
            self.city.now_ms += 1

    def donate(self) -> None:
        """To a pool, or back from it."""
        pool = Code(self.random.choice(("district", "city")))
        self.try_it(self.person(), Donate(pool, self.minutes()))
        found = self.some(Donation)
        if isinstance(found, Donation):
            action = UndoDonation(found.id, found.origin, EVIDENCE)
            self.try_two(("arbiter", "treasurer"), action, self.city.person(found.person).home)
        team = self.some(Team)
        assert isinstance(team, Team)
        self.try_it(team.steward, DonateTeam(team.id, pool, self.minutes()))

    def earn(self) -> None:
        """The fund pays somebody for serving a key elder."""
        try:
            self.city.earn(self.person(), self.random.choice((30, 60, 120)))
        except Rejected:
            self.city.now_ms += 1

    def redeem(self) -> None:
        """Asked for; perhaps captured, perhaps released."""
        provider = self.some(Provider)
        assert isinstance(provider, Provider)
        person = self.person()
        self.try_it(person, Redeem(person, provider.id, self.minutes()))
        found, capacity = self.some(Redemption), self.some(Capacity)
        if not isinstance(found, Redemption) or not isinstance(capacity, Capacity):
            return
        if self.random.random() < 0.7:
            records = self.city.ledger.records.values()
            live = [r for r in records if isinstance(r, Redemption) and r.state == "held"]
            found = self.random.choice(live) if live else found
            own = [r for r in records if isinstance(r, Capacity) and r.provider == found.provider]
            capacity = self.random.choice(own)
        if self.random.random() < 0.2:
            self.try_it(found.person, ReleaseRedemption(found.id))
        clerk = self.city.get(Provider, found.provider).staff[0]
        body = Capture(found.id, found.origin, capacity.id, Minutes(10), EVIDENCE)
        self.try_it(clerk, body)

    def provide(self) -> None:
        """More capacity, or what is due retired."""
        provider = self.some(Provider)
        assert isinstance(provider, Provider)
        until = EpochMs(self.random.choice((self.city.now_ms + 50 * HOUR_MS, FAR_MS)))
        attest = AttestCapacity(provider.id, self.minutes(), until, EVIDENCE)
        retire = RetireDue(provider.id, Minutes(10), EVIDENCE)
        action = self.random.choice((attest, retire))
        self.try_two(("treasurer", "second-treasurer"), action, provider.district)

    def meet(self) -> None:
        """An event is opened, attended by some, and perhaps closed."""
        payer = self.random.choice(("pool", "city-pool", "honour"))
        action = self.city.event_of(payer_kind=payer, places=2, minutes=Minutes(60))
        self.try_two(("recorder", "second"), action, GULOU)
        event = self.some(Event)
        if not isinstance(event, Event):
            return
        self.city.wait(max(1_000, event.start_ms - self.city.now_ms))
        people = self.random.sample(self.people, 3)
        for person in people:
            self.try_it(person, AttendEvent(event.id, person))
        self.city.wait(HOUR_MS // 2)
        for person in people:
            self.try_it(person, LeaveEvent(event.id, person))
            credit = CreditAttendance(event.id, person, Minutes(30))
            self.try_it(self.city.staff("clerk", GULOU), credit)
        if self.random.random() < 0.5:
            self.try_it(self.city.staff("reviewer", GULOU), CloseEvent(event.id, Code("done")))

    def enter(self) -> None:
        """Honour minutes entered, and some turned into coins."""
        person = self.person()
        served = EpochMs(self.city.now_ms - HOUR_MS)
        action = EnterHonour(person, GULOU, SITE, "company", served, self.minutes(), EVIDENCE)  # type: ignore[arg-type]
        self.try_two(("recorder", "second"), action, GULOU)
        home = self.city.person(person).home
        convert = ConvertHonour(person, 2026, Minutes(10), EVIDENCE)
        self.try_two(("treasurer", "second-treasurer"), convert, home)
        entry = next(
            (r for r in self.city.ledger.records.values() if type(r).__name__ == "HonourEntry"),
            None,
        )
        if entry is not None:
            taken = CorrectHonour(entry.id, entry.origin, Minutes(10), EVIDENCE)  # type: ignore[union-attr]
            self.try_two(("clerk", "second"), taken, GULOU)

    def correct(self) -> None:
        """An order, or its last correction, is corrected to some minutes."""
        order = self.some(Order)
        if not isinstance(order, Order):
            return
        target, origin = order.id, order.origin
        while isinstance(found := self.city.ledger.read(b"\x5a" + target), Correction):
            target, origin = found.id, found.origin
        minutes = Minutes(self.random.choice((0, 30, 60, 90)))
        source = Code(self.random.choice(("payer", "fund")))
        action = Correct(order.id, target, origin, minutes, source, Code("fraud"), EVIDENCE)
        self.try_two(("arbiter", "treasurer"), action, order.district)

    def claim(self) -> None:
        """A claim is repaid or written off, in part."""
        claim = self.some(Claim)
        if isinstance(claim, Claim):
            self.try_it(claim.person, Repay(claim.id, Minutes(10)))
            action = WriteOff(claim.id, claim.origin, Minutes(10), EVIDENCE)
            home = self.city.person(claim.person).home
            self.try_two(("arbiter", "treasurer"), action, home)

    def compensate(self) -> None:
        """From the pool, by a rule."""
        person = self.person()
        action = Compensate(person, self.minutes(), Code("pool.harm"), EVIDENCE)
        self.try_two(("arbiter", "treasurer"), action, self.city.person(person).home)

    def settle(self) -> None:
        """A run over what is open, with everybody's agreement."""
        records = self.city.ledger.records.values()
        pairs = sorted((p.low, p.high) for p in records if isinstance(p, Position) and p.open_min)
        capacity = self.some(Capacity)
        assert isinstance(capacity, Capacity)
        target = JIANYE if capacity.district == GULOU else GULOU
        transfers = (CapacityTransfer(capacity.id, target, Minutes(10)),)
        chosen = transfers if self.random.random() < 0.5 else ()
        operator = self.city.operator(GULOU)
        if self.try_it(operator, ProposeSettlement(tuple(pairs), chosen, EVIDENCE)):
            run = self.city.get(SettlementRun, self.city.last_created(operator))
            for code in DISTRICTS:
                approve = int(self.random.random() < 0.9)
                self.try_it(self.city.operator(code), AgreeSettlement(run.id, run.origin, approve))
