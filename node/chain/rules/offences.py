"""Evidence in a block becomes an offence of the state, and opens a motion; nothing is removed by itself."""

from typing import Final

from msgspec.structs import replace

from node.chain.certificate import (
    Evidence,
    check_evidence,
    decode_message,
)
from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.hashing import ID_BYTES, digest
from node.chain.records.authorities import Offence, OpenChange
from node.chain.records.motions import Motion
from node.chain.rules.authorities import CHANGE_VOTE_MS
from node.chain.seats import current_set, first_signed, schedule_of, set_at
from node.chain.state import Moment, View
from node.chain.tx.authorities import SuspendSeat
from node.chain.types import NO_ID, Code, EpochMs, Id

CHAIN: Final = Code("-")
"""Stands for the proposer of a motion that no operator moved."""


def accuse(view: View, at: Moment, evidence: Evidence) -> Offence:
    """Verify evidence against the set of its own height, enter the offence, open a motion to suspend the seat.

    Raises:
        Malformed: the pair convicts nobody, a signature does not verify, or its height is not one of this chain so far.
        Rejected: ``ALREADY_EXISTS``, an entry for this authority and height stands.
    """
    height = decode_message(evidence.first).height
    if not first_signed(view) <= height <= at.height:
        raise Malformed(ErrorCode.BAD_FIELD, f"evidence of height {height}")
    authorities = set_at(view, height)
    message = check_evidence(at.chain_id, authorities, evidence)
    district = authorities.members[message.signer].district
    offence = Offence(
        district=district,
        height=height,
        round=message.round,
        kind=offence_kind(evidence),
        evidence=digest("evidence", at.chain_id, encode(evidence)),
        block_height=at.height,
        motion=NO_ID,
        touch=b"",
    )
    view.create(offence)
    motion = _open_suspension(view, at, offence)
    if motion:
        view.put(replace(offence, motion=motion))
    return offence


def offence_kind(evidence: Evidence) -> Code:
    """What the culprit did: two different messages of one type, or amnesia."""
    one, other = decode_message(evidence.first), decode_message(evidence.second)
    return Code(type(one).__name__.lower() if type(one) is type(other) else "amnesia")


def _open_suspension(view: View, at: Moment, offence: Offence) -> Id:
    """The motion's id; none while the seat is gone, is the last one, or has such a motion open."""
    schedule, members = schedule_of(view), current_set(view).members
    seated = len(members) > 1 and any(m.district == offence.district for m in members)
    known = any(e.proposer == CHAIN and e.district == offence.district for e in schedule.open)
    if not seated or known:
        return NO_ID
    id_ = Id(digest("offence", at.chain_id, offence.key_id)[:ID_BYTES])
    motion = Motion(
        id=id_,
        origin=offence.evidence,
        subject=SuspendSeat(offence.district, offence.height),
        evidence=offence.evidence,
        voters=(),
        opponents=(),
        state=Code("open"),
        due_ms=EpochMs(at.time_ms + CHANGE_VOTE_MS),
        touch=b"",
    )
    view.create(motion)
    entry = OpenChange(id_, CHAIN, offence.district, NO_ID, ())
    view.put(replace(schedule, open=(*schedule.open, entry)))
    return id_
