"""The vote log: nothing sent is ever forgotten, and a node that might have forgotten abstains."""

from itertools import product

import pytest

from node.chain.certificate import Precommit, Prevote, Proposal, SignedMessage
from node.chain.types import Hash, Height, Round
from node.store.faults import StorageCode, StorageFault
from node.store.memoryfiles import MemoryFiles
from node.store.votelog import NAME, NEW_NAME, OLD_NAME, SLOTS_BEFORE_RENEWAL, Condition, VoteLog
from node.store.voteslot import SECTOR_BYTES, SLOT_BYTES
from tests.unit.store.recordingfiles import RecordingFiles

CHAIN = Hash(bytes(range(32)))
BLOCK = Hash(b"b" * 32)
SIGNATURE = b"s" * 64


def proposal(height: int, round_: int = 0) -> Proposal:
    return Proposal(1, Height(height), Round(round_), 0, BLOCK, 2, SIGNATURE)


def prevote(height: int, round_: int = 0, block: Hash = BLOCK) -> Prevote:
    return Prevote(1, Height(height), Round(round_), block, 0, 2, SIGNATURE)


def precommit(height: int, round_: int = 0) -> Precommit:
    return Precommit(1, Height(height), Round(round_), BLOCK, 2, SIGNATURE)


def created() -> MemoryFiles:
    files = MemoryFiles()
    VoteLog.create(files, CHAIN)
    return files


def opened(files: MemoryFiles | RecordingFiles, tip: int = 0) -> VoteLog:
    return VoteLog(files, CHAIN, Height(tip))


def voted() -> MemoryFiles:
    """A log with three votes at height 1."""
    files = created()
    log = opened(files)
    log.append([proposal(1), prevote(1)])
    log.append([precommit(1)])
    return files


def offsets_of_slots(count: int) -> list[int]:
    """Every byte of the sectors of the first slots, and some of the padding between."""
    places = range(count * SLOT_BYTES)
    return [at for at in places if at % SLOT_BYTES < SECTOR_BYTES or at % 101 == 0]


def test_a_new_log_is_fresh_and_may_sign() -> None:
    """The log that comes with a new key has nothing in it and holds nothing back."""
    log = opened(created())
    assert (log.condition, log.may_sign, log.signs_above) == (Condition.FRESH, True, 0)
    assert log.messages(Height(1)) == ()


def test_votes_are_read_after_opening_again() -> None:
    """Everything signed at the height in flight is there, in order."""
    log = opened(voted())
    assert log.condition is Condition.WHOLE
    assert log.messages(Height(1)) == (proposal(1), prevote(1), precommit(1))
    assert log.messages(Height(2)) == ()


@pytest.mark.feature("K4")
def test_messages_signed_together_share_one_sync_and_are_durable_on_return() -> None:
    """A proposer's proposal and prevote cost one sync; nothing follows the sync."""
    files = RecordingFiles(created())
    log = opened(files)
    log.append([proposal(1), prevote(1)])
    assert files.take() == [("write", NAME), ("write", NAME), ("sync", NAME)]


def test_a_log_is_durable_before_it_has_its_name() -> None:
    """Creation syncs the content, renames, and syncs the directory."""
    files = RecordingFiles(MemoryFiles())
    VoteLog.create(files, CHAIN)
    assert files.take() == [
        ("create", NEW_NAME),
        ("write", NEW_NAME),
        ("write", NEW_NAME),
        ("sync", NEW_NAME),
        ("rename", NAME),
        ("sync directory", ""),
    ]


def test_a_log_is_never_created_over_another() -> None:
    """Making a log again would forget votes."""
    with pytest.raises(StorageFault) as caught:
        VoteLog.create(voted(), CHAIN)
    assert caught.value.code is StorageCode.FILE_EXISTS


@pytest.mark.feature("K7")
@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_every_flipped_byte_makes_the_node_abstain_or_changes_no_answer(mask: int) -> None:
    """The last slot is no exception; padding between the sectors is never read."""
    contents = voted().contents()[NAME][: 5 * SLOT_BYTES]
    expected = opened(voted()).messages(Height(1))
    for offset in offsets_of_slots(5):
        data = bytearray(contents)
        data[offset] ^= mask
        files = MemoryFiles({NAME: bytes(data)})
        log = opened(files)
        if offset % SLOT_BYTES < SECTOR_BYTES:
            assert (log.condition, log.may_sign) == (Condition.DAMAGED, False)
            assert f"slot {offset // SLOT_BYTES}" in log.reason
        else:
            assert log.condition is Condition.WHOLE
            assert log.messages(Height(1)) == expected
        assert files.contents()[NAME] == bytes(data), "nothing was cut"


@pytest.mark.feature("K4")
def test_any_lost_sectors_of_an_unacknowledged_append_leave_a_usable_log() -> None:
    """Slots that never were acknowledged may be there or not; earlier ones always are."""
    files = created()
    opened(files).append([precommit(1)])
    before = files.contents()[NAME]
    opened(files, tip=1).append([proposal(2), prevote(2)])
    after = files.contents()[NAME]
    for kept in product((False, True), repeat=2):
        data = bytearray(before)
        for number, keep in zip((2, 3), kept, strict=True):
            if keep:
                sector = slice(number * SLOT_BYTES, number * SLOT_BYTES + SECTOR_BYTES)
                data[sector] = after[sector]
        crashed = MemoryFiles({NAME: bytes(data)})
        log = opened(crashed, tip=1)
        assert log.may_sign
        messages = [m for m, keep in zip((proposal(2), prevote(2)), kept, strict=True) if keep]
        assert log.messages(Height(2)) == tuple(messages)
        assert log.messages(Height(1)) == (precommit(1),)
        log.append([precommit(2)])
        again = opened(crashed, tip=1)
        assert again.condition is Condition.WHOLE
        assert again.messages(Height(2)) == (*messages, precommit(2))


@pytest.mark.feature("K4")
def test_a_gap_where_a_vote_was_durable_makes_the_node_abstain() -> None:
    """Zeros in place of an acknowledged slot are a lost vote, and are not filled."""
    data = bytearray(voted().contents()[NAME])
    data[SLOT_BYTES : SLOT_BYTES + SECTOR_BYTES] = bytes(SECTOR_BYTES)
    log = opened(MemoryFiles({NAME: bytes(data)}))
    assert log.condition is Condition.DAMAGED


@pytest.mark.feature("J2")
@pytest.mark.slow
def test_every_prefix_of_a_log_gives_its_whole_slots_or_makes_the_node_abstain() -> None:
    """No length of the file is taken for an empty log."""
    data = voted().contents()[NAME]
    all_messages = opened(voted()).messages(Height(1))
    for size in (*range(4 * SLOT_BYTES + 1), len(data)):
        log = opened(MemoryFiles({NAME: data[:size]}))
        whole = (size + SLOT_BYTES - SECTOR_BYTES) // SLOT_BYTES
        if log.may_sign:
            assert whole >= 1
            assert log.messages(Height(1)) == all_messages[: whole - 1]
        else:
            assert log.condition is Condition.DAMAGED


@pytest.mark.feature("K4")
def test_a_missing_log_makes_the_node_abstain() -> None:
    """A key with no vote log may have signed anything."""
    log = opened(MemoryFiles())
    assert (log.condition, log.may_sign) == (Condition.MISSING, False)
    with pytest.raises(StorageFault) as caught:
        log.append([prevote(1)])
    assert caught.value.code is StorageCode.VOTE_LOG_UNUSABLE
    log.reach(Height(1))
    log.forget_below(Height(1))


@pytest.mark.feature("K4")
def test_a_log_older_than_the_block_log_makes_the_node_abstain() -> None:
    """A restored copy does not know what was signed since."""
    log = opened(voted(), tip=2)
    assert (log.condition, log.may_sign) == (Condition.STALE, False)
    assert "height 1" in log.reason


@pytest.mark.parametrize("tip", [1, 2, 3])
def test_a_node_that_decides_without_voting_is_not_taken_for_an_old_copy(tip: int) -> None:
    """A mark is written before such a block is durable; nothing is signed there afterwards."""
    files = voted()
    log = opened(files)
    log.reach(Height(3))
    log.append([prevote(4)])
    again = opened(files, tip=tip)
    assert again.condition is Condition.WHOLE
    assert again.signs_above == 3
    with pytest.raises(StorageFault) as caught:
        again.append([prevote(3, round_=1)])
    assert caught.value.code is StorageCode.VOTE_LOG_UNUSABLE


def test_deciding_where_the_node_voted_costs_nothing() -> None:
    """The vote itself shows how far the log reaches."""
    files = RecordingFiles(voted())
    opened(files).reach(Height(1))
    assert files.take() == []


@pytest.mark.feature("K4")
def test_a_rejoined_node_signs_above_the_block_of_its_rejoining_only() -> None:
    """The new log forbids every height at which the lost one can have voted."""
    files = MemoryFiles({NAME: b"rubbish"})
    log = opened(files, tip=6)
    assert log.condition is Condition.DAMAGED
    log.rejoin(Height(7))
    with pytest.raises(StorageFault):
        log.append([prevote(7)])
    log.append([prevote(8)])
    again = opened(files, tip=7)
    assert (again.condition, again.signs_above) == (Condition.WHOLE, 7)
    assert again.messages(Height(8)) == (prevote(8),)
    assert files.contents()[OLD_NAME] == b"rubbish"


def test_a_grown_log_is_renewed_and_keeps_what_is_not_decided() -> None:
    """Renewal drops decided heights, forbids them, and keeps votes above."""
    files = created()
    log = opened(files)
    log.append([prevote(1, round_=r) for r in range(SLOTS_BEFORE_RENEWAL)])
    log.append([prevote(2), precommit(2)])
    size = len(files.contents()[NAME])
    log.forget_below(Height(2))
    assert len(files.contents()[NAME]) < size // 2
    for current in (log, opened(files, tip=1)):
        assert current.messages(Height(1)) == ()
        assert current.messages(Height(2)) == (prevote(2), precommit(2))
        assert current.signs_above == 1
        assert current.may_sign
    log.append([prevote(2, round_=1)])
    assert len(opened(files, tip=1).messages(Height(2))) == 3


def test_renewal_is_durable_before_the_next_vote() -> None:
    """Content, name and directory, in this order; a small log is left alone."""
    files = RecordingFiles(created())
    log = opened(files)
    log.append([prevote(1)])
    files.take()
    log.forget_below(Height(2))
    assert files.take() == []
    log.append([prevote(1, round_=r) for r in range(1, SLOTS_BEFORE_RENEWAL)])
    files.take()
    log.forget_below(Height(2))
    assert files.take()[-3:] == [("sync", NEW_NAME), ("rename", NAME), ("sync directory", "")]


def test_a_half_made_renewal_is_removed() -> None:
    """A crash while renewing leaves the old log in force."""
    files = MemoryFiles({**voted().contents(), NEW_NAME: b"half"})
    log = opened(files)
    assert log.messages(Height(1)) == (proposal(1), prevote(1), precommit(1))
    assert NEW_NAME not in files.names()


def test_a_full_disk_refuses_the_vote() -> None:
    """The vote is not remembered as signed, and what was durable stays."""
    memory = voted()
    files = RecordingFiles(memory)
    log = opened(files)
    files.full = True
    with pytest.raises(StorageFault) as caught:
        log.append([prevote(2)])
    assert caught.value.code is StorageCode.DISK_FULL
    assert log.messages(Height(2)) == ()
    assert opened(memory).messages(Height(1)) == (proposal(1), prevote(1), precommit(1))


def test_slots_of_another_chain_are_not_ours() -> None:
    """Votes of a rehearsal are not read as votes of the city."""
    log = VoteLog(voted(), Hash(bytes(32)), Height(0))
    assert log.condition is Condition.DAMAGED


@pytest.mark.parametrize(
    "message", [proposal(2**53 - 1), prevote(1, block=Hash(b"")), precommit(1)]
)
def test_every_kind_of_message_fits_a_slot(message: SignedMessage) -> None:
    """The largest numbers and the nil vote come back as they were."""
    files = created()
    opened(files).append([message])
    assert opened(files).messages(message.height) == (message,)
