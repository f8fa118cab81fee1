"""Thirteen nodes, as a city of twelve districts with its bureau has: four may be gone, a fifth stops the chain."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from node.city.processes import wait_until
from scripts.chaos.rig import Rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

NODES = 13
GONE = 4
WAIT_S = 60.0
READY_WITHIN_S = 5.0
STANDS_S = 3.0


@pytest.fixture(name="rig")
def _rig(tmp_path: Path) -> Iterator[Rig]:
    """A running city of thirteen."""
    with Rig(tmp_path, NODES, people=1) as rig:
        yield rig


def grows(rig: Rig, district: str, blocks: int) -> bool:
    """Whether a node's chain gets so many blocks longer within a minute."""
    goal = rig.height(district) + blocks
    return wait_until(lambda: rig.height(district) >= goal, WAIT_S)


@pytest.mark.feature("B1", "K8")
def test_four_of_thirteen_may_be_gone_and_the_fifth_stops_the_chain_which_says_whom_it_waits_for(
    rig: Rig,
) -> None:
    """The quorum is nine. Without it nothing is decided, nobody is ready, and the missing districts are named."""
    *alive, fifth = rig.districts[: NODES - GONE]
    gone = rig.districts[NODES - GONE :]
    for district in gone:
        rig.kill(district)
    assert grows(rig, alive[0], 4), "a chain of nine of thirteen goes on"

    rig.kill(fifth)
    killed_s = time.monotonic()
    url = f"{rig.city.doors(alive[0]).operations}/readyz"
    with httpx2.Client(timeout=READY_WITHIN_S) as http:
        assert wait_until(lambda: http.get(url).status_code == 503, READY_WITHIN_S)
        assert time.monotonic() - killed_s < READY_WITHIN_S
        assert "no-quorum" in http.get(url).text
    missing = {*gone, fifth}

    def names_the_missing() -> bool:
        status = rig.city.doors(alive[0]).status()
        return status is not None and missing <= set(status.waiting_for)

    assert wait_until(names_the_missing, WAIT_S), rig.city.doors(alive[0]).status()
    stuck = max(rig.height(district) for district in alive)
    assert not wait_until(
        lambda: any(rig.height(district) > stuck + 1 for district in alive), STANDS_S
    )

    for district in missing:
        rig.start(district)
    assert rig.settle() > stuck
