"""Real processes: a node whose disk is lost joins a running city by a snapshot, and becomes whole again."""

import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from node.app.older import OLDER_NAME
from node.app.recovery import repair_home
from node.app.shelf import SnapshotShelf, base_of
from node.chain.block import decode_header
from node.chain.genesis import Genesis, chain_id_of
from node.chain.types import Height
from node.city.ports import NodePorts
from node.city.processes import wait_until
from node.config import NodeHome, load
from node.store.blocklog import BlockLog
from node.store.shadow import ShadowFiles
from scripts.chaos.checks import require_kept, require_one_word
from scripts.chaos.load import Load
from scripts.chaos.rig import HEAL_S, POLL_S, Rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
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
    """No two of its messages convict it; a full replay on the same disk gives the root that it had joined with.

    The blocks below the snapshot it has gathered while it ran, so the repair asks nobody.
    """
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
        assert work.history.lost == []
        assert base_of(home.data).whole
        doors = rig.city.doors(victim)
        status = asked(f"{doors.public}/v1/status")[1]
        assert int(str(status["blocks_from"])) >= FAR
        code, refused = asked(f"{doors.operations}/export")
        assert (code, refused["code"]) == (409, "A20")
        missing = int(str(status["blocks_from"])) - 1
        assert wait_until(lambda: len(older_blocks(home, rig.genesis)) == missing, HEAL_S, POLL_S)

        rig.city.stop(victim)
        alone = replace(load(home.root, {}, {}), peers=())
        repaired = repair_home(home, alone, lambda _height, _last: None, unasked)
        rebuilt = repaired.rebuilt
        assert (repaired.gathered, repaired.older, repaired.fetched) == (missing, 0, ())
        block = asked(f"{rig.city.doors(other).public}/v1/blocks/{rebuilt.height}")[1]
        header = decode_header(bytes.fromhex(str(block["header_raw"])))
        assert header.state_root == rebuilt.state_root
        rig.start(victim)
        height = rig.settle()
        assert asked(f"{doors.public}/v1/status")[1]["blocks_from"] == 1
        require_kept(rig, work.history.told)
        assert require_one_word(rig, rig.copies()) > height


def older_blocks(home: NodeHome, genesis: Genesis) -> BlockLog:
    """What a running node has gathered."""
    return BlockLog(ShadowFiles(home.data / OLDER_NAME), chain_id_of(genesis))


def unasked(height: Height, peer: str) -> None:
    """Nobody is."""
    raise AssertionError(f"{height} was fetched from {peer}")


def verb(*words: str) -> tuple[int, str]:
    """Exit code and what ``timebank node`` said."""
    line = [sys.executable, "-m", "node", "node", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.feature("A9")
def test_a_snapshot_is_carried_as_files_to_a_node_that_reaches_nobody(tmp_path: Path) -> None:
    """Taken from a running node and from a stopped one; a copy with one byte changed is refused with its number."""
    with SnapshotRig(tmp_path, 4, 40) as rig:
        victim, other = rig.districts[1], rig.districts[0]
        home, source = rig.home(victim), rig.home(other)
        with Load(rig, 2, SEED):
            shelf = SnapshotShelf(source.snapshots)
            assert wait_until(lambda: (shelf.newest() or 0) >= EVERY, HEAL_S, POLL_S)
        code, said = verb("snapshot", "--home", str(source.root), "--out", str(tmp_path / "one"))
        assert code == 0, said
        rig.city.stop(victim)
        code, said = verb("snapshot", "--home", str(home.root), "--out", str(tmp_path / "two"))
        assert code == 0, said
        rig.wipe(victim)
        begin = ("init", "--home", str(home.root), "--district", victim, "--genesis")
        genesis = str(source.genesis)
        broken = tmp_path / "broken"
        shutil.copytree(tmp_path / "two", broken)
        chunk = broken / "chunk-00000"
        chunk.write_bytes(chunk.read_bytes()[:-1] + b"\xc1")
        code, said = verb(*begin, genesis, "--from-snapshot", str(broken))
        assert (code, "N07" in said) == (1, True), said
        code, said = verb(*begin, genesis, "--from-snapshot", str(tmp_path / "two"))
        assert code == 0, said
        rig.start(victim)
        rig.settle()
        status = asked(f"{rig.city.doors(victim).public}/v1/status")[1]
        assert int(str(status["blocks_from"])) > 1
        code, said = verb(*begin, genesis, "--from-snapshot", str(tmp_path / "one"))
        assert code == 3, said
        assert require_one_word(rig) > 0
