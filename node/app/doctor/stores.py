"""The stores of a stopped node, opened on a shadow: formats, damage, torn tails, how far each has come."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.app.beside import look_beside
from node.app.doctor.findings import Finding, Verdict, doubtful, of_storage, well
from node.app.older import OLDER_NAME
from node.app.shelf import BASE_NAME
from node.chain.block import Header, decode_block
from node.chain.certificate import AuthoritySet
from node.chain.errors import Malformed
from node.chain.genesis import Genesis, base_height, chain_id_of
from node.chain.protocol import FIRST_PROTOCOL, KNOWN_PROTOCOL
from node.chain.records import StateRecord, decode_record
from node.chain.records.settings import ProtocolRecord, policy_id
from node.chain.seats import current_set, schedule_of
from node.chain.state import View
from node.chain.types import Hash, Height
from node.config import NodeHome
from node.console.language import same, t
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.faults import StorageCode, StorageFault
from node.store.level import LevelKeyValue
from node.store.migration import migrate
from node.store.proposallog import ProposalLog
from node.store.shadow import ShadowFiles, shadow_database
from node.store.snapshotfiles import SnapshotFiles
from node.store.votelog import Condition, VoteLog

DATABASE_DIRECTORY: Final = "state"
SCRUB_PIECE_BYTES: Final = 16_777_216
OLDER: Final = t(zh="更早的区块", en="Older blocks")
BASE: Final = t(zh="基础快照", en="Base snapshot")
REST: Final = t(zh="其他数据", en="Other data")
BLOCKS: Final = t(zh="区块日志", en="Block log")
VOTES: Final = t(zh="投票日志", en="Vote log")
PROPOSALS: Final = t(zh="提议日志", en="Proposal log")
PROTOCOL: Final = t(zh="协议版本", en="Protocol")
DATABASE: Final = t(zh="索引数据库", en="Index database")


@dataclass(frozen=True, slots=True)
class StoresSeen:
    """What a look at the stores gives.

    Attributes:
        findings: one or more for each store.
        newest: header of the newest block; None without blocks, or when they do not read.
        protocols: versions that were decided, as far as the index database has come.
        authorities: the set that signs the next block, then one that waits; empty when the database is not at the tip.
    """

    findings: tuple[Finding, ...]
    newest: Header | None
    protocols: tuple[ProtocolRecord, ...] = ()
    authorities: tuple[AuthoritySet, ...] = ()


@dataclass(frozen=True, slots=True)
class _DatabaseSeen:
    finding: Finding
    protocols: tuple[ProtocolRecord, ...] = ()
    authorities: tuple[AuthoritySet, ...] = ()


def look_at_stores(home: NodeHome, genesis: Genesis) -> StoresSeen:
    """Open every store as a start would, read all of it, and change nothing."""
    files, chain_id = ShadowFiles(home.data), chain_id_of(genesis)
    root = str(home.root)
    with ExitStack() as stack:
        try:
            migrate(files)
            log = BlockLog(files, chain_id)
            stack.callback(log.close)
            log.scrub(_size(files))
            newest = _newest(log)
        except StorageFault as fault:
            return StoresSeen((of_storage(BLOCKS, fault, root),), None)
        tip = log.last_height or base_height(genesis)
        missing = _of_base(home, genesis, log, root)
        database = _of_database(home, chain_id, tip, has_blocks=len(log) > 0)
        findings = (
            _of_log(log, tip),
            *_of_older(home, genesis, log, root),
            *_of_votes(files, chain_id, tip, root),
            *_of_proposals(files, root),
            database.finding,
            *missing,
            *(_of_protocol(one, tip, root) for one in database.protocols),
        )
        sets = database.authorities if len(log) else (genesis.authorities,)
        return StoresSeen(findings, newest, database.protocols, sets)


def look_at_the_rest(home: NodeHome, genesis: Genesis) -> Iterator[Finding]:
    """What stands beside logs and database: statements, numbers, the base, own snapshots."""
    root, count = str(home.root), 0
    for damage in look_beside(home, genesis):
        count += 1
        fault = damage.fault
        if fault is None:
            yield doubtful(REST, "D14", same(str(damage)))
        else:
            yield of_storage(REST, fault, root)
    if not count:
        yield well(REST, t(zh="完好", en="sound"))


def _size(files: ShadowFiles) -> int:
    """More bytes than all files together have."""
    total = 1
    for name in files.names():
        file = files.open(name)
        total += file.size()
        file.close()
    return total


def _newest(log: BlockLog) -> Header | None:
    height = log.last_height
    stored = None if height is None else log.read(height)
    if stored is None:
        return None
    try:
        return decode_block(stored.block).header
    except Malformed as fault:
        raise StorageFault(
            StorageCode.BLOCK_LOG_DAMAGED, "blocks", f"block {height}: {fault}"
        ) from fault


def _of_log(log: BlockLog, tip: Height) -> Finding:
    said = t(zh="{count} 个区块，高度 {tip}", en="{count} blocks, height {tip}").fill(
        count=len(log), tip=tip
    )
    if not log.cut_bytes:
        return well(BLOCKS, said)
    torn = t(
        zh="末尾有 {cut} 字节没写完（断电所致），启动时会截掉；高度 {tip}",
        en="A torn tail of {cut} bytes, which the next start cuts off; height {tip}",
    )
    return doubtful(BLOCKS, "D07", torn.fill(cut=log.cut_bytes, tip=tip))


def _of_older(home: NodeHome, genesis: Genesis, log: BlockLog, root: str) -> Iterator[Finding]:
    """How many of the blocks below the first are gathered; damage in them is looked at with the rest."""
    begins = base_height(genesis) + 1
    missing = (log.first_height or begins) - begins
    if missing <= 0:
        return
    gathered = 0
    with suppress(StorageFault):
        older = BlockLog(ShadowFiles(home.data / OLDER_NAME), chain_id_of(genesis))
        gathered = len(older)
        older.close()
    said = t(
        zh="由快照开始；之前的 {missing} 个区块已取得 {gathered} 个，下一步补全",
        en="Begun from a snapshot: {gathered} of the {missing} blocks before it are gathered; next makes it whole",
    ).fill(missing=missing, gathered=gathered)
    yield Finding(OLDER, Verdict.OK, "", said, same(f"timebank node repair --home {root}"))


def _of_votes(files: ShadowFiles, chain_id: Hash, tip: Height, root: str) -> Iterator[Finding]:
    try:
        votes = VoteLog(files, chain_id, tip)
    except StorageFault as fault:
        yield of_storage(VOTES, fault, root)
        return
    if votes.condition in {Condition.FRESH, Condition.WHOLE}:
        yield well(VOTES, same(votes.condition.value))
    else:
        reason = f"{votes.condition.value}: {votes.reason}"
        unusable = StorageFault(StorageCode.VOTE_LOG_UNUSABLE, "votes.log", reason)
        yield of_storage(VOTES, unusable, root)
    votes.close()


def _of_proposals(files: ShadowFiles, root: str) -> Iterator[Finding]:
    try:
        ProposalLog(files).close()
    except StorageFault as fault:
        yield of_storage(PROPOSALS, fault, root)
    else:
        yield well(PROPOSALS, t(zh="可读", en="readable"))


def _of_base(home: NodeHome, genesis: Genesis, log: BlockLog, root: str) -> Iterator[Finding]:
    """A log that begins above the chain's first block needs its base, which is looked at with the rest."""
    begins = base_height(genesis) + 1
    first = log.first_height or begins
    if first > begins and not SnapshotFiles(ShadowFiles(home.data / BASE_NAME)).whole:
        reason = f"gone; the block log begins at {first}"
        yield of_storage(BASE, StorageFault(StorageCode.BASE_DAMAGED, BASE_NAME, reason), root)


def _of_database(home: NodeHome, chain_id: Hash, tip: Height, *, has_blocks: bool) -> _DatabaseSeen:
    directory = home.data / DATABASE_DIRECTORY
    if not directory.is_dir():
        said = t(zh="没有；启动时由区块日志重建", en="Not there; the next start makes it")
        return _DatabaseSeen(
            doubtful(DATABASE, "D08", said) if has_blocks else well(DATABASE, said)
        )
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        try:
            copy = Path(place) / DATABASE_DIRECTORY
            shadow_database(directory, copy)
            database = LevelKeyValue(copy)
            stack.callback(database.close)
            while database.scrub(SCRUB_PIECE_BYTES) >= SCRUB_PIECE_BYTES:
                pass
            store = ChainStore(database, chain_id)
            applied = store.applied_height or Height(0)
            sets = _sets(store) if applied == tip else ()
            finding = _of_applied(applied, tip, str(home.root))
            return _DatabaseSeen(finding, tuple(_protocols(store)), sets)
        except StorageFault as fault:
            return _DatabaseSeen(of_storage(DATABASE, fault, str(home.root)))


class _Records:
    """The state's records as the database has them."""

    def __init__(self, store: ChainStore) -> None:
        self._store = store

    def read(self, key: bytes) -> StateRecord | None:
        """See ``Reader``.

        Raises:
            StorageFault: ``DATABASE_DAMAGED``, what stands there is no record.
        """
        raw = self._store.record(key)
        try:
            return None if raw is None else decode_record(raw)
        except Malformed as fault:
            raise StorageFault(
                StorageCode.DATABASE_DAMAGED, DATABASE_DIRECTORY, str(fault)
            ) from fault


def _sets(store: ChainStore) -> tuple[AuthoritySet, ...]:
    view = View(_Records(store))
    waiting = (one.authorities for one in schedule_of(view).waiting)
    return (current_set(view), *waiting)


def _protocols(store: ChainStore) -> Iterator[ProtocolRecord]:
    view, version = View(_Records(store)), FIRST_PROTOCOL + 1
    while (record := view.get(ProtocolRecord, policy_id(version))) is not None:
        yield record
        version += 1


def _of_protocol(change: ProtocolRecord, tip: Height, root: str) -> Finding:
    """A version that this release does not know stops it at its height."""
    said = t(zh="协议 {v}，高度 {h} 起", en="protocol {v} from height {h}").fill(
        v=change.version, h=change.activation_height
    )
    if change.version <= KNOWN_PROTOCOL:
        return well(PROTOCOL, said)
    if change.activation_height > tip + 1:
        late = t(
            zh="{said}，本程序只认识到 {known}：请在高度 {h} 之前更新",
            en="{said}, this release knows {known}: update before height {h}",
        ).fill(said=said, known=KNOWN_PROTOCOL, h=change.activation_height)
        return doubtful(PROTOCOL, "D13", late)
    reason = f"{said.en}, this release knows {KNOWN_PROTOCOL}"
    return of_storage(PROTOCOL, StorageFault(StorageCode.UPDATE_NEEDED, "protocol", reason), root)


def _of_applied(applied: Height, tip: Height, root: str) -> Finding:
    if applied == tip:
        return well(DATABASE, t(zh="高度 {h}", en="height {h}").fill(h=applied))
    if applied > tip:
        reason = f"applied height {applied}, the block log ends at {tip}"
        return of_storage(
            DATABASE, StorageFault(StorageCode.BLOCK_LOG_INCOMPLETE, "blocks", reason), root
        )
    behind = t(
        zh="在高度 {applied}，区块日志到 {tip}；启动时补上",
        en="At height {applied}, the block log at {tip}; the next start catches up",
    )
    return doubtful(DATABASE, "D08", behind.fill(applied=applied, tip=tip))
