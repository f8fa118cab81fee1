"""Real nodes under a steady load of transactions, and everything that can happen to a machine or a line."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.chaos.checks import require_kept, require_one_word
from scripts.chaos.linearizable import require_linearizable
from scripts.chaos.load import Load
from scripts.chaos.rig import Rig, Trouble
from scripts.chaos.run import Run
from scripts.chaos.troubles import TROUBLES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEED = 20_261
PEOPLE = 120
WORKERS = 4
KILLS = 8
OTHERS = ("freeze", "cut", "power", "leap", "fill")


def suffered(place: Path, *names: str) -> tuple[int, int]:
    """Let a city of four suffer these; (transactions called final, messages compared)."""
    with Rig(place, 4, PEOPLE) as rig:
        with Load(rig, WORKERS, SEED) as load:
            run = Run(rig, load, random.Random(SEED))
            for name in names:
                run.trouble(name)
        rig.settle()
        assert load.lost == []
        require_kept(rig, load.told)
        with pytest.raises(Trouble, match="final at"):
            require_kept(rig, [replace(load.told[0], height=load.told[0].height + 1)])
        assert require_linearizable(load.writes(), load.reads) > len(load.told)
        return load.committed, require_one_word(rig, rig.copies())


@pytest.mark.feature("J2", "K4")
def test_nothing_final_is_lost_and_no_vote_contradicts_another_however_often_nodes_are_killed(
    tmp_path: Path,
) -> None:
    """kill -9 at random moments under load; ``make chaos KILLS=200`` is the long form."""
    committed, messages = suffered(tmp_path, *["kill"] * KILLS)
    assert committed > KILLS
    assert messages > committed


@pytest.mark.feature("B1", "K2", "J2")
def test_frozen_cut_off_and_fast_nodes_come_back_and_a_power_cut_loses_nothing(
    tmp_path: Path,
) -> None:
    """SIGSTOP, a city in two, several nodes at once, a clock that runs ahead alone, a full disk."""
    assert set(OTHERS) < set(TROUBLES)
    committed, _ = suffered(tmp_path, *OTHERS)
    assert committed


@pytest.mark.feature("K4", "K6")
def test_a_wiped_node_rejoins_by_itself_and_a_second_copy_ends_without_a_signature(
    tmp_path: Path,
) -> None:
    """The disk is lost: follow from nothing, rejoin, sign again. The same key twice: the copy finds out."""
    committed, _ = suffered(tmp_path, "wipe", "copy")
    assert committed
