"""A person's time: what was served counts once, in whole quanta, and never overlaps.

Orders and events ask the same questions of the same intervals.
"""

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.policy import MINUTE_MS, ServicePolicy, day_of, week_of
from node.chain.records.actors import Interval, Person
from node.chain.rules.guards import require
from node.chain.state import Moment, View
from node.chain.types import Id, Minutes


def counted_minutes(policy: ServicePolicy, start_ms: int, end_ms: int) -> Minutes:
    """⌊(end - start + grace) ÷ quantum⌋ · quantum: nothing is rounded up to a first half hour."""
    spent = max(0, end_ms - start_ms) + policy.grace_min * MINUTE_MS
    quantum = policy.quantum_min * MINUTE_MS
    return Minutes(spent // quantum * policy.quantum_min)


def require_free_time(policy: ServicePolicy, volunteer: Person, wanted: Interval) -> None:
    """No overlap with another service, a travel gap between sites, and the limits of day and week.

    Raises:
        Rejected: ``OVERLAP``, ``DAY_LIMIT``, ``WEEK_LIMIT``.
    """
    start, end = wanted.start_ms, wanted.end_ms
    day = week = int(wanted.minutes)
    for taken in volunteer.intervals:
        if taken.order == wanted.order:
            continue
        gap = 0 if taken.site == wanted.site else policy.travel_gap_ms
        apart = end + gap <= taken.start_ms or taken.end_ms + gap <= start
        require(apart, ErrorCode.OVERLAP, f"order {taken.order.hex()}")
        day += taken.minutes if day_of(taken.start_ms) == day_of(start) else 0
        week += taken.minutes if week_of(taken.start_ms) == week_of(start) else 0
    require(day <= policy.day_max_min, ErrorCode.DAY_LIMIT, f"{day} minutes")
    require(week <= policy.week_max_min, ErrorCode.WEEK_LIMIT, f"{week} minutes")


def keep_interval(view: View, at: Moment, person_id: Id, interval: Interval) -> None:
    """Remember (or correct) when a person serves; forget what is older than the policy's time."""
    person = view.need(Person, person_id)
    oldest = at.time_ms - at.policy.service.interval_kept_ms
    others = [i for i in person.intervals if i.order != interval.order and i.end_ms >= oldest]
    intervals = sorted((*others, interval), key=lambda i: (i.start_ms, i.order))
    view.put(replace(person, intervals=tuple(intervals)))


def drop_interval(view: View, person_id: Id, source: Id) -> None:
    """The person does not serve this order or event after all."""
    person = view.need(Person, person_id)
    kept = tuple(i for i in person.intervals if i.order != source)
    view.put(replace(person, intervals=kept))
