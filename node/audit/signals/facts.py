"""What signals look at, collected while an archive is audited."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from node.audit.replay import Parsed
from node.chain.ledger import Ledger
from node.chain.lifecycle import State
from node.chain.records import decode_record, key_of
from node.chain.records.actors import Person
from node.chain.records.entries import HonourEntry
from node.chain.records.orders import Order
from node.chain.transition import Execution
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.identity import GrantAgent
from node.chain.tx.orders import Request
from node.chain.tx.transfers import Give
from node.chain.types import Id


@dataclass(frozen=True, slots=True)
class Asked:
    """An order was placed by somebody other than the recipient."""

    by: Id
    time_ms: int
    tx: str


@dataclass(frozen=True, slots=True)
class Gift:
    """Minutes were given to a bound person."""

    giver: Id
    minutes: int
    bound_ms: int
    time_ms: int
    tx: str


@dataclass(frozen=True, slots=True)
class Granted:
    """Somebody became an elder's agent."""

    agent: Id
    elder: Id
    tx: str


class Facts:
    """Watches an audit.

    Attributes:
        orders: settled, in order of settlement.
        asked: on behalf, in order.
        gifts: in order.
        granted: in order.
        entries: manual entries of honour minutes, by id.
    """

    def __init__(self) -> None:
        """Nothing seen."""
        self.orders: list[Order] = []
        self.asked: list[Asked] = []
        self.gifts: list[Gift] = []
        self.granted: list[Granted] = []
        self.entries: dict[Id, HonourEntry] = {}

    def __call__(self, parsed: Parsed, execution: Execution, ledger: Ledger) -> None:
        """A block passed."""
        self.add(parsed.transactions, execution, ledger)

    def add(
        self, transactions: Sequence[SignedTransaction], execution: Execution, ledger: Ledger
    ) -> None:
        """Collect from one block.

        Args:
            transactions: of the block.
            execution: what came of it.
            ledger: the state after it.
        """
        for signed in transactions:
            self._said(signed, execution.time_ms, ledger)
        for raw in execution.finals:
            record = decode_record(raw)
            if isinstance(record, Order) and record.state is State.SETTLED:
                self.orders.append(record)
        for changed in execution.staged.changes.values():
            if isinstance(changed, HonourEntry):
                self.entries[changed.id] = changed

    def _said(self, signed: SignedTransaction, time_ms: int, ledger: Ledger) -> None:
        sender, tx = signed.tx.sender, signed.tx_id.hex()
        match signed.tx.body:
            case Request(recipient=recipient, consent=consent) if (
                sender != recipient and consent in {"in-person", "call-back", "standing"}
            ):
                self.asked.append(Asked(sender, time_ms, tx))
            case Give(recipient=recipient, minutes=minutes):
                giver = ledger.read(key_of(Person, sender))
                kin = giver.kin if isinstance(giver, Person) else ()
                bound = [one.bound_ms for one in kin if one.other == recipient]
                if bound:
                    self.gifts.append(Gift(sender, minutes, bound[0], time_ms, tx))
            case GrantAgent(agent=agent):
                self.granted.append(Granted(agent, sender, tx))
            case _:
                pass

    def by_volunteer(self) -> dict[Id, list[Order]]:
        """Settled orders by who served, in order of check-in."""
        found: defaultdict[Id, list[Order]] = defaultdict(list)
        for order in self.orders:
            if order.volunteer:
                found[Id(order.volunteer)].append(order)
        for orders in found.values():
            orders.sort(key=lambda order: order.checked_in_ms)
        return found
