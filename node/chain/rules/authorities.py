"""Motions about the set of authorities: who may move and vote, when one passes, proofs of new keys.

A change passes when more than two thirds of the present set and more than two thirds of the set that it makes have
voted for it, and every new consensus and operator key is proven to be held. The voice of a district that has no seat
yet is a ``candidate``: it may vote on its own motion and prove its keys, and nothing else. Motions run out after 14
days; each authority has at most one open, so that none can keep the others from changing the set; from passing to
effect no other change passes. What a change does when it takes effect is ``rules.succession``.
"""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain import keys
from node.chain.certificate import Authority, AuthoritySet
from node.chain.errors import ErrorCode, Malformed
from node.chain.limits import AUTHORITIES_MAX, AUTHORITY_CHANGES_MAX
from node.chain.policy import DAY_MS
from node.chain.records.accounts import District
from node.chain.records.actors import Operator
from node.chain.records.authorities import (
    Offence,
    OpenChange,
    RootMark,
    WaitingSet,
    height_id,
    offence_id,
)
from node.chain.records.motions import Motion
from node.chain.rules.guards import (
    created_id,
    require,
    require_not_merged,
    require_origin,
    sending_operator,
)
from node.chain.rules.succession import merge, move_homes
from node.chain.rules.voting import seated_authorities
from node.chain.seats import EFFECT_BLOCKS, current_set, schedule_of
from node.chain.state import CITY_HOME, Moment, View, district_of
from node.chain.tx.authorities import (
    AddAuthority,
    AuthoritySubject,
    MergeDistrict,
    MoveHomes,
    ProveKeys,
    RemoveAuthority,
    RotateKeys,
    SuspendSeat,
)
from node.chain.tx.envelope import AuthorityBody, Transaction
from node.chain.types import NO_ID, Code, EpochMs, Hash, Height, Id

CHANGE_VOTE_MS: Final = 14 * DAY_MS
CANDIDATE_INDEX: Final = 1
"""The candidate's voice is the second object that a motion creates, after the motion."""
KEYS_OF_A_SEAT: Final = 4


def apply(view: View, at: Moment, tx: Transaction, body: AuthorityBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case ProveKeys():
            _prove(view, at, tx, body)
        case MoveHomes():
            seated_authorities(view, sending_operator(view, tx))
            move_homes(view, body)
        case _:
            assert_never(body)


def set_after(view: View, subject: AuthoritySubject) -> AuthoritySet:
    """The set that a change would make of the present one; asked when it is moved and again when it passes.

    Raises:
        Rejected: it makes no sense now.
    """
    members = {m.district: m for m in current_set(view).members}
    match subject:
        case AddAuthority():
            _check_new_seat(view, subject)
            members[subject.authority.district] = subject.authority
        case RotateKeys():
            _check_keys(subject.authority)
            before = _seat_in(members, subject.authority.district)
            require(before != subject.authority, ErrorCode.ALREADY_DONE, "the same keys")
            members[before.district] = subject.authority
        case RemoveAuthority():
            del members[_seat_in(members, subject.district).district]
        case SuspendSeat():
            view.need(Offence, offence_id(subject.height, subject.district))
            del members[_seat_in(members, subject.district).district]
        case MergeDistrict():
            _check_merger(view, subject)
            members.pop(subject.district, None)
        case _:
            assert_never(subject)
    count = len(members)
    require(1 <= count <= AUTHORITIES_MAX, ErrorCode.WRONG_STATE, f"{count} seats")
    used = {key for m in members.values() for key in _keys_of(m)}
    distinct = len(used) == KEYS_OF_A_SEAT * count
    require(distinct, ErrorCode.ALREADY_EXISTS, "a key that is used already")
    return AuthoritySet(tuple(members[code] for code in sorted(members)))


def _seat_in(members: dict[Code, Authority], district: Code) -> Authority:
    require(district in members, ErrorCode.NO_SUCH_OBJECT, f"{district} has no seat")
    return members[district]


def _keys_of(member: Authority) -> tuple[bytes, bytes, bytes, bytes]:
    return member.consensus_key, member.operator_key, member.checkpoint_key, member.tls_key


def _check_keys(authority: Authority) -> None:
    for key in _keys_of(authority):
        keys.check_public_key(authority.suite, key)


def _check_new_seat(view: View, subject: AddAuthority) -> None:
    code = subject.authority.district
    _check_keys(subject.authority)
    seated = any(m.district == code for m in current_set(view).members)
    require(not seated, ErrorCode.ALREADY_EXISTS, f"{code} has a seat")
    require_not_merged(view, code)
    known = view.get(District, code.encode()) is not None
    sites = list(subject.sites)
    sound = (not sites) if known else (sites != [] and sites == sorted(set(sites)))
    require(sound and code != CITY_HOME, ErrorCode.BAD_FIELD, "sites sorted, and only of a new one")


def _check_merger(view: View, subject: MergeDistrict) -> None:
    require(subject.district != subject.successor, ErrorCode.BAD_FIELD, "its own successor")
    for code in (subject.district, subject.successor):
        district_of(view, code)
        require_not_merged(view, code)


def subject_district(subject: AuthoritySubject) -> Code:
    """Whose seat a change is about."""
    match subject:
        case AddAuthority() | RotateKeys():
            return subject.authority.district
        case RemoveAuthority() | MergeDistrict() | SuspendSeat():
            return subject.district
        case _:
            assert_never(subject)


def open_change(
    view: View, at: Moment, tx: Transaction, motion: Id, subject: AuthoritySubject
) -> None:
    """Put a new motion among the open ones, with what is to be proven.

    Raises:
        Rejected: ``ALREADY_EXISTS``, the proposer has one open; ``WRONG_STATE``, the trail is full.
    """
    proposer = sending_operator(view, tx).district
    schedule = schedule_of(view)
    busy = any(entry.proposer == proposer for entry in schedule.open)
    require(not busy, ErrorCode.ALREADY_EXISTS, f"{proposer} has an open motion")
    room = len(schedule.past) < AUTHORITY_CHANGES_MAX
    require(room, ErrorCode.WRONG_STATE, f"{AUTHORITY_CHANGES_MAX} changes")
    candidate = NO_ID
    if isinstance(subject, AddAuthority):
        candidate = created_id(at, tx, CANDIDATE_INDEX)
        seat = subject.authority
        voice = Operator(candidate, seat.district, seat.suite, seat.operator_key, (0,), 0, 0, b"")
        view.create(voice)
    entry = OpenChange(
        motion, proposer, subject_district(subject), candidate, _new_keys(view, subject)
    )
    view.put(replace(schedule, open=(*schedule.open, entry)))


def _new_keys(view: View, subject: AuthoritySubject) -> tuple[bytes, ...]:
    """Consensus and operator keys that a change brings."""
    if not isinstance(subject, AddAuthority | RotateKeys):
        return ()
    seat = subject.authority
    old = [m for m in current_set(view).members if m.district == seat.district]
    known = {key for m in old for key in _keys_of(m)}
    return tuple(key for key in (seat.consensus_key, seat.operator_key) if key not in known)


def _entry_of(view: View, motion: Id) -> OpenChange | None:
    return next((e for e in schedule_of(view).open if e.motion == motion), None)


def voting_authorities(view: View, operator: Operator, motion: Id) -> AuthoritySet:
    """The present set, in which the operator sits, or is the candidate of just this motion.

    Raises:
        Rejected: ``NOT_AUTHORITY``.
    """
    entry = _entry_of(view, motion)
    if entry is not None and entry.candidate == operator.id:
        return current_set(view)
    return seated_authorities(view, operator)


def decide(view: View, at: Moment, motion: Motion, subject: AuthoritySubject) -> None:
    """Let a motion pass once both sets agree and all keys are proven; close it once either set no longer can.

    Raises:
        Rejected: ``WRONG_STATE``, another change is on its way to effect.
    """
    entry = _entry_of(view, motion.id)
    assert entry is not None
    present, following = current_set(view), set_after(view, subject)
    sets = (present, following)
    if any(_count(s, motion.opponents) > len(s.members) - s.quorum for s in sets):
        view.put(replace(motion, state=Code("refused"), due_ms=EpochMs(0)))
        close_change(view, motion.id)
        return
    agreed = all(_count(s, motion.voters) >= s.quorum for s in sets)
    if not agreed or entry.unproven:
        return
    require(not schedule_of(view).waiting, ErrorCode.WRONG_STATE, "a change is on its way")
    view.put(replace(motion, state=Code("passed"), due_ms=EpochMs(0)))
    close_change(view, motion.id)
    if following == present:
        assert isinstance(subject, MergeDistrict)
        merge(view, at, subject)
        return
    waiting = WaitingSet(Height(at.height + EFFECT_BLOCKS), motion.id, following)
    view.put(replace(schedule_of(view), waiting=(waiting,)))


def _count(authorities: AuthoritySet, districts: tuple[Code, ...]) -> int:
    return sum(1 for m in authorities.members if m.district in districts)


def close_change(view: View, motion: Id) -> None:
    """Take a motion out of the open ones, and its candidate's voice with it; nothing if it is not there."""
    schedule = schedule_of(view)
    entry = _entry_of(view, motion)
    if entry is None:
        return
    view.put(replace(schedule, open=tuple(e for e in schedule.open if e.motion != motion)))
    if entry.candidate:
        view.remove(view.need(Operator, entry.candidate))


def _prove(view: View, at: Moment, tx: Transaction, body: ProveKeys) -> None:
    voting_authorities(view, sending_operator(view, tx), body.motion)
    motion = view.need(Motion, body.motion)
    require(motion.state == "open", ErrorCode.WRONG_STATE, motion.state)
    require(at.time_ms < motion.due_ms, ErrorCode.PROPOSAL_EXPIRED)
    require_origin(motion.origin, body.origin)
    entry = _entry_of(view, motion.id)
    if entry is None or not isinstance(motion.subject, AddAuthority | RotateKeys):
        raise Malformed(ErrorCode.BAD_FIELD, "a motion without new keys")
    root = _root_after(view, at, body.height)
    unproven = list(entry.unproven)
    suite = motion.subject.authority.suite
    for proof in body.proofs:
        require(proof.key in unproven, ErrorCode.ALREADY_DONE, proof.key.hex())
        unproven.remove(proof.key)
        context = proof_context(motion.id, root)
        if not keys.has_possession(at.chain_id, suite, proof.key, context, proof.signature):
            raise Malformed(ErrorCode.BAD_POSSESSION, proof.key.hex())
    proven = replace(entry, unproven=tuple(unproven))
    schedule = schedule_of(view)
    rest = tuple(proven if e.motion == motion.id else e for e in schedule.open)
    view.put(replace(schedule, open=rest))
    decide(view, at, motion, motion.subject)


def _root_after(view: View, at: Moment, height: Height) -> Hash:
    """State root after a recent block: that of the block before stands in no mark yet."""
    if height == at.height - 1:
        return at.previous_root
    return view.need(RootMark, height_id(height)).root


def proof_context(motion: Id, root: Hash) -> bytes:
    """What a new key signs besides itself: motion (16 bytes) ‖ state root (32 bytes)."""
    return motion + root
