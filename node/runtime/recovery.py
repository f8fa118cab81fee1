"""Making again what was lost: the index database from the block log, blocks of the log from others.

Nothing here trusts what it reads or is given. A rebuild executes every block from genesis: links, certificates, rules,
roots. So does the rebuild that follows every repair, and a block that fails is fetched again, from somebody else.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Final, Protocol

from node.chain.block import Block, block_id
from node.chain.certificate import CommitCertificate, authority_set_hash, certificate_fault
from node.chain.errors import Rejected
from node.chain.genesis import Genesis, chain_id_of
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import EpochMs, Hash, Height
from node.runtime.application import LedgerApplication
from node.runtime.executor import Executor, Watcher
from node.runtime.opening import InvalidBlock
from node.runtime.queries.journal import journal_entries
from node.store.blocklog import BlockLog
from node.store.blockrepair import RepairReport, repair_block_log
from node.store.chainstore import ChainStore
from node.store.files import Files
from node.store.kv import KeyValue

TRIES_MAX: Final = 16
"""Blocks that may turn out invalid in one repair before it gives up: more is not the work of a few liars."""


class BlockSource(Protocol):
    """Where decided blocks are fetched."""

    def fetch(self, height: Height) -> tuple[bytes, bytes]:
        """Canonical block and certificate, the certificate verified."""

    def distrust(self, height: Height) -> None:
        """The block that was given for this height is not valid: ask somebody else."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Where a rebuild has ended."""

    height: Height
    state_root: Hash


def rebuild(genesis: Genesis, block_log: BlockLog, kv: KeyValue, watcher: Watcher) -> Rebuilt:
    """Execute the block log into a map, from the height that the map has to the log's last.

    Args:
        genesis: the chain.
        block_log: all of it is executed that the map lacks.
        kv: empty, or what an earlier rebuild left.
        watcher: hears of every block.

    Raises:
        InvalidBlock: the log holds a block that is not valid.
        StorageFault: a file does not read or write.
    """
    store = ChainStore(kv, chain_id_of(genesis))
    executor = Executor(genesis, block_log, store, NoPool(), journal_entries, (watcher,))
    return Rebuilt(executor.tip.height, executor.ledger.tree.root)


def repair(
    genesis: Genesis,
    files: Files,
    source: BlockSource,
    rebuild_all: Callable[[], Rebuilt],
    first: Height,
) -> tuple[RepairReport, Rebuilt]:
    """Make the block log whole and execute it.

    Args:
        genesis: the chain.
        files: the data directory, with no log open on it.
        source: asked for every block that is damaged, missing or not valid.
        rebuild_all: executes the repaired log.
        first: height at which the log begins.

    Raises:
        InvalidBlock: blocks are not valid however often they are fetched.
        StorageFault: the disk fails.
    """
    chain_id = chain_id_of(genesis)
    distrusted: tuple[Height, ...] = ()
    fetched: set[Height] = set()
    for number in range(TRIES_MAX):
        report = repair_block_log(files, chain_id, source.fetch, first, Height(0), distrusted)
        fetched |= set(report.fetched)
        try:
            rebuilt = rebuild_all()
        except InvalidBlock as fault:
            if number + 1 == TRIES_MAX:
                raise
            source.distrust(fault.height)
            distrusted = (fault.height,)
        else:
            kept = report.kept + len(report.fetched) - len(fetched)
            return RepairReport(kept, tuple(sorted(fetched))), rebuilt
    raise AssertionError("the last try returns or raises")


def decided_fault(
    genesis: Genesis, height: Height, block: Block, certificate: CommitCertificate
) -> str | None:
    """Why a block cannot be the decided one of a height, or None.

    Signatures are checked here where the set of genesis signed; of a later set the rebuild learns on its way there.
    """
    chain_id, header = chain_id_of(genesis), block.header
    if header.height != height:
        return f"it has height {header.height}"
    if (certificate.height, certificate.block_id) != (height, block_id(chain_id, header)):
        return "its certificate is for another block"
    if header.authorities_hash != authority_set_hash(chain_id, genesis.authorities):
        return None
    return certificate_fault(chain_id, genesis.authorities, certificate)


class NoPool:
    """The mempool of a program that takes no transactions."""

    def attach(self, app: LedgerApplication) -> None:
        """Nothing to judge."""

    def candidates(self) -> Iterator[SignedTransaction]:
        """None."""
        return iter(())

    def known(self, tx_id: Hash, key: bytes) -> bool:
        """No signature was verified before."""
        return False

    def body(self, tx_id: Hash) -> SignedTransaction | None:
        """Nothing is pending."""
        return None

    def refused(self, signed: SignedTransaction, fault: Rejected) -> None:
        """Nothing was offered."""

    def committed(
        self, transactions: Iterable[SignedTransaction], changed: Set[bytes], time_ms: EpochMs
    ) -> None:
        """Nothing was pending."""
