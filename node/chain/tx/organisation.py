"""What can be said about sites, staff and approvals: propose, then second."""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record
from node.chain.tx import (
    circle,
    corrections,
    entries,
    events,
    leaving,
    pools,
    recovery,
    redemption,
    safety,
    sheets,
    teams,
)
from node.chain.tx.identity import BureauReceipt
from node.chain.types import CodeF, EpochMsF, HashF, IdF


class ApprovePerson(Record, frozen=True, tag=1):
    """Admit a registered person, with the three attested flags.

    Each ends with a quarter, at midnight in UTC+8 before 1 January, April, July or October; 0 for none.
    """

    person: IdF
    origin: HashF
    may_serve_until_ms: EpochMsF
    may_receive_until_ms: EpochMsF
    may_be_funded_until_ms: EpochMsF
    commitment: HashF
    """Salted commitment to reasons and evidence in the vault."""
    receipt: BureauReceipt


class GrantRole(Record, frozen=True, tag=2):
    """Give a person a staff role at a site (or, with an empty-site code ``-``, for a whole district)."""

    person: IdF
    role: CodeF
    district: CodeF
    site: CodeF
    until_ms: EpochMsF


class RevokeRole(Record, frozen=True, tag=3):
    """End a staff role."""

    person: IdF
    role: CodeF
    district: CodeF


class OpenSite(Record, frozen=True, tag=4):
    """A new service point of a district."""

    district: CodeF
    site: CodeF


class ApproveKin(Record, frozen=True, tag=5):
    """Confirm a kin binding to which both sides have consented."""

    binding: IdF
    origin: HashF


class Attest(Record, frozen=True, tag=6):
    """Renew or change the three flags of an approved person, each until a quarter's end as at approval; 0 for none."""

    person: IdF
    may_serve_until_ms: EpochMsF
    may_receive_until_ms: EpochMsF
    may_be_funded_until_ms: EpochMsF
    commitment: HashF


class BindAgent(Record, frozen=True, tag=7):
    """Bind an agent for a person without a key of their own, on evidence."""

    person: IdF
    agent: IdF
    verbs: Annotated[tuple[CodeF, ...], Meta(min_length=1, max_length=8)]
    evidence: HashF


class AttestGate(Record, frozen=True, tag=8):
    """A person meets a condition (``training``, a qualification) until a time."""

    person: IdF
    gate: CodeF
    until_ms: EpochMsF
    commitment: HashF


Action = (
    ApprovePerson | GrantRole | RevokeRole | OpenSite | ApproveKin | Attest | BindAgent | AttestGate
)

MoneyAction = (
    corrections.Correct
    | corrections.WriteOff
    | corrections.Compensate
    | corrections.UndoDonation
    | redemption.OpenProvider
    | redemption.AttestCapacity
    | redemption.RetireDue
    | redemption.RedeemOnBehalf
    | entries.EnterHonour
    | entries.CorrectHonour
    | entries.ConvertHonour
    | events.OpenEvent
    | teams.OpenTeam
    | pools.ShiftPool
    | recovery.RecoverAtDesk
    | safety.RenewSuspension
    | sheets.BindSheet
    | circle.BindGuardian
    | circle.ApprovePairing
    | leaving.CloseAccount
    | leaving.MergePersons
    | leaving.ChangeHome
)
"""Actions whose rules belong to other families."""
AnyAction = Action | MoneyAction


class Propose(Record, frozen=True, tag=60):
    """The first of two staff puts an action forward."""

    action: AnyAction


class Second(Record, frozen=True, tag=61):
    """A second, different natural person lets the action happen."""

    proposal: IdF
    origin: HashF


class Decline(Record, frozen=True, tag=62):
    """A reviewer ends a proposal without effect."""

    proposal: IdF
    origin: HashF
    reason: CodeF
