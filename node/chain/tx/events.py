"""What can be said about group events: opened by two staff, attended one by one, closed."""

from node.chain.codec import Record
from node.chain.types import CodeF, EpochMsF, IdF, MinutesF, UintF


class OpenEvent(Record, frozen=True, tag=49):
    """A group event with a payer for every place, or of the honour class."""

    district: CodeF
    site: CodeF
    service: CodeF
    payer_kind: CodeF
    """``fund``, ``pool``, ``city-pool`` or ``honour``."""
    purpose: CodeF
    """Of the paying fund, of the year of the start; ``-`` otherwise."""
    rule: CodeF
    """By which rule a pool pays; ``-`` otherwise."""
    start_ms: EpochMsF
    minutes: MinutesF
    """Of one place."""
    places: UintF


class AttendEvent(Record, frozen=True, tag=200):
    """A person checks in at an event, by their own key or through a recorder."""

    event: IdF
    person: IdF


class LeaveEvent(Record, frozen=True, tag=201):
    """The person checks out."""

    event: IdF
    person: IdF


class CreditAttendance(Record, frozen=True, tag=202):
    """A member of staff who does not attend confirms one attendance; it is paid once."""

    event: IdF
    person: IdF
    minutes: MinutesF
    """At most what was counted."""


class CloseEvent(Record, frozen=True, tag=203):
    """A reviewer ends an event; what nobody was credited goes back."""

    event: IdF
    reason: CodeF
