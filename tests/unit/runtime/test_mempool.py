"""The mempool over a real ledger: who gets in, who waits, who leaves, and what they are told."""

import pytest

from node.chain import keys
from node.chain.errors import ErrorCode, Malformed
from node.chain.tx.identity import RotateKey
from node.chain.tx.issuance import ProposeMint
from node.chain.types import ZERO_HASH, Code, EpochMs, Id, Minutes
from node.runtime import answers, mempool
from node.runtime.answers import Answer, Answers
from tests.kernel_city import DISTRICTS, FAR_MS, GULOU, JIANYE, seed_of
from tests.unit.runtime.ledgernode import NO_ANSWER, LedgerNode, damaged, order_of, other, refusal


@pytest.fixture
def node() -> LedgerNode:
    return LedgerNode()


def test_what_is_admitted_can_be_found_and_is_there_once(node: LedgerNode) -> None:
    """Submitting again changes nothing; what is not here is not found."""
    signed, absent = node.registration(0), node.registration(1)
    assert node.pool.oldest_ms() is None
    node.submit(signed, signed)
    assert len(node.pool) == 1
    assert node.pool.is_executable(signed.tx_id)
    assert not node.pool.is_executable(absent.tx_id)
    assert node.pool.find([absent.tx_id, signed.tx_id]) == {signed.tx_id: signed.raw}
    body = node.pool.body(signed.tx_id)
    assert body is not None
    assert body.tx == signed.tx
    assert node.pool.body(absent.tx_id) is None
    assert node.pool.oldest_ms() == node.now_ms


def test_candidates_come_oldest_first_and_each_lane_in_its_order(node: LedgerNode) -> None:
    """Arrival decides between lanes and senders, the number within a lane."""
    node.submit(node.registration(0, lane=1), node.registration(0), node.registration(1, lane=1))
    node.now_ms += 5
    node.submit(node.registration(0, district=JIANYE), node.registration(1))
    senders = [signed.tx.sender for signed in node.pool.candidates()]
    assert order_of(node) == [(1, 0), (0, 0), (1, 1), (0, 0), (0, 1)]
    assert senders[3] == node.staff("recorder", JIANYE)
    assert node.pool.oldest_ms() == node.now_ms - 5


def test_pending_transactions_of_a_size_are_the_oldest_that_fit(node: LedgerNode) -> None:
    """None is left out for a later one that would fit."""
    first, second = node.registration(0), node.registration(1)
    node.submit(first, second)
    size = len(first.raw)
    assert node.pool.pending(size - 1) == ()
    assert node.pool.pending(size) == (first.raw,)
    assert node.pool.pending(2 * size) == (first.raw, second.raw)


def test_bytes_that_are_no_transaction_are_counted_and_not_remembered(node: LedgerNode) -> None:
    """There is no id to remember them by."""
    with pytest.raises(Malformed):
        node.pool.submit(b"\x91\x01")
    with pytest.raises(Malformed):
        node.pool.submit(bytes(5_000))
    assert node.pool.answers.counts == {ErrorCode.NOT_CANONICAL: 1, ErrorCode.TOO_LARGE: 1}


def test_each_guard_of_the_envelope_speaks_before_the_signature(node: LedgerNode) -> None:
    """Cheap checks first: a wrong signature is not even looked at."""
    recorder = node.staff("recorder", GULOU)
    body = node.registration(0).tx.body
    wrong = seed_of("somebody else")
    cases = {
        ErrorCode.UNKNOWN_SENDER: node.sign(Id(bytes(15) + b"\x01"), body, seed=wrong),
        ErrorCode.EXPIRED: node.registration(0, seed=wrong, valid_until_ms=node.now_ms - 1),
        ErrorCode.VALIDITY_TOO_LONG: node.registration(0, seed=wrong, valid_until_ms=FAR_MS),
        ErrorCode.TOO_MANY_LANES: node.registration(0, lane=16, seed=wrong),
        ErrorCode.SEQUENCE_GAP: node.registration(40, seed=wrong),
        ErrorCode.BAD_SIGNATURE: node.registration(0, seed=wrong),
        ErrorCode.ROLE_MISSING: node.sign(node.staff("arbiter", GULOU), body),
    }
    assert {code: refusal(node, signed) for code, signed in cases.items()} == {
        code: code for code in cases
    }
    assert node.pool.answers.counts == dict.fromkeys(cases, 1)
    assert refusal(node, node.sign(recorder, body)) is None


def test_a_refusal_is_not_held_against_the_transaction(node: LedgerNode) -> None:
    """The answer is of now; when the reason is gone the same bytes are admitted, and when final no reason is left."""
    signed = node.registration(17)
    assert refusal(node, signed) is ErrorCode.SEQUENCE_GAP
    node.decide(node.registration(0))
    for number in range(1, 17):
        node.submit(node.registration(number))
    assert refusal(node, signed) is None
    node.decide()
    assert node.pool.answers.last(signed.tx_id) is None


def test_a_sender_is_judged_on_the_tip_and_its_own_pending_ones_only(node: LedgerNode) -> None:
    """Two people contradict each other here; the block decides, not the order of arrival."""
    first, second = node.sign_second_and_decline()
    node.submit(first, second)
    assert len(node.pool) == 2
    again = node.sign(first.tx.sender, first.tx.body, sequence=(1, 0))
    assert refusal(node, again) is ErrorCode.WRONG_STATE
    block = node.decide()
    assert block.transactions == (first.raw,)
    assert (node.pool.answers.last(second.tx_id) or NO_ANSWER).code is ErrorCode.WRONG_STATE


def test_the_pool_is_bounded_in_transactions_and_bytes(
    node: LedgerNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is here already is not refused for want of room."""
    signed = [node.registration(0, district=code) for code in DISTRICTS]
    monkeypatch.setattr(mempool, "SIZE_MAX_BYTES", 2 * len(signed[0].raw) + 10)
    node.submit(*signed[:2])
    assert refusal(node, signed[2]) is ErrorCode.MEMPOOL_FULL
    monkeypatch.undo()
    monkeypatch.setattr(mempool, "COUNT_MAX", 4)
    node.submit(*signed[2:])
    mint = ProposeMint(GULOU, 2026, Code("key-elders"), Minutes(60), ZERO_HASH)
    voice = node.sign(node.operator(GULOU), mint)
    assert refusal(node, voice) is ErrorCode.MEMPOOL_FULL
    node.submit(*signed)
    node.decide()
    assert refusal(node, voice) is None


def test_a_sender_has_its_bound_with_what_waits_ahead(
    node: LedgerNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One desk cannot fill the pool, nor what is kept beside it."""
    monkeypatch.setattr(mempool, "SENDER_MAX", 4)
    node.submit(*(node.registration(number) for number in (0, 1, 3, 4)))
    assert len(node.pool) == 2
    assert refusal(node, node.registration(2)) is ErrorCode.SENDER_PENDING_FULL
    assert refusal(node, node.registration(0, district=JIANYE)) is None


def test_in_a_crowded_pool_no_district_takes_more_than_its_share(
    node: LedgerNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other districts' room stays theirs; the authorities' own is counted apart."""
    monkeypatch.setattr(mempool, "COUNT_MAX", 8)
    node.submit(*(node.registration(number) for number in range(4)))
    assert refusal(node, node.registration(4)) is ErrorCode.MEMPOOL_FULL
    node.submit(*(node.registration(number, district=JIANYE) for number in range(2)))
    assert refusal(node, node.registration(2, district=JIANYE)) is ErrorCode.MEMPOOL_FULL
    mint = ProposeMint(GULOU, 2026, Code("key-elders"), Minutes(60), ZERO_HASH)
    assert refusal(node, node.sign(node.operator(GULOU), mint)) is None
    node.decide()
    assert refusal(node, node.registration(4)) is None


def test_questions_about_strangers_leave_nothing_behind(node: LedgerNode) -> None:
    """A layer of state is kept only for senders that have something pending."""
    body = node.registration(0).tx.body
    for number in range(1, 20):
        stranger = Id(number.to_bytes(16, "big"))
        assert refusal(node, node.sign(stranger, body, seed=bytes(32))) is ErrorCode.UNKNOWN_SENDER
    node.submit(node.registration(0))
    assert set(node.pool._layers) == {node.staff("recorder", GULOU)}
    node.decide()
    assert node.pool._layers == {}


def test_a_transaction_of_the_same_number_in_a_block_supersedes_the_pending_one(
    node: LedgerNode,
) -> None:
    """It can never stand in a block any more, and so leaves with everything behind it that needs it."""
    ours, theirs = node.registration(0), node.registration(0, commitment=other(1))
    peer = LedgerNode()
    peer.submit(theirs)
    following = node.registration(1)
    node.submit(ours, following)
    node.take(peer.build())
    assert (node.pool.answers.last(ours.tx_id) or NO_ANSWER).code is ErrorCode.SEQUENCE_USED
    assert order_of(node) == [(0, 1)]
    assert refusal(node, ours) is ErrorCode.SEQUENCE_USED


def test_a_transaction_leaves_when_block_time_is_past_its_end(node: LedgerNode) -> None:
    """Not before: a block may still hold it at its very last moment."""
    end = EpochMs(node.now_ms + 10_000)
    signed = node.registration(0, valid_until_ms=end)
    node.submit(signed)
    peer = LedgerNode()
    peer.now_ms = end - 1
    node.take(peer.build(1))
    assert node.pool.is_executable(signed.tx_id)
    peer.take(node.executor.decided(node.executor.tip.height).block)  # type: ignore[union-attr]
    node.take(peer.build(1))
    assert not node.pool.is_executable(signed.tx_id)
    assert (node.pool.answers.last(signed.tx_id) or NO_ANSWER).code is ErrorCode.EXPIRED


def test_a_block_makes_pending_transactions_wrong_whose_records_it_changed(
    node: LedgerNode,
) -> None:
    """A second voice on one proposal leaves at once; what has nothing to do with it stays."""
    first, second = node.sign_second_and_decline()
    untouched = node.registration(0, district=JIANYE)
    node.submit(first, second, untouched)
    peer = LedgerNode()
    peer.catch_up(node)
    peer.submit(first)
    node.take(peer.build())
    assert not node.pool.is_executable(second.tx_id)
    assert (node.pool.answers.last(second.tx_id) or NO_ANSWER).code is ErrorCode.WRONG_STATE
    assert node.pool.is_executable(untouched.tx_id)


def test_a_rotated_key_ends_what_the_old_one_signed(node: LedgerNode) -> None:
    """A signature verified once is verified for its key only."""
    recorder, seed = node.staff("recorder", GULOU), seed_of("a new key")
    key = keys.public_key(seed)
    proof = keys.sign(seed, keys.possession_bytes(node.chain_id, key, recorder))
    rotation = node.sign(recorder, RotateKey(1, key, proof), sequence=(1, 0))
    old = node.registration(0)
    node.submit(old)
    assert node.pool.known(old.tx_id, keys.public_key(node.seeds[recorder]))
    assert not node.pool.known(old.tx_id, key)
    peer = LedgerNode()
    peer.submit(rotation)
    node.take(peer.build())
    assert not node.pool.is_executable(old.tx_id)
    assert (node.pool.answers.last(old.tx_id) or NO_ANSWER).code is ErrorCode.BAD_SIGNATURE


def test_what_a_proposer_finds_wrong_leaves(node: LedgerNode) -> None:
    """The clock has gone past a transaction that no block had judged again."""
    late = node.registration(0, valid_until_ms=EpochMs(node.now_ms + 500))
    following = node.registration(1)
    node.submit(late, following)
    block = node.build(1_000)
    assert block.transactions == ()
    assert len(node.pool) == 0
    assert (node.pool.answers.last(late.tx_id) or NO_ANSWER).code is ErrorCode.EXPIRED
    assert (node.pool.answers.last(following.tx_id) or NO_ANSWER).code is ErrorCode.SEQUENCE_GAP


def test_what_a_peer_sends_is_admitted_like_anything_else(node: LedgerNode) -> None:
    """One bad transaction does not hold up the others."""
    good, late = node.registration(0), node.registration(0, district=JIANYE, valid_until_ms=1)
    node.pool.receive("jianye", [b"\xc1", damaged(good), late.raw, good.raw])
    assert [one.tx_id for one in node.pool.candidates()] == [good.tx_id]
    assert node.pool.answers.counts == {
        ErrorCode.NOT_CANONICAL: 1,
        ErrorCode.BAD_SIGNATURE: 1,
        ErrorCode.EXPIRED: 1,
    }


def test_signatures_remembered_as_verified_are_bounded(
    node: LedgerNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forgetting costs a second verification and nothing else."""
    monkeypatch.setattr(mempool, "VERIFIED_MAX", 1)
    signed = [node.registration(0), node.registration(1)]
    node.submit(*signed)
    key = keys.public_key(node.seeds[node.staff("recorder", GULOU)])
    assert [node.pool.known(one.tx_id, key) for one in signed] == [False, True]
    assert len(node.decide().transactions) == 2


def test_the_last_answers_are_kept_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who asks soon is told why; the counts are for those who watch."""
    monkeypatch.setattr(answers, "KEPT_MAX", 2)
    kept = Answers()
    ids = [other(number) for number in range(3)]
    for tx_id in (ids[0], ids[1], ids[0], ids[2]):
        kept.note(tx_id, ErrorCode.EXPIRED)
    expired = Answer(ErrorCode.EXPIRED, final=False)
    assert [kept.last(tx_id) for tx_id in ids] == [expired, None, expired]
    kept.note(ids[2], ErrorCode.SEQUENCE_USED, final=True)
    assert kept.last(ids[2]) == Answer(ErrorCode.SEQUENCE_USED, final=True)
    kept.forget(ids[2])
    assert kept.last(ids[2]) is None
    assert kept.counts == {ErrorCode.EXPIRED: 4, ErrorCode.SEQUENCE_USED: 1}
