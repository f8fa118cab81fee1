"""Providers, what districts have contracted with them, and redemptions for limited services."""

from typing import Final

from node.chain.codec import Record
from node.chain.records.accounts import Totals
from node.chain.types import Code, CodeF, EpochMsF, HashF, IdF, MinutesF, UintF

QUEUED: Final = Code("queued")
HELD: Final = Code("held")


class Provider(Record, frozen=True, tag=93):
    """A provider of limited services."""

    id: IdF
    origin: HashF
    district: CodeF
    staff: tuple[IdF, ...]
    due: Totals
    """Captured minutes for which the provider has not been reimbursed."""
    evidence: HashF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The provider's id."""
        return self.id


class Capacity(Record, frozen=True, tag=94):
    """Contracted minutes of one provider in the hands of one district, until they lapse."""

    id: IdF
    origin: HashF
    provider: IdF
    district: CodeF
    minutes: MinutesF
    """Attested, or received in a settlement."""
    left_min: MinutesF
    evidence: HashF
    due_ms: EpochMsF
    """When what is left lapses; 0 once it has."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The attestation's id."""
        return self.id


class Redemption(Record, frozen=True, tag=95):
    """Minutes of one person held for one provider."""

    id: IdF
    origin: HashF
    person: IdF
    provider: IdF
    district: CodeF
    """Home of the person at the time, whose queue it waits in."""
    hold_min: MinutesF
    captured_min: MinutesF
    state: CodeF
    """``queued``, ``held``, ``captured``, ``released`` or ``expired``."""
    ticket: UintF
    """Place in the queue; 0 for none."""
    due_ms: EpochMsF
    """When the minutes go back; once final, when the record leaves the state."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The redemption's id."""
        return self.id


class RedemptionQueue(Record, frozen=True, tag=96):
    """The queue of one district: tickets from ``head`` up to before ``tail``, given in order of height and index."""

    district: CodeF
    head: UintF
    tail: UintF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The district code."""
        return self.district.encode()


class QueueSlot(Record, frozen=True, tag=97):
    """Who holds a ticket; it leaves the state when served or given up."""

    district: CodeF
    ticket: UintF
    redemption: IdF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """``district/ticket``."""
        return slot_id(self.district, self.ticket)


def slot_id(district: str, ticket: int) -> bytes:
    """``district/ticket``."""
    return f"{district}/{ticket}".encode()
