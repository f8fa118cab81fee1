"""A city in real time: the doctor of a stopped node asks the others for their newest block."""

import os
from pathlib import Path

import pytest

from node.app.doctor.findings import Verdict
from node.app.doctor.home import Machine
from node.app.doctor.verbs import examine
from node.city.plan import read_plan
from node.city.processes import wait_until
from node.city.supervisor import LocalCity
from node.runtime.clock import SystemClock
from scripts.chaos.rig import HEAL_S, POLL_S

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

HOUR_MS = 3_600_000
PLENTY = 100 << 30


def test_the_clock_of_a_stopped_node_is_held_against_the_others(tmp_path: Path) -> None:
    """Right, an hour behind, an hour ahead; nothing of its own tells, for its data is gone."""
    city = LocalCity.make(
        tmp_path / "city", read_plan().first(4), dict(os.environ), rehearsal=False
    )
    try:
        for district in city.districts:
            city.start(district)
        victim = city.districts[3]
        assert wait_until(lambda: city.doors(victim).ready(), HEAL_S, POLL_S)
        city.stop(victim)
        home = city.places.node(victim)
        for path in (home.data / "state").iterdir():
            path.unlink()
        for drift_ms, verdict in ((0, None), (-HOUR_MS, Verdict.FAULT), (HOUR_MS, Verdict.WARN)):
            now_ms = SystemClock().now_ms() + drift_ms
            found = examine(home, {}, lambda _, now_ms=now_ms: Machine(now_ms, PLENTY))
            clocks = [
                one for one in found.findings if one.subject.en == "Clock, against the others"
            ]
            assert [one.verdict for one in clocks] == [verdict or Verdict.OK]
    finally:
        city.down()
        city.close()
