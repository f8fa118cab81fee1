"""Group events with their attendances, and teams."""

from node.chain.codec import Record
from node.chain.records.accounts import Totals
from node.chain.types import CodeF, EpochMsF, HashF, IdF, MinutesF, OptionalIdF, UintF


class Attendance(Record, frozen=True):
    """One person at an event, in and out."""

    person: IdF
    begun_ms: EpochMsF
    ended_ms: EpochMsF
    """0 until the person checks out."""
    counted_min: MinutesF
    credited_min: MinutesF
    """Minutes of service confirmed; 0 until somebody does, and then for good."""
    confirmer: OptionalIdF


class Event(Record, frozen=True, tag=99):
    """An event of one site with all its attendances."""

    id: IdF
    origin: HashF
    proposer: IdF
    district: CodeF
    site: CodeF
    service: CodeF
    payer_kind: CodeF
    """``fund``, ``pool``, ``city-pool`` or ``honour``."""
    payer: bytes
    """A fund's or pool's key id; empty for the city's pool and the honour class."""
    rule: CodeF
    start_ms: EpochMsF
    minutes: MinutesF
    """Of one place."""
    places: UintF
    hold_min: MinutesF
    """Held at the payer now."""
    weight_permille: UintF
    policy_version: UintF
    """Pinned with the weight when the event was approved."""
    attendances: tuple[Attendance, ...]
    state: CodeF
    """``open`` or ``closed``."""
    reason: CodeF
    due_ms: EpochMsF
    """When it closes by itself; once closed, when it leaves the state."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The event's id."""
        return self.id


class Team(Record, frozen=True, tag=100):
    """A team; its minutes can only be donated."""

    id: IdF
    origin: HashF
    district: CodeF
    steward: IdF
    free: Totals
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The team's id."""
        return self.id


class Membership(Record, frozen=True, tag=101):
    """Of which team a person is a member."""

    person: IdF
    team: IdF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The person's id."""
        return self.person
