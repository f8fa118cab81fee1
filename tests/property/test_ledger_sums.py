"""Ten thousand random valid transactions: every sum of the ledger stays what it must be."""

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from node.chain.errors import Rejected
from node.chain.hashing import derive_id
from node.chain.lifecycle import FINALS, State
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS, PersonPolicy, Policy
from node.chain.records.orders import Order
from node.chain.tx.envelope import Body
from node.chain.tx.identity import GrantAgent, RevokeAgent
from node.chain.tx.orders import (
    NO_PRESENCE,
    Accept,
    Appeal,
    ApproveOrder,
    Cancel,
    CheckIn,
    CheckOut,
    Confirm,
    Endorse,
    Extend,
    GiveBack,
    ObjectOrder,
    Reduce,
    Request,
    RuleOrder,
    Withdraw,
)
from node.chain.tx.transfers import Donate, Give
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from tests.full_sums import check_full_sums
from tests.kernel_city import DISTRICTS, SITE, START_MS, KernelCity, make_genesis
from tests.meetings import recipients_word

LAST_MS = START_MS + 280 * DAY_MS
LIVE_ORDERS = 120
NO = Code("no-reason")


@dataclass
class Crowd:
    """A city of elders and volunteers who do, at random, what they may do next."""

    seed: int
    accepted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        policy = Policy(1, Height(0), persons=PersonPolicy(cap_min=Minutes(600)))
        self.city = KernelCity(make_genesis(policy))
        self.random = random.Random(self.seed)
        self.elders, self.volunteers = [], []
        for number, home in enumerate(DISTRICTS * 4):
            self.elders.append(self.city.new_person(f"e{number}", home, serve=False, funded=True))
            self.volunteers.append(self.city.new_person(f"v{number}", home))
        for elder, volunteer in zip(self.elders, self.volunteers[1:], strict=False):
            self.city.bind_kin(elder, volunteer, "child")
        for home in DISTRICTS:
            self.city.mint(home, 200_000)
        self.orders: list[Id] = []

    def play(self, transactions: int) -> None:
        """Blocks of random statements, one a sender and block, until so many have been admitted."""
        while self.accepted.total() < transactions:
            live = [o for o in map(self.city.order, self.orders) if o.state not in FINALS]
            self.orders = [order.id for order in live]
            steps = [
                self.next_step(order) for order in self.random.sample(live, min(30, len(live)))
            ]
            news = [self.request() for _ in range(6 if len(live) < LIVE_ORDERS else 0)]
            self.block([*steps, *news, *(self.errand() for _ in range(4))])

    def block(self, statements: list[tuple[Id, Body] | None]) -> None:
        """One block of what the rules admit of these statements."""
        city = self.city
        wait = self.random.choice([1_000, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS])
        city.now_ms += wait if city.now_ms < LAST_MS else 1_000
        run, speaking = city._next(), set[Id]()
        signed = []
        for sender, body in filter(None, statements):
            if sender in speaking:
                continue
            tx = city.sign(sender, body)
            try:
                run.add(tx)
            except Rejected:
                continue
            speaking.add(sender)
            signed.append(tx)
            self.accepted[type(body).__name__] += 1
            if isinstance(body, Request):
                lane, number = tx.tx.sequence
                self.orders.append(derive_id(city.chain_id, sender, lane, number, 0))
        city._adopt(run, tuple(signed))

    def request(self) -> tuple[Id, Body]:
        """Somebody asks for an hour or four, paid by the fund, their own minutes or kin."""
        pick = self.random
        elder = pick.choice(self.elders)
        kind = pick.choice(["fund", "fund", "person"])
        sender = elder
        if kind == "person":
            kin = [k.other for k in self.city.person(elder).kin]
            sender = pick.choice([elder, *kin])
        start = self.city.now_ms + pick.randrange(1, 30) * HOUR_MS
        body = Request(
            recipient=elder,
            payer_kind=Code(kind),
            payer=sender if kind == "person" else NO_ID,
            service=Code(pick.choice(["company", "cleaning"])),
            district=pick.choice(DISTRICTS),
            site=SITE,
            start_ms=EpochMs(start),
            expected_min=Minutes(pick.choice([30, 60, 120, 240])),
            invited=NO_ID,
            job=NO_ID,
            rule=Code("-"),
            consent=Code("own-key"),
            consent_evidence=ZERO_HASH,
            detail=ZERO_HASH,
        )
        return sender, body

    def errand(self) -> tuple[Id, Body]:
        """Something that has nothing to do with an order."""
        pick = self.random
        person, other = pick.choice(self.volunteers), pick.choice(self.elders)
        minutes = Minutes(pick.choice([1, 17, 60, 100]))
        kin = [k.other for k in self.city.person(person).kin]
        bodies: list[Body] = [
            Donate(Code(pick.choice(["district", "city"])), minutes),
            GrantAgent(other, (Code("confirm"),)),
            RevokeAgent(person, other),
            *(Give(k, minutes) for k in kin * 4),
        ]
        return person, pick.choice(bodies)

    def next_step(self, order: Order) -> tuple[Id, Body] | None:
        """One of the things that may happen to an order, by whoever may do it."""
        pick, key, city = self.random, order.id, self.city
        seen = (key, order.origin, order.events)
        now = EpochMs(city.now_ms)
        elder, volunteer = order.recipient, order.volunteer
        reviewer, second = (city.staff(n, order.district) for n in ("reviewer", "second"))
        half = Minutes(30)
        late = order.disputed_ms + 15 * DAY_MS < city.now_ms or order.appealed
        arbiter = city.staff("city-arbiter" if late else "arbiter", order.district)
        verdict = pick.choice(["to-volunteer", "split", "to-payer", "void"])
        choices: dict[State, list[tuple[Id, Body]]] = {
            State.REQUESTED: [(second, ApproveOrder(*seen))] * 9 + [(elder, Withdraw(key, NO))],
            State.PUBLISHED: [
                *((v, Accept(*seen, Code("self"), 1, ZERO_HASH)) for v in self.volunteers),
                (elder, Withdraw(key, NO)),
            ],
            State.ACCEPTED: [
                *[(volunteer, CheckIn(key, now, recipients_word(city, key, now)))] * 12,
                (volunteer, GiveBack(key, NO)),
                (elder, Cancel(key, NO)),
            ],
            State.CHECKED_IN: [
                *[(volunteer, CheckOut(key, now, Code("done"), NO_PRESENCE))] * 4,
                (reviewer, Extend(*seen, half)),
                (Id(order.payer) if order.payer_kind == "person" else elder, Extend(*seen, half)),
                (volunteer, ObjectOrder(key, NO, ZERO_HASH)),
            ],
            State.CHECKED_OUT: [
                *[(elder, Confirm(*seen, order.counted_min, Code("own-key"), b""))] * 8,
                (volunteer, Reduce(key, half)),
                (elder, ObjectOrder(key, NO, ZERO_HASH)),
                (reviewer, Endorse(*seen)),
            ],
            State.CONFIRMED: [(elder, ObjectOrder(key, NO, ZERO_HASH)), (reviewer, Endorse(*seen))],
            State.DISPUTED: [
                (arbiter, RuleOrder(*seen, Code(verdict), half, ZERO_HASH)),
                (elder, Confirm(*seen, half, Code("own-key"), b"")),
                (reviewer, Endorse(*seen)),
            ],
            State.RULED: [(volunteer, Appeal(key, NO))],
        }
        quiet = {State.CONFIRMED, State.RULED}
        if order.state in quiet and pick.random() < 0.9:
            return None
        several = choices.get(order.state)
        return pick.choice(several) if several else None


def histories(transactions: int, audits: int) -> Crowd:
    """So many random valid transactions, added up in full so many times on the way and at the end."""
    crowd = Crowd(seed=transactions)
    for part in range(1, audits + 1):
        crowd.play(transactions * part // audits)
        check_full_sums(crowd.city.ledger)
    return crowd


@pytest.mark.feature("A1")
def test_hundreds_of_random_transactions_keep_every_sum() -> None:
    """The quick version, with every sum added up ten times."""
    crowd = histories(600, audits=10)
    assert crowd.accepted.total() >= 600


@pytest.mark.slow
@pytest.mark.feature("A1")
@pytest.mark.feature("A8")
def test_ten_thousand_random_transactions_keep_every_sum() -> None:
    """About ten seconds; identities on running totals after every block, in full a hundred times."""
    crowd = histories(10_000, audits=100)
    assert crowd.accepted.total() >= 10_000
    said = set(crowd.accepted)
    assert said >= {"Request", "Accept", "CheckOut", "Confirm", "Give", "Donate", "RuleOrder"}
    settled = sum(1 for r in crowd.city.ledger.records.values() if _is_settled(r))
    assert settled > 100


def _is_settled(record: object) -> bool:
    return isinstance(record, Order) and record.state is State.SETTLED
