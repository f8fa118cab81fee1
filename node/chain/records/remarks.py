"""What people say about an order beside its course: ratings and complaints."""

from typing import Final

from node.chain.codec import Record
from node.chain.hashing import ID_BYTES, digest
from node.chain.types import Code, CodeF, EpochMsF, Hash, HashF, Id, IdF, OptionalIdF, UintF

COMPLAINT: Final = Code("complaint")
NO_SHOW: Final = Code("no-show")


class Rating(Record, frozen=True, tag=86):
    """One side's rating of one order, by its commitment only."""

    order: IdF
    side: CodeF
    """``recipient`` or ``volunteer``."""
    rater: IdF
    commitment: HashF
    due_ms: EpochMsF
    """When it leaves the state, as the order does."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The order's id and the side."""
        return rating_id(self.order, self.side)


class Complaint(Record, frozen=True, tag=87):
    """A complaint about an order, or a volunteer's objection to the mark of a no-show."""

    id: IdF
    origin: HashF
    kind: CodeF
    """``complaint`` or ``no-show``."""
    order: IdF
    volunteer: OptionalIdF
    """Who had served; empty where nobody had."""
    month: UintF
    """Of the service, year · 100 + month: it is not certified until the complaint is answered. 0 for none."""
    district: CodeF
    complainant: IdF
    reason: CodeF
    evidence: HashF
    opened_ms: EpochMsF
    state: CodeF
    """``open``, ``overdue`` or ``answered``."""
    outcome: CodeF
    """``-`` until answered."""
    arbiter: OptionalIdF
    answer_evidence: HashF
    due_ms: EpochMsF
    """When an open one is overdue; when an answered one leaves the state."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The complaint's id."""
        return self.id


def rating_id(order: Id, side: str) -> bytes:
    """The order's id and the side."""
    return order + side.encode()


def complaint_id(city_id: Hash, kind: str, order: Id, complainant: Id) -> Id:
    """digest("complaint", city_id, kind ‖ 0x00 ‖ order ‖ complainant)[:16]: one of a kind from each person."""
    body = kind.encode() + b"\x00" + order + complainant
    return Id(digest("complaint", city_id, body)[:ID_BYTES])
