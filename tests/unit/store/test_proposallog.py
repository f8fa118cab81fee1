"""The proposal log: there before a precommit leaves, and never a reason to refuse the start."""

import pytest

from node.chain.types import Height
from node.store import proposallog
from node.store.memoryfiles import MemoryFiles
from node.store.proposallog import NAME, Kept, ProposalLog
from tests.unit.store.recordingfiles import RecordingFiles

BLOCKS = (b"first block " * 20, b"second block")
POLKA = b"polka " * 30


def filled() -> MemoryFiles:
    files = MemoryFiles()
    log = ProposalLog(files)
    log.start(Height(5))
    log.keep_block(BLOCKS[0])
    log.keep_polka(POLKA)
    log.keep_block(BLOCKS[1])
    log.sync()
    return files


def test_what_was_kept_is_there_after_opening_again() -> None:
    """Bodies and polkas of the height, in order."""
    assert ProposalLog(filled()).contents() == Kept(Height(5), BLOCKS, (POLKA,))


def test_an_empty_log_holds_nothing() -> None:
    """Height 0 says that nothing is here."""
    assert ProposalLog(MemoryFiles()).contents() == Kept(Height(0))


def test_everything_is_kept_once_and_a_second_sync_is_free() -> None:
    """What is here already costs neither write nor sync, after opening again too."""
    files = RecordingFiles(filled())
    log = ProposalLog(files)
    log.start(Height(5))
    log.keep_block(BLOCKS[0])
    log.keep_polka(POLKA)
    log.sync()
    assert files.take() == []
    log.keep_polka(b"another polka")
    log.sync()
    assert files.take() == [("write", NAME), ("sync", NAME)]


def test_a_new_height_forgets_the_one_before() -> None:
    """The file is written from its beginning; what remains behind is not read."""
    files = filled()
    log = ProposalLog(files)
    log.start(Height(6))
    assert log.contents() == Kept(Height(6))
    log.keep_block(b"new")
    log.sync()
    for current in (log, ProposalLog(files)):
        assert current.contents() == Kept(Height(6), (b"new",))


def test_a_new_height_changes_no_file_before_something_is_kept() -> None:
    """Starting a height is free."""
    files = RecordingFiles(filled())
    ProposalLog(files).start(Height(6))
    assert files.take() == []


@pytest.mark.feature("K7")
@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_no_flipped_byte_invents_or_changes_a_body(mask: int) -> None:
    """A damaged record is left out; every record that comes back is one that was kept."""
    data = filled().contents()[NAME]
    for offset in range(len(data)):
        flipped = bytearray(data)
        flipped[offset] ^= mask
        kept = ProposalLog(MemoryFiles({NAME: bytes(flipped)})).contents()
        assert set(kept.blocks) <= set(BLOCKS)
        assert set(kept.polkas) <= {POLKA}
        assert len(kept.blocks) + len(kept.polkas) < 3


@pytest.mark.feature("J2")
def test_every_prefix_opens() -> None:
    """A crash at any byte loses at most the records not yet synced."""
    data = filled().contents()[NAME]
    for size in range(len(data)):
        files = MemoryFiles({NAME: data[:size]})
        log = ProposalLog(files)
        assert set(log.contents().blocks) <= set(BLOCKS)
        log.start(Height(6))
        log.keep_block(b"new")
        assert ProposalLog(files).contents() == Kept(Height(6), (b"new",))


def test_a_full_log_starts_over_with_what_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds without end do not fill the disk, and the newest body is always kept."""
    monkeypatch.setattr(proposallog, "LOG_MAX_BYTES", 1_000)
    files = filled()
    log = ProposalLog(files)
    log.keep_block(b"n" * 600)
    assert log.contents() == Kept(Height(5), (b"n" * 600,))
    assert len(files.contents()[NAME]) <= 1_000


def test_a_file_that_one_height_made_large_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk space of a long height comes back."""
    monkeypatch.setattr(proposallog, "IDLE_MAX_BYTES", 100)
    files = filled()
    ProposalLog(files).start(Height(6))
    assert files.contents()[NAME] == b""
