"""What an operator types at two in the morning, against nodes that run, nodes that stand still, and damaged disks."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from node.app.shelf import SnapshotShelf, base_of
from node.city.processes import wait_until
from node.cli import root
from node.config import NodeHome
from node.store.segment import HEADER_BYTES
from scripts.chaos.checks import require_kept, require_one_word
from scripts.chaos.load import Load
from scripts.chaos.rig import HEAL_S, POLL_S, Rig
from tests.e2e.test_snapshot_join import SnapshotRig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
SEED = 77
STORAGE, REFUSED, USAGE = 5, 1, 3


def typed(home: NodeHome, verb: str, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and document of ``timebank node VERB``."""
    environment = {"TIMEBANK_HOME": str(home.root), "TIMEBANK_LANG": "en"}
    line = ["node", verb, *words, "--json"]
    outcome = CliRunner().invoke(root, line, env=environment, prog_name="timebank")
    return outcome.exit_code, json.loads(outcome.stdout or outcome.stderr)


def refused_start(home: NodeHome) -> tuple[int, str]:
    """Exit code of a start that must end by itself, and what it said."""
    line = [sys.executable, "-m", "node", "node", "start", "--home", str(home.root), "--lang", "en"]
    done = subprocess.run(
        line, capture_output=True, text=True, check=False, cwd=ROOT, timeout=HEAL_S
    )
    return done.returncode, done.stdout + done.stderr


def flip(path: Path, at: int) -> None:
    """One byte of a file."""
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


def codes(document: dict[str, Any]) -> set[str]:
    """Of a doctor's findings; how full this machine's disk is does not matter here."""
    return {one["code"] for one in document["findings"] if one["code"]} - {"D05"}


@pytest.mark.feature("K6", "K7", "K10")
def test_every_verb_of_recovery_does_what_its_page_says(tmp_path: Path) -> None:
    """A running node is left alone; a damaged block, a lost database and a distrusted vote log are mended."""
    with Rig(tmp_path, 4, 40) as rig:
        with Load(rig, 2, SEED) as work:
            assert wait_until(lambda: len(work.history.told) >= 8, HEAL_S, POLL_S)
        rig.settle()
        victim, other = rig.districts[1], rig.districts[0]
        home = rig.home(victim)

        left_alone(home)
        rig.city.stop(victim)
        code, looked = typed(home, "doctor")
        assert (code, looked["running"], codes(looked)) == (0, False, set()), looked
        assert typed(home, "upgrade-check")[1]["opens"] is True
        code, sound = typed(home, "scrub")
        assert (code, sound["vote_log"], sound["mending"]) == (0, "whole", [])

        (segment,) = home.data.glob("blocks-*.log")
        flip(segment, HEADER_BYTES + 90)
        code, looked = typed(home, "doctor")
        assert (code, "S04" in codes(looked)) == (REFUSED, True)
        for code, said in (refused_start(home), typed(home, "scrub")):
            assert (code, "S04" in str(said)) == (STORAGE, True)
        code, mended = typed(home, "repair")
        assert (code, mended["fetched"], mended["kept"]) == (0, [1], mended["height"] - 1)

        (home.data / "state" / "CURRENT").write_bytes(b"nothing\n")
        code, said = refused_start(home)
        assert (code, "S07" in said, "timebank node rebuild" in said) == (STORAGE, True, True)
        assert typed(home, "upgrade-check")[0] == STORAGE
        code, rebuilt = typed(home, "rebuild")
        assert (code, rebuilt["state_root"]) == (0, mended["state_root"])

        code, state = typed(home, "rejoin")
        assert (code, state["before"], state["after"]) == (0, "whole", "missing")
        rig.start(victim)
        rig.settle()
        assert (home.data / "votes.unusable").is_file()
        assert rig.city.doors(victim).block_id(mended["height"]) == rig.city.doors(other).block_id(
            mended["height"]
        )
        assert work.history.lost == []
        require_kept(rig, work.history.told)
        assert require_one_word(rig) > 0


def left_alone(home: NodeHome) -> None:
    """No verb touches a node that runs, nor does a second start; the doctor asks it instead."""
    for verb in (("rebuild",), ("repair",), ("scrub",), ("sign-anyway", "--height", "1")):
        assert typed(home, *verb)[0] == STORAGE, verb
    code, said = refused_start(home)
    assert (code, "S10" in said) == (STORAGE, True), said
    assert typed(home, "rejoin") == (0, {"running": True, "abstains": False})
    code, looked = typed(home, "doctor")
    assert (code, looked["running"], looked["faults"]) == (0, True, 0), looked


@pytest.mark.feature("A9", "K6", "K7")
def test_a_home_begun_from_a_snapshot_is_rebuilt_scrubbed_and_made_whole(tmp_path: Path) -> None:
    """From base and block log; when the base has rotted, from the other districts. A chain without a quorum goes on."""
    with SnapshotRig(tmp_path, 4, 40) as rig:
        victim, other, third = rig.districts[1], rig.districts[0], rig.districts[2]
        home, shelf = rig.home(victim), SnapshotShelf(rig.home(other).snapshots)
        with Load(rig, 2, SEED) as work:
            assert wait_until(lambda: shelf.newest() is not None, HEAL_S, POLL_S)
            rig.kill(victim)
            rig.wipe(victim)
            rig.start(victim)
            rig.wait_ready([victim])
        rig.settle()
        rig.city.stop(victim)
        base = base_of(home.data)
        assert base.whole
        code, sound = typed(home, "scrub")
        assert (code, sound["mending"]) == (0, [])
        assert typed(home, "upgrade-check")[1]["opens"] is True
        code, rebuilt = typed(home, "rebuild")
        assert code == 0
        assert base.whole

        chunk = home.data / "base" / "chunk-00000"
        flip(chunk, 200)
        for verb, expected in (("doctor", REFUSED), ("scrub", STORAGE), ("rebuild", STORAGE)):
            code, said = typed(home, verb)
            assert (code, "S15" in str(said)) == (expected, True), said
        code, mended = typed(home, "repair")
        whole = mended["kept"] + mended["gathered"] + mended["older"]
        assert (code, mended["fetched"], whole) == (0, [], mended["height"]), mended
        assert mended["state_root"] == rebuilt["state_root"]
        assert not base.whole
        assert typed(home, "scrub")[0] == 0

        without_a_quorum(rig, (victim, third))
        require_kept(rig, work.history.told)


def without_a_quorum(rig: Rig, lost: Sequence[str]) -> None:
    """So many vote logs are gone that the chain waits; operators compare their logs and name a height."""
    for district in lost:
        rig.city.stop(district)
    for district in lost:
        assert typed(rig.home(district), "rejoin")[0] == 0
        rig.start(district)
    assert wait_until(lambda: all(_abstains(rig, one) for one in lost), HEAL_S, POLL_S)
    stands = max(map(rig.height, rig.districts))
    for district in lost:
        home = rig.home(district)
        rig.city.stop(district)
        code, said = typed(home, "sign-anyway", "--height", "1")
        assert code == USAGE, said
        code, state = typed(home, "sign-anyway", "--height", str(stands))
        assert (code, state["after"], state["signs_above"]) == (0, "whole", stands)
        assert b"sign-anyway" in (home.logs / "decisions.log").read_bytes()
        rig.start(district)
    assert rig.settle() > stands


def _abstains(rig: Rig, district: str) -> bool:
    status = rig.city.doors(district).status()
    return status is not None and "abstains" in status.reasons
