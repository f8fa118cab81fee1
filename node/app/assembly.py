"""One node in one event loop: stores opened, parts built, doors opened, and everything closed in the opposite order.

A fault of storage, or a bug of ours, stops the node at once: a node that cannot trust its disk or its own logic must
not sign. Peers' and users' faults never do.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from secrets import token_bytes

import structlog

from node.app.adapters import LoopTimers, NetworkOutbox, SeatRejoin, Watch
from node.app.backfill import BLOCKS_KIND, BackFill
from node.app.beside import BesideWatch
from node.app.checkpointing import NodeCheckpoints
from node.app.regenesis import begin_home_after
from node.app.seatkeys import doppelganger, need_own_keys
from node.app.shelf import SnapshotMaker, SnapshotShelf, base_of
from node.app.succession import Succession
from node.app.upkeep import Upkeep
from node.chain.genesis import Genesis, began_ms_of, chain_id_of, city_id_of, seat_id
from node.chain.types import EpochMs, Height, Id
from node.config import NodeConfig, NodeHome, NodeKeys, authority_of
from node.config.settings import PeerConfig
from node.net.faults import PeerFault
from node.net.interface import (
    DuplicateInstance,
    Endpoint,
    LocalNode,
    PeerCallbacks,
    Sources,
)
from node.net.peers import PeerNetwork
from node.runtime.checkpoints import LINE_KIND
from node.runtime.clock import Clock, RehearsalClock, SystemClock
from node.runtime.driver import Driver
from node.runtime.executor import Executor
from node.runtime.intake import Intake
from node.runtime.mempool import Mempool
from node.runtime.ports import Ports, WorkTimer
from node.runtime.queries.journal import Journal, journal_entries
from node.runtime.signer import Signer
from node.runtime.snapshots import begin_from
from node.runtime.snapshotwire import KINDS as SNAPSHOT_KINDS
from node.runtime.snapshotwire import SnapshotServing
from node.runtime.statements import StatementLog
from node.runtime.timeouts import Pace
from node.store.blocklog import BlockLog
from node.store.chainstore import ChainStore
from node.store.files import Files, RealFiles
from node.store.level import LevelKeyValue
from node.store.migration import migrate
from node.store.nodelock import node_lock
from node.store.numberfile import LEAP, read_number, write_number
from node.store.proposallog import ProposalLog
from node.store.votelog import VoteLog


@dataclass(frozen=True, slots=True)
class Stores:
    """The durable side of a node."""

    files: RealFiles
    block_log: BlockLog
    database: LevelKeyValue
    chain: ChainStore
    journal: Journal
    votes: VoteLog
    proposals: ProposalLog


class DistrictNode:
    """One district's node."""

    def __init__(self, config: NodeConfig, genesis: Genesis, node_keys: NodeKeys) -> None:
        """Keep the parts; ``run`` does the rest.

        Args:
            config: addresses and tuning.
            genesis: the chain.
            node_keys: the node's four key seeds.
        """
        self.config = config
        self.home = NodeHome(config.home)
        self.genesis = genesis
        self.chain_id = chain_id_of(genesis)
        self.fault: BaseException | None = None
        self._keys = node_keys
        self._log = structlog.get_logger("node")
        self._stop = asyncio.Event()
        self._connected: set[str] = set()
        self._duplicates: set[str] = set()
        self.clock: Clock
        self.pool: Mempool
        self.stores: Stores
        self.executor: Executor
        self.network: PeerNetwork
        self.driver: Driver
        self.intake: Intake
        self.watch: Watch
        self.checkpoints: NodeCheckpoints
        self.succession: Succession
        self.snapshots: SnapshotServing
        self.backfill: BackFill

    def open(self, stack: ExitStack) -> None:
        """Open the stores and bring the state to the block log's end.

        Raises:
            StorageFault: naming file, offset and the command that repairs.
            Fault: a key in the home is another district's.
        """
        data = self.home.data
        files = RealFiles(data)
        stack.enter_context(node_lock(files))
        for one in migrate(files):
            self._log.warning("migrated", file=one.name, format=one.now, kept=one.kept)
        self.clock = make_clock(self.genesis, files)
        self.pool = Mempool(self.chain_id, self.clock)
        block_log = BlockLog(files, self.chain_id)
        stack.callback(block_log.close)
        kv = LevelKeyValue(data / "state")
        chain = ChainStore(kv, self.chain_id)
        stack.callback(chain.close)
        journal = Journal(kv)
        base = begin_from(base_of(data), self.genesis, block_log, chain)
        begin_home_after(self.home, self.genesis, chain)
        self.executor = Executor(self.genesis, block_log, chain, self.pool, journal_entries)
        self.executor.base_trail = () if base is None else base.trail
        need_own_keys(authority_of(self.config.district, self._keys), self.executor.tip.authorities)
        journal.check(self.executor.tip.height)
        votes = VoteLog(files, self.chain_id, self.executor.tip.height)
        stack.callback(votes.close)
        proposals = ProposalLog(files)
        stack.callback(proposals.close)
        self.stores = Stores(files, block_log, kv, chain, journal, votes, proposals)

    def build(self, loop: asyncio.AbstractEventLoop) -> None:
        """Put network, driver and intake together over the open stores."""
        timers = LoopTimers(loop, self.genesis.rehearsal_rate)
        self.succession = Succession(self.executor, self.config.peers)
        self.network = PeerNetwork(
            listen=Endpoint(*self.config.peers_listen),
            local=self._local(),
            peers=self.succession.addresses(),
            callbacks=self._callbacks(),
            sources=Sources(self.clock.now_ms, random.SystemRandom().random, token_bytes),
        )
        self.watch = Watch(self.network.report)
        signer = Signer(self.chain_id, self._keys.consensus, self.stores.votes)
        rejoin = SeatRejoin(
            self.executor,
            self.pool,
            self.clock,
            seat_id(city_id_of(self.genesis), self.config.district),
            self._keys.consensus,
        )
        ports = Ports(
            clock=self.clock,
            timers=timers,
            outbox=NetworkOutbox(self.network),
            blocks=self.executor,
            pool=self.pool,
            vote_log=self.stores.votes,
            proposal_log=self.stores.proposals,
            rejoining=rejoin,
            notices=self.watch,
            statements=StatementLog(self.stores.files),
        )
        pace = Pace(
            heartbeat_ms=self.genesis.policy.ledger.heartbeat_ms,
            proposer_wait_ms=self.config.proposer_wait_ms,
            others_wait_ms=self.config.others_wait_ms,
            clock_rate=self.genesis.rehearsal_rate,
        )
        self.driver = Driver(self.chain_id, signer, ports, pace)
        timers.deliver = self.driver.on_timer
        self.intake = Intake(self.pool, self.driver.share, loop.call_soon)
        rejoin.intake = self.intake
        self.checkpoints = NodeCheckpoints(
            self.executor,
            self.stores.files,
            self.clock,
            self.config.district,
            self._keys.checkpoint,
            self.network.broadcast,
        )
        self.succession.on_set = self.checkpoints.renew
        shelf = SnapshotShelf(self.home.snapshots)
        self.snapshots = SnapshotServing(shelf, loop.time)
        SnapshotMaker(self.executor, shelf, self.config.snapshot_every_blocks, loop)
        self.backfill = BackFill(
            self.home.data, self.executor, self.network.send, lambda: sorted(self._connected)
        )

    async def start(self) -> None:
        """Listen to peers and take part."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._on_loop_exception)
        await self.network.start()
        self.succession.on_peers = partial(_soon, loop, self._let_in)
        self.driver.hold_signing()
        self.driver.start()
        self._look_for_quorum()
        BesideWatch(self.home, self.genesis, loop).begin()
        self.backfill.begin(loop.call_later)
        Upkeep(self.stores, self.intake, self.driver, self.stop).begin(loop.call_later)

    async def stopped(self) -> None:
        """Wait until somebody asks the node to stop, or a fault does."""
        await self._stop.wait()

    def stop(self, fault: BaseException | None = None) -> None:
        """Ask the node to stop."""
        if fault is not None and self.fault is None:
            self.fault = fault
            self._log.critical("stopping", fault=type(fault).__name__, reason=str(fault))
        self._stop.set()

    def _let_in(self) -> None:
        """Other keys are pinned from now on; between two blocks, because connections may close at once."""
        self.network.set_peers(self.succession.addresses())

    def relocate(self, peers: tuple[PeerConfig, ...]) -> None:
        """Dial and let in the nodes of another list from now on; connections that both lists have stay.

        Raises:
            ValueError: two of them share a name or a key; nothing has changed then.
        """
        before, self.succession.peers = self.succession.peers, peers
        try:
            self._let_in()
        except ValueError:
            self.succession.peers = before
            raise

    @property
    def connected(self) -> frozenset[str]:
        """Peers with a live connection."""
        return frozenset(self._connected)

    def leap(self, leap_ms: int) -> None:
        """Make the sum of a rehearsal's leaps at least this, durably, and look whether blocks are due.

        Raises:
            ValueError: this city is no rehearsal.
        """
        if not isinstance(self.clock, RehearsalClock):
            raise ValueError("this city runs on real time")
        self.clock.leap_to(leap_ms)
        write_number(self.stores.files, LEAP, self.clock.leap_ms)
        self.driver.on_timer(WorkTimer(self.driver.state.height))

    def _local(self) -> LocalNode:
        return LocalNode(
            tls_seed=self._keys.tls,
            chain_id=self.chain_id,
            instance_id=Id(token_bytes(16)),
            tip_height=lambda: self.executor.tip.height,
        )

    def _callbacks(self) -> PeerCallbacks:
        return PeerCallbacks(
            on_message=self._on_message,
            on_connected=self._on_connected,
            on_disconnected=self._on_disconnected,
            on_fault=self._on_fault,
            on_duplicate=self._on_duplicate,
        )

    def _on_message(self, peer: str, kind: int, payload: bytes, arrival_ms: EpochMs) -> None:
        if kind not in {LINE_KIND, BLOCKS_KIND} and kind not in SNAPSHOT_KINDS:
            self.driver.on_message(peer, kind, payload, arrival_ms)
            return
        try:
            if kind == BLOCKS_KIND:
                if not self.backfill.take(peer, payload):
                    self.driver.on_message(peer, kind, payload, arrival_ms)
                return
            if kind == LINE_KIND:
                self.checkpoints.receive(payload)
                return
            found = self.snapshots.answer(peer, kind, payload)
            if found is not None:
                self.network.send(peer, *found)
        except PeerFault as fault:
            self.network.report(peer, fault)

    def _on_connected(self, peer: str, height: Height) -> None:
        self._connected.add(peer)
        self._log.info("peer connected", peer=peer, height=height)
        self.driver.on_connected(peer, height)
        self._look_for_quorum()
        greeting = self.checkpoints.greeting()
        if greeting is not None:
            self.network.send(peer, *greeting)

    def _on_disconnected(self, peer: str) -> None:
        self._connected.discard(peer)
        self._log.info("peer disconnected", peer=peer)
        self.driver.on_disconnected(peer)

    def _on_fault(self, peer: str | None, fault: PeerFault) -> None:
        """The network has counted it and logged it, within its limit of lines."""

    def _on_duplicate(self, duplicate: DuplicateInstance) -> None:
        """One peer may lie; when more than can be liars say so, another copy of this node is at work."""
        districts = {m.district for m in self.executor.tip.authorities.members}
        self._duplicates |= {duplicate.reported_by} & districts
        self._log.critical("duplicate instance", reported_by=duplicate.reported_by)
        if len(self._duplicates) > self.executor.tip.authorities.faults:
            self.driver.stop_signing()
            self.stop(doppelganger(self.config.district))

    def _on_loop_exception(
        self, loop: asyncio.AbstractEventLoop, context: dict[str, object]
    ) -> None:
        fault = context.get("exception")
        if isinstance(fault, BaseException):
            self.stop(fault)
        else:
            loop.default_exception_handler(context)

    def _look_for_quorum(self) -> None:
        """Sign once a quorum, this node among it, is connected.

        Each peer lets in one instance of a node, and of two quorums the peers overlap: so a second copy with the same
        key never gets here. A smaller group could decide nothing anyway.
        """
        authorities = self.executor.tip.authorities
        others = {m.district for m in authorities.members} - {self.config.district}
        if len(others & self._connected) + 1 >= authorities.quorum:
            self.driver.begin_signing()


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    loop.call_soon(call)


def make_clock(genesis: Genesis, files: Files) -> Clock:
    """The system's clock, or a rehearsal's with the leaps it has made.

    Raises:
        StorageFault: ``NUMBER_DAMAGED``, the sum of the leaps does not read.
    """
    if genesis.rehearsal_rate == 1:
        return SystemClock()
    return RehearsalClock(
        began_ms_of(genesis), genesis.rehearsal_rate, read_number(files, LEAP) or 0
    )
