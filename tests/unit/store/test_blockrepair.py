"""Repair: keep what is sound, fetch what is not, end with the log as it was."""

import pytest

from node.chain.types import Hash, Height
from node.store.blocklog import BlockLog, segment_name
from node.store.blockrepair import NEW_NAME, RepairReport, repair_block_log
from node.store.memoryfiles import MemoryFiles

CHAIN = Hash(bytes(range(32)))
COUNT = 9
SEGMENT_BYTES = 300


def pair(height: int) -> tuple[bytes, bytes]:
    return b"block %d" % height, b"certificate %d" % height


def filled() -> MemoryFiles:
    files = MemoryFiles()
    log = BlockLog(files, CHAIN, SEGMENT_BYTES)
    for height in range(1, COUNT + 1):
        log.append(Height(height), *pair(height))
        log.sync()
    return files


def everything(files: MemoryFiles) -> list[tuple[int, bytes, bytes]]:
    log = BlockLog(files, CHAIN, SEGMENT_BYTES)
    return [(s.height, s.block, s.certificate) for s in log.iterate(Height(0))]


ALL = [(height, *pair(height)) for height in range(1, COUNT + 1)]


def repaired(files: MemoryFiles) -> RepairReport:
    return repair_block_log(files, CHAIN, pair, Height(1), Height(COUNT))


def test_a_sound_log_is_left_alone() -> None:
    """Nothing fetched, nothing written."""
    files = filled()
    before = files.contents()
    assert repaired(files) == RepairReport(COUNT, ())
    assert files.contents() == before


@pytest.mark.feature("K7")
def test_any_flipped_byte_is_repaired_with_at_most_one_block_fetched() -> None:
    """Wherever the flip is, the log afterwards has every block."""
    contents = filled().contents()
    for name, data in contents.items():
        for offset in range(len(data)):
            flipped = bytearray(data)
            flipped[offset] ^= 0x10
            files = MemoryFiles({**contents, name: bytes(flipped)})
            assert len(repaired(files).fetched) <= 1
            assert everything(files) == ALL


@pytest.mark.feature("K7")
@pytest.mark.parametrize("victim", range(3))
def test_a_missing_segment_is_fetched(victim: int) -> None:
    """The first, a middle one or the last."""
    contents = filled().contents()
    names = sorted(contents)
    del contents[names[(0, 1, -1)[victim]]]
    files = MemoryFiles(contents)
    assert repaired(files).fetched
    assert everything(files) == ALL


def test_an_empty_log_is_fetched_whole() -> None:
    """Nothing left is the extreme case."""
    files = MemoryFiles()
    assert repaired(files).kept == 0
    assert everything(files) == ALL


def test_a_failing_fetch_loses_nothing() -> None:
    """The sound records stay, and the repair can be run again."""
    files = filled()
    file = files.open(segment_name(1))
    file.write(100, b"????")
    before = files.contents()

    def nobody(_: Height) -> tuple[bytes, bytes]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        repair_block_log(files, CHAIN, nobody, Height(1), Height(COUNT))
    assert files.contents() == before
    files.create(NEW_NAME)
    repaired(files)
    assert everything(files) == ALL
