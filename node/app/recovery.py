"""What an operator does to a node that is not running: make its stores whole, decide what its key may sign.

Every function holds the data directory's lock while it works, so none can meet a running node.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from node.app.beside import look_beside
from node.app.fetching import PeerBlocks
from node.app.older import begins_at, gather, take_in
from node.app.regenesis import begin_home_after
from node.app.shelf import base_of
from node.chain.genesis import Genesis, base_height, chain_id_of
from node.chain.types import Hash, Height
from node.config import NodeConfig, NodeHome
from node.console.fault import usage
from node.console.language import t
from node.runtime.clock import SystemClock
from node.runtime.executor import CommittedBlock
from node.runtime.recovery import Rebuilt, rebuild, repair
from node.runtime.snapshots import begin_from
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.files import RealFiles
from node.store.level import LevelKeyValue, destroy
from node.store.migration import migrate
from node.store.nodelock import node_lock
from node.store.votelog import NAME as VOTES_NAME
from node.store.votelog import OLD_NAME as OLD_VOTES_NAME
from node.store.votelog import VoteLog

STATE_NAME: Final = "state"
"""Directory of the index database inside the data directory."""
SCRUB_PIECE_BYTES: Final = 16_777_216
DECISIONS_NAME: Final = "decisions.log"
"""In the node's logs: what an operator has taken the responsibility for."""

Progress = Callable[[Height, Height], None]
"""(height reached, height of the log)."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What a scrub has read and found sound."""

    blocks: int
    block_bytes: int
    database_bytes: int
    vote_log: str
    """Condition of the vote log."""
    mending: tuple[str, ...]
    """What is damaged beside them and mends itself."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair has done.

    Attributes:
        kept: blocks of the node's own log that were sound.
        gathered: blocks below its first that it had gathered while it ran.
        older: blocks below its first that were fetched now.
        fetched: heights of all others that were fetched.
        rebuilt: where the replay has ended.
    """

    kept: int
    gathered: int
    older: int
    fetched: tuple[Height, ...]
    rebuilt: Rebuilt


@dataclass(frozen=True, slots=True)
class VoteLogState:
    """What the vote log is good for, before and after."""

    before: str
    reason: str
    after: str
    signs_above: Height


def rebuild_home(home: NodeHome, progress: Progress) -> Rebuilt:
    """Throw the index database away and execute the block log from genesis, or from the snapshot that began the node.

    Raises:
        StorageFault: the block log is damaged, or the node runs.
    """
    genesis = home.read_genesis()
    with _held(home) as files:
        return _rebuild(home, genesis, files, progress)


def repair_home(
    home: NodeHome, config: NodeConfig, progress: Progress, tell: Callable[[Height, str], None]
) -> Repaired:
    """Fetch what the block log lacks from other districts, then execute all of it from genesis.

    A node that was begun from a snapshot thereby becomes whole; what it has gathered while it ran is not fetched again.

    Args:
        home: the node's.
        config: names the peers.
        progress: hears how far the execution is.
        tell: hears which block was fetched from whom.

    Raises:
        StorageFault: the disk fails, blocks are not valid, or the node runs.
        node.console.fault.Fault: nobody has a block (exit 4); what has come by then is kept.
    """
    genesis = home.read_genesis()
    first = Height(base_height(genesis) + 1)
    with _held(home) as files, PeerBlocks(config, genesis, home.read_keys(), tell) as source:
        began = begins_at(home.data, genesis)
        gathered = gather(home.data, genesis, source.fetch)
        take_in(home.data, lambda: destroy(home.data / STATE_NAME))
        report, rebuilt = repair(
            genesis, files, source, lambda: _rebuild(home, genesis, files, progress), first
        )
        base_of(home.data).clear()
        older = max(0, began - first)
        return Repaired(report.kept - older, older - gathered, gathered, report.fetched, rebuilt)


def scrub_home(home: NodeHome) -> Scrubbed:
    """Read everything once, checksums verified.

    Raises:
        StorageFault: at the first byte that is not what it was, or the node runs.
    """
    genesis = home.read_genesis()
    chain_id = chain_id_of(genesis)
    with _held(home) as files, ExitStack() as stack:
        block_log = BlockLog(files, chain_id)
        stack.callback(block_log.close)
        block_bytes = block_log.scrub(_everything(files))
        database = LevelKeyValue(home.data / STATE_NAME)
        stack.callback(database.close)
        database_bytes = 0
        while (piece := database.scrub(SCRUB_PIECE_BYTES)) >= SCRUB_PIECE_BYTES:
            database_bytes += piece
        votes = VoteLog(files, chain_id, block_log.last_height or Height(0))
        stack.callback(votes.close)
        return Scrubbed(
            len(block_log),
            block_bytes,
            database_bytes + piece,
            votes.condition.value,
            _beside(home, genesis),
        )


def _beside(home: NodeHome, genesis: Genesis) -> tuple[str, ...]:
    """What mends itself.

    Raises:
        StorageFault: what does not.
    """
    found = tuple(look_beside(home, genesis))
    for fault in (damage.fault for damage in found):
        if fault is not None:
            raise fault
    return tuple(map(str, found))


def abandon_votes(home: NodeHome) -> VoteLogState:
    """Take the vote log out of use: at the next start the node follows, and signs after it has rejoined.

    Raises:
        StorageFault: the disk fails, or the node runs.
    """
    chain_id = chain_id_of(home.read_genesis())
    with _held(home) as files:
        state = _vote_log_state(files, chain_id)
        if VOTES_NAME in files.names():
            files.rename(VOTES_NAME, OLD_VOTES_NAME)
            files.sync_directory()
        return VoteLogState(state.before, state.reason, "missing", Height(0))


def sign_anyway(home: NodeHome, height: Height) -> VoteLogState:
    """Begin a new vote log that signs above a height, on the operator's word.

    Raises:
        node.console.fault.Fault: the block log, or the vote log as far as it reads, is above that height (exit 3).
        StorageFault: the disk fails, or the node runs.
    """
    chain_id = chain_id_of(home.read_genesis())
    with _held(home) as files, ExitStack() as stack:
        block_log = BlockLog(files, chain_id)
        stack.callback(block_log.close)
        tip = block_log.last_height or Height(0)
        votes = VoteLog(files, chain_id, tip)
        stack.callback(votes.close)
        lowest = max(tip, votes.reached)
        if height < lowest:
            why = t(
                zh="这个节点在高度 {lowest} 已有区块或签过名，不能从更低处重新签名",
                en="This node has a block or a signature at height {lowest}; it cannot sign again from below",
            )
            remedy = t(
                zh="与其他区核对日志后，用不低于它的高度。",
                en="Compare logs with the other districts, then name that height or a higher one.",
            )
            raise usage(why.fill(lowest=lowest), remedy)
        before, reason = votes.condition.value, votes.reason
        _write_down(home, height, before, reason)
        votes.rejoin(height)
        return VoteLogState(before, reason, votes.condition.value, votes.signs_above)


@contextmanager
def _held(home: NodeHome) -> Iterator[RealFiles]:
    files = RealFiles(home.data)
    with node_lock(files):
        migrate(files)
        yield files


def _rebuild(home: NodeHome, genesis: Genesis, files: RealFiles, progress: Progress) -> Rebuilt:
    with ExitStack() as stack:
        block_log = BlockLog(files, chain_id_of(genesis))
        stack.callback(block_log.close)
        last = block_log.last_height or Height(0)
        destroy(home.data / STATE_NAME)
        database = LevelKeyValue(home.data / STATE_NAME)
        stack.callback(database.close)
        store = ChainStore(database, chain_id_of(genesis))
        begin_from(base_of(home.data), genesis, block_log, store)
        begin_home_after(home, genesis, store)

        def told(final: CommittedBlock) -> None:
            progress(final.execution.height, last)

        return rebuild(genesis, block_log, database, told)


def _vote_log_state(files: RealFiles, chain_id: Hash) -> VoteLogState:
    with ExitStack() as stack:
        block_log = BlockLog(files, chain_id)
        stack.callback(block_log.close)
        votes = VoteLog(files, chain_id, block_log.last_height or Height(0))
        stack.callback(votes.close)
        condition = votes.condition.value
        return VoteLogState(condition, votes.reason, condition, votes.signs_above)


def _everything(files: RealFiles) -> int:
    """More bytes than all files together have."""
    return sum(files.open(name).size() for name in files.names()) + 1


def _write_down(home: NodeHome, height: Height, before: str, reason: str) -> None:
    """One line for whoever asks later why the key signed again."""
    entry = {
        "at_ms": SystemClock().now_ms(),
        "decision": "sign-anyway",
        "height": height,
        "vote_log": before,
        "reason": reason,
    }
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / DECISIONS_NAME).open("ab") as file:
        file.write(msgspec.json.encode(entry) + b"\n")
        file.flush()
