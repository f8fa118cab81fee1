"""Bugs of what a node remembers: logs, syncs, restarts, and saying things again."""

from dataclasses import replace
from typing import Final

import msgspec

from node.chain.block import Block
from node.chain.certificate import CommitCertificate
from node.runtime import driver
from node.runtime.engine import Engine
from node.runtime.executor import Executor
from node.runtime.signer import Signer
from node.sim.mutants.hunting import HONEST, Mutant, Patch, nothing
from node.store.blocklog import BlockLog
from node.store.faults import StorageFault
from node.store.proposallog import ProposalLog
from node.store.votelog import VoteLog

_engine_start, _flush, _commit = Engine.start, Signer.flush, Executor.commit
_append, _sync = BlockLog.append, BlockLog.sync


def _flush_nothing(self: Signer) -> None:
    self._waiting = []


def _flush_if_possible(self: Signer) -> None:
    try:
        _flush(self)
    except StorageFault:
        self._waiting = []


def _signed_in_this_life(self: Signer, height: int) -> tuple[object, ...]:
    return tuple(m for m in self._waiting if m.height == height)


def _keep_polka_at_once(self: Engine, kept: object) -> None:
    self._ports.proposal_log.keep_polka(msgspec.msgpack.encode(kept))
    self._ports.proposal_log.sync()


def _start_and_rejoin_at_once(self: Engine) -> None:
    if self.signer.abstains:
        self._ports.vote_log.rejoin(self.tip.height)
    _engine_start(self)


def _has_a_file(self: VoteLog) -> bool:
    return self._file is not None


class _LateLog:
    """A block log that is written when everything else has been."""

    def __init__(self, log: BlockLog) -> None:
        self._log = log
        self._late: list[tuple[object, ...]] = []

    def append(self, *entry: object) -> None:
        self._late.append(entry)

    def sync(self) -> None:
        pass

    def write(self) -> None:
        for entry in self._late:
            _append(self._log, *entry)  # type: ignore[arg-type]
        _sync(self._log)


def _apply_before_log(self: Executor, block: Block, certificate: CommitCertificate) -> None:
    log = self.block_log
    late = _LateLog(log)
    self.block_log = late  # type: ignore[assignment]
    try:
        _commit(self, block, certificate)
    finally:
        self.block_log = log
    late.write()


DURABILITY: Final = (
    Mutant(
        "vote-not-durable",
        "Votes leave before they are in the vote log.",
        HONEST,
        (Patch(Signer, "flush", _flush_nothing),),
    ),
    Mutant(
        "failed-sync-ignored",
        "A vote leaves although the disk refused it.",
        replace(HONEST, disk_faults=True),
        (Patch(Signer, "flush", _flush_if_possible),),
    ),
    Mutant(
        "restart-forgets",
        "What was signed before a restart is not asked for.",
        HONEST,
        (Patch(Signer, "signed", _signed_in_this_life),),
    ),
    Mutant(
        "damaged-vote-log-trusted",
        "A node signs on a vote log that is not whole.",
        HONEST,
        (Patch(VoteLog, "may_sign", property(_has_a_file)),),
    ),
    Mutant(
        "rejoin-at-once",
        "A node without its vote log signs at the height in progress.",
        HONEST,
        (Patch(Engine, "start", _start_and_rejoin_at_once),),
    ),
    Mutant(
        "polka-before-vote",
        "A polka is kept before the own prevote in it is durable.",
        HONEST,
        (Patch(Engine, "_keep_polka", _keep_polka_at_once),),
        seeds=200,
    ),
    Mutant(
        "block-not-kept",
        "A locked block's body is not kept.",
        HONEST,
        (Patch(ProposalLog, "keep_block", nothing),),
        seeds=200,
    ),
    Mutant(
        "block-log-not-synced",
        "A block is final before it is durable.",
        HONEST,
        (Patch(BlockLog, "sync", nothing),),
    ),
    Mutant(
        "applied-before-logged",
        "A block is applied to the state before it stands in the block log.",
        replace(HONEST, real=True),
        (Patch(Executor, "commit", _apply_before_log),),
    ),
    Mutant(
        "no-repetition",
        "Nothing is ever said again.",
        HONEST,
        (Patch(driver.Driver, "_say_again", nothing),),
    ),
)
