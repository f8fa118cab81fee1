"""What a story leaves behind for strangers: archive, genesis, checkpoint, proofs; and what the auditor says of them.

The auditor and the verifier of proofs run as programs of their own, over these files alone.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from node.city.faults import went_otherwise
from node.city.story import Story
from node.city.supervisor import LocalCity
from node.console.language import same

AUDIT_S: Final = 120
AUDITED_PER_S: Final = 100
"""Transactions; far fewer than any machine does."""
FILES: Final = ("archive.bin", "genesis.json", "checkpoint.txt", "audit.json", "audit.md")


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """Where the files are.

    Attributes:
        root: the story's directory.
    """

    root: Path

    @property
    def archive(self) -> Path:
        """The whole chain."""
        return self.root / "archive.bin"

    @property
    def genesis(self) -> Path:
        """What a stranger trusts."""
        return self.root / "genesis.json"

    @property
    def checkpoint(self) -> Path:
        """The log's head with the districts' signatures."""
        return self.root / "checkpoint.txt"

    @property
    def proofs(self) -> Path:
        """Proof files."""
        return self.root / "proofs"

    def forget(self) -> None:
        """Remove what an earlier story left."""
        for name in FILES:
            (self.root / name).unlink(missing_ok=True)
        shutil.rmtree(self.proofs, ignore_errors=True)


class AuditedPosition(msgspec.Struct, frozen=True):
    """Net minutes that came from ``high`` to ``low``, and what of them is not settled."""

    low: str
    high: str
    net_min: int
    open_min: int


class AuditedIdentity(msgspec.Struct, frozen=True):
    """Two sums that must be equal."""

    name: str
    left: int
    right: int
    holds: bool


class Audit(msgspec.Struct, frozen=True):
    """The parts of the auditor's answer that the story looks at."""

    verdict: str
    exit: int
    height: int
    state_root: str
    transactions: int
    signatures: int
    city_totals: dict[str, int]
    districts: tuple[dict[str, int | str], ...]
    positions: tuple[AuditedPosition, ...]
    identities: tuple[AuditedIdentity, ...]

    def totals(self) -> Mapping[tuple[str, str], int]:
        """Every total by (district or ``city``, name)."""
        found = {("city", name): value for name, value in self.city_totals.items()}
        for district in self.districts:
            code = str(district["district"])
            found |= {(code, k): v for k, v in district.items() if isinstance(v, int)}
        return found


def collect(story: Story, files: EvidenceFiles) -> tuple[Path, ...]:
    """Write archive, genesis, checkpoint (where the districts have signed one by now) and proofs.

    Returns:
        The proof files.

    Raises:
        node.console.fault.Fault: a node does not hand something out.
    """
    collect_chain(story.stage.city, files)
    files.proofs.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, (reader, order) in story.settled.items():
        raw = reader.client.proof_of_record(reader.signer, order)
        written.append(_write(files.proofs / f"record-{name}.proof", raw))
    for name, person in story.people.items():
        raw = person.client.proof_of_state(person.signer, "person", person.id)
        written.append(_write(files.proofs / f"balance-{name}.proof", raw))
    return tuple(written)


def collect_chain(city: LocalCity, files: EvidenceFiles) -> None:
    """Write genesis, checkpoint (where there is one by now) and archive.

    Raises:
        node.console.fault.Fault: a node does not hand something out.
    """
    doors = city.doors(city.districts[0])
    shutil.copyfile(city.places.genesis, files.genesis)
    # The checkpoint comes first: an archive that is older could not be compared with it.
    note = doors.checkpoint()
    if note is not None:
        files.checkpoint.write_bytes(note)
    doors.save(f"{doors.operations}/export", files.archive)


def audit(files: EvidenceFiles, environment: Mapping[str, str], transactions: int = 0) -> Audit:
    """Run the auditor on the files; the more transactions, the longer it may take.

    Raises:
        node.console.fault.Fault: it does not find the archive sound.
    """
    report = files.root / "audit.md"
    words = ["verify", str(files.archive), "--genesis", str(files.genesis), "--json"]
    words += ["--report", str(report)]
    if files.checkpoint.is_file():
        words += ["--checkpoint", str(files.checkpoint)]
    raw = _run("audit", words, environment, AUDIT_S + transactions // AUDITED_PER_S)
    (files.root / "audit.json").write_bytes(raw)
    return msgspec.json.decode(raw, type=Audit)


def verify_proofs(
    files: EvidenceFiles, proofs: Iterable[Path], environment: Mapping[str, str]
) -> None:
    """Run the verifier of proofs on the proof files.

    Raises:
        node.console.fault.Fault: one does not hold.
    """
    words = ["verify-proof", *map(str, proofs), "--genesis", str(files.genesis), "--json"]
    _run("proofs", words, environment)


def _run(
    step: str, words: list[str], environment: Mapping[str, str], patience_s: int = AUDIT_S
) -> bytes:
    line = [sys.executable, "-m", "node", "audit", *words]
    done = subprocess.run(  # noqa: S603 - our own program
        line, env=dict(environment), capture_output=True, timeout=patience_s, check=False
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace") or done.stdout.decode("utf-8", "replace")
        raise went_otherwise(step, same(f"exit {done.returncode}\n{said}".strip()))
    return done.stdout


def _write(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path
