"""Signatures verified ahead of execution by worker processes.

A verdict is a cache in front of the rule, never instead of it: what is not known to verify, execution verifies itself.
Work goes out in batches that run across blocks, because handing one signature to another process costs more than
verifying it, and most blocks of a city hold only a few.
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

BATCH: Final = 256
"""Signatures of one task: about 12 ms of work."""
WORTH_SENDING: Final = 16
"""A smaller batch is verified where it is executed."""

Item = tuple[Hash, SignedItem]
"""A transaction id and what its signature is verified by."""


class Batch:
    """Signatures that go to a worker together."""

    def __init__(self) -> None:
        """Empty, and not sent."""
        self.items: list[Item] = []
        self._future: Future[list[bool]] | None = None
        self._sound: frozenset[tuple[Hash, bytes]] = frozenset()

    def send(self, pool: ProcessPoolExecutor) -> None:
        """Let a worker verify it."""
        self._future = pool.submit(verify_many, [item for _, item in self.items])

    def sound(self) -> frozenset[tuple[Hash, bytes]]:
        """Ids and keys of what verified; waits for the worker, and knows nothing of what was not sent."""
        if self._future is not None:
            pairs = zip(self.items, self._future.result(), strict=True)
            self._sound = frozenset((tx_id, item[1]) for (tx_id, item), good in pairs if good)
            self._future = None
        return self._sound


class Verdicts:
    """Which of a block's transactions verified, once somebody asks."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        """Wait for nothing yet."""
        self._batches = batches

    def known(self) -> KnownSignature:
        """The cache for executing the block; waits for the workers."""
        sound = frozenset[tuple[Hash, bytes]]().union(*(b.sound() for b in self._batches))
        return lambda tx_id, key: (tx_id, key) in sound


class Workers:
    """Processes that verify signatures; none at all for one job."""

    def __init__(self, jobs: int) -> None:
        """Use this many processes in all, the executing one included."""
        self._others = jobs - 1
        self._pool: ProcessPoolExecutor | None = None
        self._open = Batch()

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

    @property
    def wanted(self) -> bool:
        """Whether anybody but the executing process verifies."""
        return self._others > 0

    def submit(self, items: Sequence[Item]) -> Verdicts:
        """Verify a block's signatures elsewhere, together with those of its neighbours."""
        batches = [self._open]
        for item in items:
            if len(self._open.items) == BATCH:
                self.flush()
                batches.append(self._open)
            self._open.items.append(item)
        return Verdicts(batches)

    def flush(self) -> None:
        """Send what waits for company, unless that is not worth it."""
        if len(self._open.items) >= WORTH_SENDING:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(self._others, mp_context=get_context("spawn"))
            self._open.send(self._pool)
        self._open = Batch()


def known_by(verdicts: Verdicts | None) -> KnownSignature:
    """What a block's verdicts know; nothing when it was not sent."""
    return nothing_known if verdicts is None else verdicts.known()
