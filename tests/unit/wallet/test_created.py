"""What the wallet says that a transaction will create is what the ledger creates, for every kind of statement."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from node.chain.policy import Policy
from node.chain.records.accounts import Position
from node.chain.rules.guards import CREATING
from node.chain.transition import Execution
from node.chain.tx.envelope import SignedTransaction, parse
from node.chain.tx.governance import CatalogueChange
from node.chain.tx.settlement import ProposeSettlement
from node.chain.tx.transfers import Donate
from node.chain.types import Code, Height, Minutes
from tests.kernel_city import GULOU, JIANYE, KernelCity
from tests.money_city import EVIDENCE, MoneyCity
from wallet.builder import created_id

BASE = Policy(1, Height(0))
POLICY = replace(BASE, persons=replace(BASE.persons, donation_undo_above_min=Minutes(20)))


@pytest.fixture(scope="module")
def city() -> MoneyCity:
    """A city in which every kind of object has been made at least once."""
    city = MoneyCity(POLICY)
    li, wang = city.new_person("li"), city.new_person("wang", JIANYE)
    city.bind_kin(li, city.new_person("mother"))
    city.earn(li, 120)
    city.redeem(li, city.open_provider(city.new_person("clerk")), 30)
    city.do(li, Donate(Code("city"), Minutes(20)))
    city.do(li, Donate(Code("city"), Minutes(21)))
    city.settle_order(li, wang, 30)
    positions = [r for r in city.ledger.records.values() if isinstance(r, Position)]
    pairs = tuple(sorted((p.low, p.high) for p in positions if p.open_min))
    city.do(city.operator(GULOU), ProposeSettlement(pairs, (), EVIDENCE))
    city.move(CatalogueChange(replace(city.genesis.catalogue[0], version=2)), voters=1)
    return city


def said_and_done(city: KernelCity) -> Iterator[tuple[SignedTransaction, Execution]]:
    """Every transaction of a city, each of which was a block of its own."""
    for execution, (_, raws) in zip(city.executions, city.blocks, strict=True):
        for raw in raws:
            yield parse(raw), execution


def test_the_ledger_creates_what_the_wallet_foresaw_and_nothing_else_by_that_name(
    city: MoneyCity,
) -> None:
    """The id is among the created records for every kind that creates; for every other nothing has its origin."""
    seen = set()
    for signed, execution in said_and_done(city):
        foreseen = created_id(city.chain_id, signed.tx, POLICY)
        keys = execution.receipts[0].created
        if foreseen is None:
            changes = [execution.staged.changes.get(key) for key in keys]
            assert all(getattr(record, "origin", b"") != signed.tx_id for record in changes)
        else:
            assert foreseen in {key[1:] for key in keys}
            seen.add(type(signed.tx.body))
    assert seen == {*CREATING, Donate}


def test_without_a_policy_a_donation_is_said_to_create_nothing(city: MoneyCity) -> None:
    """What is not known is not promised."""
    donations = [s.tx for s, _ in said_and_done(city) if isinstance(s.tx.body, Donate)]
    assert [created_id(city.chain_id, tx) for tx in donations] == [None, None]
    assert [created_id(city.chain_id, tx, POLICY) is None for tx in donations] == [True, False]
