"""Counts of one period, by which limits go."""

from node.chain.codec import Record
from node.chain.types import MinutesF, UintF


class Tally(Record, frozen=True, tag=89):
    """How often, and for how many minutes, something happened in its current day, week or month."""

    name: bytes
    """What is counted, such as ``call-back/`` and a caller's id."""
    period: UintF
    """Number of the day or week, or year · 100 + month."""
    count: UintF
    minutes: MinutesF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The name."""
        return self.name
