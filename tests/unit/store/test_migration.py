"""Old formats become new ones whatever happens on the way; newer ones are refused by their number."""

from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from node.chain.types import Hash, Height
from node.sim.disk import Fuse, PowerLoss, SimulatedDisk
from node.store import frames, numberfile, voteslot
from node.store.blocklog import BlockLog, segment_name
from node.store.faults import StorageCode, StorageFault
from node.store.files import Files
from node.store.formats import FORMATS, Kind, survey
from node.store.memoryfiles import MemoryFiles
from node.store.migration import STEPS, Migrated, migrate
from node.store.numberfile import CHECKPOINT, LEAP, read_number
from node.store.proposallog import ProposalLog
from node.store.segment import header_bytes
from node.store.votelog import NAME as VOTES
from node.store.votelog import VoteLog

CHAIN = Hash(bytes(range(32)))
STATEMENTS = f"statements-{0:016d}.log"
FORMAT_1 = {path.name: path.read_bytes() for path in (Path(__file__).parent / "formats1").iterdir()}
"""Files as the first format had them."""
NUMBERS = {CHECKPOINT: 4_242, LEAP: 86_400_000}


def present_files() -> MemoryFiles:
    """One file of each kind, of this release."""
    files = MemoryFiles({STATEMENTS: frames.pack(b"TBt1", 1, 0, b"")})
    BlockLog(files, CHAIN).append(Height(1), b"block", b"certificate")
    VoteLog.create(files, CHAIN)
    proposals = ProposalLog(files)
    proposals.start(Height(2))
    proposals.keep_block(b"body")
    for name, number in NUMBERS.items():
        numberfile.write_number(files, name, number)
    return files


def newer(kind: Kind, raw: bytes) -> bytes:
    """A file as the next release would begin it."""
    version = FORMATS[kind].newest + 1
    digit = str(version).encode("ascii")
    if kind is Kind.BLOCK_LOG:
        fields = raw[:4] + version.to_bytes(4, "big") + raw[8:48]
        return fields + sha256(fields).digest()[:16] + raw[64:]
    if kind is Kind.VOTE_LOG:
        checked = raw[:3] + digit + raw[4:480]
        return checked + sha256(checked).digest() + raw[voteslot.SECTOR_BYTES :]
    if kind is Kind.NUMBER:
        fields = raw[:3] + digit + raw[4:12]
        return fields + sha256(fields).digest()
    fields = raw[:3] + digit + raw[4:56]
    return fields + sha256(fields).digest()[:8] + raw[frames.FRAME_BYTES :]


@pytest.mark.feature("K10")
def test_files_of_this_release_are_left_alone() -> None:
    """Every kind says its format; nothing is written."""
    files = present_files()
    before = files.contents()
    assert {one.kind for one in survey(files)} == set(Kind)
    assert all(one.version == one.newest for one in survey(files))
    assert migrate(files) == ()
    assert files.contents() == before


@pytest.mark.feature("K10")
@pytest.mark.parametrize("kind", Kind)
def test_a_file_of_a_newer_release_is_refused_by_its_number(kind: Kind) -> None:
    """Before anything is migrated, and nothing is written."""
    files = MemoryFiles({**present_files().contents(), CHECKPOINT: FORMAT_1[CHECKPOINT]})
    name = next(one.name for one in survey(files) if one.kind is kind and one.name != CHECKPOINT)
    strange = MemoryFiles({**files.contents(), name: newer(kind, files.contents()[name])})
    before = strange.contents()
    with pytest.raises(StorageFault, match="made by a newer release") as caught:
        migrate(strange)
    fault = caught.value
    assert (fault.code, fault.file) == (StorageCode.UNKNOWN_FORMAT, name)
    assert f"format {FORMATS[kind].newest + 1}," in fault.reason
    assert strange.contents() == before


@pytest.mark.feature("K7", "K10")
@pytest.mark.parametrize("mask", [1, 2, 4, 8, 0xFF])
def test_a_flipped_format_is_damage_and_not_a_newer_release(mask: int) -> None:
    """The checksum over the beginning tells them apart."""
    for name, whole in present_files().contents().items():
        for at in range(8):
            raw = bytearray(whole)
            raw[at] ^= mask
            assert list(survey(MemoryFiles({name: bytes(raw)}))) == [], f"{name} at {at}"


@pytest.mark.feature("K10")
def test_files_of_the_first_format_are_migrated_and_kept() -> None:
    """The numbers are what they were; the old files stand beside them; the second time there is nothing to do."""
    files = MemoryFiles(FORMAT_1)
    assert migrate(files) == (
        Migrated(CHECKPOINT, 1, 2, "checkpoint.v1"),
        Migrated(LEAP, 1, 2, "leap.v1"),
    )
    assert {name: read_number(files, name) for name in NUMBERS} == NUMBERS
    assert {name: files.contents()[f"{name}.v1"] for name in NUMBERS} == FORMAT_1
    assert set(files.names()) == {*NUMBERS, "checkpoint.v1", "leap.v1"}
    assert migrate(files) == ()


def test_a_format_without_a_step_is_refused() -> None:
    """Of the very old, as of the new, the number is said."""
    name, raw = segment_name(1), bytearray(header_bytes(Height(1), CHAIN))
    raw[4:8] = bytes(4)
    raw[48:64] = sha256(raw[:48]).digest()[:16]
    assert (Kind.BLOCK_LOG, 0) not in STEPS
    with pytest.raises(StorageFault, match="format 0, which this release does not migrate to 1"):
        migrate(MemoryFiles({name: bytes(raw), VOTES: b""}))


def write_durably(files: Files, contents: dict[str, bytes]) -> None:
    """Files that stand there before anything happens."""
    for name, raw in contents.items():
        file = files.create(name)
        file.write(0, raw)
        file.sync()
    files.sync_directory()


@pytest.mark.feature("K10", "J2")
@pytest.mark.parametrize("seed", range(8))
def test_a_power_cut_at_any_point_of_a_migration_loses_nothing(seed: int) -> None:
    """At every single effect, also twice in a row; the next start ends it, and the old files are whole."""
    for first in range(40):
        fuse = Fuse()
        disk = SimulatedDisk(Random(f"{seed}/{first}"), fuse)
        write_durably(disk, FORMAT_1)
        cuts = 0
        for actions in (first, first // 2):
            fuse.light(actions)
            try:
                migrate(disk)
            except PowerLoss:
                cuts += 1
                disk.crash()
            fuse.quench()
        migrate(disk)
        assert {name: read_number(disk, name) for name in NUMBERS} == NUMBERS
        for name, raw in FORMAT_1.items():
            assert disk.durable(f"{name}.v1") == raw
        if not cuts:
            return
    pytest.fail("a migration has fewer effects than that")
