"""A settlement run between districts."""

from node.chain.codec import Record
from node.chain.tx.settlement import CapacityTransfer
from node.chain.types import CodeF, EpochMsF, HashF, IdF, UintF


class SettledPair(Record, frozen=True):
    """The open position of one pair at the cut-off, from the view of ``low``: debits passed to ``high``."""

    low: CodeF
    high: CodeF
    debits: UintF
    credits: UintF


class SettlementRun(Record, frozen=True, tag=98):
    """A run from its cut-off until every district concerned has agreed."""

    id: IdF
    origin: HashF
    cut_off_height: UintF
    pairs: tuple[SettledPair, ...]
    transfers: tuple[CapacityTransfer, ...]
    needed: tuple[CodeF, ...]
    """Districts with an open pair, sorted; the city's own pool is everybody's and has no voice of its own."""
    agreed: tuple[CodeF, ...]
    evidence: HashF
    state: CodeF
    """``open``, ``settled``, ``refused`` or ``expired``."""
    due_ms: EpochMsF
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The run's id."""
        return self.id
