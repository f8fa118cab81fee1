"""What can be said about the pools themselves; giving to them is a transfer, drawing on them an order or an event."""

from node.chain.codec import Record
from node.chain.types import CodeF, HashF, MinutesF


class ShiftPool(Record, frozen=True, tag=52):
    """Minutes between a district's pool and the city's, by a named rule; a treasurer proposes, another seconds."""

    district: CodeF
    target: CodeF
    """``city`` or ``district``."""
    minutes: MinutesF
    rule: CodeF
    evidence: HashF
