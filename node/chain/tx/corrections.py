"""What can be said about what went wrong: corrections, claims, compensation, donations taken back.

All but the repayment are actions that an arbiter proposes and a treasurer seconds (``Propose``, ``Second``).
"""

from node.chain.codec import Record
from node.chain.types import CodeF, HashF, IdF, MinutesF


class Correct(Record, frozen=True, tag=40):
    """What a settled order should have paid for; the record stays and names what it corrects.

    The same once more for the correction itself, so that a mistake can be undone.
    """

    order: IdF
    target: IdF
    """The order, or the last correction of it."""
    origin: HashF
    """Id of the transaction that requested the order or proposed the correction."""
    minutes: MinutesF
    """Right minutes of service, unweighted; 0 when there was none."""
    source: CodeF
    """Who pays for minutes that were too few: ``payer`` or ``fund`` (the district's correction fund of this year)."""
    reason: CodeF
    evidence: HashF


class WriteOff(Record, frozen=True, tag=41):
    """Minutes of a claim that nobody will pay any more; no coin moves."""

    claim: IdF
    origin: HashF
    minutes: MinutesF
    evidence: HashF


class Compensate(Record, frozen=True, tag=42):
    """Minutes from the pool of a person's home for harm done, by a named rule."""

    person: IdF
    minutes: MinutesF
    rule: CodeF
    evidence: HashF


class UndoDonation(Record, frozen=True, tag=43):
    """A large donation goes back to its giver, as far as the pool reaches."""

    donation: IdF
    origin: HashF
    evidence: HashF
    """Hash of the giver's request."""


class Repay(Record, frozen=True, tag=122):
    """A person pays back minutes of a claim on them."""

    claim: IdF
    minutes: MinutesF
