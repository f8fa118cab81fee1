"""What this node last answered to whom: reasons of refusals for those who ask, and counts for those who watch."""

from collections import OrderedDict
from typing import Final, NamedTuple

from node.chain.errors import ErrorCode
from node.chain.types import Hash

KEPT_MAX: Final = 4_096
"""Answers remembered; the oldest go first."""


class Answer(NamedTuple):
    """Why a transaction was refused, and whether that is final everywhere."""

    code: ErrorCode
    final: bool


class Answers:
    """The last refusals, by transaction id."""

    def __init__(self) -> None:
        """Nothing refused yet."""
        self.counts: dict[ErrorCode, int] = {}
        """Refusals so far, by code."""
        self._last: OrderedDict[Hash, Answer] = OrderedDict()

    def count(self, code: ErrorCode) -> None:
        """Count a refusal of bytes that have no id."""
        self.counts[code] = self.counts.get(code, 0) + 1

    def note(self, tx_id: Hash, code: ErrorCode, *, final: bool = False) -> None:
        """Count a refusal and keep its reason.

        Args:
            tx_id: of the refused transaction.
            code: why.
            final: whether the same bytes can never stand in a block any more, on any node.
        """
        self.count(code)
        self._last[tx_id] = Answer(code, final)
        self._last.move_to_end(tx_id)
        if len(self._last) > KEPT_MAX:
            self._last.popitem(last=False)

    def forget(self, tx_id: Hash) -> None:
        """The transaction is final after all."""
        self._last.pop(tx_id, None)

    def last(self, tx_id: Hash) -> Answer | None:
        """Why the transaction was refused last, if this is remembered."""
        return self._last.get(tx_id)
