"""Corrections of settled orders, claims on persons, large donations that may still be taken back."""

from node.chain.codec import Record
from node.chain.types import CodeF, EpochMsF, HashF, IdF, MinutesF, OptionalIdF


class Correction(Record, frozen=True, tag=90):
    """One correction. What it corrects has no other: its key is the corrected object's id."""

    id: IdF
    origin: HashF
    """Id of the proposing transaction."""
    order: IdF
    target: IdF
    """The order, or the correction before this one."""
    agreed_min: MinutesF
    """Minutes of service after the correction; with the next three, the order as it should be read."""
    paid_min: MinutesF
    overflow_min: MinutesF
    honour_min: MinutesF
    recovered_min: MinutesF
    """Moved back by this correction, from person or team and pool."""
    whole_min: MinutesF
    """Paid to a paying person out of the pool for what could not be recovered."""
    claim: OptionalIdF
    """The claim that the shortfall became."""
    reason: CodeF
    evidence: HashF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The id of what was corrected."""
        return self.target


class Claim(Record, frozen=True, tag=91):
    """Minutes that a person should have given back and did not have; a unit of its own, never a coin."""

    id: IdF
    """The correction's id."""
    origin: HashF
    person: IdF
    pool: CodeF
    """District whose pool a repayment goes to."""
    opened_min: MinutesF
    repaid_min: MinutesF
    written_off_min: MinutesF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The claim's id."""
        return self.id

    @property
    def left_min(self) -> int:
        """Minutes neither repaid nor written off."""
        return self.opened_min - self.repaid_min - self.written_off_min


class Donation(Record, frozen=True, tag=92):
    """A donation so large that it may be taken back for some days; then it leaves the state."""

    id: IdF
    origin: HashF
    person: IdF
    pool: CodeF
    """A district code, or ``city``."""
    minutes: MinutesF
    due_ms: EpochMsF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The donation's id."""
        return self.id
