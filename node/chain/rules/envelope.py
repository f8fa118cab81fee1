"""The guards that every transaction passes before its family's rules, whatever it says.

In this order: version and suite, sender, expiry, policy version, sequence, quota.
"""

from typing import Final

from msgspec.structs import replace

from node.chain import keys
from node.chain.errors import ErrorCode, Malformed, Rejected
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.limits import LANES_MAX
from node.chain.policy import Policy, day_of
from node.chain.records.actors import ACTIVE, CLOSING, Actor, Operator, Person
from node.chain.rules.guards import require
from node.chain.state import Moment, View
from node.chain.tx.envelope import TRANSACTION_VERSION, Body, Transaction
from node.chain.tx.orders import Request
from node.chain.tx.recovery import Recover
from node.chain.tx.redemption import Redeem
from node.chain.tx.transfers import Donate, Give
from node.chain.types import Id

SETS_TERMS: Final = (Request, Give, Donate, Redeem)
"""Kinds that need the active or the previous policy; all others may name any earlier one."""


def check_envelope(view: View, at: Moment, tx: Transaction) -> Actor:
    """Everything about a transaction but its signature and its family's rules; the sender's record.

    Raises:
        Rejected: the first guard that does not hold.
    """
    require(tx.version == TRANSACTION_VERSION, ErrorCode.UNKNOWN_VERSION, str(tx.version))
    require(tx.suite == SUITE_ED25519_SHA256, ErrorCode.UNKNOWN_SUITE, str(tx.suite))
    actor = find_actor(view, tx.sender)
    signing_key(actor, tx.body)
    require(tx.suite == actor.suite, ErrorCode.UNKNOWN_SUITE, f"the key has suite {actor.suite}")
    require(at.time_ms <= tx.valid_until_ms, ErrorCode.EXPIRED, f"block time {at.time_ms}")
    longest = at.time_ms + at.policy.ledger.validity_max_ms
    require(tx.valid_until_ms <= longest, ErrorCode.VALIDITY_TOO_LONG, f"at most {longest}")
    check_policy_version(at.policy, tx)
    lane, number = tx.sequence
    require(lane < LANES_MAX, ErrorCode.TOO_MANY_LANES, str(lane))
    following = next_number(actor, lane)
    require(number >= following, ErrorCode.SEQUENCE_USED, f"next is {following}")
    require(number == following, ErrorCode.SEQUENCE_GAP, f"next is {following}")
    used = actor.quota_used if actor.quota_day == day_of(at.time_ms) else 0
    quota = _quota(at, actor)
    require(used < quota, ErrorCode.DAILY_QUOTA, f"{quota} a day")
    return actor


def find_actor(view: View, sender: Id) -> Actor:
    """The sender's record, with the right to speak; a closing account may still, and so stays open.

    Raises:
        Rejected: ``UNKNOWN_SENDER``, ``SENDER_NOT_ACTIVE``.
    """
    person = view.get(Person, sender)
    if person is not None:
        speaks = person.status in {ACTIVE, CLOSING}
        require(speaks, ErrorCode.SENDER_NOT_ACTIVE, person.status)
        return person
    operator = view.get(Operator, sender)
    if operator is None:
        raise Rejected(ErrorCode.UNKNOWN_SENDER, sender.hex())
    return operator


def signing_key(actor: Actor, body: Body) -> bytes:
    """The key that a statement is signed with: the recovery card's for ``Recover``, else the everyday key.

    Raises:
        Rejected: ``SENDER_HAS_NO_KEY``.
    """
    card = isinstance(body, Recover)
    key = actor.key
    if card:
        key = actor.recovery_key if isinstance(actor, Person) else b""
    what = "no recovery card" if card else "no key"
    require(bool(key), ErrorCode.SENDER_HAS_NO_KEY, f"{what}: {actor.id.hex()}")
    return key


def check_signature(actor: Actor, body: Body, message: bytes, signature: bytes) -> None:
    """The statement is signed with the key that may say it.

    Raises:
        Rejected: ``KEY_VERB_NOT_ALLOWED`` for the recovery card's key on anything else, ``BAD_SIGNATURE``.
    """
    if keys.verify(actor.suite, signing_key(actor, body), message, signature):
        return
    card = actor.recovery_key if isinstance(actor, Person) else b""
    if (
        card
        and not isinstance(body, Recover)
        and keys.verify(actor.suite, card, message, signature)
    ):
        raise Rejected(ErrorCode.KEY_VERB_NOT_ALLOWED, "the recovery card can only recover")
    raise Malformed(ErrorCode.BAD_SIGNATURE, actor.id.hex())


def check_policy_version(policy: Policy, tx: Transaction) -> None:
    """Kinds that set terms need the active or previous policy; all others any earlier one.

    Raises:
        Rejected: ``STALE_POLICY``.
    """
    named, active = tx.policy_version, policy.version
    oldest = active - 1 if isinstance(tx.body, SETS_TERMS) else 1
    require(max(1, oldest) <= named <= active, ErrorCode.STALE_POLICY, f"{named}, active {active}")


def next_number(actor: Actor, lane: int) -> int:
    """The next unused sequence number of a lane."""
    return actor.lanes[lane] if lane < len(actor.lanes) else 0


def _quota(at: Moment, actor: Actor) -> int:
    ledger = at.policy.ledger
    if isinstance(actor, Operator):
        return ledger.operator_day_max
    staff = any(at.time_ms < role.until_ms for role in actor.roles)
    return ledger.staff_day_max if staff else ledger.person_day_max


def advance(view: View, at: Moment, tx: Transaction, actor: Actor) -> None:
    """Use up the sequence number and one of the day's transactions."""
    lane, number = tx.sequence
    lanes = list(actor.lanes) + [0] * (lane + 1 - len(actor.lanes))
    lanes[lane] = number + 1
    day = day_of(at.time_ms)
    used = actor.quota_used + 1 if actor.quota_day == day else 1
    view.put(replace(actor, lanes=tuple(lanes), quota_day=day, quota_used=used))
