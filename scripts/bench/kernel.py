"""One process: admission, applying a block, proofs, on a state of many people."""

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.chain.genesis import Genesis, new_ledger
from node.chain.ledger import Ledger
from node.chain.records import KINDS, encode_record
from node.chain.records.actors import Person
from node.chain.state import View
from node.chain.statetree import record_hash, tree_key, verify
from node.chain.transition import execute
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import EpochMs, Hash, Height
from node.runtime.application import LedgerApplication
from node.runtime.clock import SystemClock
from node.runtime.mempool import Mempool
from scripts.bench.primitives import rate

BLOCK: Final = 2_000


@dataclass(frozen=True, slots=True)
class KernelFigures:
    """What one core does, per second."""

    admission_per_s: float
    apply_known_per_s: float
    """Transactions of a block whose signatures are known."""
    replay_per_s: float
    """The same with signatures, as an auditor or a node that catches up does it."""
    prove_per_s: float
    verify_proof_per_s: float
    people: int


def measure(genesis: Genesis, transactions: Sequence[SignedTransaction]) -> KernelFigures:
    """All of it; ``transactions`` are at least three blocks of valid ones, in order."""
    first, second, third = (
        transactions[start : start + BLOCK] for start in range(0, 3 * BLOCK, BLOCK)
    )
    ledger = new_ledger(genesis)
    gc.collect()
    gc.freeze()
    replayed = _apply(ledger, first, known=False)
    applied = _apply(ledger, second, known=True)
    admitted = _admit(ledger, third)
    proved, verified = _proofs(ledger)
    people = sum(1 for record in ledger.records.values() if isinstance(record, Person))
    return KernelFigures(admitted, applied, replayed, proved, verified, people)


def _apply(ledger: Ledger, block: Sequence[SignedTransaction], *, known: bool) -> float:
    def is_known(tx_id: Hash, key: bytes) -> bool:
        return known and len(key) == len(tx_id)

    height, time_ms = Height(ledger.height + 1), EpochMs(max(ledger.time_ms + 1, _now()))
    start = time.perf_counter()
    execution = execute(ledger, height, time_ms, block, is_known)
    ledger.adopt(execution.staged, ledger.frontier, height, time_ms)
    return len(block) / (time.perf_counter() - start)


def _admit(ledger: Ledger, block: Sequence[SignedTransaction]) -> float:
    pool = Mempool(ledger.chain_id, SystemClock())
    pool.attach(LedgerApplication(ledger, pool.known))
    start = time.perf_counter()
    for signed in block:
        pool.submit(signed.raw)
    return len(block) / (time.perf_counter() - start)


def _proofs(ledger: Ledger) -> tuple[float, float]:
    person = next(r for r in ledger.records.values() if isinstance(r, Person))
    found = View(ledger).need(Person, person.id)
    key = tree_key(KINDS[Person], found.id)
    root, proof = ledger.tree.root, ledger.tree.prove(key)
    assert verify(root, key, proof) == record_hash(encode_record(found))
    return rate(lambda: ledger.tree.prove(key), 0.5), rate(lambda: verify(root, key, proof), 0.5)


def _now() -> int:
    return SystemClock().now_ms()
