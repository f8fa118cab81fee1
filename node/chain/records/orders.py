"""One service order with everything that happened to it, and the month's count of a pair."""

from node.chain.codec import Record
from node.chain.lifecycle import State
from node.chain.types import (
    CodeF,
    EpochMsF,
    HashF,
    IdF,
    MinutesF,
    OptionalIdF,
    UintF,
)


class Order(Record, frozen=True, tag=71):
    """One recipient, one volunteer, one payer."""

    id: IdF
    origin: HashF
    """Id of the requesting transaction."""
    state: State
    """Encoded as its code."""
    due_ms: EpochMsF
    """When the one live timer fires; for a final order when it leaves the tree."""
    events: UintF
    """Events so far; statements that must not be stale name it."""
    recipient: IdF
    requester: IdF
    requester_role: CodeF
    """``recipient``, ``agent`` or ``recorder``."""
    consent: CodeF
    consent_evidence: HashF
    payer_kind: CodeF
    """``person``, ``fund``, ``pool`` or ``city-pool``."""
    payer: bytes
    """The paying person's id; a fund's or pool's key id otherwise."""
    rule: CodeF
    service: CodeF
    district: CodeF
    site: CodeF
    start_ms: EpochMsF
    expected_min: MinutesF
    hold_min: MinutesF
    """Held at the payer now; 0 outside the holding states."""
    weight_permille: UintF
    policy_version: UintF
    """Pinned at publication with weight and cap."""
    invited: OptionalIdF
    job: OptionalIdF
    """The first sibling order of the job; empty for the first itself and for single orders."""
    members: tuple[IdF, ...]
    """Of a job's first order: its siblings."""
    detail: HashF
    reviewer: OptionalIdF
    volunteer: OptionalIdF
    credit_to: CodeF
    """``self``, or the volunteer's team by its id in hex."""
    notice: UintF
    insurance: HashF
    given_back_by: tuple[IdF, ...]
    report: CodeF
    """``live`` or ``late``."""
    presence: CodeF
    """The strongest proof of presence so far."""
    starter: OptionalIdF
    """The recorder who checked in on behalf; empty when the volunteer did."""
    timekeeper: OptionalIdF
    """The recorder who stated the time of a service that nobody checked out of."""
    checked_in_ms: EpochMsF
    checked_out_ms: EpochMsF
    counted_min: MinutesF
    agreed_min: MinutesF
    """Confirmed or ruled minutes; what settlement pays."""
    method: CodeF
    confirmer: OptionalIdF
    confirmed_ms: EpochMsF
    needs_endorse: UintF
    """1 while an endorsement is missing."""
    endorser: OptionalIdF
    objectors: tuple[IdF, ...]
    dispute_reason: CodeF
    disputed_ms: EpochMsF
    verdict: CodeF
    arbiter: OptionalIdF
    appealed: UintF
    marks: tuple[CodeF, ...]
    """``late-cancel``, ``no-show``, ``urgent``, ``sampled`` …"""
    reason: CodeF
    """Of the final state, where somebody gave one."""
    paid_min: MinutesF
    overflow_min: MinutesF
    honour_min: MinutesF
    final_ms: EpochMsF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The order's id."""
        return self.id


class Pair(Record, frozen=True, tag=72):
    """How often one volunteer served one recipient this month."""

    id: IdF
    month: UintF
    orders: UintF
    minutes: MinutesF
    paired: UintF
    """1 for a reviewed pairing."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """digest("pair", city_id, volunteer ‖ recipient)[:16]."""
        return self.id
