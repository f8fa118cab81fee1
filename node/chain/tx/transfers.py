"""What can be said about minutes that change hands outside orders: gifts to kin, donations to pools."""

from node.chain.codec import Record
from node.chain.types import CodeF, IdF, MinutesF


class Give(Record, frozen=True, tag=120):
    """Give earned minutes to a bound person; received minutes cannot be given on."""

    recipient: IdF
    minutes: MinutesF


class Donate(Record, frozen=True, tag=121):
    """Give minutes to a pool: ``district`` (the sender's home) or ``city``."""

    pool: CodeF
    minutes: MinutesF
