"""All movements of one account, and whether they add up to its balance.

Orders that settled and transfers are each read (and the transfers proven) on their own. How many minutes any other
statement moved follows from the state it met (what a pool had, where a cap was), so these lines take the amount from
the node's history, and say so. The account's record is only used at the end, for comparison: a node that left a
movement out or made one up is noticed. Holds do not appear: held minutes are still the payer's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from node.chain.lifecycle import State
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.rules.orders.settlement import SELF
from node.chain.tx.envelope import SignedTransaction
from node.chain.tx.transfers import Donate, Give
from node.chain.types import EpochMs, Id
from node.console.language import Text, t
from wallet.client.answers import HistoryItem

EARNED = t(zh="服务存入", en="earned by service")
SPENT = t(zh="兑换服务", en="paid for service")
GIVEN = t(zh="赠与亲属", en="given to kin")
RECEIVED = t(zh="亲属赠与", en="received from kin")
DONATED_HERE = t(zh="捐给本区公益池", en="donated to the district's pool")
DONATED_CITY = t(zh="捐给全市公益池", en="donated to the city pool")
TRANSFER_KINDS = frozenset({"give", "donate"})
OTHER = t(zh="其他", en="other")
MOVES: Final[dict[str, Text]] = {
    "capture": t(zh="服务商兑换", en="redeemed at a provider"),
    "credit_attendance": t(zh="活动存入", en="earned at an event"),
    "repay": t(zh="归还时间", en="paid back"),
    "finish_closing": t(zh="销户转出或继承", en="closing of an account"),
    "correct": t(zh="订单更正", en="correction of an order"),
    "compensate": t(zh="补偿", en="compensation"),
    "undo_donation": t(zh="撤回捐赠", en="donation taken back"),
    "convert_honour": t(zh="荣誉时转换", en="honour minutes converted"),
}
"""Kinds and actions that move minutes beside orders and transfers, in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One movement.

    Attributes:
        time_ms: when it took effect.
        what: in words.
        minutes: positive into the account, negative out of it.
        reference: the order's or transaction's id, hexadecimal.
        other: the other person, if there is one.
        proven: whether the amount follows from a proven transaction or an order's record, and not from a node's word.
    """

    time_ms: EpochMs
    what: Text
    minutes: int
    reference: str
    other: Id | None = None
    proven: bool = True


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
    own = order.credit_to == SELF
    credited = order.paid_min - order.overflow_min if own else 0
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


def moved_line(item: HistoryItem) -> Line | None:
    """What anything but an order or a transfer moved, by the node's word; None for those and for nothing."""
    minutes = item.gained_min - item.lost_min
    if minutes == 0 or item.tx_id is None or item.orders or item.kind in TRANSFER_KINDS:
        return None
    what = MOVES.get(item.action or item.kind, OTHER)
    return Line(EpochMs(item.time_ms), what, minutes, item.tx_id, None, proven=False)


def make_statement(person: Person, lines: Iterable[Line]) -> Statement:
    """The statement of a person from all their lines, in any order."""
    ordered = tuple(sorted(lines, key=lambda line: (line.time_ms, line.reference)))
    return Statement(ordered, person.available.balance, person.held.balance)
