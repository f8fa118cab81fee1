"""What authorities say about their own seats, and their motions on policy, catalogue and the set itself.

A passed policy is written at once and comes into force at its activation height, at least ten blocks later and never
in retrospect; at most one waits. Orders keep the terms pinned when they were published. A passed catalogue change
stands from that block on; it too binds only orders published later. The set has rules of its own (``authorities``).
"""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.certificate import AuthoritySet
from node.chain.errors import ErrorCode
from node.chain.limits import (
    POLICY_AHEAD_MAX_BLOCKS,
    POLICY_NOTICE_BLOCKS,
    PROTOCOL_NOTICE_BLOCKS,
)
from node.chain.policy import Policy, ServiceClass
from node.chain.protocol import protocol_at, protocol_waiting
from node.chain.records.motions import Motion
from node.chain.records.settings import (
    AUTHORITIES_ID,
    AuthorityRecord,
    CatalogueEntry,
    PolicyRecord,
    ProtocolRecord,
    policy_id,
)
from node.chain.rules import authorities as seats
from node.chain.rules.bounds import check_bounds
from node.chain.rules.guards import created_id, require, require_origin, sending_operator
from node.chain.rules.voting import Ballot, Outcome, seated_authorities
from node.chain.state import Moment, View, district_of
from node.chain.tx.authorities import AuthoritySubject
from node.chain.tx.envelope import GovernanceBody, Transaction
from node.chain.tx.governance import (
    CatalogueChange,
    PolicyChange,
    ProposeMotion,
    ProtocolChange,
    Rejoin,
    Subject,
    VoteMotion,
)
from node.chain.types import Code, EpochMs, Hash

WEIGHT_PERMILLE: Final = (100, 5_000)
SIBLINGS_MAX: Final = 4


def apply(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: GovernanceBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case Rejoin():
            _rejoin(view, tx)
        case ProposeMotion():
            _propose(view, at, tx, tx_id, body)
        case VoteMotion():
            _vote(view, at, tx, body)
        case _:
            assert_never(body)


def _rejoin(view: View, tx: Transaction) -> None:
    """A rejoin changes nothing but the seat's sequence: that it stands in a block is what counts."""
    seat = sending_operator(view, tx)
    members = view.need(AuthorityRecord, AUTHORITIES_ID).authorities.members
    seated = any(m.district == seat.district and m.consensus_key == seat.key for m in members)
    require(seated, ErrorCode.NOT_AUTHORITY, seat.district)


def _propose(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: ProposeMotion) -> None:
    operator = sending_operator(view, tx)
    authorities = seated_authorities(view, operator)
    _check(view, at, body.subject)
    about_seats = isinstance(body.subject, AuthoritySubject)
    vote_ms = seats.CHANGE_VOTE_MS if about_seats else at.policy.issuance.vote_ms

    motion = Motion(
        id=created_id(at, tx),
        origin=tx_id,
        subject=body.subject,
        evidence=body.evidence,
        voters=(operator.district,),
        opponents=(),
        state=Code("open"),
        due_ms=EpochMs(at.time_ms + vote_ms),
        touch=b"",
    )
    view.create(motion)
    if isinstance(body.subject, AuthoritySubject):
        seats.open_change(view, at, tx, motion.id, body.subject)
    _decide(view, at, authorities, motion)


def _vote(view: View, at: Moment, tx: Transaction, body: VoteMotion) -> None:
    operator = sending_operator(view, tx)
    authorities = seats.voting_authorities(view, operator, body.motion)
    motion = view.need(Motion, body.motion)
    require(motion.state == "open", ErrorCode.WRONG_STATE, motion.state)
    require(at.time_ms < motion.due_ms, ErrorCode.PROPOSAL_EXPIRED)
    require_origin(motion.origin, body.origin)
    ballot = Ballot(motion.voters, motion.opponents).cast(operator.district, body.approve)

    motion = replace(motion, voters=ballot.voters, opponents=ballot.opponents)
    view.put(motion)
    _decide(view, at, authorities, motion)


def _decide(view: View, at: Moment, authorities: AuthoritySet, motion: Motion) -> None:
    """Carry out what enough agree to, if it still can be; close what enough refuse."""
    if isinstance(motion.subject, AuthoritySubject):
        seats.decide(view, at, motion, motion.subject)
        return
    match Ballot(motion.voters, motion.opponents).outcome(at, authorities):
        case Outcome.OPEN:
            return
        case Outcome.FAILED:
            view.put(replace(motion, state=Code("refused"), due_ms=EpochMs(0)))
        case Outcome.PASSED:
            _check(view, at, motion.subject)
            _perform(view, motion.subject)
            view.put(replace(motion, state=Code("passed"), due_ms=EpochMs(0)))


def _check(view: View, at: Moment, subject: Subject) -> None:
    """Whether the subject could be decided now; asked when it is moved and again when it passes."""
    match subject:
        case PolicyChange():
            _check_policy(view, at, subject.policy)
        case CatalogueChange():
            _check_class(view, subject.service)
        case ProtocolChange():
            _check_protocol(view, at, subject)
        case _:
            seats.set_after(view, subject)


def _check_policy(view: View, at: Moment, policy: Policy) -> None:
    following = at.policy.version + 1
    require(policy.version == following, ErrorCode.STALE_POLICY, f"the next is {following}")
    waiting = view.get(PolicyRecord, policy_id(following)) is not None
    require(not waiting, ErrorCode.ALREADY_EXISTS, f"version {following} waits for its height")
    earliest = at.height + POLICY_NOTICE_BLOCKS
    require(policy.activation_height >= earliest, ErrorCode.TOO_LATE, f"from height {earliest}")
    latest = at.height + POLICY_AHEAD_MAX_BLOCKS
    near = policy.activation_height <= latest
    require(near, ErrorCode.POLICY_OUT_OF_BOUNDS, f"activation at most at height {latest}")
    check_bounds(policy)


def _check_protocol(view: View, at: Moment, change: ProtocolChange) -> None:
    """Whoever votes need not know the version: that decides only whether the own node goes on after its height."""
    now, waiting = protocol_at(view, at.height), protocol_waiting(view, at.height)
    ahead = "" if waiting is None else f"version {waiting.version} waits for its height"
    require(waiting is None, ErrorCode.ALREADY_EXISTS, ahead)
    require(change.version == now + 1, ErrorCode.STALE_POLICY, f"the next is {now + 1}")
    earliest = at.height + PROTOCOL_NOTICE_BLOCKS
    require(change.activation_height >= earliest, ErrorCode.TOO_LATE, f"from height {earliest}")
    latest = at.height + POLICY_AHEAD_MAX_BLOCKS
    near = change.activation_height <= latest
    require(near, ErrorCode.POLICY_OUT_OF_BOUNDS, f"activation at most at height {latest}")


def _check_class(view: View, service: ServiceClass) -> None:
    code = ErrorCode.POLICY_OUT_OF_BOUNDS
    before = view.get(CatalogueEntry, service.code.encode())
    following = before.service.version + 1 if before else 1
    require(service.version == following, ErrorCode.STALE_OBJECT, f"the next is {following}")
    own = service.parent == service.code
    parent = None if own else view.get(CatalogueEntry, service.parent.encode())
    require(own or parent is not None, ErrorCode.UNKNOWN_SERVICE, service.parent)
    flat = parent is None or parent.service.parent == parent.service.code
    require(flat, ErrorCode.UNKNOWN_SERVICE, f"{service.parent} has a parent itself")
    low, high = WEIGHT_PERMILLE
    require(low <= service.weight_permille <= high, code, f"weight {service.weight_permille}")
    require(1 <= service.siblings <= SIBLINGS_MAX, code, f"siblings {service.siblings}")
    ordered = list(service.districts) == sorted(set(service.districts))
    require(ordered, code, "districts sorted, each once")
    for district in service.districts:
        district_of(view, district)


def _perform(view: View, subject: PolicyChange | CatalogueChange | ProtocolChange) -> None:
    match subject:
        case PolicyChange():
            view.create(PolicyRecord(subject.policy, b""))
        case CatalogueChange():
            view.put(CatalogueEntry(subject.service, b""))
        case ProtocolChange():
            view.create(ProtocolRecord(subject.version, subject.activation_height, b""))
        case _:
            assert_never(subject)


def expire_motion(view: View, motion: Motion) -> None:
    """The timer of a motion that found too few voices."""
    seats.close_change(view, motion.id)
    view.put(replace(motion, state=Code("expired"), due_ms=EpochMs(0)))
