"""Every execution of two rounds, and bugs that must not survive it; ``make explore`` goes further."""

import pytest

from node.sim.explore.explorer import Bounds, Explorer, choices_of_liars
from node.sim.explore.judge import Violation
from node.sim.explore.statements import V
from node.sim.explore.walks import Walk
from node.sim.mutants.all import MUTANTS
from node.sim.mutants.hunting import planted

ONE_OF_FOUR = choices_of_liars(1, 4, rounds=2)
TWO_OF_FOUR = choices_of_liars(2, 4, rounds=2)
BY_NAME = {mutant.name: mutant for mutant in MUTANTS}


@pytest.mark.feature("K2")
@pytest.mark.parametrize("liars", ONE_OF_FOUR)
def test_one_liar_of_four_forks_nobody_in_two_rounds(liars: tuple[int, ...]) -> None:
    """Agreement, lock rules and no honest culprit, whoever proposes when."""
    counts = Explorer(Bounds(liars)).run()
    assert counts.forks == 0
    assert counts.configurations > 20_000


@pytest.mark.feature("K2")
def test_an_invalid_block_gets_no_honest_vote() -> None:
    """The liar proposes it, votes for it and claims polkas for it."""
    assert Explorer(Bounds((0,), valid=(V,))).run().forks == 0


@pytest.mark.feature("K5")
def test_two_liars_of_four_fork_and_are_named() -> None:
    """The control: beyond f forks exist, and each convicts both liars and nobody else."""
    assert Explorer(Bounds(TWO_OF_FOUR[-1])).run().forks > 0


@pytest.mark.slow
@pytest.mark.feature("K5")
@pytest.mark.parametrize("liars", TWO_OF_FOUR[:-1])
def test_two_liars_of_four_are_named_whenever_they_propose(liars: tuple[int, ...]) -> None:
    """The same for liars that propose."""
    assert Explorer(Bounds(liars)).run().forks > 0


@pytest.mark.slow
@pytest.mark.feature("K2")
@pytest.mark.parametrize("liars", choices_of_liars(1, 4, rounds=3))
def test_one_liar_of_four_forks_nobody_in_three_rounds(liars: tuple[int, ...]) -> None:
    """Long enough for a lock, an unlock by a later polka, and a decision."""
    assert Explorer(Bounds(liars, rounds=3)).run().forks == 0


def test_no_random_execution_leaves_what_was_explored() -> None:
    """Message by message, with everything that the explorer leaves out, nobody says anything that it does not know."""
    explorer = Explorer(Bounds((0,)))
    boundaries = explorer.run().boundaries
    seen = set()
    for seed in range(300):
        for known, heard in zip(boundaries, Walk(seed, explorer.ears, 2).run(), strict=True):
            assert heard in known
            seen.add(heard)
    assert len(seen) > 30, "the walks go somewhere"


@pytest.mark.feature("K3")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ignore-lock", "convicts itself"),
        ("no-lock", "not its last precommit"),
        ("quorum-minus-one", "agreement"),
    ],
)
def test_bugs_that_break_safety_are_found(name: str, reason: str) -> None:
    """Within two rounds and one liar, with the story of how."""
    with planted(BY_NAME[name]), pytest.raises(Violation, match=reason) as found:
        Explorer(Bounds((0,))).run()
    assert found.value.story


@pytest.mark.feature("K3", "K5")
def test_a_justification_that_never_was_is_found() -> None:
    """Two liars fork a node that trusts any ``jr``, and too few of them are convicted."""
    with planted(BY_NAME["unjustified-jr"]), pytest.raises(Violation, match="convicts only"):
        Explorer(Bounds((2, 3))).run()


@pytest.mark.slow
@pytest.mark.feature("K3")
@pytest.mark.parametrize("name", ["justification-constant", "amnesia-too-broad"])
def test_bugs_that_accuse_the_honest_are_found(name: str) -> None:
    """A lock, another polka, and a vote for it: three rounds."""
    with planted(BY_NAME[name]), pytest.raises(Violation, match="convicts itself"):
        Explorer(Bounds((3,), rounds=3)).run()
