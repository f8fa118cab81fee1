"""Real processes: a node whose disk is lost joins a running city by a snapshot, and becomes whole again."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from node.app.recovery import repair_home
from node.app.shelf import SnapshotShelf, base_of
from node.chain.block import decode_header
from node.chain.types import Height
from node.city.ports import NodePorts
from node.city.processes import wait_until
from node.config import load
from scripts.chaos.checks import require_kept, require_one_word
from scripts.chaos.load import Load
from scripts.chaos.rig import HEAL_S, POLL_S, Rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEED = 41
EVERY = 4
FAR = 12
"""Blocks that the wiped node would otherwise have to execute."""


class SnapshotRig(Rig):
    """Its nodes make a snapshot every few blocks."""

    def _settings(self, district: str, own: NodePorts | None = None) -> str:
        return super()._settings(district, own) + f"\n[snapshots]\nevery_blocks = {EVERY}\n"


def asked(url: str) -> tuple[int, dict[str, object]]:
    """Status and document of an answer."""
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310 - a door of our own
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.feature("A9", "K6")
def test_a_wiped_node_far_behind_joins_by_a_snapshot_signs_again_and_becomes_whole(
    tmp_path: Path,
) -> None:
    """No two of its messages convict it; a full replay on the same disk gives the root that it had joined with."""
    with SnapshotRig(tmp_path, 4, 40) as rig:
        victim, other = rig.districts[1], rig.districts[0]
        home, shelf = rig.home(victim), SnapshotShelf(rig.home(other).snapshots)
        with Load(rig, 2, SEED) as work:
            assert wait_until(lambda: (shelf.newest() or 0) >= FAR, HEAL_S, POLL_S)
            rig.kill(victim)
            rig.wipe(victim)
            rig.start(victim)
            rig.wait_ready([victim])
        rig.settle()
        assert work.lost == []
        assert base_of(home.data).whole
        doors = rig.city.doors(victim)
        status = asked(f"{doors.public}/v1/status")[1]
        assert int(str(status["blocks_from"])) >= FAR
        code, refused = asked(f"{doors.operations}/export")
        assert (code, refused["code"]) == (409, "A20")

        rig.city.stop(victim)
        report, rebuilt = repair_home(
            home, load(home.root, {}, {}), lambda _height, _last: None, lambda _height, _peer: None
        )
        assert report.fetched[0] == Height(1)
        block = asked(f"{rig.city.doors(other).public}/v1/blocks/{rebuilt.height}")[1]
        header = decode_header(bytes.fromhex(str(block["header_raw"])))
        assert header.state_root == rebuilt.state_root
        rig.start(victim)
        height = rig.settle()
        assert asked(f"{doors.public}/v1/status")[1]["blocks_from"] == 1
        require_kept(rig, work.told)
        assert require_one_word(rig, rig.copies()) > height
