"""So many right and so many wrong statements: sums stay, refusals leave no trace, and every refusal has its right code.

What is right comes from outside the kernel: from the naive twin that plays the same moves, from tables of what one
wrong field or another speaker must be answered, and from the register of refusals, statement by statement.
``make laws N=10000`` runs the full search and prints how often each code was required and came back.
"""

import os
from collections import Counter
from random import Random

import pytest

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS, HOUR_MS
from node.chain.tx.envelope import Body
from node.chain.types import Code, Id
from node.sim.workload.books import compare
from node.sim.workload.ground import made_ground
from node.sim.workload.life import Life
from tests.full_sums import check_full_sums
from tests.kernel_city import GULOU, JIANYE
from tests.law_world import LawWorld
from tests.property.test_ledger_twin import LAST_MS, MEMBERS, MOVES, Twins
from tests.refusal_search import Search
from tests.workload_totals import totals_of

N = int(os.environ.get("LAWS_N", "400"))
NEW_YEAR_MS = 1_767_196_800_000
EPISODE_MOVES = 150
CODES_MIN = 60
NAMES = sorted(MEMBERS)


def _table(title: str, codes: Counter[ErrorCode]) -> None:
    rows = [f"{count:>8}  E{code.value} {code.name}" for code, count in sorted(codes.items())]
    print("\n".join(["", title, *rows]))  # noqa: T201 - the table is what the target is for


@pytest.mark.slow
@pytest.mark.feature("A1")
@pytest.mark.feature("A3")
@pytest.mark.timeout(3_600)
def test_a_city_in_which_every_second_statement_is_wrong_keeps_its_sums() -> None:
    """A life whose every statement has a wrong one beside it: books agree, sums are zero, roots ignore the refused."""
    codes: Counter[ErrorCode] = Counter()
    valid = harmless = seed = 0
    people = max(60, N // 15)
    while valid < N or codes.total() < N:
        seed += 1
        ground = made_ground(people, NEW_YEAR_MS, seed)
        world = LawWorld(ground, seed)
        life = Life(ground, world, people, seed)
        world.residents = life.residents
        for _ in life.play(30):
            check_full_sums(world.ledger)
            assert compare(life.books.totals(world.ledger.districts), totals_of(world.ledger)) == ()
            if valid + world.transactions >= N and codes.total() + world.codes.total() >= N:
                break
        valid += world.transactions
        harmless += world.harmless
        codes += world.codes
    _table(f"{valid} admitted, {codes.total()} refused, {harmless} changes were harmless", codes)
    assert len(codes) >= 25


class Lawful(Twins):
    """Both worlds, with every answer counted."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: Counter[ErrorCode] = Counter()
        self.admitted = 0

    def both(
        self, sender: Id, body: Body, move: str, *args: object, seen: int = 0, **named: object
    ) -> bool:
        """See ``Twins.both``; a refusal changes no root."""
        root = self.city.ledger.state_root
        fault = self.city.fault(sender, body)
        assert self.city.ledger.state_root == root
        agreed = super().both(sender, body, move, *args, seen=seen, **named)
        if fault is None:
            self.admitted += 1
        else:
            self.codes[fault.code] += 1
        return agreed

    def some_move(self, rng: Random) -> None:
        """One of the moves that the search over histories has."""
        way = rng.randrange(8)
        pick, who, proven = rng.randrange(10_000), rng.randrange(10_000), rng.random() < 0.5
        minutes = rng.choice([0, 15, 30, 60, 90, 120, 240, 480, 750])
        one, other = rng.choice(NAMES), rng.choice(NAMES)
        if way == 0:
            self.time_passes(rng.choice([31 * 60_000, HOUR_MS, 25 * HOUR_MS, 3 * DAY_MS]))
        elif way == 1:
            self.give(one, other, rng.choice([0, 30, 60, 300]))
        elif way == 2:
            payer = rng.choice(["fund", *NAMES])
            self.request(one, other, payer, "company", minutes, rng.choice([-1, 1, 3, 400]))
        elif way == 3:
            self.mint(Code(rng.choice([GULOU, JIANYE])), rng.choice([0, 300, 9_000]))
        elif way == 4:
            volunteer = rng.choice(["li", "son", "wang"])
            spent = rng.choice([20, 31, 60, 130, 300, 515])
            twist = rng.choice(["", *MOVES])
            self.a_life(rng.choice(["zhao", "wang"]), volunteer, 60, spent, twist, 8)
        elif way == 5 and self.keys:
            self.next_step(pick, who, minutes, proven)
        elif self.keys:
            self.any_step(pick, rng.choice(MOVES), who, minutes, proven)


@pytest.mark.slow
@pytest.mark.feature("A1")
@pytest.mark.timeout(3_600)
def test_kernel_and_twin_give_one_code_for_every_wrong_statement() -> None:
    """Moves by right and by wrong parties, until so many were admitted and so many refused."""
    codes: Counter[ErrorCode] = Counter()
    admitted = seed = 0
    while admitted < N or codes.total() < N:
        seed += 1
        rng, twins = Random(seed), Lawful()
        twins.found()
        for _ in range(EPISODE_MOVES):
            if twins.city.now_ms >= LAST_MS:
                break
            twins.some_move(rng)
        twins.the_same_minutes()
        twins.the_same_orders()
        check_full_sums(twins.city.ledger)
        admitted += twins.admitted
        codes += twins.codes
    _table(f"kernel and twin: {admitted} admitted, {codes.total()} refused alike", codes)
    assert len(codes) >= 12


@pytest.mark.slow
@pytest.mark.feature("A3")
@pytest.mark.timeout(3_600)
def test_every_refusal_of_the_register_keeps_its_code_in_any_surroundings() -> None:
    """On another device, in another block, with an envelope that is wrong too: the code is the required one."""
    search = Search(Random(N))
    search.run(N)
    codes = search.confirmed
    said = f"the register: {search.admitted} admitted, {codes.total()} refused as required"
    _table(f"{said}, {len(codes)} codes", codes)
    assert len(codes) >= CODES_MIN
