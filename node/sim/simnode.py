"""One simulated node: a disk that survives, and a process that dies and comes again."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from node.chain.block import Block
from node.chain.certificate import AuthoritySet, CommitCertificate, Evidence, SignedMessage
from node.chain.genesis import Genesis
from node.chain.types import Code, EpochMs, Hash, Height, Round
from node.consensus.state import State
from node.net.faults import PeerFault
from node.runtime.driver import Driver
from node.runtime.ports import Blocks, DecidedBlock, Outbox, Ports, Timer, Tip
from node.runtime.signer import Signer
from node.runtime.statements import StatementLog, said
from node.runtime.timeouts import Pace
from node.sim.agenda import Agenda
from node.sim.clocks import DriftingClock
from node.sim.disk import Fuse, PowerLoss, SimulatedDisk
from node.sim.ledgers import NONCE_BYTES, CityLedger, FragileKeyValue, Ledger, ToyLedger
from node.sim.sets import DecidedSets
from node.store.faults import StorageFault
from node.store.proposallog import ProposalLog
from node.store.votelog import VoteLog


@dataclass(frozen=True, slots=True)
class City:
    """What all nodes of a simulated city know."""

    chain_id: Hash
    authorities: AuthoritySet
    genesis_ms: EpochMs
    pace: Pace
    genesis: Genesis | None = None
    """Of a city with the real ledger; None for the toy one."""
    term_heights: int = 0
    """If not 0, one authority after the other is left out of the set for so many heights."""
    everybody: AuthoritySet | None = None
    """Those of genesis and those who may get a seat later, if there are any."""
    decided: DecidedSets | None = None
    """The sets of a city whose authorities change them themselves."""

    def authorities_at(self, height: Height) -> AuthoritySet:
        """The set that decides a height; effective two blocks after the chain could have known of it."""
        if self.decided is not None:
            return self.decided.at(height)
        if not self.term_heights:
            return self.authorities
        members = self.authorities.members
        left_out = height // self.term_heights % len(members)
        return AuthoritySet(members[:left_out] + members[left_out + 1 :])


class Watcher(Protocol):
    """Who looks over the shoulder of every node."""

    def on_acted(self, node: "SimulatedNode", state: State) -> None:
        """A node has dealt with one input and survived it."""

    def on_committed(
        self, node: "SimulatedNode", block: Block, certificate: CommitCertificate
    ) -> None:
        """A block became final at a node."""

    def on_notice(self, node: "SimulatedNode", kind: str, detail: str) -> None:
        """A node told its operator something that does not happen among honest nodes."""

    def on_evidence(self, node: "SimulatedNode", signer: int, evidence: Evidence) -> None:
        """A node accuses an authority."""


class SimulatedNode:
    """See the module. ``place`` is its number in the network; twins share a name and not a place."""

    def __init__(
        self, place: int, index: int, seed: bytes, city: City, agenda: Agenda, rng: Random
    ) -> None:
        """A node that has never run: its key is new and its vote log was just made."""
        self.place = place
        self.index = index
        self.name = str((city.everybody or city.authorities).members[index].district)
        self.seed = seed
        self.honest = True
        self.clock = DriftingClock(agenda.now_ms)
        self.driver: Driver | None = None
        self.fuse = Fuse()
        self.disk = SimulatedDisk(rng, self.fuse)
        self.watcher: Watcher | None = None
        self.vote_log: VoteLog | None = None
        self.statements = StatementLog(self.disk)
        self.restored: tuple[SignedMessage, ...] = ()
        """What the process found in its vote log of the height that it began with."""
        self.ledger: Ledger | None = None
        self.database = FragileKeyValue()
        self.city = city
        self._agenda = agenda
        self._rng = rng
        self._life = 0
        self._key_is_new = False
        VoteLog.create(self.disk, city.chain_id)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.driver is not None

    @property
    def life(self) -> int:
        """How often the process was started."""
        return self._life

    def now_ms(self) -> EpochMs:
        """See ``Clock.now_ms``: the node's own clock, which may be wrong."""
        return EpochMs(self.clock.read(self._agenda.now_ms))

    def rekey(self, seed: bytes) -> None:
        """Put the next consensus key in place, while the process is stopped."""
        assert self.driver is None
        self.seed, self._key_is_new = seed, True

    def start(self, outbox: Outbox, watcher: Watcher) -> None:
        """Start the process on what the disk holds."""
        assert self.driver is None
        self.watcher = watcher
        city = self.city
        self._life += 1
        self.fuse.quench()
        ledger = self._open_ledger()
        self.statements = StatementLog(self.disk)
        vote_log = VoteLog(self.disk, city.chain_id, ledger.blocks.tip.height)
        if self._key_is_new:
            # As ``node rotate-key --finish`` does: the key has signed nothing anywhere.
            vote_log.rejoin(ledger.blocks.tip.height)
            self._key_is_new = False
        ports = Ports(
            clock=self,
            timers=self,
            outbox=outbox,
            blocks=_WatchedBlocks(ledger.blocks, self, watcher),
            pool=ledger.pool,
            vote_log=vote_log,
            proposal_log=_CountedProposals(self.disk, self.fuse),
            rejoining=ledger.rejoining,
            notices=_Notices(self, watcher),
            statements=self.statements,
        )
        self.ledger, self.vote_log = ledger, vote_log
        self.restored = vote_log.messages(Height(ledger.blocks.tip.height + 1))
        signer = self.signer(vote_log)
        self.driver = Driver(city.chain_id, signer, ports, city.pace)
        self.act(self.driver.start)

    def _open_ledger(self) -> Ledger:
        city, nonce = self.city, self._rng.randbytes(NONCE_BYTES)
        if city.genesis is None:
            return ToyLedger(
                city.chain_id, city.authorities_at, city.genesis_ms, self.disk, self, nonce
            )
        return CityLedger(
            city.genesis, Code(self.name), self.seed, self.disk, self.database, self, nonce
        )

    def signer(self, vote_log: VoteLog) -> Signer:
        """The honest signer."""
        return _CountedSigner(self.city.chain_id, self.seed, vote_log, self.fuse)

    def act(self, action: Callable[[], None]) -> None:
        """Let the process do something; it may die in the middle of it."""
        if self.driver is None:
            return
        try:
            action()
        except PowerLoss:
            self.crash()
        except StorageFault:
            if not self.fuse.failed:
                raise
            self.crash()
        else:
            self._watch()

    def _watch(self) -> None:
        if self.watcher is not None and self.driver is not None:
            self.watcher.on_acted(self, self.driver.state)

    def crash(self) -> None:
        """The power goes."""
        self.driver = None
        self.disk.crash()
        self.database.crash(self._rng)

    def schedule(self, delay_ms: int, timer: Timer) -> None:
        """See ``Timers.schedule``; timers end with the process."""
        self.fuse.think("ScheduleTimeout")
        life = self._life

        def fire() -> None:
            driver = self.driver
            if driver is not None and life == self._life:
                self.act(lambda: driver.on_timer(timer))

        self._agenda.plan(delay_ms, fire)

    def export(self, height: Height) -> tuple[SignedMessage, ...]:
        """What the node can show of what was said at a height."""
        kept = self.statements.of(height)
        driver = self.driver
        if driver is not None and driver.state.height == height:
            return (*kept, *said(driver.state))
        return kept

    def deliver(self, sender: str, kind: int, payload: bytes) -> None:
        """A frame arrives."""
        driver = self.driver
        if driver is not None:
            self.act(lambda: driver.on_message(sender, kind, payload, self.now_ms()))

    def submit(self, nonce: bytes) -> bytes | None:
        """A client brings a transaction that contains some bytes; the transaction, if the node took it."""
        driver, ledger = self.driver, self.ledger
        if driver is None or ledger is None:
            return None
        raw = ledger.make(nonce)
        if raw is not None:
            self.act(lambda: driver.share((raw,)))
        return raw


class _WatchedBlocks:
    """The executor of a node, with the watcher told of every commit."""

    def __init__(self, blocks: Blocks, node: SimulatedNode, watcher: Watcher) -> None:
        self._node = node
        self._watcher = watcher
        self._blocks = blocks
        self.next_due_ms = blocks.next_due_ms

    @property
    def tip(self) -> Tip:
        return self._blocks.tip

    def build(self, time_ms: EpochMs, maker: int) -> Block:
        self._node.fuse.think("RequestBlock")
        return self._blocks.build(time_ms, maker)

    def check(self, block: Block) -> str | None:
        self._node.fuse.think("CheckBlock")
        return self._blocks.check(block)

    def report_evidence(self, evidence: Evidence) -> None:
        self._node.fuse.think("ReportEvidence")
        self._blocks.report_evidence(evidence)

    def decided(self, height: Height) -> DecidedBlock | None:
        return self._blocks.decided(height)

    def commit(self, block: Block, certificate: CommitCertificate) -> None:
        self._node.fuse.think("Decide")
        self._blocks.commit(block, certificate)
        self._watcher.on_committed(self._node, block, certificate)


class _CountedProposals(ProposalLog):
    def __init__(self, disk: SimulatedDisk, fuse: Fuse) -> None:
        super().__init__(disk)
        self._fuse = fuse

    def keep_block(self, raw: bytes) -> None:
        self._fuse.think("KeepBlock")
        super().keep_block(raw)

    def keep_polka(self, raw: bytes) -> None:
        self._fuse.think("KeepPolka")
        super().keep_polka(raw)


class _CountedSigner(Signer):
    def __init__(self, chain_id: Hash, seed: bytes, log: VoteLog, fuse: Fuse) -> None:
        super().__init__(chain_id, seed, log)
        self._fuse = fuse

    def sign(self, message: SignedMessage) -> SignedMessage:
        self._fuse.think("Cast")
        return super().sign(message)


class _Notices:
    def __init__(self, node: SimulatedNode, watcher: Watcher) -> None:
        self._node = node
        self._watcher = watcher

    def peer_fault(self, peer: str, fault: PeerFault) -> None:
        self._watcher.on_notice(self._node, "peer fault", f"{peer}: {fault}")

    def evidence(self, evidence: Evidence, signer: int) -> None:
        self._watcher.on_evidence(self._node, signer, evidence)

    def second_copy(self, message: SignedMessage) -> None:
        self._watcher.on_notice(self._node, "second copy", repr(message))

    def block_refused(self, height: Height, block_id: Hash, reason: str) -> None:
        self._watcher.on_notice(self._node, "block refused", f"{height} {block_id.hex()}: {reason}")

    def clock_behind(self, ahead_ms: int) -> None:
        self._watcher.on_notice(self._node, "clock behind", str(ahead_ms))

    def decided(self, height: Height, round_: Round) -> None:
        pass
