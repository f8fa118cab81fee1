"""The auditor as a process of its own, on the archive of a city that has lived; and the size of the load's archive."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from scripts.big_archive import make

TRANSACTIONS: Final = 50_000
"""Of the lived city: long enough for the start of processes to be nothing beside it, made in some fifteen seconds."""


class Verified(msgspec.Struct):
    """What the auditor says of itself."""

    verdict: str
    transactions: int
    blocks: int
    signatures: int
    seconds: float
    """Without the start of the program."""


@dataclass(frozen=True, slots=True)
class AuditFigures:
    """A full verification with replay, by one process and by two."""

    one: Verified
    two: Verified
    bytes_per_transaction: float
    """Of the archive that the load left behind."""


def measure(archive: Path, transactions: int) -> AuditFigures:
    """Make a lived city and verify it twice; both times it must be sound.

    Args:
        archive: what the load left behind.
        transactions: how many stand in it.
    """
    with tempfile.TemporaryDirectory(prefix="timebank-bench-") as place:
        lived, document = Path(place) / "lived.bin", Path(place) / "genesis.json"
        make(lived, document, TRANSACTIONS)
        one, two = (_verify(lived, document, jobs) for jobs in (1, 2))
    return AuditFigures(one, two, archive.stat().st_size / transactions)


def _verify(archive: Path, document: Path, jobs: int) -> Verified:
    line = [sys.executable, "-m", "node", "audit", "verify", str(archive)]
    line += ["--genesis", str(document), "--jobs", str(jobs), "--json"]
    done = subprocess.run(line, capture_output=True, check=True)
    return msgspec.json.decode(done.stdout, type=Verified)
