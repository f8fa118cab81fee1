"""The envelope: once, in order, in time, by lanes, within the day's quota."""

import pytest

from node.chain.errors import ErrorCode, Rejected
from node.chain.policy import CHINA_OFFSET_MS, DAY_MS, HOUR_MS, LedgerPolicy, Policy
from node.chain.transition import BlockRefused, execute
from node.chain.tx.envelope import parse
from node.chain.tx.transfers import Donate
from node.chain.types import Code, EpochMs, Height, Id, Minutes
from tests.kernel_city import KernelCity
from tests.unit.chain.rules.scene import Scene, town

GIFT = Donate(Code("city"), Minutes(1))


def rich(policy: Policy | None = None) -> Scene:
    """The volunteer has an hour to give away, minute by minute."""
    scene = town(policy)
    return scene.earn(scene.volunteer, 60)


def minutes_of(city: KernelCity, person: Id) -> int:
    """What a person has."""
    return city.person(person).available.balance


@pytest.mark.feature("A5")
def test_a_transaction_counts_once_however_often_it_is_sent() -> None:
    """Twice in one block, and again in a later one: the balance changes once."""
    scene = rich()
    city, giver = scene.city, scene.volunteer
    signed = city.sign(giver, GIFT)
    with pytest.raises(Rejected) as twice:
        city.fork().block(signed, parse(signed.raw))
    assert twice.value.code == ErrorCode.SEQUENCE_USED
    city.block(signed)
    again = city.attempt(parse(signed.raw))
    assert again is not None
    assert again.code == ErrorCode.SEQUENCE_USED
    assert minutes_of(city, giver) == 59


@pytest.mark.feature("A3")
def test_a_block_with_one_wrong_transaction_is_refused_whole() -> None:
    """And says which one, and why; nothing of the block stays."""
    scene = rich()
    city, giver = scene.city, scene.volunteer
    sound = city.sign(giver, GIFT)
    wrong = city.sign(scene.stranger, GIFT)
    root = city.ledger.tree.root
    with pytest.raises(BlockRefused) as refused:
        execute(
            city.ledger,
            Height(city.ledger.height + 1),
            EpochMs(city.now_ms + 1_000),
            [sound, wrong],
        )
    refusal = refused.value.refusal
    assert (refusal.index, refusal.tx_id) == (1, wrong.tx_id)
    assert refusal.fault.code == ErrorCode.INSUFFICIENT_MINUTES
    assert city.ledger.tree.root == root


def test_a_transaction_stands_in_blocks_until_its_last_millisecond() -> None:
    """The time it names is the last one at which it may stand."""
    scene = rich()
    city, giver = scene.city, scene.volunteer
    signed = city.sign(giver, GIFT, valid_until_ms=EpochMs(city.now_ms + HOUR_MS))
    assert city.attempt(signed, HOUR_MS) is None
    late = city.attempt(signed, HOUR_MS + 1)
    assert late is not None
    assert late.code == ErrorCode.EXPIRED


def test_lanes_count_for_themselves() -> None:
    """Two devices of one person sign side by side; within a lane the numbers leave no gap."""
    scene = rich()
    city, giver = scene.city, scene.volunteer
    first = city.next_number(giver)
    signed = [
        city.sign(giver, GIFT, sequence=(lane, number))
        for lane, number in ((15, 0), (0, first), (15, 1), (7, 0), (0, first + 1))
    ]
    city.block(*signed)
    assert minutes_of(city, giver) == 55
    lanes = city.person(giver).lanes
    assert (len(lanes), lanes[0], lanes[7], lanes[15]) == (16, first + 2, 1, 2)
    gap = city.attempt(city.sign(giver, GIFT, sequence=(7, 2)))
    assert gap is not None
    assert gap.code == ErrorCode.SEQUENCE_GAP


def test_a_quota_begins_again_at_midnight_in_china() -> None:
    """Not at midnight in Greenwich, and not after twenty-four hours."""
    scene = rich(Policy(1, Height(0), ledger=LedgerPolicy(person_day_max=20)))
    city, giver = scene.city, scene.volunteer
    midnight = (city.now_ms + CHINA_OFFSET_MS) // DAY_MS * DAY_MS + DAY_MS - CHINA_OFFSET_MS
    city.wait(midnight - 30_000 - city.now_ms)
    for _ in range(20):
        city.do(giver, GIFT)
    assert city.refusal(giver, GIFT, midnight - 1 - city.now_ms) == ErrorCode.DAILY_QUOTA
    assert city.fault(giver, GIFT, midnight - city.now_ms) is None


def test_a_refused_transaction_uses_no_number_and_no_quota() -> None:
    """Whoever is refused may say something else with the same number."""
    scene = rich()
    city, giver = scene.city, scene.volunteer
    number = city.next_number(giver)
    assert city.refusal(giver, Donate(Code("city"), Minutes(61))) == ErrorCode.INSUFFICIENT_MINUTES
    assert city.next_number(giver) == number
    city.do(giver, GIFT)
    assert city.next_number(giver) == number + 1
