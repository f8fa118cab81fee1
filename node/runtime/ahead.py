"""Transactions that came before their predecessor in a lane: kept aside for a while, and not passed on.

Form and signature are checked before one is kept, the rules only when its turn comes. What is kept takes no room from
executable transactions: it has bounds of its own, and where they are reached the sender has to wait for its turn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from node.chain.tx.envelope import SignedTransaction
from node.chain.types import Hash, Id

TOTAL_MAX: Final = 2_000
"""Transactions of all senders together, 8 MiB at most."""
AGE_MAX_MS: Final = 600_000
"""Real milliseconds; a wallet that has not closed its gap by then will send again."""

Sequence = tuple[int, int]
"""(lane, number)."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    signed: SignedTransaction
    arrived: int
    """Real milliseconds, monotonic."""


class Ahead:
    """Transactions by sender and sequence, each with the moment it arrived."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._waiting: dict[Id, dict[Sequence, _Waiting]] = {}
        self._ids: set[Hash] = set()

    def __len__(self) -> int:
        """Transactions that wait."""
        return len(self._ids)

    @property
    def is_full(self) -> bool:
        """Whether no more are kept."""
        return len(self._ids) >= TOTAL_MAX

    def has(self, tx_id: Hash) -> bool:
        """Whether the transaction with this id waits."""
        return tx_id in self._ids

    def count(self, sender: Id) -> int:
        """How many of one sender wait."""
        return len(self._waiting.get(sender, ()))

    def find(self, sender: Id, sequence: Sequence) -> SignedTransaction | None:
        """What waits with this number."""
        waiting = self._waiting.get(sender, {}).get(sequence)
        return None if waiting is None else waiting.signed

    def holds(self, signed: SignedTransaction) -> bool:
        """Whether this very transaction waits."""
        found = self.find(signed.tx.sender, signed.tx.sequence)
        return found is not None and found.tx_id == signed.tx_id

    def keep(self, signed: SignedTransaction, arrived: int) -> None:
        """Add one, whose place must be free."""
        own = self._waiting.setdefault(signed.tx.sender, {})
        assert signed.tx.sequence not in own
        assert not self.is_full
        own[signed.tx.sequence] = _Waiting(signed, arrived)
        self._ids.add(signed.tx_id)

    def take(self, sender: Id, sequence: Sequence) -> SignedTransaction | None:
        """Take one out."""
        own = self._waiting.get(sender)
        waiting = None if own is None else own.pop(sequence, None)
        if own is None or waiting is None:
            return None
        if not own:
            del self._waiting[sender]
        self._ids.discard(waiting.signed.tx_id)
        return waiting.signed

    def places(self) -> Iterator[tuple[Id, Sequence]]:
        """Sender and sequence of everything that waits now, each sender's in order."""
        return iter([(sender, at) for sender, own in self._waiting.items() for at in sorted(own)])

    def expire(self, now: int) -> list[SignedTransaction]:
        """Take out what has waited too long.

        Args:
            now: real milliseconds, monotonic.
        """
        old = [
            (sender, at)
            for sender, at in self.places()
            if self._waiting[sender][at].arrived <= now - AGE_MAX_MS
        ]
        taken = (self.take(sender, at) for sender, at in old)
        return [signed for signed in taken if signed is not None]
