"""``python -m scripts.simulate``: seeds on several processes."""

import pytest
from click.testing import CliRunner

from node.sim.checkers.faults import Broken
from node.sim.outcome import Outcome
from node.sim.plans import Plan
from scripts import simulate


def _told(*options: str) -> tuple[int, list[str]]:
    """Exit code, and what is printed but for the speed."""
    result = CliRunner().invoke(simulate.main, ["--fleet", "four", *options])
    return result.exit_code, [line.split(" heights")[0] for line in result.output.splitlines()]


def _last(lines: list[str]) -> list[str]:
    """Without lines of progress that depend on the time."""
    return [line for line in lines if "/4 seeds" not in line or line.strip().startswith("4/4")]


@pytest.mark.slow
def test_the_output_does_not_depend_on_the_number_of_processes() -> None:
    """Four seeds on one and on two."""
    one, two = (_told("--seeds", "4", "--jobs", jobs) for jobs in ("1", "2"))
    assert one[0] == two[0] == 0
    assert _last(one[1]) == _last(two[1])


@pytest.mark.slow
def test_the_first_broken_seed_is_told_with_the_command_that_replays_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also when a later one breaks sooner."""

    def breaks(plan: Plan) -> Outcome:
        if plan.seed in (11, 13):
            raise Broken(f"C0: seed {plan.seed}")
        return Outcome(1)

    monkeypatch.setattr(simulate, "run", breaks)
    code, lines = _told("--first", "10", "--seeds", "5", "--jobs", "2")
    assert code == 1
    assert "Broken: C0: seed 11" in lines
    assert lines[-1].endswith("--fleet four --kind mixed --first 11 --seeds 1")
