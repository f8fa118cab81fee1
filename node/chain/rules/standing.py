"""What the sender's own standing forbids, whatever family a statement belongs to.

While a recovery is under way nothing goes out of the account; service goes on. A suspended person takes no new service,
or gives nothing out; services under way finish. The account's own timers are fired before it speaks, so that a backlog
of timers changes nothing; and its speaking ends any notice of closing.
"""

from node.chain.errors import ErrorCode
from node.chain.records.actors import CLOSING, Person
from node.chain.records.orders import Order
from node.chain.records.recovery import PENDING, Recovery
from node.chain.rules.closing import wake
from node.chain.rules.guards import require
from node.chain.rules.orders.parties import paying_person
from node.chain.rules.recovery import fire_recovery
from node.chain.rules.stops import ACCEPT, OUTGOING, require_not_suspended
from node.chain.state import Moment, View
from node.chain.tx.corrections import Repay
from node.chain.tx.envelope import Body, Transaction
from node.chain.tx.events import AttendEvent
from node.chain.tx.identity import AcceptKin, GrantAgent, OfferKin, RotateKey
from node.chain.tx.orders import Accept, ApproveOrder, Extend, Request
from node.chain.tx.recovery import SetContacts
from node.chain.tx.redemption import Redeem
from node.chain.tx.teams import DonateTeam
from node.chain.tx.transfers import Donate, Give
from node.chain.types import NO_ID, Id


def ripen(view: View, at: Moment, sender: Id) -> None:
    """Fire what is due on the sender's account."""
    recovery = view.get(Recovery, sender)
    if recovery is not None and 0 < recovery.due_ms <= at.time_ms:
        fire_recovery(view, recovery)


def check_standing(view: View, at: Moment, tx: Transaction) -> None:
    """Whether the sender may say this now.

    Raises:
        Rejected: ``RECOVERY_PENDING``, ``SUSPENDED``, ``CLOSED_ACCOUNT``, ``GUARDIAN_MISSING``.
    """
    wake(view, tx.sender)
    account = outgoing_account(view, tx)
    if account:
        _require_no_recovery(view, account)
        require_not_suspended(view, at, OUTGOING, account)
        _require_not_merging(view, account)
    elif isinstance(tx.body, RotateKey | SetContacts):
        _require_no_recovery(view, tx.sender)
    elif isinstance(tx.body, Accept):
        require_not_suspended(view, at, ACCEPT, tx.sender)
        _require_not_merging(view, tx.sender)
    elif isinstance(tx.body, AttendEvent):
        require_not_suspended(view, at, ACCEPT, tx.body.person)
        _require_may_attend(view, at, tx.body.person)


def _require_not_merging(view: View, account: Id) -> None:
    """A duplicate that drains ends what is open and begins nothing."""
    person = view.get(Person, account)
    merging = person is not None and person.status == CLOSING
    require(not merging, ErrorCode.CLOSED_ACCOUNT, account.hex())


def _require_may_attend(view: View, at: Moment, id_: Id) -> None:
    """Whether a guarded person may come to events at all."""
    person = view.get(Person, id_)
    none = at.policy.persons.minor_mode == "none"
    refused = none and person is not None and person.guarded == 1
    require(not refused, ErrorCode.GUARDIAN_MISSING, "guarded persons serve: none")


def outgoing_account(view: View, tx: Transaction) -> Id:
    """Out of whose account the statement gives or holds minutes, or gives power; empty for none."""
    body: Body = tx.body
    match body:
        case Give() | Donate() | DonateTeam() | Repay() | OfferKin() | GrantAgent():
            return tx.sender
        case AcceptKin() if body.method == "own-key":
            return tx.sender
        case Redeem():
            return body.person
        case Request() if body.payer_kind == "person":
            return body.payer
        case ApproveOrder() | Extend():
            order = view.get(Order, body.order)
            return NO_ID if order is None else paying_person(order)
        case _:
            return NO_ID


def _require_no_recovery(view: View, account: Id) -> None:
    recovery = view.get(Recovery, account)
    free = recovery is None or recovery.state != PENDING
    require(free, ErrorCode.RECOVERY_PENDING, account.hex())
