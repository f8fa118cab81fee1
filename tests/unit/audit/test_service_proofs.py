"""Proofs of a service certificate's status: checked offline by the auditor, on paper, and by the small verifier."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from node.audit.commands import audit_group
from node.chain.codec import encode
from node.chain.compact import from_parts, to_parts
from node.chain.genesis_document import to_document
from node.chain.proof import verify_proof
from node.chain.records.service_certificates import (
    CertificateNumber,
    ServiceCertificate,
    check_code,
)
from tests.archives import archive_of
from tests.certified import told
from tests.kernel_city import GULOU

pytestmark = pytest.mark.feature("H2")
REFERENCE = Path(__file__).resolve().parents[2] / "reference"


@pytest.fixture
def proof_twin() -> Iterator[ModuleType]:
    """The small verifier's part for proofs, imported as a script finds it."""
    sys.path.insert(0, str(REFERENCE))
    yield importlib.import_module("verify_min_proof")
    sys.path.remove(str(REFERENCE))


@pytest.mark.parametrize("status", ["valid", "revoked"])
def test_the_small_verifier_reads_number_period_hours_and_status(
    proof_twin: ModuleType, status: str
):
    """And nothing of the person is in the file."""
    city, number, _, proofs = told()
    shown = proof_twin.verify_proof(proofs[status], encode(city.genesis))
    assert shown.startswith(f"certificate {number}: ")
    assert f", 60 and 0 minutes, {status} at height" in shown
    assert all(person not in proofs[status] for person in city.seeds)


def test_a_number_that_nobody_has_is_absent(proof_twin: ModuleType):
    """At that height."""
    city, _, _, proofs = told()
    shown = proof_twin.verify_proof(proofs["absent"], encode(city.genesis))
    assert shown.endswith("absent")


def test_a_proof_of_status_fits_on_paper():
    """In a few codes; what is scanned is the proof again."""
    _, _, _, proofs = told()
    parts = to_parts(proofs["valid"])
    assert len(parts) <= 4
    assert from_parts(reversed(parts)) == proofs["valid"]


@pytest.mark.parametrize(
    ("status", "lang", "words"),
    [
        ("valid", "en", ("Service certificate", "1 h", "valid")),
        ("revoked", "zh", ("服务记录证明", "1 小时", "已注销")),
    ],
)
def test_the_auditor_says_what_a_proof_of_status_shows(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    status: str,
    lang: str,
    words: tuple[str, ...],
):
    """Offline, with the genesis document alone; a machine gets the same four things."""
    city, number, _, proofs = told()
    genesis, file = tmp_path / "genesis.json", tmp_path / "certificate.bin"
    genesis.write_text(json.dumps(to_document(city.genesis)), encoding="utf-8")
    file.write_bytes(proofs[status])
    ask = ["verify-proof", str(file), "--genesis", str(genesis)]
    assert audit_group.main([*ask, "--lang", lang], standalone_mode=False) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in (number, *words))
    assert audit_group.main([*ask, "--json"], standalone_mode=False) == 0
    (one,) = json.loads(capsys.readouterr().out)["proofs"]
    assert (one["number"], one["status"], one["served_min"]) == (number, status, 60)
    file.write_bytes(proofs[status][:-1] + b"\x00")
    assert audit_group.main([*ask, "--json"], standalone_mode=False) == 1


@pytest.mark.slow
def test_the_auditor_proves_a_status_at_any_height_from_an_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Valid before it was given up, revoked after; a wrong number is usage, a check code of nobody is nothing."""
    city, number, missing, _ = told()
    genesis, archive, out = (
        tmp_path / name for name in ("genesis.json", "archive.bin", "proof.bin")
    )
    genesis.write_text(json.dumps(to_document(city.genesis)), encoding="utf-8")
    archive.write_bytes(archive_of(city))
    base = ["prove", str(archive), "certificate"]
    rest = ["--genesis", str(genesis), "--out", str(out)]
    tip = int(city.ledger.height)
    for height, status in ((tip - 1, "valid"), (tip, "revoked")):
        ask = [*base, number, *rest, "--at", str(height)]
        assert audit_group.main(ask, standalone_mode=False) == 0
        proven = verify_proof(city.genesis, out.read_bytes())
        assert isinstance(proven.subject, ServiceCertificate)
        assert (proven.height, proven.subject.status) == (height, status)
    assert audit_group.main([*base, missing, *rest], standalone_mode=False) == 0
    assert verify_proof(city.genesis, out.read_bytes()).subject is None
    wrong = f"{number[:-1]}{'0' if number[-1] != '0' else '1'}"
    assert audit_group.main([*base, wrong, *rest], standalone_mode=False) == 3
    _, year, _, _ = number.split("-")
    other = CertificateNumber(GULOU, int(year), 1, check_code(GULOU, int(year), 1, bytes(16)))
    assert audit_group.main([*base, other.text(), *rest], standalone_mode=False) == 2
    capsys.readouterr()
