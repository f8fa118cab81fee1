"""Holds, payment and release: where an order's minutes are at every step."""

from typing import NamedTuple

import pytest

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.policy import DAY_MS, HOUR_MS, IssuancePolicy, PersonPolicy, Policy, month_of
from node.chain.records.accounts import City, District, Fund, Position, position_id
from node.chain.records.orders import Order
from node.chain.tx.orders import Cancel
from node.chain.tx.transfers import Donate
from node.chain.types import NO_ID, Code, EpochMs, Height, Id, Minutes
from tests.full_sums import check_full_sums
from tests.kernel_city import GULOU, JIANYE
from tests.unit.chain.rules.scene import Scene, town


def allowance(scene: Scene) -> dict[int, tuple[int, int]]:
    """(held, used) minutes of the elder, by month."""
    return {a.month: (a.held, a.used) for a in scene.city.person(scene.elder).allowances}


def test_a_hold_that_outlives_three_months_still_counts_in_its_own() -> None:
    """Dispute, verdict and appeal take months; meanwhile the allowances of newer months come and go."""
    scene = town().request().publish().accept().check_in().check_out()
    first, disputed = month_of(scene.now().start_ms), scene.order
    newer: list[int] = []

    def ask_again() -> None:
        scene.request(start_ms=scene.city.now_ms + 13 * DAY_MS).publish()
        newer.append(month_of(scene.now().start_ms))
        scene.order = disputed

    scene.city.wait(4 * DAY_MS)  # Nobody confirmed: disputed.
    ask_again()
    scene.city.wait(28 * DAY_MS)
    scene.rule("split", 30, by="city-arbiter")
    ask_again()
    scene.city.wait(6 * DAY_MS)
    scene.appeal()
    scene.city.wait(20 * DAY_MS)
    ask_again()
    assert scene.now().state is State.DISPUTED
    assert len({first, *newer}) == 4
    assert allowance(scene)[first] == (60, 0)

    scene.lapse()

    assert scene.now().state is State.VOID
    assert first not in allowance(scene) or allowance(scene)[first] == (0, 0)


class Purse(NamedTuple):
    """Free and held minutes of whoever pays."""

    free: int
    held: int


PAYERS = ("person", "fund", "pool", "city-pool")


def audited(policy: Policy | None = None) -> Scene:
    """A scene whose every further block is added up in full."""
    scene = town(policy)
    scene.city.audit = check_full_sums
    return scene


def purse_of(scene: Scene, order: Order) -> Purse:
    """What the payer of an order has."""
    city = scene.city
    if order.payer_kind == "person":
        person = city.person(Id(order.payer))
        return Purse(person.available.balance, person.held.balance)
    if order.payer_kind == "fund":
        fund = city.get(Fund, order.payer)
        return Purse(fund.free.balance, fund.held.balance)
    whole = city.get(City, b"city")
    pool = whole if order.payer_kind == "city-pool" else city.get(District, order.payer)
    return Purse(pool.pool_free.balance, pool.pool_held.balance)


def published(kind: str, **changes: object) -> Scene:
    """An order for a payer of a kind, who has enough: persons and pools were given earned minutes."""
    scene = audited()
    payer = scene.elder
    if kind == "person":
        payer = scene.city.new_person("sun", funded=True)
        scene.earn(payer, 240)
    elif kind != "fund":
        scene.earn(scene.stranger, 240)
        pool = "city" if kind == "city-pool" else "district"
        scene.city.do(scene.stranger, Donate(Code(pool), Minutes(240)))
    values: dict[str, object] = {
        "recipient": payer,
        "payer_kind": kind,
        "payer": payer if kind == "person" else NO_ID,
        "rule": "without-kin" if "pool" in kind else "-",
    }
    scene.elder = payer
    return scene.request(payer, **(values | changes)).publish()


@pytest.mark.feature("D2")
@pytest.mark.parametrize("kind", PAYERS)
def test_minutes_are_held_paid_and_returned_whoever_pays(kind: str) -> None:
    """Publishing holds, extending holds more, settling pays what was served and gives back the rest."""
    scene = published(kind, expected_min=Minutes(120))
    whole = sum(purse_of(scene, scene.now()))
    assert purse_of(scene, scene.now()) == Purse(whole - 120, 120)
    scene.accept().check_in()
    by = scene.elder if kind == "person" else scene.staff("reviewer")
    scene.city.do(by, scene.extend_body(60))
    assert purse_of(scene, scene.now()) == Purse(whole - 180, 180)
    scene.check_out(90).confirm(60).lapse()
    assert scene.now().state is State.SETTLED
    assert (scene.now().hold_min, scene.now().paid_min) == (0, 60)
    assert purse_of(scene, scene.now()) == Purse(whole - 60, 0)
    assert scene.city.person(scene.volunteer).available.balance == 60


@pytest.mark.feature("D2")
@pytest.mark.parametrize("kind", PAYERS)
def test_a_cancelled_order_gives_everything_back_once(kind: str) -> None:
    """Released minutes are free again, and no later event releases them a second time."""
    scene = published(kind)
    whole = sum(purse_of(scene, scene.now()))
    scene.accept()
    scene.city.do(scene.elder, Cancel(scene.order, Code("changed-mind")))
    assert purse_of(scene, scene.now()) == Purse(whole, 0)
    again = Cancel(scene.order, Code("changed-mind"))
    assert scene.city.refusal(scene.elder, again) == ErrorCode.WRONG_STATE
    scene.lapse()
    assert scene.city.get(City, b"city").holds.balance == 0


@pytest.mark.feature("E3")
def test_what_crosses_the_cap_goes_to_the_pool_of_the_volunteers_home() -> None:
    """One settlement credits up to the cap and sends the rest on, in the same transaction."""
    scene = audited(Policy(1, Height(0), persons=PersonPolicy(cap_min=Minutes(100))))
    scene.earn(scene.volunteer, 60)
    scene.request().publish().accept().check_in().check_out().confirm().lapse()
    order = scene.now()
    assert (order.paid_min, order.overflow_min) == (60, 20)
    person = scene.city.person(scene.volunteer)
    assert (person.store_min, person.earned_min, person.served_min) == (100, 100, 120)
    assert scene.city.get(District, GULOU.encode()).pool_free.balance == 20


def test_held_minutes_count_towards_the_cap() -> None:
    """Publishing orders makes no room for earning more."""
    scene = audited(Policy(1, Height(0), persons=PersonPolicy(cap_min=Minutes(100))))
    scene.earn(scene.volunteer, 90)
    own = {"recipient": scene.volunteer, "payer_kind": "person", "payer": scene.volunteer}
    later = EpochMs(scene.city.now_ms + 10 * DAY_MS)
    scene.request(scene.volunteer, start_ms=later, **own).publish()
    scene.request().publish().accept().check_in().check_out().confirm().lapse()
    assert (scene.now().paid_min, scene.now().overflow_min) == (60, 50)


def test_weight_moves_the_same_minutes_at_both_ends_and_stars_count_without_it() -> None:
    """Cleaning weighs 1.5: an hour costs and pays ninety minutes, and is an hour of service."""
    scene = audited().request(service="cleaning").publish()
    assert scene.now().hold_min == 90
    scene.accept().check_in().check_out().confirm().lapse()
    person = scene.city.person(scene.volunteer)
    assert (person.available.balance, person.served_min) == (90, 60)


def test_minutes_beyond_the_hold_are_honoured_and_nobody_pays_them() -> None:
    """Served two hours, held one: an hour paid, an hour of honour."""
    scene = audited().request().publish().accept().check_in().check_out(120).confirm().lapse()
    person = scene.city.person(scene.volunteer)
    assert (scene.now().paid_min, scene.now().honour_min) == (60, 60)
    assert (person.available.balance, person.honour.balance, person.served_min) == (60, 60, 120)


@pytest.mark.feature("B2")
@pytest.mark.parametrize(("home", "flow"), [(GULOU, 0), (JIANYE, -60)])
def test_minutes_between_homes_move_the_position_with_them(home: Code, flow: int) -> None:
    """Gulou's fund pays a volunteer at home in Jianye: the pair remembers it, and nothing else does."""
    scene = audited()
    scene.volunteer = scene.city.new_person("visitor", home)
    scene.request().publish().accept().check_in().check_out().confirm().lapse()
    positions = [r for r in scene.city.ledger.records.values() if isinstance(r, Position)]
    assert [p.flow.balance for p in positions] == ([flow] if flow else [])
    if flow:
        assert positions[0].key_id == position_id(GULOU, JIANYE)


def test_an_allowance_belongs_to_the_month_of_the_planned_start() -> None:
    """The fund pays 60 minutes a month here: February is used up, March is not."""
    policy = Policy(1, Height(0), issuance=IssuancePolicy(allowance_month_min=Minutes(60)))
    scene = audited(policy).request().publish()
    february = month_of(scene.now().start_ms)
    scene.request()
    code = scene.city.refusal(scene.staff("second"), scene.approve_body())
    assert code == ErrorCode.ALLOWANCE_USED
    march = EpochMs(scene.city.now_ms + 6 * DAY_MS)
    scene.request(start_ms=march).publish()
    assert allowance(scene) == {february: (60, 0), february + 1: (60, 0)}


def test_a_released_hold_gives_its_allowance_back_and_a_paid_one_uses_it() -> None:
    """Held moves to used for what was paid; the rest may be held again."""
    policy = Policy(1, Height(0), issuance=IssuancePolicy(allowance_month_min=Minutes(120)))
    scene = audited(policy).request(expected_min=Minutes(120)).publish()
    month = month_of(scene.now().start_ms)
    scene.accept().check_in().check_out(60).confirm().lapse()
    assert allowance(scene) == {month: (0, 60)}
    scene.request(start_ms=EpochMs(scene.city.now_ms + HOUR_MS)).publish()
    assert allowance(scene) == {month: (60, 60)}
    code = scene.city.refusal(scene.staff("second"), scene.request().approve_body())
    assert code == ErrorCode.ALLOWANCE_USED
