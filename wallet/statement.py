"""All movements of one account, and whether they add up to its balance.

A statement is made of orders that settled and of transfers, each read (and the transfers proven) on its own; the
account's record is only used at the end, for comparison. Holds do not appear: held minutes are still the payer's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from node.chain.lifecycle import State
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.transfers import Donate, Give
from node.chain.types import EpochMs, Id
from node.console.language import Text, t

EARNED = t(zh="服务存入", en="earned by service")
SPENT = t(zh="兑换服务", en="paid for service")
GIVEN = t(zh="赠与亲属", en="given to kin")
RECEIVED = t(zh="亲属赠与", en="received from kin")
DONATED_HERE = t(zh="捐给本区公益池", en="donated to the district's pool")
DONATED_CITY = t(zh="捐给全市公益池", en="donated to the city pool")
TRANSFER_KINDS = frozenset({"give", "donate"})


@dataclass(frozen=True, slots=True)
class Line:
    """One movement.

    Attributes:
        time_ms: when it took effect.
        what: in words.
        minutes: positive into the account, negative out of it.
        reference: the order's or transaction's id, hexadecimal.
        other: the other person, if there is one.
    """

    time_ms: EpochMs
    what: Text
    minutes: int
    reference: str
    other: Id | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """All movements, oldest first.

    Attributes:
        lines: the movements.
        available_min: what the account may spend now.
        held_min: what is set aside for its orders.
    """

    lines: tuple[Line, ...]
    available_min: int
    held_min: int

    @property
    def balances(self) -> tuple[int, ...]:
        """Minutes after each line."""
        return tuple(accumulate(line.minutes for line in self.lines))

    @property
    def total_min(self) -> int:
        """Sum of all lines."""
        return sum(line.minutes for line in self.lines)

    @property
    def adds_up(self) -> bool:
        """Whether the lines explain the account's minutes completely."""
        return self.total_min == self.available_min + self.held_min


def order_lines(account: Id, order: Order) -> tuple[Line, ...]:
    """What a settled order moved on an account; nothing for any other order."""
    if order.state is not State.SETTLED:
        return ()
    lines = []
    credited = order.paid_min - order.overflow_min
    if order.volunteer == account and credited:
        lines.append(
            Line(order.final_ms, EARNED, credited, order.id.hex(), Id(order.recipient)),
        )
    if order.payer_kind == "person" and order.payer == account and order.paid_min:
        lines.append(
            Line(order.final_ms, SPENT, -order.paid_min, order.id.hex(), Id(order.volunteer))
        )
    return tuple(lines)


def transfer_line(account: Id, signed: SignedTransaction, time_ms: EpochMs) -> Line | None:
    """What a gift or donation moved on an account; None when it is neither or of others."""
    body, mine = signed.tx.body, signed.tx.sender == account
    reference = signed.tx_id.hex()
    match body:
        case Give() if mine:
            return Line(time_ms, GIVEN, -body.minutes, reference, body.recipient)
        case Give() if body.recipient == account:
            return Line(time_ms, RECEIVED, body.minutes, reference, signed.tx.sender)
        case Donate() if mine:
            what = DONATED_HERE if body.pool == "district" else DONATED_CITY
            return Line(time_ms, what, -body.minutes, reference)
        case _:
            return None


def make_statement(person: Person, lines: Iterable[Line]) -> Statement:
    """The statement of a person from all their lines, in any order."""
    ordered = tuple(sorted(lines, key=lambda line: (line.time_ms, line.reference)))
    return Statement(ordered, person.available.balance, person.held.balance)
