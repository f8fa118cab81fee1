"""Signatures ahead of execution: what a batch says, and what it does not."""

import pytest

from node.audit.signatures import BATCH, WORTH_SENDING, Item, Workers, known_by
from node.chain import keys
from node.chain.hashing import digest
from node.chain.types import NO_HASH, Hash

SEED = bytes(32)
KEY = keys.public_key(SEED)


def _item(number: int, *, sound: bool = True) -> Item:
    message = number.to_bytes(4, "big")
    signature = keys.sign(SEED, message if sound else b"another")
    return digest("test", NO_HASH, message), (1, KEY, message, signature)


def _blocks(count: int, size: int) -> list[list[Item]]:
    return [[_item(size * n + i) for i in range(size)] for n in range(count)]


@pytest.mark.slow
def test_batches_run_across_blocks_and_know_exactly_what_verified():
    """Small blocks share a batch, one large block spans several, a forged signature is in none."""
    forged = _item(1_000_000, sound=False)
    blocks = [*_blocks(40, 5), [_item(5_000 + n) for n in range(BATCH + 10)], [forged]]
    with Workers(2) as workers:
        verdicts = [workers.submit(items) for items in blocks]
        workers.flush()
        known = [one.known() for one in verdicts]
    for items, is_known in zip(blocks[:-1], known, strict=False):
        assert all(is_known(tx_id, KEY) for tx_id, _ in items)
    assert not known[-1](forged[0], KEY)


@pytest.mark.slow
def test_a_verdict_holds_for_one_key_only():
    """A sender whose key changed meanwhile is verified again, under the new key."""
    items = [_item(n) for n in range(WORTH_SENDING)]
    with Workers(2) as workers:
        verdict = workers.submit(items)
        workers.flush()
        assert not verdict.known()(items[0][0], bytes(32))


def test_a_few_signatures_are_left_to_execution():
    """Less than is worth a process: nothing is known, and no process starts."""
    items = [_item(n) for n in range(WORTH_SENDING - 1)]
    with Workers(2) as workers:
        verdict = workers.submit(items)
        workers.flush()
        assert not any(verdict.known()(tx_id, KEY) for tx_id, _ in items)


def test_without_verdicts_nothing_is_known():
    """One job verifies where it executes."""
    assert not Workers(1).wanted
    assert not known_by(None)(Hash(bytes(32)), KEY)
