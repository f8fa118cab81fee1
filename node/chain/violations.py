"""What can be wrong with a chain, an archive or a proof: a closed, numbered list.

The hundreds: 1 the file, 2 the chain of blocks, 3 transactions, 4 the books, 5 what was compared with.
"""

from enum import IntEnum


class ViolationCode(IntEnum):
    """Each kind of corruption has its own number, never changed or used again."""

    BAD_MAGIC = 101
    UNKNOWN_FORMAT = 102
    BAD_FRAME = 103
    BAD_RECORD_KIND = 104
    RECORD_ORDER = 105
    TRAILING_BYTES = 106
    END_DIGEST = 107
    END_COUNTS = 108
    GENESIS_MISMATCH = 109
    BAD_GENESIS = 110
    NOT_CANONICAL = 111

    HEIGHT = 201
    PREVIOUS_ID = 202
    TIME = 203
    LAST_COMMIT = 204
    CERTIFICATE = 205
    AUTHORITIES_HASH = 206
    TRANSACTION_COUNT = 207
    LOG_SIZE = 208
    LOG_ROOT = 209
    EVIDENCE = 210
    POLICY_HASH = 211
    STATE_ROOT = 212
    MAKER = 213
    HEADER_VERSION = 214
    SUITE = 215
    BLOCK_TOO_LARGE = 216
    SUMMARY = 217
    FINALS_ROOT = 218
    TIMER_COUNT = 219
    AUTHORITY_TRAIL = 220
    TIP_CERTIFICATE = 221
    LINK = 222

    TRANSACTION_FORM = 301
    SIGNATURE = 302
    SEQUENCE = 303
    RULE = 304
    DUPLICATE_ID = 305
    SENDER = 306
    EXPIRED = 307

    IDENTITY = 401

    CHECKPOINT = 501
    FORK = 502
    PROOF = 503


class Violation(Exception):  # noqa: N818 - the auditor's word
    """A chain, archive or proof breaks a rule.

    Attributes:
        code: which kind of corruption.
        height: the first bad height; 0 before block 1.
        index: position of the transaction in its block, or None.
        reason: what was found, in English, without personal data.
    """

    def __init__(
        self, code: ViolationCode, height: int, reason: str, index: int | None = None
    ) -> None:
        """Keep where and why."""
        place = f"height {height}" + ("" if index is None else f", transaction {index}")
        super().__init__(f"V{code.value} {code.name.lower()} at {place}: {reason}")
        self.code, self.height, self.reason, self.index = code, height, reason, index


class Incomplete(Exception):  # noqa: N818 - the auditor's word
    """An archive stops before its end, without a sign of damage.

    Attributes:
        height: the last whole block.
    """

    def __init__(self, height: int, reason: str) -> None:
        """Keep how far it goes."""
        super().__init__(f"incomplete after height {height}: {reason}")
        self.height, self.reason = height, reason
