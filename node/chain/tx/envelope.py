"""The signed envelope of every transaction.

``[1, version, suite, sender, [lane, number], valid_until_ms, policy_version, body, signature]``

The signed bytes are ``domain("tx", chain_id) ‖`` all bytes of the transaction before its signature field, which is the
last 66 bytes (``0xc4 0x40`` and 64 bytes). The transaction id is its RFC 6962 leaf hash,
``SHA-256(0x00 ‖ signed transaction)``: one name for one thing, in the log and everywhere else.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from node.chain.codec import Record, decoder
from node.chain.hashing import domain
from node.chain.limits import TRANSACTION_SIZE_MAX_BYTES
from node.chain.tx import (
    authorities,
    circle,
    corrections,
    events,
    governance,
    identity,
    issuance,
    leaving,
    orders,
    organisation,
    recovery,
    redemption,
    safety,
    service_certificates,
    settlement,
    sheets,
    teams,
    transfers,
)
from node.chain.types import EpochMsF, Hash, IdF, SignatureF, UintF

TRANSACTION_VERSION: Final = 1
SIGNATURE_FIELD_BYTES: Final = 66

IdentityBody = (
    identity.Register
    | identity.OfferKin
    | identity.AcceptKin
    | identity.Unbind
    | identity.RotateKey
    | identity.GrantAgent
    | identity.RevokeAgent
)
OrganisationBody = organisation.Propose | organisation.Second | organisation.Decline
OrderBody = (
    orders.Request
    | orders.ApproveOrder
    | orders.RejectOrder
    | orders.Withdraw
    | orders.Accept
    | orders.GiveBack
    | orders.Cancel
    | orders.CheckIn
    | orders.ReportNoShow
    | orders.CheckOut
    | orders.Extend
    | orders.ObjectOrder
    | orders.Confirm
    | orders.Reduce
    | orders.Endorse
    | orders.RuleOrder
    | orders.Appeal
    | orders.LateReport
    | orders.TimeStatement
    | orders.Rate
    | orders.Complain
    | orders.ContestNoShow
    | orders.AnswerComplaint
)
TransferBody = transfers.Give | transfers.Donate
IssuanceBody = issuance.ProposeMint | issuance.VoteMint
GovernanceBody = governance.Rejoin | governance.ProposeMotion | governance.VoteMotion
AuthorityBody = authorities.ProveKeys | authorities.MoveHomes
CorrectionBody = corrections.Repay
RedemptionBody = redemption.Redeem | redemption.ReleaseRedemption | redemption.Capture
SettlementBody = settlement.ProposeSettlement | settlement.AgreeSettlement
EventBody = events.AttendEvent | events.LeaveEvent | events.CreditAttendance | events.CloseEvent
RecoveryBody = (
    recovery.Recover | recovery.SetContacts | recovery.SupportRecovery | recovery.VetoRecovery
)
SafetyBody = (
    safety.Suspend | safety.EndSuspension | safety.AppealSuspension | safety.Pause | safety.Resume
)
SheetBody = sheets.RegisterSheet | sheets.CancelSheet
CircleBody = circle.DeclareHousehold
LeavingBody = leaving.FinishClosing
TeamBody = teams.JoinTeam | teams.LeaveTeam | teams.DonateTeam
ServiceCertificateBody = (
    service_certificates.IssueServiceCertificate | service_certificates.RevokeServiceCertificate
)
Body = (
    IdentityBody
    | OrganisationBody
    | OrderBody
    | TransferBody
    | IssuanceBody
    | GovernanceBody
    | AuthorityBody
    | CorrectionBody
    | RedemptionBody
    | SettlementBody
    | EventBody
    | TeamBody
    | RecoveryBody
    | SafetyBody
    | SheetBody
    | CircleBody
    | LeavingBody
    | ServiceCertificateBody
)


class Transaction(Record, frozen=True, tag=1):
    """One statement by one sender."""

    version: UintF
    suite: UintF
    sender: IdF
    """An actor's id, not a key: rotation keeps the sequence."""
    sequence: tuple[UintF, UintF]
    """(lane, number): gap-free within a lane, from 0."""
    valid_until_ms: EpochMsF
    """May stand only in blocks whose time is not later."""
    policy_version: UintF
    body: Body
    signature: SignatureF


decode_transaction = decoder(Transaction, TRANSACTION_SIZE_MAX_BYTES)


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A decoded transaction with the bytes it came in and its id: decoded once, carried everywhere."""

    raw: bytes
    tx: Transaction
    tx_id: Hash


def parse(raw: bytes) -> SignedTransaction:
    """Decode one transaction.

    Raises:
        Malformed: ``TOO_LARGE`` or ``NOT_CANONICAL``.
    """
    return SignedTransaction(raw, decode_transaction(raw), transaction_id(raw))


def transaction_id(raw: bytes) -> Hash:
    """SHA-256(0x00 ‖ signed bytes): the leaf hash in the log."""
    return Hash(sha256(b"\x00" + raw).digest())


def sign_bytes(chain_id: Hash, raw: bytes) -> bytes:
    """What the sender's key signs, from the full canonical bytes."""
    return domain("tx", chain_id) + raw[:-SIGNATURE_FIELD_BYTES]


def body_kind(body: Body) -> int:
    """Kind number of a body: its first element."""
    tag = body.__struct_config__.tag
    assert isinstance(tag, int)
    return tag
