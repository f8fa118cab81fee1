"""Settlement between districts: what stood open at the cut-off is settled by everybody's agreement, nothing else is."""

from itertools import combinations

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.limits import (
    SETTLEMENT_KEYS_MAX,
    SETTLEMENT_PAIRS_MAX,
    SETTLEMENT_TRANSFERS_MAX,
    TRANSACTION_KEYS_MAX,
)
from node.chain.policy import DAY_MS
from node.chain.records.accounts import (
    EMPTY,
    City,
    District,
    Fund,
    Position,
    fund_id,
    position_id,
)
from node.chain.records.redemption import Capacity
from node.chain.records.settlement import SettlementRun
from node.chain.state import ISSUE, Account, Book, Leg, View, post
from node.chain.tx.redemption import Capture
from node.chain.tx.settlement import AgreeSettlement, CapacityTransfer, ProposeSettlement
from node.chain.tx.transfers import Donate
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from tests.full_sums import check_full_sums
from tests.kernel_city import DISTRICTS, FAR_MS, GULOU, JIANYE, KernelCity, make_genesis
from tests.money_city import EVIDENCE, MoneyCity

QINHUAI, XUANWU = DISTRICTS[2], DISTRICTS[3]
GULOU_JIANYE = position_id(GULOU, JIANYE)


class River(MoneyCity):
    """Minutes have passed from Gulou to Jianye (60), and from Qinhuai to Gulou (120)."""

    def __init__(self) -> None:
        super().__init__()
        self.wang, self.li = self.new_person("wang", JIANYE), self.new_person("li", GULOU)
        self.earn(self.wang, 60, GULOU)
        self.earn(self.li, 120, QINHUAI)
        self.pairs = ((GULOU, JIANYE), (GULOU, QINHUAI))

    def body(self, *transfers: CapacityTransfer, **changes: object) -> ProposeSettlement:
        """A run over both pairs."""
        return replace(ProposeSettlement(self.pairs, transfers, EVIDENCE), **changes)

    def open_run(self, *transfers: CapacityTransfer) -> SettlementRun:
        """Proposed by Gulou's operator."""
        operator = self.operator(GULOU)
        self.do(operator, self.body(*transfers))
        return self.get(SettlementRun, self.last_created(operator))

    def agree_on(self, run: SettlementRun, *districts: Code) -> None:
        """Districts agree, each in its own transaction."""
        for code in districts:
            self.do(self.operator(code), AgreeSettlement(run.id, run.origin, 1))

    def open_min(self, low: Code, high: Code) -> int:
        """What is open between two homes."""
        return self.get(Position, position_id(low, high)).open_min


def refused(city: River, body: ProposeSettlement) -> ErrorCode:
    """Why a run is refused."""
    return city.refusal(city.operator(GULOU), body)


@pytest.mark.feature("B4")
def test_a_run_brings_all_pairs_to_zero_once_everybody_concerned_has_agreed() -> None:
    """Gulou proposes; Jianye agrees: nothing moves; Qinhuai agrees: both pairs are zero, the flows as before."""
    city = River()
    assert (city.open_min(GULOU, JIANYE), city.open_min(GULOU, QINHUAI)) == (-60, 120)
    run = city.open_run()
    assert run.needed == (GULOU, JIANYE, QINHUAI)
    assert run.cut_off_height == city.ledger.height
    city.agree_on(run, JIANYE)
    assert city.get(City, b"city").open_pairs == 2
    city.agree_on(run, QINHUAI)
    assert (city.open_min(GULOU, JIANYE), city.open_min(GULOU, QINHUAI)) == (0, 0)
    assert city.get(City, b"city").open_pairs == 0
    assert city.get(Position, GULOU_JIANYE).flow.balance == -60
    assert city.get(District, b"gulou").inflow.balance == 60
    assert city.get(SettlementRun, run.id).state == "settled"
    assert city.get(City, b"city").settlement == NO_ID
    assert refused(city, city.body()) is ErrorCode.ALREADY_DONE


@pytest.mark.feature("B4")
def test_what_moves_after_the_cut_off_stays_open() -> None:
    """An hour that passes while the districts deliberate is not settled by the run."""
    city = River()
    run = city.open_run()
    city.earn(city.wang, 30, GULOU)
    city.agree_on(run, JIANYE, QINHUAI)
    assert city.open_min(GULOU, JIANYE) == -30
    assert city.get(Position, GULOU_JIANYE).settled.balance == -60
    assert city.get(City, b"city").open_pairs == 1


@pytest.mark.feature("B4")
def test_position_is_antisymmetric_and_equal_to_all_minutes_that_passed() -> None:
    """From either side the same minutes with the opposite sign; the city's pool is a home like any other."""
    city = River()
    city.do(city.li, Donate(Code("city"), Minutes(45)))
    record = city.get(Position, position_id(Code("city"), GULOU))
    assert (record.low, record.flow.credits, record.flow.debits) == ("city", 45, 0)
    city.pairs = (("city", GULOU), *city.pairs)
    run = city.open_run()
    assert run.needed == (GULOU, JIANYE, QINHUAI)
    city.agree_on(run, JIANYE, QINHUAI)
    assert city.get(City, b"city").open_pairs == 0


@pytest.mark.feature("B4")
def test_contracted_capacity_passes_as_agreed() -> None:
    """Gulou, which Qinhuai owes nothing but minutes, gets 100 of Qinhuai's contracted minutes, until they lapse."""
    city = River()
    clerk = city.new_person("clerk", QINHUAI)
    provider = city.open_provider(clerk, QINHUAI)
    until = city.now_ms + 60 * DAY_MS
    capacity = city.attest(provider, 300, until, QINHUAI)
    run = city.open_run(CapacityTransfer(capacity, GULOU, Minutes(100)))
    city.agree_on(run, JIANYE, QINHUAI)
    assert city.get(District, b"qinhuai").capacity.balance == 200
    assert city.get(District, b"gulou").capacity.balance == 100
    received = city.get(Capacity, city.last_created(city.operator(QINHUAI), 1))
    assert (received.provider, received.district, received.left_min) == (provider, GULOU, 100)

    redemption = city.redeem(city.li, provider)
    capture = Capture(redemption.id, redemption.origin, received.id, Minutes(60), EVIDENCE)
    city.do(clerk, capture)
    assert city.get(District, b"gulou").capacity.balance == 40
    city.earn(city.wang, 60, JIANYE)
    theirs = city.redeem(city.wang, provider, 20)
    assert theirs.state == "queued"
    city.wait(until - city.now_ms)
    assert city.get(District, b"gulou").capacity.balance == 0


def test_capacity_of_a_third_district_is_not_used() -> None:
    """Neither the home of the person nor of the provider: another district's contract stays whole."""
    city = River()
    clerk = city.new_person("clerk", QINHUAI)
    provider = city.open_provider(clerk, QINHUAI)
    capacity = city.attest(provider, 300, home=QINHUAI)
    run = city.open_run(CapacityTransfer(capacity, GULOU, Minutes(100)))
    city.agree_on(run, JIANYE, QINHUAI)
    received = city.last_created(city.operator(QINHUAI), 1)
    elder = city.new_person("elder", JIANYE, funded=True)
    city.earn(elder, 60, JIANYE)
    redemption = city.redeem(elder, provider)
    body = Capture(redemption.id, redemption.origin, received, Minutes(60), EVIDENCE)
    assert city.refusal(clerk, body) is ErrorCode.WRONG_DISTRICT
    assert city.fault(clerk, replace(body, capacity=capacity)) is None


def test_one_no_ends_a_run_and_so_does_time() -> None:
    """Nothing is posted; the next run may be opened."""
    city = River()
    run = city.open_run()
    assert refused(city, city.body()) is ErrorCode.ALREADY_EXISTS
    city.do(city.operator(JIANYE), AgreeSettlement(run.id, run.origin, 0))
    assert city.get(SettlementRun, run.id).state == "refused"
    yes = AgreeSettlement(run.id, run.origin, 1)
    assert city.refusal(city.operator(QINHUAI), yes) is ErrorCode.WRONG_STATE
    run = city.open_run()
    yes = AgreeSettlement(run.id, run.origin, 1)
    late = city.refusal_before_timers(city.operator(QINHUAI), yes, 14 * DAY_MS)
    assert late is ErrorCode.PROPOSAL_EXPIRED
    city.wait(14 * DAY_MS)
    assert city.get(SettlementRun, run.id).state == "expired"
    assert city.get(City, b"city").settlement == NO_ID
    assert city.open_min(GULOU, JIANYE) == -60


def test_who_may_agree() -> None:
    """Operators of the run's districts, once each, on the run they saw."""
    city = River()
    assert city.refusal(city.li, city.body()) is ErrorCode.NOT_AUTHORITY
    run = city.open_run()
    yes = AgreeSettlement(run.id, run.origin, 1)
    assert city.refusal(city.operator(XUANWU), yes) is ErrorCode.NOT_A_PARTY
    assert city.refusal(city.operator(GULOU), yes) is ErrorCode.ALREADY_DONE
    stale = replace(yes, origin=ZERO_HASH)
    assert city.refusal(city.operator(JIANYE), stale) is ErrorCode.STALE_OBJECT
    unknown = replace(yes, run=Id(bytes(16)))
    assert city.refusal(city.operator(JIANYE), unknown) is ErrorCode.NO_SUCH_OBJECT


def test_a_district_without_an_open_pair_may_propose_but_has_no_voice() -> None:
    """Xuanwu opens the run for the others; all three must agree."""
    city = River()
    operator = city.operator(XUANWU)
    city.do(operator, city.body())
    run = city.get(SettlementRun, city.last_created(operator))
    assert run.agreed == ()
    city.agree_on(run, GULOU, JIANYE, QINHUAI)
    assert city.get(SettlementRun, run.id).state == "settled"


def test_a_run_names_exactly_the_open_pairs() -> None:
    """None missing, none settled, none unknown, in order, lower code first."""
    city = River()
    first, second = city.pairs
    cases = (
        ((first,), ErrorCode.STALE_OBJECT),
        ((second, first), ErrorCode.BAD_FIELD),
        (((JIANYE, GULOU), second), ErrorCode.BAD_FIELD),
        ((first, (GULOU, XUANWU)), ErrorCode.NO_SUCH_OBJECT),
        ((first, first), ErrorCode.BAD_FIELD),
    )
    for pairs, code in cases:
        assert refused(city, city.body(pairs=pairs)) is code
    run = city.open_run()
    city.agree_on(run, JIANYE, QINHUAI)
    city.earn(city.wang, 60, XUANWU)
    again = city.body(pairs=((GULOU, JIANYE),))
    assert refused(city, again) is ErrorCode.ALREADY_DONE


def test_transfers_stay_within_the_run() -> None:
    """A known contract, once, with enough left and time, from one district of the run to another."""
    city = River()
    provider = city.open_provider(city.new_person("clerk", QINHUAI), QINHUAI)
    capacity = city.attest(provider, 300, city.now_ms + DAY_MS, QINHUAI)
    one = CapacityTransfer(capacity, GULOU, Minutes(100))
    cases = (
        ((one, one), ErrorCode.BAD_FIELD),
        ((replace(one, target=QINHUAI),), ErrorCode.WRONG_DISTRICT),
        ((replace(one, target=XUANWU),), ErrorCode.WRONG_DISTRICT),
        ((replace(one, minutes=Minutes(301)),), ErrorCode.MINUTES_OUT_OF_RANGE),
        ((replace(one, minutes=Minutes(0)),), ErrorCode.MINUTES_OUT_OF_RANGE),
        ((replace(one, capacity=Id(bytes(16))),), ErrorCode.NO_SUCH_OBJECT),
    )
    for transfers, code in cases:
        assert refused(city, city.body(*transfers)) is code
    late = city.refusal_before_timers(city.operator(GULOU), city.body(one), DAY_MS)
    assert late is ErrorCode.TOO_LATE
    run = city.open_run(one)
    city.agree_on(run, JIANYE)
    last = AgreeSettlement(run.id, run.origin, 1)
    gone = city.refusal(city.operator(QINHUAI), last, after_ms=2 * DAY_MS)
    assert gone is ErrorCode.TOO_LATE


def test_capacity_used_up_meanwhile_stops_the_posting() -> None:
    """The last agreement is refused, nothing is posted, and the run ends by itself."""
    city = River()
    clerk = city.new_person("clerk", QINHUAI)
    provider = city.open_provider(clerk, QINHUAI)
    capacity = city.attest(provider, 100, home=QINHUAI)
    run = city.open_run(CapacityTransfer(capacity, GULOU, Minutes(100)))
    elder = city.new_person("elder", QINHUAI, funded=True)
    city.earn(elder, 60, QINHUAI)
    redemption = city.redeem(elder, provider, 30)
    city.do(clerk, Capture(redemption.id, redemption.origin, capacity, Minutes(30), EVIDENCE))
    city.agree_on(run, JIANYE)
    last = AgreeSettlement(run.id, run.origin, 1)
    assert city.refusal(city.operator(QINHUAI), last) is ErrorCode.INSUFFICIENT_MINUTES


def test_a_full_run_stays_within_its_own_bound_of_records() -> None:
    """Pairs, two contracts and two districts a transfer, city, run, operator."""
    touched = SETTLEMENT_PAIRS_MAX + 4 * SETTLEMENT_TRANSFERS_MAX + 3
    assert touched <= SETTLEMENT_KEYS_MAX


def test_a_run_over_more_pairs_than_a_transaction_may_touch_is_posted() -> None:
    """Eight districts, 28 pairs: the last agreement touches more records than any other kind may."""
    codes = tuple(Code(f"d{number}") for number in range(8))
    city = KernelCity(make_genesis(districts=codes), audit=check_full_sums)
    pairs = tuple(combinations(codes, 2))
    view = View(city.ledger)
    funds = {code: fund_id(code, 2026, Code("key-elders")) for code in codes}
    for code, key in funds.items():
        view.put(Fund(code, 2026, Code("key-elders"), EMPTY, EMPTY, EpochMs(FAR_MS), b""))
        post(view, (Leg(ISSUE, Account(Book.FUND_FREE, key), 100),))
    for low, high in pairs:
        legs = (Account(Book.FUND_FREE, funds[low]), Account(Book.FUND_FREE, funds[high]))
        post(view, (Leg(*legs, 1),))
    staged = city.ledger.stage(view.changes)
    city.ledger.adopt(staged, city.ledger.frontier, Height(0), EpochMs(city.now_ms))

    city.do(city.operator(codes[0]), ProposeSettlement(pairs, (), EVIDENCE))
    run = next(r for r in city.ledger.records.values() if isinstance(r, SettlementRun))
    for code in codes[1:]:
        city.do(city.operator(code), AgreeSettlement(run.id, run.origin, 1))
    assert city.get(City, b"city").open_pairs == 0
    assert len(city.executions[-1].staged.changes) > TRANSACTION_KEYS_MAX
