"""Real nodes under a steady load of transactions, and everything that can happen to a machine or a line."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.chaos.bank import OPENING_MIN, Bank, found_bank
from scripts.chaos.checks import require_kept
from scripts.chaos.linearizable import NotLinearizable, require_linearizable
from scripts.chaos.load import Load
from scripts.chaos.rig import Rig
from scripts.chaos.run import Run
from scripts.chaos.trouble import Trouble
from scripts.chaos.troubles import TROUBLES
from scripts.chaos.verdict import Verdict, judge

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEED = 20_261
PEOPLE = 120
BANKERS = 8
WORKERS = 4
KILLS = 8
OTHERS = ("freeze", "cut", "power", "leap", "fill")


def suffered(place: Path, *names: str, bankers: int = 0) -> Verdict:
    """Let a city of four suffer these, and judge it; then plant faults into what it said, and judge again."""
    with Rig(place, 4, PEOPLE, bankers) as rig:
        bank = found_bank(rig) if bankers else None
        with Load(rig, WORKERS, SEED, bank) as load:
            run = Run(rig, load, random.Random(SEED))
            for name in names:
                run.trouble(name)
        verdict = judge(rig, load)
        told = load.history.told[0]
        with pytest.raises(Trouble, match="final at"):
            require_kept(rig, [replace(told, height=told.height + 1)])
        if bank is not None:
            accuse(load, bank)
    return verdict


def accuse(load: Load, bank: Bank) -> None:
    """One gift lost, one counted twice, one fenced read of an old height: the judge finds each in a real history."""
    writes, reads = load.history.writes(), load.history.reads
    gift = next(write for write in writes if write.changes)
    others = [write for write in writes if write is not gift]
    twice = replace(gift, name="again", place=(gift.place[0], 1_000_000))
    last = max(reads, key=lambda read: read.fence_s or 0)
    old = replace(last, node="new", height=0, account="")
    for planted, shown, word in (
        (others, reads, "come to"),
        ([*writes, twice], reads, "come to"),
        (writes, [*reads, old], "was told of"),
    ):
        with pytest.raises(NotLinearizable, match=word):
            require_linearizable(planted, shown, bank.opening)


@pytest.mark.feature("J2", "K4")
def test_nothing_final_is_lost_and_no_vote_contradicts_another_however_often_nodes_are_killed(
    tmp_path: Path,
) -> None:
    """kill -9 at random moments under load; ``make chaos KILLS=200`` is the long form."""
    verdict = suffered(tmp_path, *["kill"] * KILLS)
    assert verdict.transactions > KILLS
    assert verdict.messages > verdict.transactions


@pytest.mark.feature("B1", "K2", "J2")
def test_frozen_cut_off_and_fast_nodes_come_back_and_a_power_cut_loses_nothing(
    tmp_path: Path,
) -> None:
    """SIGSTOP, a city in two, several nodes at once, a clock that runs ahead alone, a full disk.

    Persons give minutes to each other meanwhile: balances read anywhere are those of one ledger, their sum stays.
    """
    assert set(OTHERS) < set(TROUBLES)
    verdict = suffered(tmp_path, *OTHERS, bankers=BANKERS)
    assert verdict.gifts
    assert verdict.balances > BANKERS
    assert verdict.fenced
    assert verdict.total_min == OPENING_MIN * BANKERS


@pytest.mark.feature("K4", "K6")
def test_a_wiped_node_rejoins_by_itself_and_a_second_copy_ends_without_a_signature(
    tmp_path: Path,
) -> None:
    """The disk is lost: follow from nothing, rejoin, sign again. The same key twice: the copy finds out."""
    assert suffered(tmp_path, "wipe", "copy").transactions
