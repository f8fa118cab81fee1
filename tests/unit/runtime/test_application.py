"""The seam to an engine: what is checked, chosen, executed and adopted, on one ledger."""

import pytest

from node.chain.errors import ErrorCode, Rejected
from node.chain.merkle import Frontier
from node.chain.records import key_of
from node.chain.records.actors import Person
from node.chain.state import View
from node.chain.transition import BlockRefused, BlockRun, nothing_known
from node.chain.types import EpochMs, Height
from node.runtime import application as module
from node.runtime.application import LedgerApplication
from tests.kernel_city import GULOU, JIANYE, seed_of
from tests.narrow import narrow
from tests.unit.runtime.ledgernode import LedgerNode

ONE = Height(1)


@pytest.fixture
def city() -> LedgerNode:
    return LedgerNode()


@pytest.fixture
def app(city: LedgerNode) -> LedgerApplication:
    return LedgerApplication(city.ledger, nothing_known)


def later(city: LedgerNode, ms: int = 1_000) -> EpochMs:
    return EpochMs(city.now_ms + ms)


def test_a_checked_transaction_stands_in_the_layer_and_nowhere_else(
    city: LedgerNode, app: LedgerApplication
) -> None:
    """The next of the same sender is judged on the layer; the ledger does not move."""
    layer, root = View(app.ledger), app.state_root
    recorder = key_of(Person, city.staff("recorder", GULOU))
    assert recorder in app.check(city.registration(0), later(city), layer)
    app.check(city.registration(1), later(city), layer)
    assert recorder in layer.changes
    assert app.state_root == root
    with pytest.raises(Rejected):
        app.check(city.registration(1), later(city), View(app.ledger))


def test_a_refused_transaction_leaves_its_layer_as_it_was(
    city: LedgerNode, app: LedgerApplication
) -> None:
    """Whichever guard refused it."""
    layer = View(app.ledger)
    app.check(city.registration(0), later(city), layer)
    before = dict(layer.changes)
    for wrong in (city.registration(2), city.registration(1, seed=seed_of("somebody else"))):
        with pytest.raises(Rejected):
            app.check(wrong, later(city), layer)
        assert layer.changes == before


def test_now_is_never_before_the_tip(city: LedgerNode, app: LedgerApplication) -> None:
    """A node whose clock is behind judges by the chain's time, as the next block will."""
    signed = city.registration(0, valid_until_ms=app.ledger.time_ms)
    with pytest.raises(Rejected) as caught:
        app.check(signed, EpochMs(0), View(app.ledger))
    assert caught.value.code is ErrorCode.EXPIRED


def test_what_is_prepared_is_processed_to_the_same_root(
    city: LedgerNode, app: LedgerApplication
) -> None:
    """The refused ones leave no trace in the outcome, and each has its reason."""
    good = (city.registration(0), city.registration(0, district=JIANYE), city.registration(1))
    early, late = city.registration(3), city.registration(2, valid_until_ms=city.now_ms)
    prepared = app.prepare(ONE, later(city), [*good[:2], early, good[2], late])
    assert prepared.transactions == good
    assert [(one, fault.code) for one, fault in prepared.refused] == [
        (early, ErrorCode.SEQUENCE_GAP),
        (late, ErrorCode.EXPIRED),
    ]
    other = LedgerApplication(LedgerNode().ledger, nothing_known)
    execution = other.process(ONE, later(city), good)
    assert execution.staged.root == prepared.execution.staged.root
    assert execution.receipts == prepared.execution.receipts
    with pytest.raises(BlockRefused) as caught:
        other.process(ONE, later(city), [*good[:2], early])
    assert caught.value.refusal.index == 2
    assert caught.value.refusal.fault.code is ErrorCode.SEQUENCE_GAP


def test_a_block_ends_at_its_count_and_at_its_size(
    city: LedgerNode, app: LedgerApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no longer fits is not refused: it is for the next block."""
    signed = [city.registration(number) for number in range(3)]
    size = len(signed[0].raw)
    for name, limit in (("BLOCK_TRANSACTIONS_MAX", 2), ("BLOCK_SIZE_MAX_BYTES", 3 * size - 1)):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, limit)
            prepared = app.prepare(ONE, later(city), signed)
        assert prepared.transactions == tuple(signed[:2])
        assert prepared.refused == ()


def test_a_block_ends_at_its_cost(city: LedgerNode, app: LedgerApplication) -> None:
    """By the rule that voters ask, so nobody refuses it; the rest is not refused and comes in the next block."""
    signed = [city.registration(number) for number in range(3)]
    run = BlockRun(app.ledger, ONE, later(city))
    for one in signed[:2]:
        run.add(one)
    narrow(app.ledger, run.cost)
    prepared = app.prepare(ONE, later(city), signed)
    assert prepared.transactions == tuple(signed[:2])
    assert prepared.refused == ()
    assert app.process(ONE, later(city), prepared.transactions).receipts
    with pytest.raises(BlockRefused) as caught:
        app.process(ONE, later(city), signed)
    assert caught.value.refusal.fault.code is ErrorCode.BLOCK_FULL


def test_only_what_is_committed_becomes_the_state(city: LedgerNode, app: LedgerApplication) -> None:
    """Of two outcomes the first is adopted though the second was staged after it."""
    root = app.state_root
    first = app.process(ONE, later(city), [city.registration(0)])
    second = app.process(ONE, later(city), [])
    assert app.state_root == root
    app.commit(first, Frontier())
    assert app.state_root == first.staged.root != second.staged.root
    assert (app.ledger.height, app.ledger.time_ms) == (ONE, later(city))
    assert city.person(city.staff("recorder", GULOU)).lanes == (1,)
