"""The table of invariants names what exists."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from node.sim.mutants.all import MUTANTS
from scripts.doc_pages.invariant import Invariant
from scripts.doc_pages.invariants import CONSENSUS, GROUPS, INVARIANTS

ROOT = Path(__file__).resolve().parents[3]
CHECKERS = ROOT / "node" / "sim"
COUNTS = {"C": 19, "L": 12, "P": 8, "S": 5}
NAMES = {mutant.name for mutant in MUTANTS}


@cache
def _functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def _exists(reference: str) -> bool:
    if "::" in reference:
        path, name = reference.split("::")
        return (ROOT / path).is_file() and name in _functions(path)
    module, _, name = reference.partition(":")
    found: object = importlib.import_module(module)
    for part in name.split("."):
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda invariant: invariant.id)
def test_every_invariant_has_a_check_that_exists_and_can_fail(invariant: Invariant) -> None:
    """Importable names, tests that stand in their files, bugs that are planted."""
    assert invariant.checks
    assert invariant.fails
    assert [check for check in invariant.checks if not _exists(check)] == []
    assert [f for f in invariant.fails if f not in NAMES and not ("::" in f and _exists(f))] == []


def test_no_number_is_left_out() -> None:
    """Consensus, ledger, proofs, storage."""
    assert {letter: len(group) for _, letter, group in GROUPS} == COUNTS
    assert [entry.id for entry in CONSENSUS] == [f"C{n}" for n in range(1, 20)]


def test_what_a_run_may_break_has_a_number_of_the_table() -> None:
    """Each message of a broken run begins with it."""
    ids = {entry.id for entry in INVARIANTS}
    said = set()
    for path in CHECKERS.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        raised = re.findall(r"(?:Broken|Stalled|__init__)\(\s*f?\"([^\"]*)", text)
        assert all(re.match(r"C\d+: |\{law\}", line) for line in raised), (path, raised)
        said |= set(re.findall(r"\"(C\d+)[:\"]", text))
    assert said <= ids
    assert {f"C{n}" for n in range(1, 20)} - said <= {"C13", "C15"}
