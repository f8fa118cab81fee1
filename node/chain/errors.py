"""Faults, by whose they are, and the closed list of error codes.

``Rejected`` is the user's transaction, ``Malformed`` its special case visible in the bytes alone, ``Violation`` an
archive or proof that breaks a rule, ``Bug`` ours: stop. What a peer does wrong is ``node.net.faults.PeerFault``.
Numbers are never changed or used again; each has its sentence in ``node.chain.explanations``.
"""

from enum import IntEnum


class ErrorCode(IntEnum):
    """Why a transaction is refused.

    The hundreds are classes: 1 malformed, 2 unauthorised, 3 conflict, 4 limit, 5 policy.
    """

    NOT_CANONICAL = 101
    TOO_LARGE = 102
    UNKNOWN_KIND = 103
    UNKNOWN_VERSION = 104
    UNKNOWN_SUITE = 105
    BAD_SIGNATURE = 106
    BAD_PUBLIC_KEY = 107
    BAD_POSSESSION = 108
    WRONG_CHAIN = 109
    BAD_FIELD = 110
    BAD_MERKLE_PROOF = 111

    UNKNOWN_SENDER = 201
    SENDER_HAS_NO_KEY = 202
    SENDER_NOT_ACTIVE = 203
    ROLE_MISSING = 204
    SAME_PERSON = 205
    NOT_A_PARTY = 206
    NOT_KIN = 207
    NOT_AGENT = 208
    VERB_NOT_GRANTED = 209
    RECEIPT_INVALID = 210
    NOT_AUTHORITY = 211
    RECOVERY_PENDING = 212
    SUSPENDED = 213
    WRONG_DISTRICT = 214
    RELATED_PERSONS = 215
    KEY_VERB_NOT_ALLOWED = 216

    SEQUENCE_USED = 301
    SEQUENCE_GAP = 302
    EXPIRED = 303
    STALE_POLICY = 304
    NO_SUCH_OBJECT = 305
    STALE_OBJECT = 306
    ALREADY_EXISTS = 307
    WRONG_STATE = 308
    INSUFFICIENT_MINUTES = 309
    ALREADY_DONE = 310
    TOO_EARLY = 311
    TOO_LATE = 312
    OVERLAP = 313
    PROPOSAL_EXPIRED = 314
    UNKNOWN_RECIPIENT = 315
    CLOSED_ACCOUNT = 316
    CODE_USED = 317
    SIBLING_MISSING = 318

    VALIDITY_TOO_LONG = 401
    DAILY_QUOTA = 402
    TOO_MANY_LANES = 403
    TOO_MANY_KEYS = 404
    BLOCK_FULL = 405
    MEMPOOL_FULL = 406
    SENDER_PENDING_FULL = 407
    KIN_LIMIT = 408
    PAIR_LIMIT = 409
    DAY_LIMIT = 410
    WEEK_LIMIT = 411
    CAP_REACHED = 412
    GIFT_LIMIT = 413
    AGENT_LIMIT = 414
    METHOD_LIMIT = 415
    MINUTES_OUT_OF_RANGE = 416
    WINDOW_OUT_OF_RANGE = 417
    ENTRY_QUOTA = 418
    RESTING_PERIOD = 419
    CERTIFICATE_LIMIT = 420

    NOT_MAY_SERVE = 501
    NOT_MAY_RECEIVE = 502
    NOT_MAY_BE_FUNDED = 503
    ALLOWANCE_USED = 504
    BUDGET_EXCEEDED = 505
    UNKNOWN_SERVICE = 506
    GATE_MISSING = 507
    NEEDS_ENDORSEMENT = 508
    METHOD_NOT_ALLOWED = 509
    PURPOSE_UNKNOWN = 510
    YEAR_CLOSED = 511
    RULE_MISSING = 512
    GUARDIAN_MISSING = 513
    NOT_APPROVED = 514
    TRANSFER_TYPE_NOT_ADMITTED = 515
    POLICY_OUT_OF_BOUNDS = 516
    POOL_EMPTY = 517
    COVERAGE_LOW = 518
    RECORD_FIELD_MISSING = 519
    UNDER_NOTICE = 520
    PAUSED = 521
    NOT_A_QUARTERS_END = 522


class Rejected(Exception):  # noqa: N818 - the field's word; it is an answer, not an accident
    """A transaction breaks a rule.

    Attributes:
        code: which rule; the wire and the manual know it by this number.
        detail: the offending values, ASCII, without personal data.
    """

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        """Keep the code and what was seen."""
        super().__init__(f"E{code.value} {code.name.lower()}" + (f": {detail}" if detail else ""))
        self.code = code
        self.detail = detail


class Malformed(Rejected):
    """The bytes alone are wrong; no state can make them right."""


class Bug(AssertionError):  # noqa: N818 - the field's word
    """Our own logic contradicts itself; whoever sees it must stop, not go on."""
