"""What authorities decide together."""

from node.chain.codec import Record
from node.chain.tx.governance import Subject
from node.chain.types import CodeF, EpochMsF, HashF, IdF


class Motion(Record, frozen=True, tag=105):
    """A motion of one authority and the voices on it."""

    id: IdF
    origin: HashF
    subject: Subject
    evidence: HashF
    voters: tuple[CodeF, ...]
    """Districts whose operators agreed, sorted."""
    opponents: tuple[CodeF, ...]
    state: CodeF
    """``open``, ``passed``, ``refused`` or ``expired``."""
    due_ms: EpochMsF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The motion's id."""
        return self.id
