"""What was said at decided heights is kept, found again, and forgotten in time."""

import pytest

from node.chain.certificate import check_evidence
from node.chain.types import Height
from node.consensus.wire import VotesMessage
from node.runtime.statements import (
    HEIGHTS_KEPT,
    HEIGHTS_PER_FILE,
    Lost,
    StatementLog,
    evidence_among,
    said,
)
from node.store.memoryfiles import MemoryFiles
from tests.unit.runtime.desk import (
    AUTHORITIES,
    CHAIN,
    Desk,
    make_block,
    precommit_of,
    prevote_of,
    proposal_of,
)


def test_what_was_said_is_found_again_after_a_restart() -> None:
    """By height, several times."""
    desk = Desk()
    votes = prevote_of(make_block(desk, 1), 0).votes
    files = MemoryFiles()
    StatementLog(files).keep(Height(7), votes)
    again = StatementLog(files)
    again.keep(Height(8), ())
    again.keep(Height(7), votes)
    assert again.of(Height(7)) == votes + votes
    assert again.of(Height(8)) == again.of(Height(900)) == ()


def test_a_torn_end_is_written_over() -> None:
    """What is sound before it stays."""
    desk = Desk()
    votes = prevote_of(make_block(desk, 1), 0).votes
    files = MemoryFiles()
    StatementLog(files).keep(Height(1), votes)
    (name,) = files.names()
    file = files.open(name)
    file.write(file.size(), b"TBt1 torn")
    again = StatementLog(files)
    again.keep(Height(2), votes)
    assert (again.of(Height(1)), again.of(Height(2))) == (votes, votes)


def test_old_heights_are_dropped_by_whole_files() -> None:
    """A thousand heights stay."""
    files = MemoryFiles()
    statements = StatementLog(files)
    for height in range(0, 3 * HEIGHTS_KEPT, HEIGHTS_PER_FILE):
        statements.keep(Height(height), ())
    assert len(files.names()) == HEIGHTS_KEPT // HEIGHTS_PER_FILE + 1


def test_a_decision_is_kept_with_its_votes_and_the_polka() -> None:
    """By the driver, before the block is committed."""
    desk = Desk()
    block = make_block(desk, 1)
    desk.hear(1, proposal_of(block, 1))
    for voter in (0, 1):
        desk.hear(voter, prevote_of(block, voter))
    held = said(desk.driver.state)
    assert len(held) == len(set(held)) == 5
    for voter in (0, 1):
        desk.hear(voter, precommit_of(block, voter))
    kept = desk.statements.of(Height(1))
    assert set(held) < set(kept)


def test_two_messages_that_convict_become_evidence_for_a_stranger() -> None:
    """Others are not accused."""
    desk = Desk()
    one, other = make_block(desk, 1), make_block(desk, 1, b"more")
    messages: list[VotesMessage] = [
        prevote_of(one, 0),
        prevote_of(other, 0),
        prevote_of(one, 2),
        precommit_of(one, 2),
    ]
    found = evidence_among(vote for message in messages for vote in message.votes)
    assert list(found) == [0]
    assert check_evidence(CHAIN, AUTHORITIES, found[0]).signer == 0


@pytest.mark.feature("K5", "K7")
@pytest.mark.parametrize("mask", [1, 0x80, 0xFF])
def test_a_damaged_record_is_left_out_and_told_and_those_behind_it_stay(mask: int) -> None:
    """Also after a restart, which writes behind all of them."""
    desk = Desk()
    votes = prevote_of(make_block(desk, 1), 0).votes
    files = MemoryFiles()
    statements = StatementLog(files)
    for height in (1, 2, 3):
        statements.keep(Height(height), votes)
    ((name, whole),) = files.contents().items()
    record = len(whole) // 3
    for at in range(record, 2 * record):
        raw = bytearray(whole)
        raw[at] ^= mask
        spoilt = MemoryFiles({name: bytes(raw)})
        again = StatementLog(spoilt)
        assert list(again.scrub()) == [Lost(name, record)]
        again.keep(Height(4), votes)
        found = [again.of(Height(height)) for height in (1, 2, 3, 4)]
        assert found == [votes, (), votes, votes]


def test_a_record_that_a_crash_cut_short_is_no_damage() -> None:
    """The last one of a file that ends inside it."""
    desk = Desk()
    votes = prevote_of(make_block(desk, 1), 0).votes
    files = MemoryFiles()
    StatementLog(files).keep(Height(1), votes)
    ((name, whole),) = files.contents().items()
    for length in range(len(whole)):
        assert list(StatementLog(MemoryFiles({name: whole[:length]})).scrub()) == []
