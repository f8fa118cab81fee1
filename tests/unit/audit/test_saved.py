"""An audit that goes on: from an interruption, or with next month's archive. And what else it derives on the way."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.audit.auditor import Auditor, Outcome
from node.audit.commands import audit_group
from node.audit.saved import Saved, load
from node.chain.checkpoint import Checkpoint, Note, encode_note, origin_of, sign_line
from node.chain.genesis_document import to_document
from node.chain.types import EpochMs
from node.chain.violations import Incomplete, Violation, ViolationCode
from tests.archives import archive_of, drafts_of, seal, small_story, write_archive
from tests.corruptions import corruptions
from tests.kernel_city import seed_of

CITY = small_story()
SEALED = seal(CITY.genesis, drafts_of(CITY))
WHOLE = archive_of(CITY)


def first(blocks: int) -> bytes:
    return write_archive(CITY.genesis, SEALED[:blocks])


def audit(archive: bytes, saved: Saved | None = None) -> tuple[Auditor, Outcome]:
    auditor = Auditor(CITY.genesis, lambda: BytesIO(archive), saved=saved)
    return auditor, auditor.run()


def kept(tmp_path: Path, blocks: int) -> Saved:
    auditor, outcome = audit(first(blocks))
    assert outcome.fault is None
    auditor.keep(tmp_path / "state")
    return load(tmp_path / "state", CITY.genesis)


@pytest.mark.feature("F1")
@pytest.mark.parametrize("blocks", [1, 5, 9, 10])
def test_going_on_gives_what_starting_anew_gives(tmp_path: Path, blocks: int):
    """Same point, same state, same counts, all identities."""
    _, anew = audit(WHOLE)
    _, outcome = audit(WHOLE, kept(tmp_path, blocks))
    assert outcome.fault is None
    assert (outcome.point, outcome.state_root) == (anew.point, anew.state_root)
    assert (outcome.tally, outcome.identities) == (anew.tally, anew.identities)


@pytest.mark.slow
def test_a_corruption_after_the_saved_height_is_found_the_same(tmp_path: Path):
    """One before it makes another history, which the saved state is not of."""
    for one in corruptions(CITY):
        _, anew = audit(one.archive)
        _, outcome = audit(one.archive, kept(tmp_path, 3))
        assert isinstance(anew.fault, Violation)
        assert isinstance(outcome.fault, Violation), one.name
        if one.height > 3:
            assert (outcome.fault.code, outcome.fault.height) == (anew.fault.code, one.height)


def test_the_state_of_another_history_is_refused(tmp_path: Path):
    """The block at its height has another root than the file's state."""
    saved = kept(tmp_path, 5)
    other = small_story()
    other.wait(1_000)
    record = next(iter(saved.ledger.records))
    saved.ledger.adopt(
        saved.ledger.stage({record: None}),
        saved.ledger.frontier,
        saved.height,
        saved.ledger.time_ms,
    )
    fault = audit(WHOLE, saved)[1].fault
    assert isinstance(fault, Violation)
    assert (fault.code, fault.height) == (ViolationCode.FORK, 5)


def test_an_archive_older_than_the_saved_state_is_incomplete(tmp_path: Path):
    """It may be right; it is not what the auditor has seen."""
    assert isinstance(audit(first(4), kept(tmp_path, 5))[1].fault, Incomplete)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[:-1],
        lambda raw: raw[:50] + b"!" + raw[51:],
        lambda _: b"",
        lambda _: b"x" * 99,
    ],
)
def test_a_damaged_file_is_no_state(tmp_path: Path, damage: Callable[[bytes], bytes]):
    """Every byte is under the digest."""
    kept(tmp_path, 5)
    path = tmp_path / "state"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Violation, match="damaged"):
        load(path, CITY.genesis)
    kept(tmp_path, 5)
    with pytest.raises(Violation, match="another chain"):
        load(path, replace(CITY.genesis, created_ms=EpochMs(1)))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "archive.bin").write_bytes(WHOLE)
    (tmp_path / "first.bin").write_bytes(first(6))
    (tmp_path / "genesis.json").write_text(json.dumps(to_document(CITY.genesis)), encoding="utf-8")
    header = SEALED[9].block.header
    checkpoint = Checkpoint(
        origin_of(CITY.genesis.city, CITY.chain_id), header.log_size, header.log_root
    )
    note = Note(checkpoint, (sign_line(checkpoint, seed_of("checkpoint/gulou")),))
    (tmp_path / "note.txt").write_bytes(encode_note(note))
    return tmp_path


def run(*words: object) -> int:
    return audit_group.main([str(word) for word in words], standalone_mode=False) or 0


def test_the_command_keeps_its_progress(files: Path, capsys: pytest.CaptureFixture[str]):
    """This month's archive after last month's."""
    words = ("--genesis", files / "genesis.json", "--resume", files / "state", "--json")
    assert run("verify", files / "first.bin", *words) == 0
    assert run("verify", files / "archive.bin", *words) == 0
    seen = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (seen["height"], seen["transactions"]) == (10, 17)
    assert run("verify", files / "first.bin", *words) == 2
    capsys.readouterr()


@pytest.mark.feature("F5")
def test_everybody_draws_the_same_sample(files: Path, capsys: pytest.CaptureFixture[str]):
    """From the seed and the checkpoint alone; another seed may give another one."""
    words = ("--genesis", files / "genesis.json", "--checkpoint", files / "note.txt", "--json")
    for _ in range(2):
        assert run("sample", files / "archive.bin", *words, "--seed", "2026-11 双色球 7") == 0
    one, other = capsys.readouterr().out.splitlines()
    assert one == other
    seen = json.loads(one)
    assert (seen["settled_orders"], len(seen["sample"])) == (1, 1)
    assert seen["sample"][0]["paid_min"] == 60
    assert run("sample", files / "first.bin", *words, "--seed", "x") == 2
    assert run("sample", files / "archive.bin", *words, "--seed", "") == 3
    capsys.readouterr()


def test_a_checkpoint_is_derived_from_an_archive(files: Path, capsys: pytest.CaptureFixture[str]):
    """The text that the districts sign, at any height."""
    words = ("--genesis", files / "genesis.json", "--json")
    assert run("checkpoint", files / "archive.bin", *words) == 0
    seen = json.loads(capsys.readouterr().out)
    assert (files / "note.txt").read_text(encoding="utf-8").startswith(seen["text"])
    assert run("checkpoint", files / "archive.bin", *words, "--at", 4) == 0
    header = SEALED[3].block.header
    seen = json.loads(capsys.readouterr().out)
    assert (seen["size"], seen["root"]) == (header.log_size, header.log_root.hex())
    assert run("checkpoint", files / "archive.bin", *words, "--at", 11) == 2
    capsys.readouterr()
