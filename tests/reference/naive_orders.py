"""Orders of the naive time bank: their holds, their payment, and what time alone does to them.

Each order's due timer fires once at the start of a block, and an order that is touched fires whatever else is due.
"""

from dataclasses import dataclass, field
from typing import cast

from tests.reference.naive_ledger import DAY, NaiveLedger, Purse, month_of, need

WEIGHTS = {"company": 1_000, "cleaning": 1_500}
FINAL = {
    "rejected",
    "withdrawn",
    "expired",
    "cancelled",
    "no_show",
    "aborted",
    "settled",
    "void",
}
NEVER = 2**62


@dataclass
class NaiveOrder:
    """One recipient, one volunteer, one payer."""

    recipient: str
    payer_kind: str
    payer: str | tuple[str, int]
    """A person's name, or a fund's home and year."""
    service: str
    start: int
    minutes: int
    requester: str = ""
    key: bytes = b""
    state: str = "none"
    due: int = NEVER
    events: int = 0
    hold: int = 0
    paid: int = 0
    month: int = 0
    volunteer: str = ""
    given_back: set[str] = field(default_factory=set)
    needs_endorse: int = 0
    presence: bool = False
    began: int = 0
    ended: int = 0
    counted: int = 0
    agreed: int = 0
    objectors: list[str] = field(default_factory=list)
    reason: str = "-"
    disputed: int = 0
    appealed: bool = False
    verdict: str = "-"
    reviewer: str = ""
    arbiter: str = ""
    endorser: str = ""


class NaiveOrders(NaiveLedger):
    """The orders, and what time alone does to them."""

    def __init__(self, now: int, cap: int, budget: int, allowance: int) -> None:
        super().__init__(now, cap, budget)
        self.allowance = allowance
        self.orders: dict[bytes, NaiveOrder] = {}
        self.used: dict[tuple[str, int], list[int]] = {}
        """[held, used] of the fund's allowance, by person and month."""

    def purse(self, order: NaiveOrder) -> Purse:
        """What pays for an order."""
        if order.payer_kind == "person":
            return self.persons[cast("str", order.payer)]
        need(order.payer in self.funds, "NO_SUCH_OBJECT")
        return self.funds[cast("tuple[str, int]", order.payer)]

    def hold(self, order: NaiveOrder, minutes: int) -> None:
        """Free to held."""
        used = self.used.setdefault((order.recipient, order.month), [0, 0])
        if order.payer_kind == "fund":
            need(sum(used) + minutes <= self.allowance, "ALLOWANCE_USED")
        purse = self.purse(order)
        need(purse.available >= minutes, "INSUFFICIENT_MINUTES")
        purse.available -= minutes
        purse.held += minutes
        order.hold += minutes
        used[0] += minutes if order.payer_kind == "fund" else 0

    def settle(self, order: NaiveOrder, minutes: int) -> None:
        """Pay for so many minutes out of the hold; the rest goes back."""
        due = minutes * WEIGHTS[order.service] // 1_000
        paid = order.paid = min(due, order.hold)
        if order.hold:
            purse = self.purse(order)
            purse.held -= order.hold
            purse.available += order.hold - paid
            if order.payer_kind == "fund":
                used = self.used[order.recipient, order.month]
                used[0], used[1] = used[0] - order.hold, used[1] + paid
        order.hold = 0
        if minutes:
            self.credit(order, paid, minutes, due - paid)

    def credit(self, order: NaiveOrder, paid: int, minutes: int, beyond: int) -> None:
        """To the volunteer up to the cap, the surplus to the pool of their home, minutes beyond the hold as honour."""
        volunteer = self.persons[order.volunteer]
        credited = min(paid, max(0, self.cap - volunteer.available - volunteer.held))
        volunteer.available += credited
        volunteer.earned += credited
        volunteer.served += minutes
        volunteer.honour += beyond
        self.pools[volunteer.home] += paid - credited
        self.pass_between(self.purse(order).home, volunteer.home, paid)

    def block(self, wait: int) -> None:
        """A new block: every order whose timer is due fires it once."""
        self.now += wait
        due = [(o.due, key) for key, o in self.orders.items() if o.due <= self.now]
        for _, key in sorted(due):
            if self.orders[key].state not in FINAL:
                self.fire(self.orders[key])

    def touch(self, key: bytes) -> NaiveOrder:
        """An order with everything fired that is due."""
        order = self.orders[key]
        while order.state not in FINAL and order.due <= self.now:
            self.fire(order)
        return order

    def fire(self, order: NaiveOrder) -> None:
        """What time alone does."""
        state, due = order.state, order.due
        if state in {"requested", "published", "lapsed"}:
            self.end(order, "expired")
        elif state == "accepted":
            self.go(order, "lapsed", due + 7 * DAY)
        elif state == "checked_in":
            self.persons[order.volunteer].serving = None
            order.counted = 0
            self.go(order, "unclosed", due + 7 * DAY)
        elif state == "unclosed":
            self.end(order, "aborted")
        elif state == "checked_out":
            self.silence(order, due)
        elif state == "confirmed" and order.needs_endorse:
            self.dispute(order, "unendorsed", due)
        elif state == "confirmed":
            self.settle(order, order.agreed)
            self.go(order, "settled", None)
        elif state == "disputed":
            self.end(order, "void")
        else:
            self.carry_out(order)

    def silence(self, order: NaiveOrder, due: int) -> None:
        """Nobody confirmed within three days."""
        recipient = self.persons[order.recipient]
        month = month_of(due)
        used = recipient.silent.get(month, 0)
        own = order.payer_kind == "person" and order.requester == order.recipient
        if own and order.presence and used < 2:
            recipient.silent[month] = used + 1
            order.agreed = order.counted
            self.go(order, "confirmed", due + 7 * DAY)
        else:
            self.dispute(order, "unconfirmed", due)

    def dispute(self, order: NaiveOrder, reason: str, since: int) -> None:
        """Until somebody rules, or thirty days."""
        order.reason, order.disputed = reason, since
        self.go(order, "disputed", since + 30 * DAY)

    def carry_out(self, order: NaiveOrder) -> None:
        """A verdict that stands."""
        if order.verdict in {"to-volunteer", "split"}:
            self.settle(order, order.agreed)
            self.go(order, "settled", None)
            return
        if order.verdict == "to-payer":
            self.persons[order.volunteer].honour += order.counted
        self.end(order, "void")

    def go(self, order: NaiveOrder, state: str, due: int | None) -> None:
        """The next state; finals have no timer of interest."""
        order.state, order.due = state, NEVER if due is None else due
        order.events += 1

    def end(self, order: NaiveOrder, state: str) -> None:
        """A final state in which the whole hold goes back; a void service still took the volunteer's time."""
        self.settle(order, 0)
        if order.volunteer and state != "void":
            self.free(order)
        self.go(order, state, None)

    def free(self, order: NaiveOrder) -> None:
        """The volunteer does not serve this order."""
        volunteer = self.persons[order.volunteer]
        volunteer.intervals.pop(order.key, None)
        if volunteer.serving == order.key:
            volunteer.serving = None
