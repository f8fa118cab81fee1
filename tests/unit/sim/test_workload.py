"""A life of a city and its own books."""

from collections.abc import Sequence

import pytest

from node.chain.policy import DAY_MS, HOUR_MS
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import EpochMs
from node.sim.workload.books import compare
from node.sim.workload.ground import made_ground
from node.sim.workload.life import Life
from node.sim.workload.world import KernelWorld
from tests.full_sums import check_full_sums
from tests.workload_totals import positions_of, stores_of, totals_of

NEW_YEAR_MS = 1_767_196_800_000
"""2026-01-01, UTC+8."""


def _agree(life: Life, world: KernelWorld) -> None:
    assert compare(life.books.totals(world.ledger.districts), totals_of(world.ledger)) == ()
    assert {k: v for k, v in life.books.stores().items() if v} == stores_of(world.ledger)
    found = {pair: net for pair, net in positions_of(world.ledger).items() if net}
    assert {pair: net for pair, net in life.books.positions.items() if net} == found
    for left, right in life.books.identities().values():
        assert left == right


@pytest.mark.parametrize(("people", "seed"), [(50, 1), (120, 2), (400, 3)])
def test_the_books_of_a_life_are_those_of_the_ledger_at_the_end_of_every_day(
    people: int, seed: int
) -> None:
    """Every total, every store and every position, with minutes on hold among them."""
    ground = made_ground(people, NEW_YEAR_MS, seed)
    world = KernelWorld(ground.genesis, signatures=False)
    life = Life(ground, world, people, seed)
    for _ in life.play(12):
        _agree(life, world)
    _agree(life, world)
    check_full_sums(world.ledger)


@pytest.mark.feature("J3")
@pytest.mark.slow
def test_a_month_of_two_thousand_has_everything_in_it_and_its_books_agree() -> None:
    """Each way a service can go, each kind of payer, gifts, donations, events, redemptions: all happened."""
    people = 2_000
    ground = made_ground(people, NEW_YEAR_MS)
    world = KernelWorld(ground.genesis)
    life = Life(ground, world, people, 5)
    for _ in life.play(30):
        pass
    _agree(life, world)
    check_full_sums(world.ledger)
    done = life.books.done
    happened = {
        "served", "short", "given-back", "rejected", "withdrawn", "cancelled", "lapsed", "no-show",
        "disputed", "confirmed-own-key", "confirmed-agent", "confirmed-call-back", "confirmed-code", "sheets",
        "drawn", "ruled-split", "ruled-to-volunteer", "ruled-to-payer", "gifts", "donations", "events",
        "redemptions", "entries", "settlements", "appealed", "suspensions", "suspensions-ended", "recoveries",
        "moves", "closings", "closings-stopped", "recoveries-card", "recoveries-contacts", "recoveries-desk", "vetoes",
        "corrections", "compensations", "moves-with-minutes", "exits-with-minutes", "merges-with-minutes",
        "successions",
    }  # fmt: skip
    assert happened <= set(done)
    assert world.transactions == life.said > 15_000


def test_services_do_not_end_on_the_second() -> None:
    """Nobody measures a full hour by hand: lengths differ by seconds, and what is paid does not."""
    ground = made_ground(200, NEW_YEAR_MS)
    world = KernelWorld(ground.genesis, signatures=False)
    for _ in Life(ground, world, 200, 4).play(8):
        pass
    ended = [o for o in world.ledger.records.values() if isinstance(o, Order) and o.checked_out_ms]
    lengths = [order.checked_out_ms - order.checked_in_ms for order in ended]
    assert len({length % HOUR_MS for length in lengths}) > len(lengths) // 2 > 10
    assert {order.counted_min % 30 for order in ended} == {0}


def test_one_seed_is_one_life() -> None:
    """The same people, days and seed give the same bytes in the same blocks; another seed does not."""
    assert _blocks(7) == _blocks(7)
    assert _blocks(7) != _blocks(8)


def _blocks(seed: int) -> list[tuple[int, tuple[bytes, ...]]]:
    heard: list[tuple[int, tuple[bytes, ...]]] = []

    def hear(time_ms: EpochMs, block: Sequence[SignedTransaction]) -> None:
        heard.append((time_ms, tuple(signed.raw for signed in block)))

    ground = made_ground(50, NEW_YEAR_MS, 1)
    life = Life(ground, KernelWorld(ground.genesis, hear, signatures=False), 50, seed)
    assert {progress.of for progress in life.play(3)} == {3}
    return heard


def test_most_volunteers_are_between_fifty_and_seventy_five_and_most_never_serve() -> None:
    """Nanjing's proportions: five volunteers to three elders, dead accounts are the norm."""
    ground = made_ground(1_000, NEW_YEAR_MS)
    residents = Life(ground, KernelWorld(ground.genesis), 1_000, 3).residents
    volunteers = [r for r in residents if r.serves]
    assert 0.57 < len(volunteers) / len(residents) < 0.68
    assert sum(50 <= r.age <= 75 for r in volunteers) > 0.8 * len(volunteers)
    assert sum(r.active for r in volunteers) < 0.4 * len(volunteers)
    assert all(r.age >= 60 for r in residents if not r.serves)


def test_a_life_that_would_outlast_the_year_begins_in_the_next() -> None:
    """Funds are of one year: nothing of a life returns with it."""
    late = NEW_YEAR_MS + 350 * DAY_MS
    ground = made_ground(50, late)
    world = KernelWorld(ground.genesis, signatures=False)
    life = Life(ground, world, 50, 1)
    for _ in life.play(3):
        pass
    assert world.ledger.time_ms > NEW_YEAR_MS + 365 * DAY_MS
    _agree(life, world)
    assert all(r.store_min >= 0 for r in world.ledger.records.values() if isinstance(r, Person))
