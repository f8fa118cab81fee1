"""Proofs in the form of C2SP tlog-proof: back and forth without loss, and nothing but the one fault."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.audit.paper import as_proof
from node.audit.tlogproof import LEAD, from_tlog_proof, to_tlog_proof
from node.chain.errors import Malformed
from node.chain.genesis_document import to_document
from node.chain.proof import verify_proof
from tests.archives import small_story
from tests.proofs import all_proofs, balance_proof, noted, transaction_proof
from tests.unit.audit.test_proving import files, run

__all__ = ["files"]
CITY = small_story()
PROOFS = {
    name: noted(CITY, raw) for name, raw in all_proofs(CITY).items() if "checkpoint" not in name
}
TLOG = to_tlog_proof(noted(CITY, balance_proof(CITY)))


@pytest.mark.feature("L1")
@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_goes_into_the_common_form_and_comes_back(name: str) -> None:
    """Each claim; the judge is the same."""
    made = to_tlog_proof(PROOFS[name])
    assert made.startswith(LEAD)
    assert from_tlog_proof(made) == as_proof(made) == PROOFS[name]
    assert verify_proof(CITY.genesis, as_proof(made)).signers == 3


def test_a_proof_by_a_block_has_no_such_form() -> None:
    """The format needs a checkpoint."""
    with pytest.raises(Malformed):
        to_tlog_proof(transaction_proof(CITY))


@pytest.mark.feature("F2")
def test_no_byte_of_the_common_form_can_change() -> None:
    """Every fifth byte, by one bit."""
    for at in range(0, len(TLOG), 5):
        changed = TLOG[:at] + bytes([TLOG[at] ^ 1]) + TLOG[at + 1 :]
        with pytest.raises(Malformed):
            verify_proof(CITY.genesis, as_proof(changed))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 3_000))
def test_arbitrary_bytes_are_refused_with_the_one_fault(noise: bytes, at: int) -> None:
    """Alone after the lead, and written over a sound one."""
    for raw in (LEAD + noise, TLOG[:at] + noise + TLOG[at + len(noise) :]):
        if raw != TLOG:
            with pytest.raises(Malformed):
                verify_proof(CITY.genesis, as_proof(raw))


@pytest.mark.feature("L1")
def test_an_auditor_writes_the_common_form_and_anybody_verifies_it(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a checkpoint; without one it is a usage fault."""
    assert to_document(CITY.genesis) == json.loads((files / "genesis.json").read_text("utf-8"))
    out, genesis = files / "supply.tlog-proof", ("--genesis", files / "genesis.json")
    words = ("prove", files / "archive.bin", "supply", *genesis, "--out", out)
    assert run(*words, "--format", "tlog-proof") == 3
    note = ("--checkpoint", files / "note.txt")
    assert run(*words, *note, "--format", "tlog-proof") == 0
    assert run("verify-proof", out, *genesis) == 0
    capsys.readouterr()
