"""``node doctor``: every fault of a real, really damaged home by its code, and not one byte changed."""

import json
import shutil
import socket
import ssl
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from node.app.checkpointing import NodeCheckpoints
from node.app.doctor.findings import Verdict
from node.app.doctor.home import Machine
from node.app.doctor.verbs import Diagnosis, examine
from node.chain.protocol import KNOWN_PROTOCOL
from node.chain.records import encode_record, key_of
from node.chain.records.settings import ProtocolRecord, policy_id
from node.chain.types import Height
from node.cli import root
from node.config import NodeHome, load, make_keys
from node.net.identity import TlsKey
from node.net.tls import PinnedTls
from node.store.faults import StorageFault
from node.store.files import RealFiles
from node.store.level import LevelKeyValue
from node.store.nodelock import node_lock
from node.store.numberfile import read_number
from node.store.segment import HEADER_BYTES
from tests.unit.app.homes import CREATED_MS, GULOU, RealHome, make_home

LATER_MS = CREATED_MS + 3_600_000
PLENTY = 100 << 30
FORMATS_1 = Path(__file__).parents[1] / "store" / "formats1"
"""Files as the first format had them."""


def machine(now_ms: int = LATER_MS, free_bytes: int = PLENTY) -> Callable[[NodeHome], Machine]:
    """A machine of these values."""
    return lambda _: Machine(now_ms, free_bytes)


def look(made: RealHome, at: Callable[[NodeHome], Machine] | None = None) -> Diagnosis:
    """A look that must leave every byte as it was."""
    before = made.contents()
    found = examine(made.home, {}, at or machine())
    assert made.contents() == before
    return found


def codes(found: Diagnosis, verdict: Verdict = Verdict.FAULT) -> set[str]:
    """Codes of one verdict."""
    return {one.code for one in found.findings if one.verdict is verdict}


def run(made: RealHome, *line: str) -> tuple[int, dict[str, Any]]:
    """One command's exit code and its document."""
    environment = {"TIMEBANK_HOME": str(made.root), "TIMEBANK_LANG": "en"}
    outcome = CliRunner().invoke(root, [*line, "--json"], env=environment, prog_name="timebank")
    return outcome.exit_code, json.loads(outcome.stdout)


@pytest.fixture(name="made")
def _made(tmp_path: Path) -> RealHome:
    return make_home(tmp_path)


def newest_segment(made: RealHome) -> Path:
    """The block log's last file."""
    return sorted(made.home.data.glob("blocks-*.log"))[-1]


def damage(path: Path, at: int) -> None:
    """Flip a byte."""
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


@pytest.mark.feature("K7")
def test_a_sound_home_has_no_fault(made: RealHome) -> None:
    """And the next start is said to need nothing."""
    found = look(made)
    assert codes(found) == codes(found, Verdict.WARN) == set(), found.findings
    assert not found.running


@pytest.mark.slow
@pytest.mark.feature("K7")
def test_six_planted_faults_are_all_reported(made: RealHome) -> None:
    """Clock, port, key mode, keys of another seat, space, a damaged database; the command exits 1."""
    made.home.key("operator").chmod(0o644)
    (made.home.data / "state" / "CURRENT").write_bytes(b"nothing\n")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(load(made.root, {}, {}).public_listen)
        taken.listen()
        found = look(made, machine(now_ms=CREATED_MS - 5_000, free_bytes=1 << 30))
        exit_code, said = run(made, "node", "doctor")
    assert codes(found) == {"D03", "D05", "D06", "D09", "S07"}
    assert all(one.remedy.en != "-" for one in found.findings if one.verdict is Verdict.FAULT)
    assert exit_code == 1
    assert {"D03", "D09", "S07"} <= {one["code"] for one in said["findings"]}


def test_keys_of_another_seat_are_found(made: RealHome) -> None:
    """By all four names."""
    for path in (made.root / "keys").iterdir():
        path.unlink()
    made.home.write_keys(make_keys())
    assert codes(look(made)) == {"D04"}
    made.home.key("tls").unlink()
    assert codes(look(made)) == {"D03"}


def test_a_damaged_configuration_or_genesis_is_one_finding_of_many(made: RealHome) -> None:
    """The rest is still looked at."""
    made.home.config.write_text('district = "gulou"\n[doors]\npublic = "nowhere"\n', "utf-8")
    made.home.genesis.write_text("{}", "utf-8")
    assert codes(look(made)) == {"D01", "D02"}


@pytest.mark.feature("K7")
def test_damaged_stores_have_their_storage_codes(made: RealHome) -> None:
    """A block that nobody has read for long, the vote log damaged and gone."""
    segment = newest_segment(made)
    whole = segment.read_bytes()
    damage(segment, HEADER_BYTES + 80)
    assert codes(look(made)) == {"S04"}
    segment.write_bytes(whole)
    damage(made.home.data / "votes.log", 100)
    assert codes(look(made)) == {"S06"}
    (made.home.data / "votes.log").unlink()
    assert codes(look(made)) == {"S06"}


@pytest.mark.feature("J2")
def test_a_torn_tail_is_no_fault_and_stays(made: RealHome) -> None:
    """The next start cuts it; the look does not."""
    segment = newest_segment(made)
    segment.write_bytes(segment.read_bytes() + b"TBb1 torn")
    found = look(made)
    assert codes(found) == set()
    assert codes(found, Verdict.WARN) == {"D07"}


def test_a_shortened_block_log_is_a_fault(made: RealHome) -> None:
    """The database knows blocks that the log lost."""
    newest_segment(made).unlink()
    assert "S05" in codes(look(made))


def test_a_running_node_is_asked_and_its_stores_left_alone(made: RealHome) -> None:
    """Nobody answers at its door here: a warning with the next command."""
    with node_lock(RealFiles(made.home.data)):
        found = look(made)
    assert found.running
    assert codes(found, Verdict.WARN) == {"D12"}


@pytest.mark.slow
def test_peers_are_knocked_at_and_their_certificates_compared(tmp_path: Path) -> None:
    """Nobody there: a warning. Somebody with another key: a fault. The pinned key: well."""
    made = make_home(tmp_path, blocks=0, seats=4)
    peer, *_ = load(made.root, {}, {}).peers
    assert codes(look(made), Verdict.WARN) == {"D10"}
    right = made.founding.nodes[peer.name].tls  # type: ignore[index]
    for seed, expected in ((make_keys().tls, {"D11"}), (right, set())):
        with socket.create_server((peer.host, peer.port)) as door:
            pins = (TlsKey(made.home.read_keys().tls).public_key,)
            context = PinnedTls(TlsKey(seed), pins).server_context
            thread = threading.Thread(target=_answer_once, args=(door, context))
            thread.start()
            assert codes(look(made)) == expected
            thread.join()


def _answer_once(door: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = door.accept()
    try:
        context.wrap_socket(plain, server_side=True).close()
    except OSError:
        plain.close()


@pytest.mark.feature("K10")
def test_this_release_opens_its_own_data(made: RealHome) -> None:
    """Every format is named and known, and a trial of opening changes nothing."""
    before = made.contents()
    exit_code, said = run(made, "node", "upgrade-check")
    assert (exit_code, said["opens"]) == (0, True)
    subjects = {one["subject"] for one in said["formats"]}
    assert {"Genesis", "Block log", "Vote log", "Protocol of the newest block"} <= subjects
    assert made.contents() == before


@pytest.mark.feature("K10")
def test_data_of_a_newer_release_is_named_with_its_format(made: RealHome) -> None:
    """A block log of format 2: not opened, exit 5, and S09 names this command."""
    segment = newest_segment(made)
    raw = bytearray(segment.read_bytes())
    raw[4:8] = (2).to_bytes(4, "big")
    raw[48:64] = sha256(raw[:48]).digest()[:16]
    segment.write_bytes(raw)
    exit_code, said = run(made, "node", "upgrade-check")
    assert (exit_code, said["opens"]) == (5, False)
    (bad,) = [one for one in said["formats"] if one["fit"] == "unknown"]
    assert (bad["subject"], bad["found"], bad["opens"]) == ("Block log", 2, 1)
    assert codes(look(made)) == {"S09"}


@pytest.mark.feature("K10")
def test_a_decided_protocol_that_this_release_does_not_know_is_told_before_its_height(
    made: RealHome,
) -> None:
    """A warning while the node may still go on, ``S13`` where it stops; no release for this data either way."""
    store = LevelKeyValue(made.home.data / "state")
    key = b"r" + key_of(ProtocolRecord, policy_id(KNOWN_PROTOCOL + 1))
    for height, faults, warnings in ((900, set(), {"D13"}), (4, {"S13"}, set())):
        change = ProtocolRecord(KNOWN_PROTOCOL + 1, Height(height), bytes(16))
        store.write([(key, encode_record(change))])
        store.close()
        found = look(made)
        assert (codes(found), codes(found, Verdict.WARN)) == (faults, warnings)
        assert run(made, "node", "upgrade-check")[0] == 5
        store = LevelKeyValue(made.home.data / "state")
    store.close()


@pytest.mark.feature("K10")
def test_files_of_an_older_format_are_migrated_by_the_start_and_kept(made: RealHome) -> None:
    """The check before the upgrade says so and changes nothing; the start does it; the old file stays."""
    for path in FORMATS_1.iterdir():
        shutil.copyfile(path, made.home.data / path.name)
    before = made.contents()
    exit_code, said = run(made, "node", "upgrade-check")
    assert (exit_code, said["opens"]) == (0, True)
    migrating = {one["file"]: one["found"] for one in said["formats"] if one["fit"] == "migrates"}
    assert migrating == {"checkpoint": 1, "leap": 1}
    assert made.contents() == before
    with made.opened():
        pass
    files = RealFiles(made.home.data)
    assert read_number(files, "checkpoint") == 4_242
    for path in FORMATS_1.iterdir():
        assert (made.home.data / f"{path.name}.v1").read_bytes() == path.read_bytes()
    assert codes(look(made)) == codes(look(made), Verdict.WARN) == set()


@pytest.mark.feature("K10")
def test_a_start_refuses_a_file_of_a_newer_release_by_its_number(made: RealHome) -> None:
    """And migrates nothing else meanwhile."""
    fields = b"TBn3" + bytes(8)
    (made.home.data / "leap").write_bytes(fields + sha256(fields).digest())
    shutil.copyfile(FORMATS_1 / "checkpoint", made.home.data / "checkpoint")
    before = made.contents()
    refused = pytest.raises(StorageFault, match="S09 leap: format 3, made by a newer release")
    with refused, made.opened():
        pass
    assert {**made.contents(), "data/node.lock": b""} == {**before, "data/node.lock": b""}


@pytest.mark.feature("K7")
def test_a_damaged_checkpoint_file_mends_itself(made: RealHome) -> None:
    """Nothing above the tip was ever signed: the node signs above it, and the file is whole again."""
    (made.home.data / "checkpoint").write_bytes(b"TBn2" + bytes(40))
    said: list[tuple[int, bytes]] = []
    with made.opened() as node:
        files, seed = node.stores.files, made.home.read_keys().checkpoint
        NodeCheckpoints(
            node.executor, files, node.clock, GULOU, seed, lambda *frame: said.append(frame)
        )
        made.decide(node, 1)
        newest = node.executor.kept_header(node.executor.tip.height)
        assert newest is not None
        assert len(said) == 1
        assert read_number(files, "checkpoint") == newest.header.log_size
