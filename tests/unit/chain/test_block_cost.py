"""What a block may cost: the policy in force says it, and proposer, voter and auditor ask the same function."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode, Rejected
from node.chain.limits import SETTLEMENT_KEYS_MAX, TRANSACTION_KEYS_MAX
from node.chain.policy import DAY_MS, LedgerPolicy
from node.chain.records import key_of
from node.chain.records.settings import PolicyRecord, policy_id
from node.chain.rules.bounds import LEDGER
from node.chain.transition import BlockRefused, active_policy, execute
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.identity import Register
from node.chain.types import ZERO_HASH, EpochMs, Height
from tests.kernel_city import GULOU, SITE, KernelCity
from tests.narrow import narrow
from tests.unit.chain.rules.scene import town

REGISTRATION = 3
"""The transaction, the recorder and the person."""


def registration(city: KernelCity, number: int) -> SignedTransaction:
    """A recorder registers somebody without a key."""
    body = Register(GULOU, SITE, 1, b"", b"", b"", b"", ZERO_HASH)
    return city.sign(city.staff("recorder", GULOU), body, sequence=(0, number))


def cost_of_an_empty_block(city: KernelCity) -> int:
    """What the next block does by itself, as the hour's mark."""
    city.now_ms += 1_000
    run = city._next()
    run.close()
    city.ledger.unstage()
    city.now_ms -= 1_000
    return run.cost


def executed(city: KernelCity, count: int) -> tuple[int, ...]:
    """The next block with so many registrations: how many stand in it.

    Raises:
        BlockRefused: they cost too much.
    """
    signed = [registration(city, number) for number in range(count)]
    height, time_ms = Height(city.ledger.height + 1), EpochMs(city.now_ms + 1_000)
    execution = execute(city.ledger, height, time_ms, signed)
    return tuple(len(receipt.persons) for receipt in execution.receipts)


def test_a_block_may_cost_what_the_policy_says_and_no_more() -> None:
    """The whole block is refused at the first transaction beyond, which is sound by itself."""
    city = KernelCity()
    narrow(city.ledger, cost_of_an_empty_block(city) + 2 * REGISTRATION)
    assert len(executed(city, 2)) == 2
    with pytest.raises(BlockRefused) as caught:
        executed(city, 3)
    assert caught.value.refusal.index == 2
    assert caught.value.refusal.fault.code is ErrorCode.BLOCK_FULL
    narrow(city.ledger, cost_of_an_empty_block(city) + 2 * REGISTRATION - 1)
    with pytest.raises(BlockRefused):
        executed(city, 2)


def test_what_does_not_fit_leaves_the_block_as_it_was() -> None:
    """The same root as without it, and something smaller may follow."""
    city = KernelCity()
    narrow(city.ledger, cost_of_an_empty_block(city) + REGISTRATION)
    city.now_ms += 1_000
    run = city._next()
    run.add(registration(city, 0))
    cost = run.cost
    with pytest.raises(Rejected) as caught:
        run.add(registration(city, 1))
    assert caught.value.code is ErrorCode.BLOCK_FULL
    assert run.cost == cost
    root = run.close().staged.root
    city.ledger.unstage()
    alone = city._next()
    alone.add(registration(city, 0))
    assert alone.close().staged.root == root


def test_timers_take_their_share_and_are_never_refused() -> None:
    """What a block does by itself comes first; the people wait for the next one."""
    scene = town().request()
    city, due = scene.city, scene.now().due_ms
    narrow(city.ledger, 1)
    quiet = cost_of_an_empty_block(city)
    city.now_ms = due
    run = city._next()
    assert run.cost > quiet + 1
    assert len(run.timers) > 0
    with pytest.raises(Rejected) as caught:
        run.add(city.sign(scene.elder, scene.request_body(), valid_until_ms=EpochMs(due + DAY_MS)))
    assert caught.value.code is ErrorCode.BLOCK_FULL
    run.close()


def test_the_policy_whose_height_has_come_limits_that_very_block() -> None:
    """Its own first block is not measured by the one before."""
    city = KernelCity()
    old = active_policy(city.ledger)
    low = LedgerPolicy(block_cost_max=cost_of_an_empty_block(city) + REGISTRATION)
    new = replace(old, version=2, activation_height=Height(city.ledger.height + 1), ledger=low)
    key = key_of(PolicyRecord, policy_id(2))
    city.ledger.records[key] = PolicyRecord(new, bytes(16))
    with pytest.raises(BlockRefused) as caught:
        executed(city, 2)
    assert caught.value.refusal.fault.code is ErrorCode.BLOCK_FULL


def test_every_single_transaction_fits_into_the_smallest_block_that_may_be_voted() -> None:
    """Else it could never stand, and whoever packs blocks in order would wait for it for ever."""
    least, _ = LEDGER["block_cost_max"]
    assert least > 1 + max(TRANSACTION_KEYS_MAX, SETTLEMENT_KEYS_MAX)
