"""What districts say about the minutes that passed between their homes: a run settles all pairs at its cut-off."""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record
from node.chain.limits import SETTLEMENT_PAIRS_MAX, SETTLEMENT_TRANSFERS_MAX
from node.chain.types import CodeF, HashF, IdF, MinutesF


class CapacityTransfer(Record, frozen=True):
    """Contracted minutes that pass from the district that has them to another."""

    capacity: IdF
    target: CodeF
    minutes: MinutesF


class ProposeSettlement(Record, frozen=True, tag=180):
    """An operator opens a run; the cut-off is its own place in its own block. It is the first agreement."""

    pairs: Annotated[tuple[tuple[CodeF, CodeF], ...], Meta(max_length=SETTLEMENT_PAIRS_MAX)]
    """Every pair with an open position, lower code first, sorted; the amounts are the ledger's."""
    transfers: Annotated[tuple[CapacityTransfer, ...], Meta(max_length=SETTLEMENT_TRANSFERS_MAX)]
    evidence: HashF


class AgreeSettlement(Record, frozen=True, tag=181):
    """A district of the run agrees; the last one posts it. A single no ends it."""

    run: IdF
    origin: HashF
    approve: Annotated[int, Meta(ge=0, le=1)]
