"""The auditor as people run it: exit codes, both languages, one JSON document, a report, proofs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from node.audit.commands import audit_group
from node.chain.block import block_id
from node.chain.certificate import authority_set_hash
from node.chain.genesis_document import to_document
from tests.archives import archive_of, drafts_of, seal, small_story
from tests.corruptions import corruptions
from tests.proofs import balance_proof, transaction_proof

ROOT = Path(__file__).resolve().parents[3]
CITY = small_story()
SEALED = seal(CITY.genesis, drafts_of(CITY))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """An archive and its genesis document."""
    (tmp_path / "archive.bin").write_bytes(archive_of(CITY))
    (tmp_path / "genesis.json").write_text(json.dumps(to_document(CITY.genesis)), encoding="utf-8")
    return tmp_path


def run(*words: object) -> int:
    return audit_group.main([str(word) for word in words], standalone_mode=False)


def verify(files: Path, *words: object, archive: str = "archive.bin") -> int:
    return run("verify", files / archive, "--genesis", files / "genesis.json", *words)


@pytest.mark.feature("F1")
def test_a_sound_archive_exits_with_zero_and_one_document(
    files: Path, capsys: pytest.CaptureFixture[str]
):
    """Machines read totals, roots and the checkpoint from one JSON object."""
    assert verify(files, "--json") == 0
    seen = json.loads(capsys.readouterr().out)
    assert (seen["verdict"], seen["exit"], seen["finding"]) == ("sound", 0, None)
    assert (seen["height"], seen["transactions"]) == (10, 17)
    assert seen["state_root"] == CITY.ledger.tree.root.hex()
    assert seen["city_totals"]["issued_min"] == 6_000
    gulou = next(one for one in seen["districts"] if one["district"] == "gulou")
    assert (gulou["earned_min"], gulou["donated_min"], gulou["pool_min"]) == (60, 30, 30)
    assert all(one["holds"] for one in seen["identities"])


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("完好", "退出码 0")), ("en", ("Sound", "Exit code 0"))]
)
def test_people_read_the_verdict_and_the_exit_code_in_words(
    files: Path, capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]
):
    """Nobody has to know what zero means."""
    assert verify(files, "--lang", lang) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in words)


@pytest.mark.parametrize(
    ("lang", "place"), [("zh", "第 6 块第 0 笔交易"), ("en", "height 6, transaction 0")]
)
def test_a_violation_exits_with_one_and_names_the_place(
    files: Path, capsys: pytest.CaptureFixture[str], lang: str, place: str
):
    """Code, sentence, height and transaction, on stdout and as an error."""
    forged = next(one for one in corruptions(CITY) if one.name == "signature forged")
    (files / "bad.bin").write_bytes(forged.archive)
    assert verify(files, "--lang", lang, archive="bad.bin") == 1
    captured = capsys.readouterr()
    assert place in captured.out
    assert place in captured.err
    assert "V302" in captured.err
    assert "docs/audit.md#v302" in captured.err


def test_a_violation_is_one_document_too(files: Path, capsys: pytest.CaptureFixture[str]):
    """The finding has a stable code and name beside its sentence."""
    forged = next(one for one in corruptions(CITY) if one.name == "state root")
    (files / "bad.bin").write_bytes(forged.archive)
    assert verify(files, "--json", archive="bad.bin") == 1
    seen = json.loads(capsys.readouterr().out)
    assert seen["verdict"] == "violation"
    finding = seen["finding"]
    assert (finding["code"], finding["name"], finding["height"]) == ("V212", "state_root", 6)
    assert seen["height"] == 5
    assert seen["state_root"] == CITY.executions[4].staged.root.hex()


def test_half_an_archive_exits_with_two(files: Path, capsys: pytest.CaptureFixture[str]):
    """What was there is reported, and that it is not all."""
    archive = (files / "archive.bin").read_bytes()
    (files / "half.bin").write_bytes(archive[: len(archive) // 2])
    assert verify(files, "--json", archive="half.bin") == 2
    seen = json.loads(capsys.readouterr().out)
    assert (seen["verdict"], seen["finding"]["code"]) == ("incomplete", "incomplete")


def test_misuse_exits_with_three_and_a_missing_file_with_five(files: Path):
    """The shell tells a wrong command line from a wrong archive."""
    assert run("verify", files / "archive.bin") == 3
    assert run("verify", files / "archive.bin", "--genesis", files / "archive.bin") == 3
    assert verify(files, archive="nothing.bin") == 5


def test_a_genesis_document_that_contradicts_itself_is_a_violation(files: Path):
    """What people read and what counts must be the same."""
    document = to_document(CITY.genesis)
    document["genesis"] = {**document["genesis"], "city": "suzhou"}
    (files / "genesis.json").write_text(json.dumps(document), encoding="utf-8")
    assert verify(files) == 1


def test_the_report_says_what_the_tables_say(files: Path, capsys: pytest.CaptureFixture[str]):
    """A file to keep or to send on."""
    assert verify(files, "--lang", "en", "--report", files / "report.md") == 0
    report = (files / "report.md").read_text(encoding="utf-8")
    assert report.startswith("# Audit report\n")
    assert "| gulou | 100 h |" in report
    capsys.readouterr()


@pytest.mark.slow
def test_the_auditor_needs_the_base_installation_only():
    """No server, no database, no node beside it."""
    code = (
        "import sys, node.audit.commands;"
        "bad = {'fastapi', 'uvicorn', 'plyvel', 'structlog', 'prometheus_client', 'node.runtime', 'node.store',"
        " 'node.api', 'node.net', 'node.consensus', 'wallet'} & set(sys.modules);"
        "sys.exit(str(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.feature("F2")
def test_proofs_verify_by_genesis_alone_and_say_what_they_show(
    files: Path, capsys: pytest.CaptureFixture[str]
):
    """A transaction in the log and a balance in the state, each in a file of its own."""
    (files / "tx.proof").write_bytes(transaction_proof(CITY))
    (files / "balance.proof").write_bytes(balance_proof(CITY))
    words = ("--genesis", files / "genesis.json", "--json")
    assert run("verify-proof", files / "tx.proof", files / "balance.proof", *words) == 0
    seen = json.loads(capsys.readouterr().out)
    assert [one["subject"] for one in seen["proofs"]] == ["transaction", "person"]
    assert all(one["signers"] >= 3 for one in seen["proofs"])


def test_a_proof_that_does_not_hold_exits_with_one(files: Path, capsys: pytest.CaptureFixture[str]):
    """One bad file among several is named."""
    good = transaction_proof(CITY)
    (files / "good.proof").write_bytes(good)
    (files / "bad.proof").write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    words = ("--genesis", files / "genesis.json", "--lang", "en")
    assert run("verify-proof", files / "good.proof", files / "bad.proof", *words) == 1
    captured = capsys.readouterr()
    assert "It holds" in captured.out
    assert "It does not hold" in captured.out
    assert "bad.proof" in captured.err


def test_the_story_has_one_set_of_authorities():
    """Headers name the set of genesis throughout."""
    named = authority_set_hash(CITY.chain_id, CITY.genesis.authorities)
    assert {one.block.header.authorities_hash for one in SEALED} == {named}
    assert SEALED[0].id == block_id(CITY.chain_id, SEALED[0].block.header)
