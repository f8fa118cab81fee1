"""The auditor on the archive that the city left behind, as a process of its own."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from node.chain.genesis import Genesis
from node.chain.genesis_document import to_document


@dataclass(frozen=True, slots=True)
class AuditFigures:
    """A full verification with replay."""

    transactions: int
    one_process_s: float
    two_processes_s: float
    archive_bytes: int


def measure(archive: Path, genesis: Genesis) -> AuditFigures:
    """Verify twice, with one job and with two; both must find the archive sound."""
    document = archive.with_name("genesis.json")
    document.write_bytes(msgspec.json.encode(to_document(genesis)))
    one, transactions = _verify(archive, document, 1)
    two, _ = _verify(archive, document, 2)
    return AuditFigures(transactions, one, two, archive.stat().st_size)


def _verify(archive: Path, document: Path, jobs: int) -> tuple[float, int]:
    line = [
        sys.executable,
        "-m",
        "node",
        "audit",
        "verify",
        str(archive),
        "--genesis",
        str(document),
    ]
    start = time.perf_counter()
    done = subprocess.run([*line, "--jobs", str(jobs), "--json"], capture_output=True, check=True)
    spent = time.perf_counter() - start
    found = msgspec.json.decode(done.stdout)
    return spent, int(found["transactions"])
