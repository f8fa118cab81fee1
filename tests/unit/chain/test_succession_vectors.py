"""``tests/vectors/succession.json``, as a stranger's verifier and the auditor read it."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from node.audit.auditor import Auditor
from node.chain.genesis import decode_genesis
from node.chain.violations import Violation
from tests.reference.verify_min import Bad, verify_archive

ROOT = Path(__file__).resolve().parents[3]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/vectors/succession.json").read_text("utf-8"))
GENESIS, ARCHIVE = (bytes.fromhex(VECTORS[name]) for name in ("genesis", "archive"))


def audited(raw: bytes, genesis: bytes) -> Exception | None:
    """What the auditor holds against an archive."""
    return Auditor(decode_genesis(genesis), lambda: BytesIO(raw)).run().fault


@pytest.mark.feature("L2")
@pytest.mark.parametrize("chain", [VECTORS, VECTORS["candidate"]], ids=["changes", "candidate"])
def test_a_chain_whose_set_changes_is_sound(chain: dict[str, Any]) -> None:
    """For both; in one of them a district speaks before it has a seat."""
    raw, genesis = bytes.fromhex(chain["archive"]), bytes.fromhex(chain["genesis"])
    assert verify_archive(raw, genesis).startswith(f"sound: height {chain['height']}")
    assert audited(raw, genesis) is None


@pytest.mark.feature("L2")
@pytest.mark.parametrize("case", VECTORS["corruptions"], ids=lambda case: str(case["name"]))
def test_a_wrong_trail_is_refused_by_both(case: dict[str, Any]) -> None:
    """By the auditor with the code."""
    end = ARCHIVE[len(ARCHIVE) - case["end"] :]
    raw = ARCHIVE[: case["keep"]] + bytes.fromhex(case["then"]) + end
    with pytest.raises(Bad):
        verify_archive(raw, GENESIS)
    fault = audited(raw, GENESIS)
    assert isinstance(fault, Violation)
    assert f"V{fault.code.value}" == case["code"]
