"""Candidates, catching-up policy, early messages, and when work is due."""

from hypothesis import given
from hypothesis import strategies as st

from node.chain.types import EpochMs, Height
from node.consensus.wire import BLOCKS_MAX
from node.runtime.candidates import CANDIDATES_MAX, Candidates
from node.runtime.early import EARLY_MAX, EARLY_MAX_BYTES, EarlyMessage, EarlyMessages
from node.runtime.sync import Sync
from node.runtime.timeouts import (
    RESEND_MAX_MS,
    SYNC_ANSWER_MS,
    Pace,
    resend_delay_ms,
    work_due_ms,
)
from tests.unit.runtime.desk import CHAIN, Desk, make_block, proposal_of

NOW = EpochMs(1_000_000)


def test_one_question_is_open_at_a_time_and_goes_to_who_claims_most() -> None:
    """The range is bounded."""
    sync = Sync()
    sync.claim("a", Height(5))
    sync.claim("b", Height(500))
    peer, question = sync.request(Height(3), NOW)
    assert (peer, question.first, question.count) == ("b", 4, BLOCKS_MAX)
    assert sync.request(Height(3), NOW) is None
    sync.answered("b")
    assert sync.request(Height(67), NOW)[0] == "b"


def test_who_fails_is_asked_last_until_it_speaks_again() -> None:
    """A claim is worth one question."""
    sync = Sync()
    sync.claim("a", Height(5))
    sync.claim("b", Height(500))
    sync.request(Height(3), NOW)
    late = EpochMs(NOW + SYNC_ANSWER_MS)
    assert sync.request(Height(3), late)[0] == "a"
    assert sync.behind(Height(3)) == 2
    sync.forget("a")
    assert sync.behind(Height(3)) == 0
    assert not sync.expects("a")


def test_early_messages_are_few_and_come_out_once() -> None:
    """By count and by bytes."""
    early = EarlyMessages()
    for _ in range(EARLY_MAX + 10):
        early.keep(EarlyMessage("a", 17, b"x", NOW))
    early.keep(EarlyMessage("b", 17, bytes(EARLY_MAX_BYTES + 1), NOW))
    early.keep(EarlyMessage("c", 17, b"y", NOW))
    early.forget("c")
    assert len(early.take()) == EARLY_MAX
    assert early.take() == []


def test_held_blocks_are_bounded_but_for_those_that_are_needed() -> None:
    """The oldest give way."""
    desk = Desk()
    candidates = Candidates(CHAIN)
    names = [
        candidates.hold(make_block(desk, 1, time_ms=desk.now + i))
        for i in range(CANDIDATES_MAX + 5)
    ]
    candidates.bound({names[0]})
    assert candidates.whole(names[0]) is not None
    assert candidates.whole(names[1]) is None
    assert sum(candidates.whole(name) is not None for name in names) == CANDIDATES_MAX


def test_a_candidate_is_whole_when_its_last_body_comes() -> None:
    """Bodies are given on by id."""
    desk = Desk()
    block = make_block(desk, 1, b"one", b"two")
    message = proposal_of(block, 1)
    name = message.proposal.block_id
    candidates = Candidates(CHAIN)
    candidates.offer(message, "d1")
    candidates.fill_raw(name, [b"one", b"other"])
    assert candidates.missing(name) == ("d1", message.transaction_ids[1:])
    assert candidates.whole(name) is None
    candidates.fill_raw(name, [b"two"])
    assert candidates.whole(name) == block
    assert candidates.bodies(name, message.transaction_ids[:1]) == (b"one",)


@given(
    st.booleans(),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_work_is_due_at_the_first_of_its_reasons(
    proposing: bool, oldest: int | None, timer: int | None, tip: int
) -> None:
    """Never later than the heartbeat; the proposer is first to see a transaction."""
    pace = Pace()
    due = work_due_ms(
        pace, proposing=proposing, oldest_ms=oldest, timer_due_ms=timer, tip_time_ms=tip
    )
    assert due <= tip + pace.heartbeat_ms
    if oldest is not None:
        assert due <= oldest + (pace.proposer_wait_ms if proposing else pace.others_wait_ms)
    if timer is not None:
        assert due <= max(timer, tip + 1)


def test_repetition_backs_off_and_never_ends() -> None:
    """One second, two, up to five."""
    assert [resend_delay_ms(i) for i in (1, 2, 5, 100)] == [1_000, 2_000, 5_000, RESEND_MAX_MS]
