"""The kernel against a naive twin: the same moves, valid and not, give the same balances, states and refusals."""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from node.chain.hashing import derive_id
from node.chain.lifecycle import FINALS, Event, State, outcomes
from node.chain.policy import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    IssuancePolicy,
    OrderPolicy,
    PersonPolicy,
    Policy,
)
from node.chain.records.accounts import District, Fund, Position
from node.chain.tx.envelope import Body
from node.chain.tx.identity import OfferKin
from node.chain.tx.issuance import ProposeMint
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
    ReportNoShow,
    Request,
    RuleOrder,
    Withdraw,
)
from node.chain.tx.transfers import Donate, Give
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from tests.full_sums import check_full_sums
from tests.kernel_city import GULOU, JIANYE, SITE, START_MS, KernelCity, make_genesis
from tests.meetings import recipients_word
from tests.reference.naive_ledger import Member
from tests.reference.naive_moves import NEXT_MOVE, NaiveCity
from tests.reference.naive_orders import NaiveOrder

CAP, ALLOWANCE, BUDGET = 200, 900, 20_000
KEY_ELDERS, PARENT = Code("key-elders"), Code("parent")
LAST_MS = START_MS + 250 * DAY_MS
"""Within the year, so that no fund closes."""
MEMBERS = {
    "zhao": Member(GULOU, serve=False, funded=True),
    "son": Member(GULOU, receive=False),
    "li": Member(GULOU),
    "wang": Member(JIANYE, funded=True),
}
EVENT_OF = {event.value: event for event in Event} | {"protest": Event.OBJECT}
MOVES = sorted(
    {*NEXT_MOVE.values(), "withdraw", "give_back", "cancel", "report_no_show", "extend", "reduce"}
)
names = st.sampled_from(sorted(MEMBERS))
staff_names = st.sampled_from(["reviewer", "second", "recorder", "arbiter", "city-arbiter"])
FORGED = 15
"""Minutes with which a check-in comes with a forged proof of presence."""
halves = st.sampled_from([0, 15, 30, 60, 90, 120, 240, 480, 750])
picks = st.integers(0, 10_000)


@cache
def _founded() -> tuple[KernelCity, dict[str, Id]]:
    policy = Policy(
        1,
        Height(0),
        orders=OrderPolicy(sample_permille=0),
        persons=PersonPolicy(cap_min=Minutes(CAP)),
        issuance=IssuancePolicy(
            allowance_month_min=Minutes(ALLOWANCE), budgets=((KEY_ELDERS, Minutes(BUDGET)),)
        ),
    )
    city = KernelCity(make_genesis(policy), audit=check_full_sums)
    ids = {
        name: city.new_person(name, Code(m.home), serve=m.serve, receive=m.receive, funded=m.funded)
        for name, m in MEMBERS.items()
    }
    return city, ids


class Twins(RuleBasedStateMachine):
    """Every move is made in both worlds, and both must say the same."""

    @initialize()
    def found(self) -> None:
        """The same four persons in both; the fund has some minutes."""
        founded, self.ids = _founded()
        self.city = founded.fork()
        self.names = {id_: name for name, id_ in self.ids.items()}
        self.twin = NaiveCity(self.city.now_ms, CAP, BUDGET, ALLOWANCE)
        for name, m in MEMBERS.items():
            member = Member(m.home, serve=m.serve, receive=m.receive, funded=m.funded)
            self.twin.add(name, member)
        self.keys: list[Id] = []
        self.bind("son", "zhao")
        self.mint(GULOU, 6_000)
        self.mint(JIANYE, 6_000)

    def both(
        self, sender: Id, body: Body, move: str, *args: object, seen: int = 0, **named: object
    ) -> bool:
        """The move in both worlds; a refused one is followed by an empty block in the kernel's."""
        fault = self.city.fault(sender, body)
        if fault is None:
            self.city.do(sender, body)
        else:
            self.city.wait(1_000)
        expected = self.twin.play(move, *args, seen=seen, **named)
        assert (fault.code.name if fault else "") == expected, f"{move}: {fault}"
        return fault is None

    def wait(self, ms: int) -> None:
        self.city.wait(ms)
        self.twin.block(ms)

    @precondition(lambda self: self.city.now_ms < LAST_MS)
    @rule(
        ms=st.sampled_from(
            [MINUTE_MS, 31 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, 25 * HOUR_MS, 3 * DAY_MS, 8 * DAY_MS]
        )
    )
    def time_passes(self, ms: int) -> None:
        self.wait(ms)

    @rule(home=st.sampled_from([GULOU, JIANYE]), minutes=st.sampled_from([0, 300, 1_500, 9_000]))
    def mint(self, home: Code, minutes: int) -> None:
        body = ProposeMint(home, 2026, KEY_ELDERS, Minutes(minutes), ZERO_HASH)
        if self.city.fault(self.city.operator(GULOU), body) is not None:
            self.both(self.city.operator(GULOU), body, "mint", home, 2026, minutes)
            return
        self.city.mint(home, minutes)
        for _ in range(2):
            self.twin.block(1_000)
        assert self.twin.play("mint", home, 2026, minutes) == ""

    @rule(one=names, other=st.sampled_from(["son", "zhao"]))
    @precondition(lambda self: len(self.keys) > 3)
    def bind(self, one: str, other: str) -> None:
        offer = OfferKin(self.ids[other], PARENT)
        if self.city.fault(self.ids[one], offer) is not None:
            self.both(self.ids[one], offer, "bind", one, other)
            return
        self.city.bind_kin(self.ids[one], self.ids[other])
        for _ in range(3):
            self.twin.block(1_000)
        assert self.twin.play("bind", one, other) == ""

    @rule(giver=names, to=names, minutes=halves)
    def give(self, giver: str, to: str, minutes: int) -> None:
        body = Give(self.ids[to], Minutes(minutes))
        self.both(self.ids[giver], body, "give", giver, to, minutes)

    @precondition(lambda self: self.city.now_ms < LAST_MS)
    @rule(minutes=st.sampled_from([10, 30, 60]), later=st.booleans())
    def a_gift(self, minutes: int, later: bool) -> None:
        """From whoever is bound and has something, to the other side."""
        if later:
            self.wait(8 * DAY_MS)
        rich = max(("son", "zhao"), key=lambda name: self.twin.persons[name].available)
        self.give(rich, "zhao" if rich == "son" else "son", minutes)

    @rule(giver=names, pool=st.sampled_from(["district", "city"]), minutes=halves)
    def donate(self, giver: str, pool: str, minutes: int) -> None:
        body = Donate(Code(pool), Minutes(minutes))
        self.both(self.ids[giver], body, "donate", giver, pool, minutes)

    @rule(
        sender=names,
        recipient=names,
        payer=st.sampled_from(["fund", *sorted(MEMBERS)]),
        service=st.sampled_from(["company", "cleaning"]),
        minutes=halves,
        hours=st.sampled_from([-1, 1, 2, 3, 5, 26, 400]),
    )
    def request(
        self, sender: str, recipient: str, payer: str, service: str, minutes: int, hours: int
    ) -> None:
        kind = "fund" if payer == "fund" else "person"
        start = self.city.now_ms + hours * HOUR_MS
        number = self.city.next_number(self.ids[sender])
        body = Request(
            recipient=self.ids[recipient],
            payer_kind=Code(kind),
            payer=NO_ID if kind == "fund" else self.ids[payer],
            service=Code(service),
            district=GULOU,
            site=SITE,
            start_ms=EpochMs(start),
            expected_min=Minutes(minutes),
            invited=NO_ID,
            job=NO_ID,
            rule=Code("-"),
            consent=Code("own-key"),
            consent_evidence=ZERO_HASH,
            detail=ZERO_HASH,
        )
        key = derive_id(self.city.chain_id, self.ids[sender], 0, number, 0)
        order = NaiveOrder(recipient, kind, payer, service, start, minutes)
        if self.both(self.ids[sender], body, "request", sender, key, order):
            self.keys.append(key)

    @precondition(lambda self: self.city.now_ms < LAST_MS)
    @rule(
        elder=st.sampled_from(["zhao", "wang"]),
        volunteer=st.sampled_from(["li", "son", "wang"]),
        minutes=st.sampled_from([30, 60, 120, 240]),
        spent=st.sampled_from([20, 31, 60, 61, 130, 300, 515, 600]),
        twist=st.sampled_from(["", *MOVES]),
        steps=st.integers(3, 9),
    )
    def a_life(
        self, elder: str, volunteer: str, minutes: int, spent: int, twist: str, steps: int
    ) -> None:
        """An order as it is meant to be, for so many steps, with one twist; own coins pay if there are enough."""
        own = self.twin.persons[elder].available >= 2 * minutes
        service = "cleaning" if spent in {60, 300} else "company"
        payer = elder if own else "fund"
        self.request(elder, elder, payer, service, minutes, 2)
        for _ in range(steps):
            order = self.twin.orders[self.keys[-1]]
            if twist and outcomes(State(order.state), EVENT_OF[twist]):
                self.properly(order, twist, volunteer, minutes)
                twist = ""
            else:
                self.step_of_a_life(order, volunteer, spent)

    def properly(self, order: NaiveOrder, move: str, volunteer: str, minutes: int) -> None:
        """A move by the right party: of staff, of the volunteer, or of the recipient."""
        if move in {"approve", "endorse", "rule"}:
            who = {"approve": 1, "endorse": 0, "rule": 3 if order.appealed else 2}[move]
            self.staff_move(Id(order.key), move, who + 5 * (minutes // 30 % 4), 30)
            return
        if move == "accept":
            name = volunteer
        else:
            mine = {"give_back", "check_in", "check_out", "reduce", "protest"}
            name = order.volunteer if move in mine else order.recipient
        most = 30 if move in {"reduce", "extend"} else order.counted
        self.move(Id(order.key), move, 4 * sorted(MEMBERS).index(name), most, minutes == 60)

    def step_of_a_life(self, order: NaiveOrder, volunteer: str, spent: int) -> None:
        match order.state:
            case "accepted":
                self.wait(max(1_000, order.start - self.twin.now))
                self.properly(order, "check_in", volunteer, spent)
            case "checked_in":
                self.wait(spent * MINUTE_MS - 1_000)
                self.properly(order, "check_out", volunteer, spent)
            case "confirmed" | "ruled" | "lapsed" | "unclosed":
                self.wait(max(1, order.due - self.twin.now))
            case "requested" | "published" | "checked_out" | "disputed":
                self.properly(order, NEXT_MOVE[order.state], volunteer, spent)
            case _:
                self.wait(MINUTE_MS)

    @precondition(lambda self: self.keys)
    @rule(pick=picks, who=picks, minutes=halves, proven=st.booleans())
    def next_step(self, pick: int, who: int, minutes: int, proven: bool) -> None:
        """What would naturally happen next to one of the last orders, mostly by the right party."""
        recent = self.keys[-4:]
        key = recent[pick % len(recent)]
        move = NEXT_MOVE.get(self.twin.orders[key].state)
        if move and who % 4:
            self.properly(self.twin.orders[key], move, sorted(MEMBERS)[who % 4], minutes)
        elif move:
            self.move(key, move, who, minutes, proven)

    @precondition(lambda self: self.keys)
    @rule(pick=picks, move=st.sampled_from(MOVES), who=picks, minutes=halves, proven=st.booleans())
    def any_step(self, pick: int, move: str, who: int, minutes: int, proven: bool) -> None:
        """Anything to any order by anybody."""
        self.move(self.keys[pick % len(self.keys)], move, who, minutes, proven)

    def move(self, key: Id, move: str, who: int, minutes: int, proven: bool) -> None:
        if move in {"approve", "endorse", "rule"}:
            self.staff_move(key, move, who, minutes)
            return
        found = self.city.order(key)
        name = sorted(MEMBERS)[who // 4 % len(MEMBERS)]
        seen = (key, found.origin, found.events)
        now = EpochMs(self.city.now_ms)
        recipient = self.names[found.recipient]
        witness = (name if minutes == FORGED else recipient) if proven else ""
        presence = NO_PRESENCE
        if witness:
            presence = recipients_word(self.city, key, now, signer=self.ids[witness])
        no = Code("no-reason")
        bodies: dict[str, tuple[Callable[[], Body], tuple[object, ...]]] = {
            "withdraw": (lambda: Withdraw(key, no), ()),
            "accept": (lambda: Accept(*seen, Code("self"), 1, ZERO_HASH), ()),
            "give_back": (lambda: GiveBack(key, no), ()),
            "cancel": (lambda: Cancel(key, no), ()),
            "report_no_show": (lambda: ReportNoShow(key), ()),
            "check_in": (lambda: CheckIn(key, now, presence), (witness,)),
            "check_out": (lambda: CheckOut(key, now, Code("done"), NO_PRESENCE), ()),
            "extend": (lambda: Extend(*seen, Minutes(minutes)), (minutes,)),
            "confirm": (
                lambda: Confirm(*seen, Minutes(minutes), Code("own-key"), b""),
                (minutes,),
            ),
            "reduce": (lambda: Reduce(key, Minutes(minutes)), (minutes,)),
            "protest": (lambda: ObjectOrder(key, no, ZERO_HASH), ()),
            "appeal": (lambda: Appeal(key, no), ()),
        }
        body, args = bodies[move]
        self.both(self.ids[name], body(), move, name, key, *args, seen=found.events)

    def staff_move(self, key: Id, move: str, who: int, minutes: int) -> None:
        found = self.city.order(key)
        seen = (key, found.origin, found.events)
        name = ["reviewer", "second", "arbiter", "city-arbiter", "recorder"][who % 5]
        sender = self.city.staff(name, GULOU)
        role = {"second": "reviewer", "city-arbiter": "arbiter"}.get(name, name)
        if move == "rule":
            verdict = ["to-volunteer", "split", "to-payer", "void"][who // 5 % 4]
            place = {"arbiter": "district", "city-arbiter": "city"}.get(name, "-")
            body: Body = RuleOrder(*seen, Code(verdict), Minutes(minutes), ZERO_HASH)
            args = (name, key, verdict, minutes)
            self.both(sender, body, move, *args, seen=found.events, place=place)
            return
        body = ApproveOrder(*seen) if move == "approve" else Endorse(*seen)
        self.both(sender, body, move, name, key, seen=found.events, role=role)

    @invariant()
    def the_same_minutes(self) -> None:
        for name, id_ in self.ids.items():
            person, member = self.city.person(id_), self.twin.persons[name]
            assert person.available.balance == member.available
            assert person.held.balance == member.held
            assert person.honour.balance == member.honour
            assert (person.earned_min, person.given_min) == (member.earned, member.given)
            assert person.served_min == member.served
            limits = {a.month: [a.held, a.used] for a in person.allowances}
            used = {month: both for (who, month), both in self.twin.used.items() if who == name}
            assert limits == {month: used[month] for month in limits}
            assert sum(map(sum, limits.values())) <= sum(map(sum, used.values()))
        records = self.city.ledger.records.values()
        free = {d.code: d.pool_free.balance for d in records if isinstance(d, District)}
        assert all(free[Code(home)] == m for home, m in self.twin.pools.items() if home != "city")
        funds = {(f.district, f.year): f for f in records if isinstance(f, Fund)}
        assert set(funds) == set(self.twin.funds)
        for key, fund in funds.items():
            purse = self.twin.funds[key]
            assert (fund.free.balance, fund.held.balance) == (purse.available, purse.held)
        flows = {(p.low, p.high): p.flow.balance for p in records if isinstance(p, Position)}
        assert flows == {pair: flow for pair, flow in self.twin.positions.items() if pair in flows}

    @invariant()
    def the_same_orders(self) -> None:
        for key in self.keys:
            order, twin = self.city.order(key), self.twin.orders[key]
            assert (order.state.value, order.events) == (twin.state, twin.events)
            assert (order.hold_min, order.paid_min) == (twin.hold, twin.paid)
            assert (order.counted_min, order.agreed_min) == (twin.counted, twin.agreed)
            assert order.needs_endorse == twin.needs_endorse
            assert order.state in FINALS or order.due_ms == twin.due


def _play(examples: int, steps: int) -> None:
    search = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    run_state_machine_as_test(Twins, settings=search)


@pytest.mark.feature("A1")
@pytest.mark.feature("D2")
def test_kernel_and_twin_agree_on_short_histories() -> None:
    """Thirty histories of forty moves."""
    _play(30, 40)


@pytest.mark.slow
@pytest.mark.feature("A1")
def test_kernel_and_twin_agree_on_long_histories() -> None:
    """Two hundred histories of a hundred and twenty moves: about a minute."""
    _play(200, 120)
