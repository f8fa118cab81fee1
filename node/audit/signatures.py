"""Signatures verified ahead of execution by worker processes.

A verdict is a cache in front of the rule, never instead of it: what is not known to verify, execution verifies itself.
Work goes out in batches, because handing one signature to another process costs more than verifying it.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Final

from node.audit.replay import SignedItem
from node.chain.keys import verify_many
from node.chain.transition import KnownSignature, nothing_known
from node.chain.types import Hash

BATCH: Final = 128
"""Signatures of one task: about 6 ms of work."""
WORTH_SENDING: Final = 16
"""A block with fewer is verified where it is executed."""

Item = tuple[Hash, SignedItem]
"""A transaction id and what its signature is verified by."""


class Verdicts:
    """Which of a block's transactions verified, once somebody asks."""

    def __init__(self, items: Sequence[Item], futures: Sequence[Future[list[bool]]]) -> None:
        """Wait for nothing yet."""
        self._items, self._futures = items, futures

    def known(self) -> KnownSignature:
        """The cache for executing the block; waits for the workers."""
        verdicts = [verdict for future in self._futures for verdict in future.result()]
        sound = {
            (tx_id, item[1])
            for (tx_id, item), verdict in zip(self._items, verdicts, strict=True)
            if verdict
        }
        return lambda tx_id, key: (tx_id, key) in sound


class Workers:
    """Processes that verify signatures; none at all for one job."""

    def __init__(self, jobs: int) -> None:
        """Use this many processes in all, the executing one included."""
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        """Start no process before there is work."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Stop the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def submit(self, items: Sequence[Item]) -> Verdicts | None:
        """Verify a block's signatures elsewhere; None when that is not worth it."""
        if self._jobs == 1 or len(items) < WORTH_SENDING:
            return None
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._jobs, mp_context=get_context("spawn"))
        parts = [items[at : at + BATCH] for at in range(0, len(items), BATCH)]
        pool = self._pool
        futures = [pool.submit(verify_many, [item for _, item in part]) for part in parts]
        return Verdicts(items, futures)


def known_by(verdicts: Verdicts | None) -> KnownSignature:
    """What a block's verdicts know; nothing when it was not sent."""
    return nothing_known if verdicts is None else verdicts.known()
