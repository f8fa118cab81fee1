"""The ledger of a simulated node: the toy one, and the city's own with executor, mempool and chain store."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final, Protocol

from node.chain import keys
from node.chain.block import Block
from node.chain.certificate import AuthoritySet
from node.chain.codec import encode
from node.chain.errors import Rejected
from node.chain.genesis import GENESIS_VERSION, Genesis, GenesisDistrict, chain_id_of, seat_id
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.ledger import Ledger as LedgerState
from node.chain.merkle import leaf_hash
from node.chain.policy import Policy
from node.chain.tx.envelope import (
    TRANSACTION_VERSION,
    Body,
    Transaction,
    sign_bytes,
    transaction_id,
)
from node.chain.tx.governance import Rejoin
from node.chain.types import Code, EpochMs, Hash, Height, Id
from node.runtime.executor import Executor
from node.runtime.mempool import Mempool
from node.runtime.ports import Blocks, Clock, Rejoining, TransactionPool
from node.sim.toyblocks import ToyBlocks, ToyPool, ToyRejoining
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.files import Files
from node.store.kv import Change
from node.store.memorykv import MemoryKeyValue

NONCE_BYTES: Final = 16
CLIENT_LANE: Final = 1
VALIDITY_MS: Final = 7_200_000
BATCHES_LOST_MAX: Final = 8
"""Batches that a power loss may take from a database that is never synced."""


class Ledger(Protocol):
    """What a simulated node needs beyond the driver's ports."""

    @property
    def blocks(self) -> Blocks:
        """See ``Blocks``."""

    @property
    def pool(self) -> TransactionPool:
        """See ``TransactionPool``."""

    @property
    def rejoining(self) -> Rejoining:
        """See ``Rejoining``."""

    def make(self, nonce: bytes) -> bytes | None:
        """A new transaction of a client, admitted here; None when there is no room for it."""

    def has(self, raw: bytes) -> bool:
        """Whether a block has the transaction."""

    def waits(self, raw: bytes) -> bool:
        """Whether the transaction is pending here."""


class ToyLedger:
    """Any bytes are a transaction."""

    def __init__(
        self,
        chain_id: Hash,
        authorities_at: Callable[[Height], AuthoritySet],
        genesis_ms: EpochMs,
        files: Files,
        clock: Clock,
        nonce: bytes,
    ) -> None:
        """Open what the disk holds; ``nonce`` marks this life of the node."""
        self._pool = ToyPool(clock)
        self.pool: TransactionPool = self._pool
        self.blocks: Blocks = ToyBlocks(chain_id, authorities_at, genesis_ms, files, self._pool)
        self.rejoining: Rejoining = ToyRejoining(self._pool, "node", nonce)

    def make(self, nonce: bytes) -> bytes | None:
        """See ``Ledger.make``."""
        self._pool.add(nonce)
        return nonce

    def has(self, raw: bytes) -> bool:
        """See ``Ledger.has``."""
        return self._pool.has(raw)

    def waits(self, raw: bytes) -> bool:
        """See ``Ledger.waits``."""
        return bool(self._pool.find([leaf_hash(raw)]))


class FragileKeyValue(MemoryKeyValue):
    """A database that is never synced: a power loss takes the last batches, or all of it."""

    def __init__(self) -> None:
        """Empty."""
        super().__init__()
        self._undo: list[list[Change]] = []

    def write(self, changes: Sequence[Change]) -> None:
        """See ``KeyValue.write``; remembers how to undo it."""
        self._undo.append([(key, self.get(key)) for key, _ in changes])
        del self._undo[:-BATCHES_LOST_MAX]
        super().write(changes)

    def crash(self, rng: Random) -> None:
        """Lose some of the last batches."""
        for _ in range(rng.randint(0, len(self._undo))):
            super().write(self._undo.pop())
        if not rng.randrange(BATCHES_LOST_MAX):
            self.clear()
            self._undo.clear()


class CityLedger:
    """The time bank itself; its clients are the seats of authorities, who may say that they are there."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a node's ledger stands on
        self,
        genesis: Genesis,
        district: Code,
        seed: bytes,
        files: Files,
        database: FragileKeyValue,
        clock: Clock,
        nonce: bytes,
    ) -> None:
        """Open what disk and database hold.

        Args:
            genesis: of the city.
            district: of the node.
            seed: of the consensus key, which also speaks for the authority's seat.
            files: with the block log.
            database: under the chain store.
            clock: the node's.
            nonce: marks this life of the node.
        """
        chain_id = chain_id_of(genesis)
        self._chain_id = chain_id
        self._seed = seed
        self._clock = clock
        self._nonce = nonce
        self._seat: Id = seat_id(chain_id, district)
        self._store = ChainStore(database, chain_id)
        self._mempool = Mempool(chain_id, clock)
        self._executor = Executor(genesis, BlockLog(files, chain_id), self._store, self._mempool)
        self._submitted = Hash(b"")
        self.pool: TransactionPool = self._mempool
        self.blocks: Blocks = self._executor
        self.rejoining: Rejoining = self

    def make(self, nonce: bytes) -> bytes | None:
        """See ``Ledger.make``."""
        said = Rejoin(nonce[:NONCE_BYTES].ljust(NONCE_BYTES, b"-"))
        return self.say(self._seat, self._seed, said, CLIENT_LANE)

    def has(self, raw: bytes) -> bool:
        """See ``Ledger.has``."""
        return self._store.place_of(transaction_id(raw)) is not None

    def waits(self, raw: bytes) -> bool:
        """See ``Ledger.waits``."""
        return self._mempool.is_executable(transaction_id(raw))

    def submit(self) -> None:
        """See ``Rejoining.submit``."""
        if not self._mempool.is_executable(self._submitted):
            raw = self.say(self._seat, self._seed, Rejoin(self._nonce))
            self._submitted = Hash(b"") if raw is None else transaction_id(raw)

    def stands_in(self, block: Block) -> bool:
        """See ``Rejoining.stands_in``."""
        return any(self._nonce in raw for raw in block.transactions)

    @property
    def state(self) -> LedgerState:
        """The state at the tip."""
        return self._executor.ledger

    def say(self, sender: Id, seed: bytes, body: Body, lane: int = 0) -> bytes | None:
        """A signed statement, admitted here; None if it is refused."""
        now_ms = max(self._clock.now_ms(), self._executor.tip.time_ms)
        try:
            number = self._mempool.next_number(sender, lane)
            unsigned = Transaction(
                TRANSACTION_VERSION,
                SUITE_ED25519_SHA256,
                sender,
                (lane, number),
                EpochMs(now_ms + VALIDITY_MS),
                1,
                body,
                bytes(64),
            )
            raw = encode(unsigned)
            signed = raw[:-64] + keys.sign(seed, sign_bytes(self._chain_id, raw))
            self._mempool.submit(signed)
        except Rejected:
            return None
        return signed


def genesis_of(authorities: AuthoritySet, created_ms: EpochMs) -> Genesis:
    """The smallest city that these authorities can run: no staff, no catalogue."""
    names = [member.district for member in authorities.members]
    return Genesis(
        version=GENESIS_VERSION,
        suite=SUITE_ED25519_SHA256,
        city=Code("simulated"),
        name_zh="模拟".encode(),
        name_en=b"Simulated",
        created_ms=created_ms,
        rehearsal_rate=1,
        districts=tuple(GenesisDistrict(n, n.encode(), n.encode(), (n,)) for n in names),
        authorities=authorities,
        bureau_key=authorities.members[0].operator_key,
        recovery_threshold=0,
        recovery_keys=(),
        policy=Policy(1, Height(0)),
        catalogue=(),
        persons=(),
    )
