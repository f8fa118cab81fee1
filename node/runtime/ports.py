"""What the driver needs from the world, as narrow protocols; and the values that cross them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from node.chain.block import Block
from node.chain.certificate import (
    AuthoritySet,
    CommitCertificate,
    Evidence,
    SignedMessage,
)
from node.chain.types import EpochMs, Hash, Height, Round
from node.consensus.schedule import Timeout
from node.net.faults import PeerFault
from node.store.proposallog import Kept


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest decided block; at the start of a chain, genesis at height 0."""

    height: Height
    time_ms: EpochMs
    block_id: Hash
    """For height 0 the genesis hash."""
    certificate: CommitCertificate | None
    """None for height 0 only."""
    authorities: AuthoritySet
    """The set that decides the next height."""


@dataclass(frozen=True, slots=True)
class DecidedBlock:
    """A final block and a certificate for it."""

    block: Block
    certificate: CommitCertificate


@dataclass(frozen=True, slots=True)
class RoundTimer:
    """A timeout of the core."""

    kind: Timeout
    height: Height
    round: Round


@dataclass(frozen=True, slots=True)
class WorkTimer:
    """Time to look whether a block is due at this height."""

    height: Height


@dataclass(frozen=True, slots=True)
class ResendTimer:
    """Time to say again what has been said; ``number`` tells the newest such timer from older ones."""

    number: int


@dataclass(frozen=True, slots=True)
class SyncTimer:
    """Time to look whether blocks that others have decided are still missing here."""

    tip: Height


Timer = RoundTimer | WorkTimer | ResendTimer | SyncTimer


class Clock(Protocol):
    """The wall clock."""

    def now_ms(self) -> EpochMs:
        """Milliseconds since 1970."""


class Timers(Protocol):
    """Delivers ``Driver.on_timer(timer)`` once, after a while. Nothing is ever cancelled: stale timers do no harm."""

    def schedule(self, delay_ms: int, timer: Timer) -> None:
        """Deliver ``timer`` after ``delay_ms``; 0 means as soon as the driver is idle, never from within this call."""


class Outbox(Protocol):
    """The way to the peers, who are known by their names (a district's code, an observer's name). Nothing blocks."""

    def send(self, peer: str, kind: int, payload: bytes) -> None:
        """Send to one peer; dropped silently if it is not connected."""

    def broadcast(self, kind: int, payload: bytes) -> None:
        """Send to every connected peer."""


class Blocks(Protocol):
    """Executes blocks and keeps decided ones."""

    @property
    def tip(self) -> Tip:
        """The newest decided block."""

    def build(self, time_ms: EpochMs, maker: int) -> Block:
        """A valid block on the tip from pending transactions and evidence; it may be empty of both.

        Args:
            time_ms: block time, later than the tip's.
            maker: own authority index.
        """

    def check(self, block: Block) -> str | None:
        """Execute a block on the tip; why it is not valid, or None.

        Everything that can be judged from block and tip: links, time after the tip's, last commit, evidence, limits,
        transactions, all roots. Not judged: whether the time is near the clock and who proposed it.
        """

    def commit(self, block: Block, certificate: CommitCertificate) -> None:
        """Make a block that ``build`` made or ``check`` passed on this tip durable and final, and advance the tip.

        Raises:
            StorageFault: the node must stop.
        """

    def decided(self, height: Height) -> DecidedBlock | None:
        """A decided block, if this node has it."""

    def next_due_ms(self) -> EpochMs | None:
        """When the earliest timer of the state is due; it may be in the past; None if there is none."""

    def report_evidence(self, evidence: Evidence) -> None:
        """Put verified evidence into a block made here, unless the chain has it already."""


class TransactionPool(Protocol):
    """Pending transactions."""

    def receive(self, peer: str, transactions: Sequence[bytes]) -> None:
        """Admit what a peer sent, under the same rules as anybody's; refusals are silent."""

    def find(self, transaction_ids: Sequence[Hash]) -> Mapping[Hash, bytes]:
        """Those of the transactions that are here, by id."""

    def oldest_ms(self) -> EpochMs | None:
        """Arrival time of the oldest transaction that could stand in the next block; None when there is none."""

    def pending(self, size_max_bytes: int) -> tuple[bytes, ...]:
        """The oldest executable transactions, together at most this long."""


class VoteLog(Protocol):
    """Signed messages, durable (``node.store.votelog``)."""

    @property
    def may_sign(self) -> bool:
        """False while the log is missing, stale or damaged: the node abstains."""

    @property
    def signs_above(self) -> Height:
        """Nothing is signed at this height or below."""

    @property
    def newest(self) -> SignedMessage | None:
        """What was signed last, if anything."""

    def distrust(self, reason: str) -> None:
        """The log is not this node's: abstain."""

    def messages(self, height: Height) -> tuple[SignedMessage, ...]:
        """Everything signed at a height, in the order of signing."""

    def append(self, messages: Sequence[SignedMessage]) -> None:
        """Make messages durable with one sync."""

    def reach(self, height: Height) -> None:
        """Note that a height is decided, before its block is durable."""

    def forget_below(self, height: Height) -> None:
        """Drop heights that are decided."""

    def rejoin(self, height: Height) -> None:
        """Begin to sign above this height."""


class ProposalLog(Protocol):
    """Block bodies and polkas of the height in progress (``node.store.proposallog``).

    Losing it costs liveness, never safety.
    """

    def start(self, height: Height) -> None:
        """Forget all other heights."""

    def keep_block(self, block: bytes) -> None:
        """Append a block; not durable before ``sync``."""

    def keep_polka(self, polka: bytes) -> None:
        """Append a polka; not durable before ``sync``."""

    def sync(self) -> None:
        """Make what was kept durable; free of cost if nothing was."""

    def contents(self) -> Kept:
        """What was kept for the height and is whole."""


class Statements(Protocol):
    """Keeps what was said about decided blocks (``node.runtime.statements``)."""

    def keep(self, height: Height, messages: Iterable[SignedMessage]) -> None:
        """Append what was said at a height."""


class Rejoining(Protocol):
    """How a node that abstains comes back: a transaction with fresh random bits, in a block decided after its loss."""

    def submit(self) -> None:
        """Put the rejoin transaction of this run among the pending ones, if it is not there."""

    def stands_in(self, block: Block) -> bool:
        """Whether a decided block contains the rejoin transaction of this run."""


class Notices(Protocol):
    """What operators and the network's bookkeeping must hear. Called synchronously; must not call the driver."""

    def peer_fault(self, peer: str, fault: PeerFault) -> None:
        """A peer sent something wrong; the network closes the connection or strikes."""

    def evidence(self, evidence: Evidence, signer: int) -> None:
        """An authority broke the protocol."""

    def second_copy(self, message: SignedMessage) -> None:
        """Our key signed something that our vote log does not hold: another copy runs. This node signs no more."""

    def block_refused(self, height: Height, block_id: Hash, reason: str) -> None:
        """A block that was proposed, or decided by others, is not valid here; if others took it, state differs."""

    def clock_behind(self, ahead_ms: int) -> None:
        """The chain's time is this much ahead of the local clock."""

    def decided(self, height: Height, round_: Round) -> None:
        """A block is final here."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything the driver stands on."""

    clock: Clock
    timers: Timers
    outbox: Outbox
    blocks: Blocks
    pool: TransactionPool
    vote_log: VoteLog
    proposal_log: ProposalLog
    rejoining: Rejoining
    notices: Notices
    statements: Statements | None = None
    """None where nobody will ever ask."""
