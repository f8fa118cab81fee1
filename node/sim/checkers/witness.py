"""A stranger who executes every final block again, from genesis, with the program as it was written."""

from random import Random
from typing import assert_never

from node.chain.block import Block
from node.chain.certificate import CommitCertificate
from node.chain.records.motions import Motion
from node.chain.types import EpochMs, Height
from node.runtime.executor import Executor
from node.runtime.mempool import Mempool
from node.sim.disk import Fuse, SimulatedDisk
from node.sim.simnode import City
from node.sim.toyblocks import ToyBlocks, ToyPool
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.memorykv import MemoryKeyValue

_toy_check, _city_check = ToyBlocks.check, Executor.check
_toy_commit, _city_commit = ToyBlocks.commit, Executor.commit
"""Taken before any bug can be planted in their classes."""


class _StoppedClock:
    def now_ms(self) -> EpochMs:
        return EpochMs(0)


class Witness:
    """Has a ledger of its own and no voice."""

    def __init__(self, city: City) -> None:
        """At genesis."""
        disk, clock = SimulatedDisk(Random(0), Fuse()), _StoppedClock()
        self._blocks: ToyBlocks | Executor
        if city.genesis is None:
            pool = ToyPool(clock)
            self._blocks = ToyBlocks(
                city.chain_id, city.authorities_at, city.genesis_ms, disk, pool
            )
        else:
            log = BlockLog(disk, city.chain_id)
            store = ChainStore(MemoryKeyValue(), city.chain_id)
            self._blocks = Executor(city.genesis, log, store, Mempool(city.chain_id, clock))

    @property
    def height(self) -> Height:
        """Of the last block that was judged."""
        return self._blocks.tip.height

    def motions(self) -> tuple[Motion, ...]:
        """Those of the state after the last block; a toy has none."""
        if isinstance(self._blocks, ToyBlocks):
            return ()
        records = self._blocks.ledger.records.values()
        return tuple(record for record in records if isinstance(record, Motion))

    def judge(self, block: Block, certificate: CommitCertificate) -> str | None:
        """Why a block does not follow from those before; None, and it is taken, if it does."""
        blocks = self._blocks
        match blocks:
            case ToyBlocks():
                reason = _toy_check(blocks, block)
                if reason is None:
                    _toy_commit(blocks, block, certificate)
            case Executor():
                reason = _city_check(blocks, block)
                if reason is None:
                    _city_commit(blocks, block, certificate)
            case _:
                assert_never(blocks)
        return reason
