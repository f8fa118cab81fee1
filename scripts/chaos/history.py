"""What the load says, and what it is told: the material of the judge in ``linearizable``."""

from dataclasses import dataclass, field
from typing import Final

from node.chain.tx.envelope import SignedTransaction
from node.chain.types import Hash
from scripts.chaos.linearizable import Read, Write

TOTAL: Final = "total"
"""Account that stands for all holdings of all districts: nothing that the load says changes it."""
Changes = tuple[tuple[str, int], ...]
"""Account and what is added to it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A signed transaction, and what it has to change."""

    signed: SignedTransaction
    changes: Changes = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A node said that a transaction is final."""

    said: Said
    by: str
    """The node, by the name of ``Rig.life``."""
    height: int
    index: int
    begun_s: float
    """Handed in for the first time (monotonic clock)."""
    ended_s: float

    @property
    def tx_id(self) -> Hash:
        """Of the transaction."""
        return self.said.signed.tx_id

    @property
    def raw(self) -> bytes:
        """Its canonical bytes."""
        return self.said.signed.raw

    def write(self) -> Write:
        """The same as an event of the history."""
        place = self.height, self.index
        return Write(
            self.tx_id.hex(), self.by, self.begun_s, self.ended_s, place, self.said.changes
        )


@dataclass(slots=True)
class History:
    """Everything that the load was told. Lists only grow, so threads add without a lock."""

    told: list[Told] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Answers that refused a transaction, most of them for the moment."""
    lost: list[Hash] = field(default_factory=list)
    """Handed in and not final on any node in time."""

    def writes(self) -> list[Write]:
        """All that was called final."""
        return [one.write() for one in self.told]
