"""Verifiers made from the specification agree with the auditor: one in Python without our code, one in JavaScript."""

import ast
import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from node.chain.codec import encode
from node.chain.compact import from_parts, to_parts
from node.chain.errors import Malformed
from node.chain.genesis_document import to_document
from node.chain.proof import verify_proof
from tests.archives import archive_of, long_story, small_story
from tests.corruptions import corruptions
from tests.damages import Corruption
from tests.kernel_city import KernelCity
from tests.proofs import (
    absence_proof,
    balance_proof,
    final_proof,
    noted,
    supply_proof,
    transaction_proof,
)

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "tests" / "reference"
LINES_MAX = 300


@cache
def small() -> KernelCity:
    return small_story()


@cache
def planted() -> dict[str, Corruption]:
    return {one.name: one for one in corruptions(small())}


@pytest.fixture(scope="module")
def twin() -> Iterator[ModuleType]:
    """The small verifier, imported as a script finds it."""
    sys.path.insert(0, str(REFERENCE))
    yield importlib.import_module("verify_min")
    sys.path.remove(str(REFERENCE))


@pytest.fixture(scope="module")
def proof_twin(twin: ModuleType) -> ModuleType:
    """Its part for proofs."""
    assert twin.__name__ == "verify_min"
    return importlib.import_module("verify_min_proof")


def verdict(twin: ModuleType, city: KernelCity, archive: bytes) -> int:
    try:
        twin.verify_archive(archive, encode(city.genesis))
    except twin.Bad:
        return 1
    except twin.Cut:
        return 2
    return 0


@pytest.mark.parametrize("story", [small_story, long_story])
def test_the_small_verifier_accepts_sound_archives(twin: ModuleType, story: object):
    """Structure is everything that the specification says without the rules."""
    assert callable(story)
    city = story()
    assert verdict(twin, city, archive_of(city)) == 0


@pytest.mark.parametrize("name", sorted(planted()))
def test_the_small_verifier_sees_each_corruption_of_structure(twin: ModuleType, name: str):
    """What breaks only a rule or a root passes it; everything else does not."""
    corruption = planted()[name]
    assert verdict(twin, small(), corruption.archive) == (1 if corruption.structural else 0)


def test_the_small_verifier_calls_a_cut_archive_incomplete(twin: ModuleType):
    """Stopping early is no sign of damage."""
    archive = archive_of(small())
    assert {verdict(twin, small(), archive[:n]) for n in range(0, len(archive), 509)} == {2}


@pytest.mark.feature("F2")
@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (transaction_proof, "is in the log"),
        (final_proof, "became final at height 9"),
        (balance_proof, "present"),
        (absence_proof, "absent"),
        (supply_proof, "4 districts"),
        (lambda city: noted(city, final_proof(city)), "became final at height 9"),
        (lambda city: noted(city, balance_proof(city)), "present"),
        (lambda city: noted(city, supply_proof(city)), "4 districts"),
    ],
)
@pytest.mark.slow
def test_the_small_verifier_reads_each_claim(proof_twin: ModuleType, make: object, shown: str):
    """A proof file is enough, with genesis; one changed byte is too much."""
    assert callable(make)
    raw, genesis = make(small()), encode(small().genesis)
    assert shown in proof_twin.verify_proof(raw, genesis)
    refused = importlib.import_module("verify_min").Bad
    for position in range(0, len(raw), 7):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        with pytest.raises(refused):
            proof_twin.verify_proof(changed, genesis)


@pytest.mark.feature("L4")
@pytest.mark.parametrize("make", [final_proof, lambda city: noted(city, final_proof(city))])
def test_the_small_verifier_reads_the_codes_of_a_passbook_line(
    proof_twin: ModuleType, make: Callable[[KernelCity], bytes]
):
    """Scanned in any order, without a network: both readers agree; a lost code is refused."""
    proof, genesis = make(small()), encode(small().genesis)
    parts = to_parts(proof)
    scanned = "\n".join([*reversed(parts), parts[0]]).encode()
    assert from_parts(parts) == proof
    assert "became final at height 9" in proof_twin.verify_proof(scanned, genesis)
    refused = importlib.import_module("verify_min").Bad
    for bad in (parts[1:], [parts[0][:-1], *parts[1:]], ["TB1:1/1:00000000:AA"]):
        with pytest.raises(refused):
            proof_twin.verify_proof("\n".join(bad).encode(), genesis)


@pytest.mark.feature("L5")
def test_a_checkpoint_of_too_few_convinces_neither_verifier(proof_twin: ModuleType):
    """Two of four."""
    raw, genesis = noted(small(), supply_proof(small()), 2), small().genesis
    with pytest.raises(importlib.import_module("verify_min").Bad):
        proof_twin.verify_proof(raw, encode(genesis))
    with pytest.raises(Malformed):
        verify_proof(genesis, raw)


def code_lines(path: Path) -> int:
    text = path.read_text(encoding="utf-8")
    documented = 0
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            first = node.body[0]
            documented += (first.end_lineno or first.lineno) - first.lineno + 1
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return len(lines) - documented


def test_the_small_verifier_is_small_and_imports_nothing_of_ours():
    """Whoever trusts nobody reads it in an hour."""
    files = [REFERENCE / "verify_min.py", REFERENCE / "verify_min_proof.py"]
    imported = {
        name.partition(".")[0]
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    ours = imported - set(sys.stdlib_module_names) - {"msgpack", "nacl"}
    assert ours == {"verify_min", "verify_min_proof"}
    assert code_lines(files[0]) <= LINES_MAX


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Archives, a proof and the genesis document."""
    archive = archive_of(small())
    (tmp_path / "genesis.json").write_text(
        json.dumps(to_document(small().genesis)), encoding="utf-8"
    )
    (tmp_path / "sound.bin").write_bytes(archive)
    (tmp_path / "bad.bin").write_bytes(planted()["signature forged"].archive)
    (tmp_path / "cut.bin").write_bytes(archive[:-1])
    (tmp_path / "good.proof").write_bytes(transaction_proof(small()))
    (tmp_path / "bad.proof").write_bytes(transaction_proof(small())[:-1] + b"\x00")
    return tmp_path


CASES = [
    (("sound.bin",), 0),
    (("bad.bin",), 1),
    (("cut.bin",), 2),
    (("--proof", "good.proof"), 0),
    (("--proof", "bad.proof"), 1),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "code"), CASES)
def test_the_small_verifier_runs_as_a_program(files: Path, words: tuple[str, ...], code: int):
    """One command, three exit codes."""
    program = [sys.executable, str(REFERENCE / "verify_min.py"), *words, "genesis.json"]
    done = subprocess.run(program, cwd=files, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.feature("L2")
@pytest.mark.parametrize(("words", "code"), CASES)
def test_the_verifier_in_javascript_gives_the_same_verdicts(
    files: Path, words: tuple[str, ...], code: int
):
    """Another language, from the same pages."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed")
    script = ROOT / "tests" / "js" / "verify.mjs"
    command = [program, str(script), *words, "genesis.json"]
    done = subprocess.run(command, cwd=files, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
