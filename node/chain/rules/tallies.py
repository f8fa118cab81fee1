"""Counting what limits go by: periods of block time only go forward, so one record for each thing is enough."""

from msgspec.structs import replace

from node.chain.records.tallies import Tally
from node.chain.state import View
from node.chain.types import Minutes


def tally_of(view: View, name: bytes, period: int) -> Tally:
    """The counts of a period; nothing yet for a new one."""
    found = view.get(Tally, name)
    if found is None or found.period != period:
        return Tally(name, period, 0, Minutes(0), b"")
    return found


def count(view: View, name: bytes, period: int, minutes: int = 0) -> Tally:
    """One more of it; returns the counts with it."""
    before = tally_of(view, name, period)
    after = replace(before, count=before.count + 1, minutes=Minutes(before.minutes + minutes))
    view.put(after)
    return after
