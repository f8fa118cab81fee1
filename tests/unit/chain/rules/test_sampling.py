"""The sample of funded orders: unforeseen at the site, repeatable by anyone, and cooled long enough to look."""

import pytest

from node.chain.errors import ErrorCode
from node.chain.genesis import new_ledger
from node.chain.hashing import derive_id
from node.chain.lifecycle import State
from node.chain.policy import HOUR_MS, OrderPolicy, Policy
from node.chain.rules.orders.sampling import SAMPLED, is_drawn
from node.chain.transition import execute
from node.chain.tx.envelope import parse
from node.chain.types import EpochMs, Hash, Height, Id, Minutes
from tests.unit.chain.rules.scene import Scene, town

pytestmark = pytest.mark.feature("F5")


def sampling(permille: int) -> Scene:
    """Served and checked out, in a city that draws so many of a thousand."""
    policy = Policy(1, Height(0), orders=OrderPolicy(sample_permille=permille))
    return town(policy).request().publish().accept().check_in().check_out()


def test_an_order_is_drawn_at_the_start_of_the_next_block() -> None:
    """Not in its own block, where somebody at the site could still choose."""
    scene = sampling(1_000)
    assert SAMPLED not in scene.now().marks
    events = scene.now().events
    scene.city.wait(1_000)
    assert SAMPLED in scene.now().marks
    assert scene.now().events == events


def test_a_drawn_order_cools_for_a_week_whatever_confirmed_it() -> None:
    """There is time for a call."""
    scene = sampling(1_000)
    scene.city.wait(1_000)
    scene.confirm()
    assert scene.now().due_ms == scene.city.now_ms + 168 * HOUR_MS


def test_an_order_confirmed_before_the_draw_cools_as_long() -> None:
    """Check-out and confirmation in one block change nothing."""
    scene = sampling(1_000)
    scene.confirm()
    assert scene.now().due_ms == scene.now().confirmed_ms + 168 * HOUR_MS


def test_the_draw_comes_before_every_timer() -> None:
    """Even when the city stood still for so long that everything is due."""
    scene = town(
        Policy(
            1,
            Height(0),
            orders=OrderPolicy(sample_permille=1_000, cooling_strong_ms=HOUR_MS),
        )
    )
    scene.request().publish().accept().check_in().check_out()
    scene.city.wait(80 * HOUR_MS)
    assert SAMPLED in scene.now().marks
    assert scene.now().state is State.DISPUTED


def test_an_arbiter_objects_to_a_drawn_order_while_it_cools() -> None:
    """Only an arbiter of the district, and only to a drawn one."""
    scene = sampling(1_000)
    scene.city.wait(1_000)
    scene.confirm()
    other = scene.staff("recorder")
    assert scene.city.refusal(other, scene.object_body()) == ErrorCode.NOT_A_PARTY
    scene.object(scene.staff("arbiter"))
    assert scene.now().state is State.DISPUTED
    assert scene.city.refusal(scene.staff("arbiter"), scene.rule_body()) == ErrorCode.SAME_PERSON

    plain = sampling(0).confirm()
    arbiter = plain.staff("arbiter")
    assert plain.city.refusal(arbiter, plain.object_body()) == ErrorCode.NOT_A_PARTY


def test_only_what_the_fund_pays_is_drawn() -> None:
    """Who pays with their own minutes looks for themselves."""
    scene = sampling(1_000)
    scene.confirm().lapse()
    volunteer = scene.volunteer
    scene.city.wait(1_000)
    own = {"recipient": volunteer, "payer_kind": "person", "payer": volunteer}
    number = scene.city.person(volunteer).lanes[0]
    scene.city.do(volunteer, scene.request_body(**own))
    scene.order = derive_id(scene.city.chain_id, volunteer, 0, number, 0)
    scene.publish()
    scene.city.do(scene.stranger, scene.accept_body())
    scene.city.wait(scene.now().start_ms - scene.city.now_ms)
    scene.city.do(scene.stranger, scene.check_in_body())
    scene.city.wait(HOUR_MS)
    scene.city.do(scene.stranger, scene.check_out_body())
    scene.city.wait(1_000)
    assert scene.now().state is State.CHECKED_OUT
    assert SAMPLED not in scene.now().marks


def test_anyone_repeats_the_draw_from_the_state_root() -> None:
    """The same headers give the same sample, and its share is the policy's."""
    scene = town(Policy(1, Height(0), orders=OrderPolicy(sample_permille=500)))
    drawn = {}
    for _ in range(8):
        scene.request(expected_min=Minutes(30)).publish().accept().check_in().check_out(30)
        root = scene.city.ledger.state_root
        assert root == scene.city.executions[-1].staged.root
        scene.city.wait(1_000)
        repeated = is_drawn(scene.city.chain_id, root, scene.order, 500)
        assert repeated == (SAMPLED in scene.now().marks)
        drawn[scene.order] = repeated
        scene.confirm()
    assert {True, False} == set(drawn.values())


def test_the_share_of_drawn_orders_is_the_rate() -> None:
    """Fifty of a thousand, give or take."""
    root = Hash(bytes(32))
    ids = (Id(n.to_bytes(16, "big")) for n in range(20_000))
    drawn = sum(is_drawn(Hash(bytes(32)), root, id_, 50) for id_ in ids)
    assert 900 < drawn < 1_100
    assert not is_drawn(Hash(bytes(32)), root, Id(bytes(16)), 0)


def test_a_block_staged_on_top_does_not_change_the_draw() -> None:
    """A proposer builds several blocks on one tip; each sees the root of the tip."""
    scene = sampling(500)
    scene.city.now_ms += 1_000
    first = scene.city._next()
    root = first.at.previous_root
    first.close()
    again = scene.city._next()
    assert again.at.previous_root == root == scene.city.ledger.state_root
    scene.city.ledger.unstage()


@pytest.mark.feature("A4")
def test_a_second_machine_draws_the_same_sample() -> None:
    """From genesis and the blocks alone, to the same state root."""
    scene = sampling(500).confirm()
    city = scene.city
    ledger = new_ledger(city.genesis)
    for height, (time_ms, raws) in enumerate(city.blocks, 1):
        block = [parse(raw) for raw in raws]
        done = execute(ledger, Height(height), EpochMs(time_ms), block)
        ledger.adopt(done.staged, ledger.frontier, done.height, done.time_ms)
    assert ledger.state_root == city.ledger.state_root
