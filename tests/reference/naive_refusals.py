"""What must come back when one thing about a right statement is wrong: tables of fields and speakers.

Written from the rules as they are told (docs/spec/transactions.md, the meaning of every field in
docs/spec/transaction-kinds.md), and apart from the code. A field has a nature: the name of a thing that must exist, of
a person, the version of a thing that must be the newest, minutes that must fit. What is wrong about it then has one
answer, whatever else is going on; where several rules watch over one field, or where another value is only another
thing that one may say, all the answers that are right are given. The empty name stands for an admitted statement.
"""

ADMITTED = frozenset({""})
MISSING = frozenset({"NO_SUCH_OBJECT"})
STRANGER = frozenset({"UNKNOWN_RECIPIENT"})
STALE = frozenset({"STALE_OBJECT"})
UNKNOWN_WORD = frozenset({"BAD_FIELD"})
PAPER = frozenset({"RECORD_FIELD_MISSING"})
RANGE = frozenset({"MINUTES_OUT_OF_RANGE"})
WINDOW = frozenset({"WINDOW_OUT_OF_RANGE"})
UNSIGNED = frozenset({"RECEIPT_INVALID"})
QUARTER = frozenset({"", "NOT_A_QUARTERS_END"})
UNREADABLE = frozenset({"NOT_CANONICAL"})
"""A number beyond what its field can hold is no transaction at all."""

NATURES = {
    "order binding run proposal event team redemption provider capacity mint": MISSING,
    "person recipient other duplicate survivor steward volunteer agent": STRANGER,
    "origin count": STALE,
    "scope": MISSING | UNKNOWN_WORD,
    "district site": MISSING,
    "commitment insurance notice detail": ADMITTED,
    "reason": ADMITTED,
}
"""By the names of fields; ``EXCEPTIONS`` goes before."""

EXCEPTIONS = {
    # Whoever names somebody else is at a desk, or they are nobody to speak for.
    "AttendEvent.person LeaveEvent.person": frozenset({"ROLE_MISSING"}),
    "FinishClosing.person": MISSING,
    # A recorder registers at home; another home is another desk's.
    "Register.home": frozenset({"ROLE_MISSING"}),
    "Register.suite SupportRecovery.suite RecoverAtDesk.suite": frozenset({"UNKNOWN_SUITE"}),
    "Register.key SupportRecovery.key RecoverAtDesk.key": frozenset(
        {"BAD_PUBLIC_KEY", "BAD_POSSESSION"}
    ),
    "Register.recovery_key": frozenset({"BAD_PUBLIC_KEY", "BAD_POSSESSION"}),
    "Register.recovery_possession": frozenset({"BAD_POSSESSION"}),
    # Signed with the everyday key instead of the card's, it is wrong whatever else is.
    "Recover.suite Recover.key Recover.possession": frozenset({"BAD_SIGNATURE"}),
    "Correct.target": MISSING,
    "Correct.source": UNKNOWN_WORD,
    # More minutes are paid by who has them.
    "Correct.minutes": RANGE | ADMITTED | {"INSUFFICIENT_MINUTES"},
    "Compensate.minutes": RANGE | ADMITTED | {"POOL_EMPTY"},
    "Compensate.rule": ADMITTED,
    "VetoRecovery.person": STRANGER | {"WRONG_STATE"},
    "Register.possession SupportRecovery.possession RecoverAtDesk.possession": frozenset(
        {"BAD_POSSESSION"}
    ),
    # Words of closed lists.
    "Accept.credit_to CloseAccount.reason Donate.pool": UNKNOWN_WORD,
    "EndSuspension.verdict OpenEvent.payer_kind RuleOrder.verdict": UNKNOWN_WORD,
    "Suspend.scope DonateTeam.pool": UNKNOWN_WORD,
    "EndSuspension.person": MISSING,
    "ChangeHome.home": MISSING,
    "AcceptKin.method Request.consent": frozenset({"METHOD_NOT_ALLOWED"}),
    # Only a code is submitted by the volunteer; and a code is one of the recipient's, opened for this order and sender.
    "Confirm.method": frozenset({"METHOD_NOT_ALLOWED", "SAME_PERSON"}),
    "Confirm.proof": ADMITTED | MISSING | UNKNOWN_WORD | UNSIGNED | {"METHOD_NOT_ALLOWED"},
    "RegisterSheet.sheet": ADMITTED | {"ALREADY_EXISTS"},
    "BindSheet.sheet": ADMITTED | MISSING | {"WRONG_STATE"},
    "GrantRole.role": frozenset({"ROLE_MISSING"}),
    "GrantRole.district": MISSING | {"ROLE_MISSING"},
    "GrantRole.until_ms": ADMITTED | {"TOO_LATE"},
    "OfferKin.relation": frozenset({"TRANSFER_TYPE_NOT_ADMITTED"}),
    "ProposeMint.purpose OpenEvent.purpose": frozenset({"PURPOSE_UNKNOWN"}),
    "Request.service OpenEvent.service EnterHonour.service": frozenset({"UNKNOWN_SERVICE"}),
    # A recorder of another district is no recorder there, and a site of no district is none.
    "Request.district": MISSING | {"NOT_A_PARTY"},
    # Kin who pay are a party by paying.
    "Request.payer": frozenset({"NOT_KIN", "NOT_A_PARTY"}),
    "Request.payer_kind": UNKNOWN_WORD | {"NOT_A_PARTY"},
    "Request.job": MISSING,
    "Request.invited": STRANGER,
    "Request.rule OpenEvent.rule CheckOut.reason": ADMITTED,
    "AttestGate.gate": ADMITTED,
    # A moment: block time counts, and what is claimed differently makes the report late.
    # But whoever witnessed the presence has signed the moment.
    "CheckIn.claimed_ms CheckOut.claimed_ms": ADMITTED | UNSIGNED,
    "Presence.method": UNKNOWN_WORD,
    "Presence.witness Presence.signature BureauReceipt.day BureauReceipt.signature": UNSIGNED,
    "EnterHonour.served_ms": ADMITTED | WINDOW | {"TOO_LATE", "TOO_EARLY"},
    # The second order of a job has the terms of the first.
    "Request.start_ms": ADMITTED | WINDOW | UNKNOWN_WORD,
    "OpenEvent.start_ms": ADMITTED | WINDOW,
    "Suspend.until_ms": ADMITTED | WINDOW,
    "AttestCapacity.until_ms": ADMITTED | WINDOW | {"TOO_LATE", "TOO_EARLY"},
    "AttestGate.until_ms": ADMITTED,
    # A flag is for nobody (0) or until the end of a quarter.
    "ApprovePerson.may_serve_until_ms ApprovePerson.may_receive_until_ms": QUARTER,
    "ApprovePerson.may_be_funded_until_ms": QUARTER,
    # Minutes: in range, there, within what one may use up.
    "Request.expected_min Confirm.minutes CreditAttendance.minutes": RANGE,
    "Capture.minutes RuleOrder.minutes": RANGE | ADMITTED,
    "Give.minutes": RANGE | ADMITTED | {"INSUFFICIENT_MINUTES", "GIFT_LIMIT", "CAP_REACHED"},
    "Donate.minutes DonateTeam.minutes Redeem.minutes RetireDue.minutes": (
        RANGE | ADMITTED | {"INSUFFICIENT_MINUTES"}
    ),
    "EnterHonour.minutes": RANGE | ADMITTED | {"ENTRY_QUOTA"},
    "AttestCapacity.minutes": RANGE | ADMITTED,
    "OpenEvent.minutes": RANGE | ADMITTED | {"POOL_EMPTY", "INSUFFICIENT_MINUTES"},
    "OpenEvent.places": ADMITTED | {"ENTRY_QUOTA", "POOL_EMPTY", "INSUFFICIENT_MINUTES"},
    "ProposeMint.minutes": RANGE | ADMITTED | {"BUDGET_EXCEEDED"},
    "ProposeMint.year": frozenset({"YEAR_CLOSED", "TOO_EARLY"}),
    "VoteMint.approve AgreeSettlement.approve": ADMITTED | UNREADABLE,
    "ProposeSettlement.cutoff_height ProposeSettlement.cutoff": frozenset(
        {"TOO_EARLY", "TOO_LATE", "BAD_FIELD"}
    ),
}

PAPERS = {
    "Accept.insurance": frozenset({"", "GATE_MISSING"}),
    "AcceptKin.evidence Request.consent_evidence": ADMITTED | PAPER,
    "AppealSuspension.evidence ObjectOrder.evidence RuleOrder.evidence": ADMITTED,
    "ProposeMint.evidence ProposeSettlement.evidence": ADMITTED,
}
"""What may be missing: an insurance but for visits at home; evidence where one's own key speaks, a party objects, an
arbiter rules, or authorities vote."""


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


def _table(lines: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: codes for names, codes in lines.items() for name in names.split()}


_NATURES, _EXCEPTIONS, _PAPERS = _table(NATURES), _table(EXCEPTIONS), _table(PAPERS)


def required(kind: str, field: str, way: str) -> frozenset[str]:
    """Names of the codes that are right for a statement of a kind with one field changed in a way.

    Args:
        kind: of the statement, or of the action that is proposed.
        field: its name.
        way: ``other``, ``zeros`` (bytes of zero), ``zero``, ``more``, ``huge``, ``earlier``, or ``same``.
    """
    if way == "same":
        return ADMITTED
    name = f"{kind}.{field}"
    if field == "evidence" or name in _PAPERS:
        return _PAPERS.get(name, PAPER) if way == "zeros" else ADMITTED
    found = _EXCEPTIONS.get(name)
    if found is None:
        found = _NATURES[field]
    return found | UNREADABLE if way == "huge" else found


STOPPED = frozenset({"SUSPENDED", "RECOVERY_PENDING"})
"""Nothing goes out of an account whose owner is suspended, or whose key is being replaced."""
SENDERS = {
    # What only staff of a role say, each for their own district.
    "ApproveOrder RejectOrder Endorse": frozenset(
        {"ROLE_MISSING", "SAME_PERSON", "RELATED_PERSONS", "WRONG_STATE"}
    ),
    "RuleOrder FinishClosing CloseEvent Suspend EndSuspension Register RegisterSheet": frozenset(
        {"ROLE_MISSING", "SAME_PERSON", "RELATED_PERSONS"}
    ),
    "AcceptKin": frozenset({"ROLE_MISSING", "METHOD_NOT_ALLOWED", "SAME_PERSON"}),
    "AttendEvent LeaveEvent CreditAttendance": frozenset(
        {"ROLE_MISSING", "SAME_PERSON", "RELATED_PERSONS"}
    ),
    "CheckIn": frozenset({"ROLE_MISSING", "SAME_PERSON", "RELATED_PERSONS"}) | UNSIGNED,
    "Second": frozenset({"ROLE_MISSING", "SAME_PERSON", "WRONG_DISTRICT", "RELATED_PERSONS"}),
    "Propose": frozenset({"ROLE_MISSING", "SAME_PERSON", "RELATED_PERSONS", "WRONG_DISTRICT"}),
    # What only a party says.
    "Cancel CheckOut Capture DonateTeam GiveBack ObjectOrder ReleaseRedemption ReportNoShow": frozenset(
        {"NOT_A_PARTY"}
    ),
    "Withdraw Appeal Repay SupportRecovery": frozenset({"NOT_A_PARTY"}),
    "Request": frozenset({"NOT_A_PARTY", "METHOD_NOT_ALLOWED"}),
    "Confirm": UNSIGNED
    | frozenset(
        {"ROLE_MISSING", "NOT_A_PARTY", "VERB_NOT_GRANTED", "SAME_PERSON", "METHOD_NOT_ALLOWED"}
    ),
    "Redeem": frozenset({"VERB_NOT_GRANTED"}) | STOPPED,
    # What anybody says for themselves.
    "Give": frozenset({"NOT_KIN"}) | STOPPED,
    "Donate": frozenset({"INSUFFICIENT_MINUTES"}) | STOPPED,
    "Accept": STOPPED
    | frozenset(
        {
            "NOT_MAY_SERVE",
            "GATE_MISSING",
            "SAME_PERSON",
            "RELATED_PERSONS",
            "OVERLAP",
            "DAY_LIMIT",
            "WEEK_LIMIT",
            "NO_SUCH_OBJECT",
            "NOT_A_PARTY",
            "ALREADY_DONE",
        }
    ),
    "OfferKin": frozenset({"SAME_PERSON", "ALREADY_EXISTS", "KIN_LIMIT"}) | STOPPED,
    "JoinTeam": frozenset({"ALREADY_DONE", "WRONG_DISTRICT", "NOT_MAY_SERVE"}),
    "SetContacts": frozenset({"SAME_PERSON", "RECOVERY_PENDING"}),
    "AppealSuspension": MISSING,
    "Recover": frozenset({"BAD_SIGNATURE", "SENDER_HAS_NO_KEY"}),
    "VetoRecovery": frozenset({"ROLE_MISSING", "SAME_PERSON"}),
}
"""Kinds to the codes that are right when somebody else says it, who has a key and is of the city."""
MAYBE_ALSO = _names(
    "Accept AcceptKin ApproveOrder AttendEvent LeaveEvent CreditAttendance CloseEvent Confirm Donate",
    "Endorse FinishClosing JoinTeam ObjectOrder OfferKin Propose Register RejectOrder Request RuleOrder Second",
    "SetContacts Suspend EndSuspension CheckIn VetoRecovery",
)
"""Kinds that somebody else may say too: a colleague, another volunteer, or for themselves."""
_SENDERS = _table(SENDERS)


AUTHORITIES = _names("ProposeMint VoteMint ProposeSettlement AgreeSettlement")
"""Kinds that only authorities say; each of them once on one matter."""


def required_of_another(
    kind: str, standing: str, *, has_key: bool, is_authority: bool
) -> frozenset[str]:
    """Names of the codes that are right when somebody else makes a statement of a kind.

    Args:
        kind: of the statement; ``Propose`` whatever the action.
        standing: of the other one: ``active``, ``closing`` (still heard, begins nothing), or neither.
        has_key: whether the other one has a key.
        is_authority: whether the other one speaks for a district instead of being a person.
    """
    if is_authority:
        voice = {"", "ALREADY_DONE", "NOT_A_PARTY"}
        return frozenset(voice if kind in AUTHORITIES else {"ROLE_MISSING"})
    if standing not in {"active", "closing"}:
        return frozenset({"SENDER_NOT_ACTIVE"})
    if not has_key:
        return frozenset({"SENDER_HAS_NO_KEY"})
    if kind in AUTHORITIES:
        return frozenset({"NOT_AUTHORITY"})
    also = {""} if kind in MAYBE_ALSO else set()
    return _SENDERS[kind] | also | ({"CLOSED_ACCOUNT"} if standing == "closing" else set())
