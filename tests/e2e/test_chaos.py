"""Real nodes under a steady load of transactions, and everything that can happen to a machine or a line."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.chaos.checks import require_kept
from scripts.chaos.load import Load
from scripts.chaos.rig import Rig
from scripts.chaos.run import Run
from scripts.chaos.trouble import Trouble
from scripts.chaos.troubles import TROUBLES
from scripts.chaos.verdict import Verdict, judge

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEED = 20_261
PEOPLE = 120
WORKERS = 4
KILLS = 8
OTHERS = ("freeze", "cut", "power", "fill")


def suffered(place: Path, *names: str) -> Verdict:
    """Let a city of four suffer these, and judge it; then plant a fault into what it said, and judge again."""
    with Rig(place, 4, PEOPLE) as rig:
        with Load(rig, WORKERS, SEED) as load:
            run = Run(rig, load, random.Random(SEED))
            for name in names:
                run.trouble(name)
        verdict = judge(rig, load)
        told = load.history.told[0]
        with pytest.raises(Trouble, match="final at"):
            require_kept(rig, [replace(told, height=told.height + 1)])
    return verdict


@pytest.mark.feature("J2", "K4")
def test_nothing_final_is_lost_and_no_vote_contradicts_another_however_often_nodes_are_killed(
    tmp_path: Path,
) -> None:
    """kill -9 at random moments under load; ``make chaos KILLS=200`` is the long form."""
    verdict = suffered(tmp_path, *["kill"] * KILLS)
    assert verdict.transactions > KILLS
    assert verdict.messages > verdict.transactions


@pytest.mark.feature("B1", "K2", "J2")
def test_frozen_and_cut_off_nodes_come_back_and_a_power_cut_loses_nothing(
    tmp_path: Path,
) -> None:
    """SIGSTOP, a city in two, several nodes at once, a full disk.

    Gifts and clocks that leap under load are in ``make chaos``.
    """
    assert set(OTHERS) < set(TROUBLES)
    assert suffered(tmp_path, *OTHERS).transactions


@pytest.mark.feature("K4", "K6")
def test_a_wiped_node_rejoins_by_itself_and_a_second_copy_ends_without_a_signature(
    tmp_path: Path,
) -> None:
    """The disk is lost: follow from nothing, rejoin, sign again. The same key twice: the copy finds out."""
    assert suffered(tmp_path, "wipe", "copy").transactions
