"""What can be said about honour minutes: manual entries (补录), their correction, their turning into coins."""

from node.chain.codec import Record
from node.chain.types import CodeF, EpochMsF, HashF, IdF, MinutesF, UintF


class EnterHonour(Record, frozen=True, tag=47):
    """A service that no order recorded: proposed by the recorder, seconded by a reviewer; never spendable."""

    person: IdF
    district: CodeF
    site: CodeF
    service: CodeF
    served_ms: EpochMsF
    """When the service began, by the evidence."""
    minutes: MinutesF
    evidence: HashF


class CorrectHonour(Record, frozen=True, tag=48):
    """An entry within its first days is taken back, whole or in part."""

    entry: IdF
    origin: HashF
    minutes: MinutesF
    """To take back."""
    evidence: HashF


class ConvertHonour(Record, frozen=True, tag=51):
    """Honour minutes become coins out of a voted honour fund of the person's home and this year."""

    person: IdF
    year: UintF
    minutes: MinutesF
    evidence: HashF
