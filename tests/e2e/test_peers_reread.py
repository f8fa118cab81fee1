"""Real processes: a running node learns from its configuration where the others are."""

import signal
from pathlib import Path

import pytest

from node.city import processes
from node.city.processes import wait_until
from scripts.chaos.rig import HEAL_S, POLL_S, Rig
from tests.e2e.test_snapshot_join import asked

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.mark.feature("B6")
def test_a_running_node_reads_its_peers_again_on_sighup(tmp_path: Path) -> None:
    """A peer that leaves the list is let go, one that comes in is dialled; a list with a mistake changes nothing."""
    with Rig(tmp_path, 4, 4) as rig:
        first = rig.districts[0]
        config = rig.home(first).config
        whole = config.read_text(encoding="utf-8")
        head, *tables = whole.split("[[peers]]")

        def reread(text: str) -> None:
            config.write_text(text, encoding="utf-8")
            process = processes.running(rig.home(first))
            assert process is not None
            process.send(signal.SIGHUP)

        def connected() -> int:
            answer = asked(f"{rig.city.doors(first).public}/v1/status")[1]
            listed = answer["peers"]
            assert isinstance(listed, list)
            return sum(peer["connected"] for peer in listed)

        assert wait_until(lambda: connected() == len(tables), HEAL_S, POLL_S)
        reread("[[peers]]".join([head, *tables[1:]]))
        assert wait_until(lambda: connected() == len(tables) - 1, HEAL_S, POLL_S)
        reread(whole + "\n[[peers]]\nname = 7\n")
        assert wait_until(
            lambda: "peers stay as they were" in processes.log_tail(rig.home(first), 100),
            HEAL_S,
            POLL_S,
        )
        assert connected() == len(tables) - 1
        reread(whole)
        assert wait_until(lambda: connected() == len(tables), HEAL_S, POLL_S)
        rig.settle()
