"""Transactions that come before their turn: they wait, come out in order, or are told that they came too early."""

import pytest

from node.chain.errors import ErrorCode, Malformed, Rejected
from node.chain.types import Id
from node.runtime import ahead, mempool
from tests.kernel_city import GULOU, JIANYE
from tests.unit.runtime.ledgernode import NO_ANSWER, LedgerNode, damaged, order_of, other, refusal


@pytest.fixture
def node() -> LedgerNode:
    return LedgerNode()


def test_a_number_ahead_of_a_gap_waits_and_is_executable_when_the_gap_closes(
    node: LedgerNode,
) -> None:
    """However the numbers arrive, they come out in order; what waits is not passed on."""
    signed = [node.registration(number) for number in range(4)]
    node.submit(signed[2], signed[3], signed[1])
    assert len(node.pool) == 0
    assert all(node.pool.waits(one.tx_id) for one in signed[1:])
    assert not any(node.pool.is_executable(one.tx_id) for one in signed)
    node.submit(signed[0])
    assert order_of(node) == [(0, 0), (0, 1), (0, 2), (0, 3)]
    assert not any(node.pool.waits(one.tx_id) for one in signed)


def test_only_the_next_sixteen_numbers_wait(node: LedgerNode) -> None:
    """Further ones are told that they come too early."""
    node.submit(node.registration(16))
    assert refusal(node, node.registration(17)) is ErrorCode.SEQUENCE_GAP


def test_what_waits_is_signed_by_its_sender(node: LedgerNode) -> None:
    """Nobody takes a number of somebody else."""
    early = node.registration(2)
    with pytest.raises(Malformed) as caught:
        node.pool.submit(damaged(early))
    assert caught.value.code is ErrorCode.BAD_SIGNATURE
    node.submit(early)
    assert node.pool.waits(early.tx_id)


def test_a_waiting_number_is_not_given_to_another_transaction(node: LedgerNode) -> None:
    """The second is refused aloud; the first is the one that comes out."""
    first, second = node.registration(1), node.registration(1, commitment=other(1))
    node.submit(first)
    assert refusal(node, second) is ErrorCode.SEQUENCE_USED
    assert not node.pool.waits(second.tx_id)
    node.submit(first, node.registration(0))
    assert node.pool.is_executable(first.tx_id)


def test_a_gap_may_be_closed_by_a_block(node: LedgerNode) -> None:
    """The missing transaction came to another node."""
    missing, waiting = node.registration(0), node.registration(1)
    peer = LedgerNode()
    peer.submit(missing)
    node.submit(waiting)
    node.take(peer.build())
    assert node.pool.is_executable(waiting.tx_id)
    assert node.pool.answers.counts == {}


def test_what_waits_here_may_become_final_by_a_block_of_others(node: LedgerNode) -> None:
    """Then it waits no more, and nobody is told that it was refused."""
    signed = [node.registration(number) for number in range(3)]
    peer = LedgerNode()
    peer.submit(*signed)
    node.submit(signed[1], signed[2])
    node.take(peer.build())
    assert not any(
        node.pool.waits(one.tx_id) or node.pool.is_executable(one.tx_id) for one in signed
    )
    assert node.pool.answers.counts == {}


def test_a_gap_that_stays_open_expires_though_blocks_go_on(
    node: LedgerNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten real minutes after it came, not after the last block; the sender is told why."""
    now = [1_000_000]
    monkeypatch.setattr(mempool, "monotonic_ms", lambda: now[0])
    waiting = node.registration(2)
    node.submit(waiting)
    for _ in range(9):
        now[0] += 60_000
        node.decide()
        assert node.pool.waits(waiting.tx_id)
    now[0] += 60_000
    node.decide()
    assert not node.pool.waits(waiting.tx_id)
    assert (node.pool.answers.last(waiting.tx_id) or NO_ANSWER).code is ErrorCode.SEQUENCE_GAP


def test_what_waits_is_bounded_for_all_senders_together(
    node: LedgerNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes no room from executable ones, and room comes back when a gap closes."""
    monkeypatch.setattr(ahead, "TOTAL_MAX", 2)
    node.submit(node.registration(1), node.registration(1, district=JIANYE))
    early = node.registration(1, lane=3)
    assert refusal(node, early) is ErrorCode.SEQUENCE_GAP
    node.submit(node.registration(0))
    assert refusal(node, early) is None


def test_the_next_number_counts_what_is_pending(node: LedgerNode) -> None:
    """A wallet that asks gets a number that is free."""
    recorder = node.staff("recorder", GULOU)
    assert node.pool.next_number(recorder, 0) == 0
    node.submit(node.registration(0), node.registration(2))
    assert node.pool.next_number(recorder, 0) == 1
    assert node.pool.next_number(recorder, 5) == 0
    node.submit(node.registration(1))
    assert node.pool.next_number(recorder, 0) == 3
    with pytest.raises(Rejected) as caught:
        node.pool.next_number(Id(bytes(15) + b"\x01"), 0)
    assert caught.value.code is ErrorCode.UNKNOWN_SENDER
