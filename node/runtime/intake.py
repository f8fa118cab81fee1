"""The way in for transactions: admitted here, then passed on to all peers, once, in batches."""

from collections.abc import Callable, Sequence
from typing import Final

from node.chain.errors import ErrorCode, Rejected
from node.chain.tx.envelope import SignedTransaction
from node.runtime.mempool import Mempool

SHARE_MAX_BYTES: Final = 1_048_576
"""One batch to the peers fits a frame twice."""


class Intake:
    """Gathers what becomes executable in one turn of the event loop and shares it as one batch."""

    def __init__(
        self,
        pool: Mempool,
        share: Callable[[Sequence[bytes]], None],
        soon: Callable[[Callable[[], None]], object],
    ) -> None:
        """Prepare.

        Args:
            pool: where transactions wait.
            share: sends a batch to every peer (``Driver.share``).
            soon: runs a function when the present turn of the loop is over.
        """
        self._pool = pool
        self._share = share
        self._soon = soon
        self._waiting: list[bytes] = []
        self._size_bytes = 0
        pool.announce = self._pass_on
        self.accepting = True
        """False below the floor of free disk space: nothing new is taken."""

    def submit(self, raw: bytes) -> SignedTransaction:
        """Admit one transaction.

        Raises:
            Rejected: this node's answer now.
        """
        if not self.accepting:
            raise Rejected(ErrorCode.MEMPOOL_FULL, "this node has too little free space")
        return self._pool.submit(raw)

    def submit_many(self, raws: Sequence[bytes]) -> list[SignedTransaction | Rejected]:
        """Admit several, in order; a refusal of one says nothing of the others."""
        answers: list[SignedTransaction | Rejected] = []
        for raw in raws:
            try:
                answers.append(self.submit(raw))
            except Rejected as fault:
                answers.append(fault)
        return answers

    def _pass_on(self, raw: bytes) -> None:
        if not self._waiting:
            self._soon(self._flush)
        self._waiting.append(raw)
        self._size_bytes += len(raw)
        if self._size_bytes >= SHARE_MAX_BYTES:
            self._flush()

    def _flush(self) -> None:
        batch, self._waiting, self._size_bytes = self._waiting, [], 0
        if batch:
            self._share(batch)
