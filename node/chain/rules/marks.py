"""Marks of block time, which late reports name as the last header that the phone had seen."""

from node.chain.errors import ErrorCode
from node.chain.records.marks import TimeMark, mark_id
from node.chain.rules.guards import require
from node.chain.state import Moment, View
from node.chain.types import EpochMs, Height


def mark_time(view: View, at: Moment) -> None:
    """At a block's start: remember the block if it is the first of its hour, or the first after a stop of the city."""
    hour_ms = at.policy.service.time_mark_ms
    same_hour = at.time_ms // hour_ms == at.previous_time_ms // hour_ms
    first = at.height == 1
    if same_hour and not first and not at.chain_was_stopped:
        return
    due = EpochMs(at.time_ms + at.policy.service.interval_kept_ms)
    view.put(TimeMark(at.height, at.time_ms, at.previous_time_ms, due, b""))


def seen_ms(view: View, height: Height) -> EpochMs:
    """Time of the mark that a report names as the last one seen.

    Raises:
        Rejected: ``NO_SUCH_OBJECT`` when there is no such mark, or no longer.
    """
    return view.need(TimeMark, mark_id(height)).time_ms


def require_within_stop(view: View, at: Moment, height: Height, start_ms: int, end_ms: int) -> None:
    """The interval lies within the stop of the city that ended with the marked block, for everyone to see.

    Raises:
        Rejected: ``NO_SUCH_OBJECT``, ``WINDOW_OUT_OF_RANGE``.
    """
    mark = view.need(TimeMark, mark_id(height))
    stopped = at.policy.is_stop(mark.time_ms - mark.since_ms)
    inside = mark.since_ms <= start_ms <= end_ms <= mark.time_ms
    require(stopped and inside, ErrorCode.WINDOW_OUT_OF_RANGE, "not within a stop of the city")
