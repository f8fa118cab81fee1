"""Cities in trouble, one from each seed; ``make sim`` runs more of them."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from node.sim.forgery import forgery
from node.sim.mutants.all import MUTANTS
from node.sim.mutants.hunting import Mutant, hunt
from node.sim.outcome import run
from node.sim.plans import Kind, Plan, changing_plan, plan_of
from node.sim.world import World

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.feature("K2", "K4")
@pytest.mark.parametrize("seed", range(6))
def test_a_city_survives_its_troubles(seed: int) -> None:
    """No fork, nothing lost, no standstill after healing, nobody accused who is honest; one of three has a liar."""
    assert run(plan_of(seed)).heights > 0


def test_the_same_seed_gives_the_same_run() -> None:
    """Event for event."""
    worlds = [World(plan_of(4)) for _ in range(2)]
    for world in worlds:
        world.run()
    first, second = worlds
    assert (first.agenda.done, first.network.sent) == (second.agenda.done, second.network.sent)
    assert first.checker.heights == second.checker.heights


@pytest.mark.feature("K2", "K4", "J2")
@pytest.mark.parametrize("seed", range(3))
def test_a_city_with_the_real_ledger_survives_its_troubles(seed: int) -> None:
    """Executor, mempool and chain store, whose database loses its last batches with the power."""
    assert run(replace(plan_of(seed), real=True)).heights > 0


@pytest.mark.feature("K2")
@pytest.mark.parametrize("seed", range(3))
def test_a_city_survives_its_troubles_while_its_authorities_change(seed: int) -> None:
    """Five districts, four of them in the set, another four after every third height."""
    run(Plan(seed=seed, nodes=5, term_heights=3))


@pytest.mark.slow
@pytest.mark.feature("K2", "K7")
@pytest.mark.parametrize("seed", [0, 1, 7])
def test_the_real_set_of_authorities_changes_in_the_midst_of_trouble(seed: int) -> None:
    """Seats are added, removed, merged, their keys rotated; each set signs from two blocks after its motion passed."""
    world = World(changing_plan(seed))
    world.run()
    assert world.city.decided is not None
    assert world.city.decided.changes > 0


@pytest.mark.feature("K2")
@pytest.mark.parametrize("seed", range(6, 9))
def test_a_city_survives_its_troubles_with_wrong_clocks(seed: int) -> None:
    """They drift up to a fifth and jump up to an hour; each voter judges times by its own, and the chain goes on."""
    world = World(replace(plan_of(seed), clocks=True))
    world.run()
    assert world.checker.times.judged > 0


@pytest.mark.feature("K2", "K4")
@pytest.mark.parametrize("seed", range(3))
def test_a_node_whose_disk_refuses_says_nothing_more(seed: int) -> None:
    """A write or a sync fails: the node stops before anything that depends on it leaves, and comes again later."""
    assert run(replace(plan_of(seed), disk_faults=True)).heights > 0


@pytest.mark.feature("K5")
def test_a_forged_justification_forks_nobody() -> None:
    """Two liars of four against an honest node that is cut off from the other."""
    assert forgery(Plan(seed=1)).heights == 1


@pytest.mark.slow
@pytest.mark.feature("K2", "K4", "K6")
def test_two_hundred_cities_survive_their_troubles() -> None:
    """Crashes at any write, sync or send; lost and damaged vote logs; liars and twins."""
    for seed in range(200):
        run(plan_of(seed))


@pytest.mark.slow
@pytest.mark.feature("K2")
def test_a_city_of_seven_survives_two_liars() -> None:
    """f = 2."""
    for seed in range(12):
        run(plan_of(seed, nodes=7))


@pytest.mark.slow
@pytest.mark.feature("K5")
def test_every_fork_beyond_f_names_its_culprits() -> None:
    """Two pairs of twins of four make forks; each convicts at least f+1 and no honest node."""
    outcomes = [run(plan_of(seed, kind=Kind.BEYOND)) for seed in range(100)]
    assert any(outcome.forked for outcome in outcomes)


@pytest.mark.feature("K3")
def test_the_bugs_that_agreement_is_known_to_have_are_planted() -> None:
    """Those that implementations of the protocol had, or that a proof leaves to the implementer."""
    assert {mutant.name for mutant in MUTANTS} >= {
        "no-lock",
        "ignore-lock",
        "quorum-minus-one",
        "restart-forgets",
        "no-round-skip",
        "no-polka-asked",
        "timely-on-repropose",
        "commit-of-wrong-set",
        "signer-counted-twice",
        "nil-polka-ignored",
        "decide-current-round",
        "justification-constant",
        "unjustified-jr",
        "set-change-too-soon",
        "applied-before-logged",
        "roots-not-compared",
    }


@pytest.mark.slow
@pytest.mark.feature("K3")
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_planted_bug_is_caught(mutant: Mutant) -> None:
    """Within its stated number of seeds; afterwards the program is as it was."""
    assert hunt(mutant) is not None
    run(plan_of(0))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_run_in_every_process() -> None:
    """Whatever the order of hashes in it."""
    program = (
        "from node.sim.plans import plan_of\nfrom node.sim.world import World\n"
        "for seed in (4, 5, 6):\n"
        "    world = World(plan_of(seed))\n"
        "    world.run()\n"
        "    print(world.agenda.done, world.network.sent, world.checker.heights)\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        for hash_seed in ("1", "2", "3")
    }
    assert len(told) == 1
