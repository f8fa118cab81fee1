"""A large sound archive: a city's life through the real kernel, certified by real keys, streamed to disk.

``python -m scripts.big_archive --transactions N --dir var/big`` writes ``N.bin`` and ``N.genesis.json`` there, once:
what exists is kept. One seed and one N give the same bytes. No signature is checked while it is made; that is what
the auditor is for.
"""

import gc
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import msgspec

from node.chain import keys
from node.chain.archive import ArchiveWriter, ByteSink
from node.chain.block import HEADER_VERSION, Block, Header, block_id, evidence_root
from node.chain.certificate import (
    NO_SIGNATURE,
    CommitCertificate,
    Precommit,
    certificate_hash,
    make_certificate,
    sign_bytes,
)
from node.chain.codec import encode
from node.chain.genesis import new_ledger
from node.chain.genesis_document import to_document
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.ledger import Ledger
from node.chain.merkle import leaf_hash
from node.chain.records.orders import Order
from node.chain.rules.orders.sampling import SAMPLED
from node.chain.state import View
from node.chain.transition import BlockRun, Execution
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import NO_HASH, EpochMs, Hash, Height, Id, Round
from node.runtime.summaries import summary_of
from node.sim.workload.ground import Ground, made_ground
from node.sim.workload.hands import Hand, seed_from
from node.sim.workload.life import DAYS_MAX, PEOPLE_MIN, Life
from node.sim.workload.world import BLOCK_MS, blocks_of

CREATED_MS: Final = 1_767_225_600_000
SEED: Final = 1
TRANSACTIONS_A_PERSON: Final = 25
"""Of the size asked for: their number of people finishes it well within a year."""
FREEZE_EVERY: Final = 50_000
"""Transactions after which what has grown is hidden from the collector again."""


class ArchivedWorld:
    """A world (``node.sim.workload.world.World``) whose blocks go to an archive, each with its certificate.

    Attributes:
        ledger: the state.
        transactions: how many stand in blocks.
    """

    def __init__(self, ground: Ground, sink: ByteSink) -> None:
        """Height 0; the archive's head is written."""
        genesis = ground.genesis
        self.ledger: Ledger = new_ledger(genesis)
        self.transactions = 0
        self._chain_id = ground.chain_id
        self._seeds = [
            seed_from(SEED, f"consensus/{m.district}", 0) for m in genesis.authorities.members
        ]
        self._quorum = genesis.authorities.quorum
        self._writer = ArchiveWriter(sink, genesis, self._chain_id)
        self._tip = self._chain_id
        self._certificate: CommitCertificate | None = None
        self._frozen = 0

    def now_ms(self) -> int:
        """See ``World.now_ms``."""
        return self.ledger.time_ms

    def reach(self, time_ms: int) -> None:
        """See ``World.reach``."""
        if time_ms > self.ledger.time_ms:
            self._block(EpochMs(time_ms), ())
        due = self.ledger.next_due_ms()
        while due is not None and due <= self.ledger.time_ms:
            self._block(EpochMs(self.ledger.time_ms + 1), ())
            due = self.ledger.next_due_ms()

    def submit(self, wave: Sequence[SignedTransaction]) -> None:
        """See ``World.submit``.

        Raises:
            node.chain.errors.Rejected: a statement breaks a rule.
        """
        for block in blocks_of(wave):
            self._block(EpochMs(self.ledger.time_ms + BLOCK_MS), block)

    def counted_min(self, order: Id, party: Hand) -> int:
        """See ``World.counted_min``."""
        return View(self.ledger).need(Order, order).counted_min

    def is_drawn(self, order: Id, party: Hand) -> bool:
        """See ``World.is_drawn``."""
        return SAMPLED in View(self.ledger).need(Order, order).marks

    def finish(self) -> None:
        """The tip's certificate and the end."""
        self._writer.finish(self._certificate)

    def _block(self, time_ms: EpochMs, signed: Sequence[SignedTransaction]) -> None:
        run = BlockRun(self.ledger, Height(self.ledger.height + 1), time_ms)
        for one in signed:
            run.add(one, _all_known)
        self._write(run.close(), signed)
        self.transactions += len(signed)
        if self.transactions - self._frozen >= FREEZE_EVERY:
            self._frozen = self.transactions
            gc.freeze()

    def _write(self, execution: Execution, signed: Sequence[SignedTransaction]) -> None:
        """Adopt an execution and archive it as a block that the city certified."""
        summary = summary_of(execution)
        leaves = [one.tx_id for one in signed] + [leaf_hash(encode(summary))]
        frontier, _ = self.ledger.frontier.extend(leaves)
        last = self._certificate
        header = Header(
            version=HEADER_VERSION,
            suite=SUITE_ED25519_SHA256,
            height=execution.height,
            time_ms=execution.time_ms,
            previous_id=self._tip,
            last_commit_hash=NO_HASH if last is None else certificate_hash(self._chain_id, last),
            maker=execution.height % len(self._seeds),
            transaction_count=len(signed),
            log_number=0,
            log_size=frontier.size,
            log_root=frontier.root(),
            state_root=execution.staged.root,
            evidence_root=evidence_root(self._chain_id, ()),
            authorities_hash=execution.authorities_hash,
            next_authorities_hash=execution.next_authorities_hash,
            policy_hash=execution.policy_hash,
        )
        last_commit = () if last is None else (last,)
        block = Block(header, last_commit, tuple(one.raw for one in signed), ())
        self._tip = block_id(self._chain_id, header)
        self._writer.block(block, summary, self._tip)
        self._certificate = self._certify(execution.height)
        self.ledger.adopt(execution.staged, frontier, execution.height, execution.time_ms)

    def _certify(self, height: Height) -> CommitCertificate:
        """Precommits of a quorum, another one at each height."""
        votes = []
        for number in range(self._quorum):
            signer = (height + number) % len(self._seeds)
            vote = Precommit(1, height, Round(0), self._tip, signer, NO_SIGNATURE)
            signature = keys.sign(self._seeds[signer], sign_bytes(self._chain_id, vote))
            votes.append(Precommit(1, height, Round(0), self._tip, signer, signature))
        return make_certificate(votes)


def _all_known(tx_id: Hash, key: bytes) -> bool:
    return len(tx_id) == len(key)


def make(archive: Path, document: Path, count: int) -> int:
    """Write an archive of at least so many transactions, to the end of the day on which it has them.

    Returns:
        How many it has.
    """
    people = max(PEOPLE_MIN, count // TRANSACTIONS_A_PERSON)
    ground = made_ground(people, CREATED_MS, SEED)
    document.write_bytes(msgspec.json.encode(to_document(ground.genesis)))
    unfinished = archive.with_suffix(".part")
    start = time.monotonic()
    with unfinished.open("wb", 1 << 20) as sink:
        world = ArchivedWorld(ground, sink)
        for at in Life(ground, world, people, SEED).play(DAYS_MAX):
            _tell(at.day, world.transactions, count, time.monotonic() - start)
            if world.transactions >= count:
                break
        world.finish()
    sys.stderr.write("\n")
    unfinished.replace(archive)
    return world.transactions


def _tell(day: int, done: int, count: int, spent_s: float) -> None:
    rate = done / spent_s
    left_s = max(0, count - done) / rate
    line = (
        f"\rday {day:3}  {done:,} of {count:,} transactions  {rate:,.0f}/s  {left_s:4.0f} s left "
    )
    sys.stderr.write(line)
    sys.stderr.flush()


@click.command()
@click.option("--transactions", default=1_000_000, help="At least so many.")
@click.option("--dir", "folder", default="var/big", type=click.Path(path_type=Path))
def main(transactions: int, folder: Path) -> None:
    """Make the archive unless it is there, then verify it as ``timebank audit verify`` does, and say at what cost."""
    folder.mkdir(parents=True, exist_ok=True)
    archive, document = folder / f"{transactions}.bin", folder / f"{transactions}.genesis.json"
    if not archive.exists():
        make(archive, document, transactions)
    line = [
        sys.executable,
        "-m",
        "node",
        "audit",
        "verify",
        str(archive),
        "--genesis",
        str(document),
    ]
    start = time.monotonic()
    status = subprocess.run(line, check=False).returncode
    spent = time.monotonic() - start
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    sys.stdout.write(
        f"{archive.stat().st_size:,} bytes in {spent:.1f} s with the start of the process, "
        f"peak memory {peak_kib / 1_024:,.0f} MiB, exit {status}\n"
    )
    sys.exit(status)


if __name__ == "__main__":
    main()
