"""Budgets, delays, penalties, queues and pings: their bounds, without sockets."""

import pytest

from node.net.budget import Backoff, Penalty, TokenBucket
from node.net.faults import FaultCode, PeerFault
from node.net.frames import FrameParser
from node.net.liveness import Liveness, check_ping
from node.net.sendqueue import SendQueue

VOTE, BODY = 16, 128


def test_a_budget_refills_with_time_up_to_its_burst() -> None:
    """Ten at once, two a second, never more than ten."""
    bucket = TokenBucket(per_s=2, burst=10, now_s=0)
    assert bucket.allows(10, now_s=0)
    assert not bucket.allows(1, now_s=0)
    assert bucket.allows(2, now_s=1)
    assert not bucket.allows(11, now_s=100)
    assert bucket.allows(10, now_s=100)


def test_a_refused_spending_costs_nothing() -> None:
    """Knocking does not keep the door shut."""
    bucket = TokenBucket(per_s=1, burst=1, now_s=0)
    bucket.allows(1, now_s=0)
    for _ in range(100):
        assert not bucket.allows(1, now_s=0.5)
    assert bucket.allows(1, now_s=1)


def test_credit_tells_how_long_it_takes_to_pay() -> None:
    """Bytes that were read are read; the debt says when to go on."""
    bucket = TokenBucket(per_s=100, burst=50, now_s=0)
    assert bucket.take(50, now_s=0) == 0
    assert bucket.take(25, now_s=0) == pytest.approx(0.25)
    assert bucket.take(0, now_s=0.25) == 0


def test_a_clock_that_steps_back_earns_nothing() -> None:
    """Not even a monotonic clock is trusted with the sign."""
    bucket = TokenBucket(per_s=1_000, burst=10, now_s=5)
    assert bucket.allows(10, now_s=5)
    assert not bucket.allows(1, now_s=4)


def test_delays_double_to_their_bound_and_jitter_shortens_them() -> None:
    """Without jitter 1, 2, 4, 4; with all of it half of that."""
    plain = Backoff(1, 4, lambda: 0.0)
    assert [plain.next_s() for _ in range(4)] == [1, 2, 4, 4]
    plain.reset()
    assert plain.next_s() == 1
    jittered = Backoff(1, 4, lambda: 1.0)
    assert [jittered.next_s() for _ in range(3)] == [0.5, 1, 2]


@pytest.mark.feature("K11")
def test_penalties_double_to_five_minutes_and_are_forgotten() -> None:
    """Never for good."""
    penalty = Penalty(1, 300, 3_600)
    assert penalty.left_s(0) == 0
    now_s = 0.0
    lengths = []
    for _ in range(11):
        lengths.append(penalty.strike(now_s))
        assert penalty.left_s(now_s) == lengths[-1]
        now_s += lengths[-1]
        assert penalty.left_s(now_s) == 0
    assert lengths == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert penalty.strike(now_s + 3_601) == 1
    assert penalty.strikes == 12


def test_urgent_frames_overtake_bulk() -> None:
    """A vote queued after a block leaves before it."""
    queue = SendQueue(10_000, 10)
    queue.put(BODY, b"block")
    queue.put(VOTE, b"one")
    queue.put(VOTE, b"two")
    frames = list(FrameParser().feed(queue.take(10_000)))
    assert [payload for _, payload in frames] == [b"one", b"two", b"block"]
    assert (len(queue), queue.waiting_bytes) == (0, 0)


@pytest.mark.feature("K11")
def test_a_full_queue_refuses_bulk_and_makes_room_for_votes() -> None:
    """Bulk is pushed out newest first; when only votes are left, a vote is refused too."""
    queue = SendQueue(max_bytes=100, max_frames=3)
    assert queue.put(BODY, b"a")
    assert queue.put(BODY, b"b")
    assert queue.put(BODY, b"c")
    assert not queue.put(BODY, b"d")
    assert all(queue.put(VOTE, b"v") for _ in range(2))
    assert queue.discarded == 3
    assert [payload for _, payload in FrameParser().feed(queue.take(100))] == [b"v", b"v", b"a"]
    assert not queue.put(VOTE, bytes(96))
    assert queue.waiting_bytes == 0


def test_frames_are_joined_up_to_the_size_of_a_write() -> None:
    """A larger frame goes alone and whole."""
    queue = SendQueue(10_000, 10)
    for size in (10, 10, 500):
        queue.put(VOTE, bytes(size))
    assert len(queue.take(100)) == 30
    assert len(queue.take(100)) == 505
    assert queue.take(100) == b""


def test_a_probe_is_answered_by_its_own_pong_only() -> None:
    """An answer to an older ping does not count as life now; each probe is told once."""
    told: list[tuple[str, bool]] = []
    liveness = Liveness(0)
    older = liveness.ping()
    probe = liveness.probe(lambda alive: told.append(("first", alive)))
    liveness.pong(older, 1)
    assert told == []
    assert not liveness.answered(probe)
    liveness.pong(probe, 2)
    assert told == [("first", True)]
    liveness.probe(lambda alive: told.append(("second", alive)))
    liveness.give_up()
    liveness.give_up()
    assert told == [("first", True), ("second", False)]
    assert liveness.silent_s(5) == 3


@pytest.mark.parametrize("payload", [b"", bytes(8), (2).to_bytes(8, "big"), bytes(9)])
def test_a_pong_without_its_ping_is_a_fault(payload: bytes) -> None:
    """Numbers from the future, from the past and of other shapes."""
    liveness = Liveness(0)
    liveness.ping()
    with pytest.raises(PeerFault) as caught:
        liveness.pong(payload, 1)
    assert caught.value.code is FaultCode.UNEXPECTED_FRAME


def test_a_ping_has_a_number_of_eight_bytes() -> None:
    """The echo is bounded."""
    assert check_ping(bytes(8)) == bytes(8)
    with pytest.raises(PeerFault):
        check_ping(bytes(9))
