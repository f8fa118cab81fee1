"""The block log: order, durability, torn tails, damage."""

from itertools import product
from pathlib import Path
from time import perf_counter

import pytest

from node.chain.types import Hash, Height
from node.store import frames
from node.store.blocklog import BlockLog, StoredBlock, segment_name, segment_names
from node.store.faults import StorageCode, StorageFault
from node.store.files import RealFiles
from node.store.memoryfiles import MemoryFiles
from node.store.segment import HEADER_BYTES
from tests.unit.store.recordingfiles import RecordingFiles

CHAIN = Hash(bytes(range(32)))
OTHER_CHAIN = Hash(bytes(32))
NAME = segment_name(1)


def block(height: int, size: int = 40) -> bytes:
    return bytes((height * 31 + i * 7) % 251 + 1 for i in range(size))


def certificate(height: int) -> bytes:
    return b"certificate of %d" % height


def filled(count: int, size: int = 40, segment_max_bytes: int = 1 << 20) -> MemoryFiles:
    files = MemoryFiles()
    log = BlockLog(files, CHAIN, segment_max_bytes)
    for height in range(1, count + 1):
        log.append(Height(height), block(height, size), certificate(height))
        log.sync()
    return files


def everything(log: BlockLog) -> list[StoredBlock]:
    return list(log.iterate(Height(0)))


def stored(count: int, size: int = 40) -> list[StoredBlock]:
    return [StoredBlock(Height(h), block(h, size), certificate(h)) for h in range(1, count + 1)]


def flipped(contents: dict[str, bytes], name: str, offset: int, mask: int) -> MemoryFiles:
    data = bytearray(contents[name])
    data[offset] ^= mask
    return MemoryFiles({**contents, name: bytes(data)})


def test_what_was_appended_is_read_after_opening_again(tmp_path: Path) -> None:
    """Blocks survive closing, on real files, across segments."""
    log = BlockLog(RealFiles(tmp_path), CHAIN, segment_max_bytes=400)
    for height in range(1, 11):
        log.append(Height(height), block(height), certificate(height))
        log.sync()
    log.close()
    again = BlockLog(RealFiles(tmp_path), CHAIN, segment_max_bytes=400)
    assert everything(again) == stored(10)
    assert (again.first_height, again.last_height, len(again)) == (1, 10, 10)
    assert len(segment_names(RealFiles(tmp_path))) > 2
    assert again.read(Height(11)) is None
    assert again.read(Height(0)) is None


def test_an_empty_log_has_no_heights() -> None:
    """Nothing appended, nothing there, before and after opening again."""
    log = BlockLog(MemoryFiles(), CHAIN)
    assert (log.first_height, log.last_height, len(log), everything(log)) == (None, None, 0, [])
    assert log.scrub(1_000) == 0
    log.sync()


def test_a_log_may_begin_above_one() -> None:
    """A node that starts from a snapshot begins its log where the snapshot ends."""
    files = MemoryFiles()
    log = BlockLog(files, CHAIN)
    log.append(Height(900), block(900), certificate(900))
    log.sync()
    assert BlockLog(files, CHAIN).first_height == 900


def test_heights_must_follow_each_other() -> None:
    """A hole in the log is our own mistake and is caught before it is written."""
    log = BlockLog(filled(2), CHAIN)
    with pytest.raises(AssertionError):
        log.append(Height(4), block(4), certificate(4))


def test_an_append_is_one_write_and_one_sync() -> None:
    """The hot path does no more than it must."""
    files = RecordingFiles(filled(1))
    log = BlockLog(files, CHAIN)
    log.append(Height(2), block(2), certificate(2))
    log.sync()
    log.sync()
    assert files.take() == [("write", NAME), ("sync", NAME)]


def test_a_new_segment_is_durable_before_a_block_goes_into_it() -> None:
    """The old segment, the new header and the directory are synced first, in this order."""
    files = RecordingFiles(filled(1))
    log = BlockLog(files, CHAIN, segment_max_bytes=10)
    log.append(Height(2), block(2), certificate(2))
    log.sync()
    new = segment_name(2)
    assert files.take() == [
        ("create", new),
        ("write", new),
        ("sync", new),
        ("sync directory", ""),
        ("write", new),
        ("sync", new),
    ]


@pytest.mark.feature("J2")
def test_every_prefix_of_a_log_opens_to_its_whole_blocks() -> None:
    """A crash at any byte of the writing loses at most the block being written."""
    contents = filled(4).contents()
    data = contents[NAME]
    ends = [HEADER_BYTES]
    while ends[-1] < len(data):
        frame = frames.parse(data[ends[-1] :])
        assert frame is not None
        ends.append(ends[-1] + frame.record_bytes)
    for size in range(len(data) + 1):
        files = MemoryFiles({NAME: data[:size]})
        log = BlockLog(files, CHAIN)
        whole = sum(1 for end in ends[1:] if end <= size)
        assert everything(log) == stored(whole)
        log.append(Height(whole + 1), block(whole + 1), certificate(whole + 1))
        log.sync()
        assert everything(BlockLog(files, CHAIN)) == stored(whole + 1)


def test_a_cut_is_reported_and_durable() -> None:
    """Opening says how many bytes it cut, and syncs the cut."""
    data = filled(2).contents()[NAME]
    files = RecordingFiles(MemoryFiles({NAME: data[:-5]}))
    log = BlockLog(files, CHAIN)
    assert log.cut_bytes > 0
    assert files.take() == [("truncate", NAME), ("sync", NAME)]


@pytest.mark.feature("J2")
def test_any_lost_sectors_of_the_last_write_are_cut() -> None:
    """A power cut may keep any subset of the sectors of an unsynced record; others stay."""
    before = filled(1, size=1_500).contents()[NAME]
    after = filled(2, size=1_500).contents()[NAME]
    sectors = range(len(before) // 512, -(-len(after) // 512))
    for kept in product((False, True), repeat=len(sectors)):
        data = bytearray(before.ljust(len(after), b"\x00"))
        for sector, keep in zip(sectors, kept, strict=True):
            if keep:
                data[sector * 512 : sector * 512 + 512] = after[sector * 512 : sector * 512 + 512]
        log = BlockLog(MemoryFiles({NAME: bytes(data)}), CHAIN)
        assert everything(log) == stored(2 if all(kept) else 1, size=1_500)


def test_lost_sectors_in_an_unsynced_batch_cut_from_the_first_loss() -> None:
    """Records that shared a sync go together when an early one is torn."""
    files = filled(1, size=1_500)
    log = BlockLog(files, CHAIN)
    for height in (2, 3):
        log.append(Height(height), block(height, 1_500), certificate(height))
    data = bytearray(files.contents()[NAME])
    data[2_048:2_560] = bytes(512)
    log = BlockLog(MemoryFiles({NAME: bytes(data)}), CHAIN)
    assert everything(log) == stored(1, size=1_500)


def test_a_lost_sector_of_a_durable_record_is_damage_and_nothing_is_cut() -> None:
    """Zeros where a later record says all was durable are not a torn write."""
    contents = filled(3, size=1_500).contents()
    data = bytearray(contents[NAME])
    data[2_048:2_560] = bytes(512)
    files = MemoryFiles({NAME: bytes(data)})
    with pytest.raises(StorageFault) as caught:
        BlockLog(files, CHAIN).read(Height(2))
    assert caught.value.code is StorageCode.BLOCK_LOG_DAMAGED
    assert files.contents() == {NAME: bytes(data)}


@pytest.mark.feature("K7")
@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_every_flipped_byte_is_found_when_opened_or_scrubbed(mask: int) -> None:
    """No flip changes an answer or shortens the log, wherever it is, across two segments."""
    contents = filled(5, segment_max_bytes=400).contents()
    assert len(contents) == 2
    for name, data in contents.items():
        for offset in range(len(data)):
            files = flipped(contents, name, offset, mask)
            with pytest.raises(StorageFault) as caught:
                BlockLog(files, CHAIN).scrub(1 << 30)
            assert caught.value.file == name
            assert caught.value.command("/h") == "timebank node repair --home /h"
            assert len(files.contents()[name]) == len(data)


@pytest.mark.feature("K7")
def test_a_flip_after_opening_is_found_by_reading() -> None:
    """The checksum is verified at every read, not only once."""
    files = filled(3)
    log = BlockLog(files, CHAIN)
    file = files.open(NAME)
    for offset in range(HEADER_BYTES, file.size()):
        old = file.read(offset, 1)
        file.write(offset, bytes((old[0] ^ 4,)))
        with pytest.raises(StorageFault, match=r"S04 .* at byte"):
            everything(log)
        file.write(offset, old)
    assert everything(log) == stored(3)


def test_a_missing_segment_is_named() -> None:
    """A hole between two files refuses to open and names the repair."""
    contents = filled(9, segment_max_bytes=300).contents()
    names = sorted(contents)
    assert len(names) > 2
    del contents[names[1]]
    with pytest.raises(StorageFault) as caught:
        BlockLog(MemoryFiles(contents), CHAIN)
    assert caught.value.code is StorageCode.BLOCK_LOG_INCOMPLETE
    assert caught.value.command("/h") == "timebank node repair --home /h"


def test_a_sealed_segment_is_never_cut() -> None:
    """Only the newest segment may have a torn tail."""
    contents = filled(9, segment_max_bytes=300).contents()
    first = sorted(contents)[0]
    contents[first] = contents[first][:-3]
    with pytest.raises(StorageFault) as caught:
        BlockLog(MemoryFiles(contents), CHAIN)
    assert caught.value.code is StorageCode.BLOCK_LOG_DAMAGED


@pytest.mark.parametrize("header", [b"", bytes(10), bytes(HEADER_BYTES)])
def test_a_segment_that_a_crash_left_unborn_is_removed(header: bytes) -> None:
    """A crash between creating a segment and syncing its header loses nothing."""
    contents = filled(2).contents()
    files = MemoryFiles({**contents, segment_name(3): header})
    log = BlockLog(files, CHAIN)
    assert everything(log) == stored(2)
    assert files.names() == (NAME,)


def test_a_log_of_another_chain_is_refused() -> None:
    """A mixed-up home directory is told apart from damage."""
    with pytest.raises(StorageFault) as caught:
        BlockLog(filled(1), OTHER_CHAIN)
    assert caught.value.code is StorageCode.WRONG_CHAIN


def test_a_full_disk_loses_nothing_that_was_synced() -> None:
    """The append raises, and what was acknowledged is there afterwards."""
    memory = filled(2)
    files = RecordingFiles(memory)
    log = BlockLog(files, CHAIN)
    files.full = True
    with pytest.raises(StorageFault) as caught:
        log.append(Height(3), block(3), certificate(3))
    assert caught.value.code is StorageCode.DISK_FULL
    assert everything(BlockLog(memory, CHAIN)) == stored(2)


def test_scrubbing_goes_round_in_steps() -> None:
    """Each call reads about its budget; the last one of a round ends short."""
    log = BlockLog(filled(6), CHAIN)
    record = len(block(1)) + len(certificate(1))
    assert [log.scrub(2 * record) for _ in range(4)] == [2 * record] * 3 + [0]
    assert log.scrub(record) == record


@pytest.mark.slow
def test_a_hundred_thousand_blocks_open_quickly(tmp_path: Path) -> None:
    """Opening looks at frames only; the bound is loose, the measured time a third of a second."""
    log = BlockLog(RealFiles(tmp_path), CHAIN)
    for height in range(1, 100_001):
        log.append(Height(height), b"block" * 100, b"certificate" * 30)
    log.sync()
    log.close()
    start = perf_counter()
    assert len(BlockLog(RealFiles(tmp_path), CHAIN)) == 100_000
    assert perf_counter() - start < 5
