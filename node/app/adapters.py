"""The driver's ports over an event loop, the peers' network and the log."""

import asyncio
from collections.abc import Callable
from secrets import token_bytes
from typing import Final

import structlog

from node.chain import keys
from node.chain.block import Block
from node.chain.certificate import Evidence, SignedMessage
from node.chain.codec import encode
from node.chain.errors import Rejected
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.tx.envelope import TRANSACTION_VERSION, Transaction, sign_bytes, transaction_id
from node.chain.tx.governance import Rejoin
from node.chain.types import EpochMs, Hash, Height, Id, Round
from node.net.faults import PeerFault
from node.net.peers import PeerNetwork
from node.runtime.clock import Clock
from node.runtime.executor import Executor
from node.runtime.intake import Intake
from node.runtime.mempool import Mempool
from node.runtime.ports import Timer, WorkTimer

MS_PER_S: Final = 1_000
REJOIN_VALIDITY_MS: Final = 7_200_000


class LoopTimers:
    """Timers on the event loop: work timers wait in the chain's time, which a rehearsal runs faster."""

    def __init__(self, loop: asyncio.AbstractEventLoop, rate: int) -> None:
        """Deliver through ``deliver``, which is set once the driver exists."""
        self._loop = loop
        self._rate = rate
        self.deliver: Callable[[Timer], None]

    def schedule(self, delay_ms: int, timer: Timer) -> None:
        """Deliver ``timer`` after ``delay_ms``."""
        rate = self._rate if isinstance(timer, WorkTimer) else 1
        self._loop.call_later(delay_ms / rate / MS_PER_S, self._run, timer)

    def _run(self, timer: Timer) -> None:
        self.deliver(timer)


class NetworkOutbox:
    """Sends through the peers' network."""

    def __init__(self, network: PeerNetwork) -> None:
        """Wrap a network."""
        self._network = network

    def send(self, peer: str, kind: int, payload: bytes) -> None:
        """Send to one peer; dropped silently if it is not connected."""
        self._network.send(peer, kind, payload)

    def broadcast(self, kind: int, payload: bytes) -> None:
        """Send to every connected peer."""
        self._network.broadcast(kind, payload)


class Watch:
    """What operators must hear: logged, counted, and kept for the status page."""

    def __init__(self, report: Callable[[str, PeerFault], None]) -> None:
        """``report`` tells the network what a peer did."""
        self._report = report
        self._log = structlog.get_logger("consensus")
        self.refused_blocks = 0
        self.last_refusal = ""
        self.evidence_count = 0
        self.second_copy_seen = False
        self.clock_behind_ms = 0
        self.rounds: dict[int, int] = {}
        """Decided heights by the round that decided them."""

    def peer_fault(self, peer: str, fault: PeerFault) -> None:
        """A peer sent something wrong."""
        self._report(peer, fault)

    def evidence(self, evidence: Evidence, signer: int) -> None:
        """An authority broke the protocol."""
        self.evidence_count += 1
        self._log.error("evidence", authority=signer)

    def second_copy(self, message: SignedMessage) -> None:
        """Another copy of this node runs; this one signs no more."""
        self.second_copy_seen = True
        self._log.critical("second copy of this node", height=message.height, round=message.round)

    def block_refused(self, height: Height, block_id: Hash, reason: str) -> None:
        """A block that was proposed, or decided by others, is not valid here."""
        self.refused_blocks += 1
        self.last_refusal = f"{height}: {reason}"
        self._log.warning("block refused", height=height, id=block_id.hex(), reason=reason)

    def clock_behind(self, ahead_ms: int) -> None:
        """The chain's time is ahead of the local clock."""
        self.clock_behind_ms = ahead_ms
        self._log.warning("clock behind the chain", ahead_ms=ahead_ms)

    def decided(self, height: Height, round_: Round) -> None:
        """A block is final here."""
        self.clock_behind_ms = 0
        self.rounds[round_] = self.rounds.get(round_, 0) + 1
        if round_ > 0:
            self._log.info("decided late", height=height, round=round_)


class SeatRejoin:
    """Brings a node back that lost its vote log: a transaction of its seat with fresh random bits."""

    def __init__(
        self, executor: Executor, pool: Mempool, clock: Clock, seat: Id, seed: bytes
    ) -> None:
        """Prepare for one run of the node.

        Args:
            executor: names the chain and its policy.
            pool: where the seat's next number is known.
            clock: the chain's time.
            seat: id of the authority's seat.
            seed: of the consensus key.
        """
        self._executor = executor
        self._pool = pool
        self._clock = clock
        self._seat = seat
        self._seed = seed
        self._nonce = token_bytes(16)
        self._submitted = Hash(b"")
        self.intake: Intake | None = None

    def submit(self) -> None:
        """Put the rejoin transaction of this run among the pending ones, if it is not there."""
        chain_id = self._executor.chain_id
        if self._pool.is_executable(self._submitted):
            return
        try:
            number = self._pool.next_number(self._seat, 0)
        except Rejected:
            return
        now = max(self._clock.now_ms(), self._executor.tip.time_ms)
        unsigned = Transaction(
            TRANSACTION_VERSION,
            SUITE_ED25519_SHA256,
            self._seat,
            (0, number),
            EpochMs(now + REJOIN_VALIDITY_MS),
            1,
            Rejoin(self._nonce),
            bytes(64),
        )
        raw = encode(unsigned)
        signed = raw[:-64] + keys.sign(self._seed, sign_bytes(chain_id, raw))
        self._submitted = transaction_id(signed)
        if self.intake is not None:
            self.intake.submit_many([signed])

    def stands_in(self, block: Block) -> bool:
        """Whether a decided block contains the rejoin transaction of this run."""
        return any(self._nonce in raw for raw in block.transactions)
