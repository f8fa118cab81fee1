"""One audit: structure, replay and books in step, so that the first bad height is really the first.

The walk reads a little ahead of execution, which gives the worker processes time. What the walk finds wrong at height
h is therefore raised only after every block below h was executed: execution may find something wrong earlier.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import BinaryIO, Final

from node.audit.believing import Claims
from node.audit.books import Identity, check_books, identities
from node.audit.checkpoints import Comparison, Noted
from node.audit.replay import Parsed, Replay, parse_step
from node.audit.saved import Saved, save
from node.audit.signatures import Verdicts, Workers, known_by
from node.audit.structure import Step, Walk, find_transaction
from node.audit.sums import Sums, sum_books
from node.audit.tally import Tally
from node.chain import keys
from node.chain.certificate import CommitCertificate
from node.chain.genesis import Genesis, SuccessorGenesis, chain_id_of
from node.chain.ledger import Ledger
from node.chain.transition import Execution
from node.chain.types import Hash
from node.chain.verify import AuthorityChange, Point
from node.chain.violations import Incomplete, Violation, ViolationCode
from node.console.fault import Fault, usage
from node.console.language import t

AHEAD_TRANSACTIONS: Final = 1_024
"""Decoded beyond the block that is executed: some batches of signatures, of at most 4 KiB each."""
AHEAD_BLOCKS: Final = 512
"""Blocks decoded beyond it, where they hold fewer."""

OpenArchive = Callable[[], BinaryIO]
Progress = Callable[[int], None]
"""Told the bytes read so far, after each block."""
Watcher = Callable[[Parsed, Execution, Ledger], None]
"""Shown each sound block with what came of it and the state after it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything an audit found.

    Attributes:
        fault: what is wrong or missing, or None for a sound archive.
        point: where the chain stands after the last sound block.
        state_root: of the state there.
        tally: counts over the sound blocks.
        sums: the books at that point, added up in full.
        identities: each identity with both sides; empty unless the whole archive was read.
        signatures: that have verified.
        matched: checkpoints met, each with the height of its block.
        seconds: that the audit took.
    """

    fault: Violation | Incomplete | None
    point: Point
    state_root: Hash
    tally: Tally
    sums: Sums
    identities: tuple[Identity, ...]
    signatures: int
    matched: tuple[tuple[Noted, int], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Origin:
    """What the chain of a city founded anew begins with.

    Attributes:
        ledger: the state before its first block.
        tally: counts over the chains before.
        signatures: of their certificates and evidence, and of the link.
    """

    ledger: Ledger
    tally: Tally
    signatures: int


class _Ahead:
    """Blocks that the walk has read and nobody has executed."""

    def __init__(self) -> None:
        self.blocks: deque[tuple[Parsed, Verdicts | None]] = deque()
        self._transactions = 0

    @property
    def is_enough(self) -> bool:
        """Whether so many wait behind the next one that it must be executed."""
        if len(self.blocks) > AHEAD_BLOCKS:
            return True
        behind = self._transactions - (len(self.blocks[0][0].transactions) if self.blocks else 0)
        return behind >= AHEAD_TRANSACTIONS

    def add(self, parsed: Parsed, verdicts: Verdicts | None) -> None:
        self.blocks.append((parsed, verdicts))
        self._transactions += len(parsed.transactions)

    def take(self) -> tuple[Parsed, Verdicts | None]:
        parsed, verdicts = self.blocks.popleft()
        self._transactions -= len(parsed.transactions)
        return parsed, verdicts


class Auditor:
    """One archive under audit."""

    def __init__(
        self,
        genesis: Genesis,
        open_archive: OpenArchive,
        checkpoints: Iterable[Noted] = (),
        *,
        watchers: Sequence[Watcher] = (),
        saved: Saved | None = None,
        origin: Origin | None = None,
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            genesis: what everything is verified from.
            open_archive: the archive from its first byte, each time it is called.
            checkpoints: notes to compare the log with.
            watchers: shown every block that is executed, in order.
            saved: where an earlier audit stood; blocks up to there are not executed again.
            origin: what a successor's chain begins with; none for any other.

        Raises:
            node.console.fault.Fault: a successor's chain without its origin, or the other way round (exit 3).
        """
        if isinstance(genesis, SuccessorGenesis) != (origin is not None):
            raise _not_alone(genesis)
        self._genesis = genesis
        self._open = open_archive
        self._checkpoints = tuple(checkpoints)
        self._saved, self._origin = saved, origin
        self._watchers = watchers
        self._opening = () if origin is None else tuple(origin.ledger.records.values())
        self._signatures = 0 if origin is None else origin.signatures
        self._point: Point | None = None
        self._begin(None)

    def _begin(self, claims: Claims | None) -> None:
        """Stand before the first block that is to be executed."""
        before = self._saved or self._origin
        ledger = None if before is None else before.ledger
        self._claims = claims
        self._replay = Replay(self._genesis, self._earlier, ledger, claims)
        self._comparison = Comparison(self._checkpoints)
        self._tally = Tally() if before is None else before.tally
        self.changes: tuple[AuthorityChange, ...] = ()
        """The trail of authority changes, after a run."""
        self.tip_certificate: CommitCertificate | None = None
        self._counted: Tally | None = None
        self._identities: tuple[Identity, ...] = ()

    @property
    def ledger(self) -> Ledger:
        """The state after the last sound block."""
        return self._replay.ledger

    def keep(self, path: Path) -> None:
        """Write to a file where the audit stands, for ``Saved``; nothing if it stands on a claim that is wrong.

        Raises:
            OSError: it cannot be written.
        """
        if self._claims is not None and not self._claims.settle():
            return
        assert self._point is not None, "an audit that ran has a point"
        save(path, self._point.block_id, self._replay.ledger, self._tally)

    def run(self, jobs: int = 1, progress: Progress | None = None) -> Outcome:
        """Audit the whole archive.

        With several processes the first attempt believes (``believing``); where that does not end in a sound archive
        or one that stops early, it is forgotten, and the careful audit names the first fault. Watchers cannot forget,
        and what began elsewhere cannot begin again: for these only signatures are verified ahead.

        Args:
            jobs: processes at work.
            progress: told how far the file has been read.
        """
        began, told = perf_counter(), progress or silent
        outcome = None
        if jobs > 1 and not (self._watchers or self._saved or self._origin):
            outcome = self._believing(jobs, told)
        if outcome is None:
            outcome = self._audit(jobs, told)
        return replace(outcome, seconds=perf_counter() - began)

    def _believing(self, jobs: int, progress: Progress) -> Outcome | None:
        """An audit whose signatures and state roots other processes check; None if it must be done carefully."""
        with Claims(chain_id_of(self._genesis), jobs) as claims:
            self._begin(claims)
            outcome = self._audit(1, progress)
            sound = claims.settle() and not isinstance(outcome.fault, Violation)
        self._claims = None
        if sound:
            return outcome
        self._begin(None)
        return None

    def _audit(self, jobs: int, progress: Progress) -> Outcome:
        fault: Violation | Incomplete | None = None
        verify = keys.verify if self._claims is None else self._claims.signature
        with self._open() as source, Workers(jobs) as workers:
            walk = Walk(source, self._genesis, self._opening, verify)
            self._point = walk.point
            try:
                self._follow(walk, workers, lambda: progress(source.tell()))
                self._finish(walk)
            except (Violation, Incomplete) as found:
                fault = found
            self.changes, self.tip_certificate = tuple(walk.changes), walk.tip_certificate
        return Outcome(
            fault=fault,
            point=self._point,
            state_root=self._replay.state_root,
            tally=self._counted or self._tally,
            sums=sum_books(self._replay.ledger.records.values()),
            identities=self._identities,
            signatures=self._signatures + walk.signatures + self._tally.transactions,
            matched=tuple(self._comparison.matched),
            seconds=0.0,
        )

    def _follow(self, walk: Walk, workers: Workers, progress: Callable[[], None]) -> None:
        """Execute every block of the walk, some blocks behind it.

        Raises:
            Violation: the first in order of height, whether the walk or execution finds it.
            Incomplete: the file stops early, and nothing before is wrong.
        """
        waiting = _Ahead()
        stopped: Violation | Incomplete | None = None
        steps = walk.steps()
        while stopped is None:
            try:
                step = next(steps, None)
                if step is None:
                    break
                if self._skips(step):
                    progress()
                    continue
                parsed = parse_step(step)
            except (Violation, Incomplete) as fault:
                stopped = fault
                continue
            verdicts = workers.submit(self._replay.items(parsed)) if workers.wanted else None
            waiting.add(parsed, verdicts)
            progress()
            while waiting.is_enough:
                self._execute(*waiting.take())
        workers.flush()
        while waiting.blocks:
            self._execute(*waiting.take())
        if stopped is not None:
            raise stopped

    def _skips(self, step: Step) -> bool:
        """Whether an earlier audit has executed the block; then its state must be the block's.

        Raises:
            Violation: ``FORK``, the earlier audit was of another history; else as ``Comparison.pass_block``.
        """
        saved, height = self._saved, step.block.header.height
        if saved is None or height > saved.height:
            return False
        if height == saved.height:
            here = (step.after.block_id, step.block.header.state_root)
            if here != (saved.block_id, saved.ledger.state_root):
                reason = "the saved state is of another history"
                raise Violation(ViolationCode.FORK, height, reason)
            saved.ledger.frontier = step.after.frontier
        self._comparison.pass_block(step.after)
        self._point = step.after
        return True

    def _execute(self, parsed: Parsed, verdicts: Verdicts | None) -> None:
        execution = self._replay.run(parsed, known_by(verdicts))
        self._comparison.pass_block(parsed.step.after)
        self._tally.add_block(parsed, execution)
        self._point = parsed.step.after
        for watcher in self._watchers:
            watcher(parsed, execution, self._replay.ledger)

    def _finish(self, walk: Walk) -> None:
        if self._saved is not None and walk.point.height < self._saved.height:
            reason = f"the saved state is of block {self._saved.height}"
            raise Incomplete(walk.point.height, reason)
        if walk.tip_certificate is not None:
            # A longer archive has this certificate, or another of the same block, in its next block.
            self._counted = deepcopy(self._tally)
            self._counted.add_certificate(walk.point.authorities, walk.tip_certificate)
        sums = sum_books(self._replay.ledger.records.values())
        self._identities = identities(sums, self._tally)
        check_books(self._identities, walk.point.height)
        self._comparison.finish(walk.point)

    def _earlier(self, raw: bytes, before: tuple[int, int]) -> tuple[int, int] | None:
        with self._open() as source:
            return find_transaction(source, self._genesis, raw, before)


def _not_alone(genesis: Genesis) -> Fault:
    if not isinstance(genesis, SuccessorGenesis):
        return usage(
            t(
                zh="这份创世文件是城市的第一份，之前没有别的链",
                en="This genesis is the city's first; no chain was before it",
            )
        )
    return usage(
        t(
            zh="这座城市重新创立过：这条链由另一条链（{id}…）的末态开始，单独核不了",
            en="This city was founded anew: the chain begins with the last state of another ({id}…)",
        ).fill(id=genesis.link.chain_id.hex()[:16]),
        t(
            zh="用 --previous 和 --previous-genesis 给出前一条链。",
            en="Name that one with --previous and --previous-genesis.",
        ),
    )


def silent(_: int) -> None:
    """Nobody watches."""
