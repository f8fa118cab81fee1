"""Where the node stands, in one value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from node.chain.policy import HOUR_MS
from node.chain.protocol import protocol_at, protocol_waiting
from node.chain.state import View, city_of
from node.chain.transition import active_policy
from node.chain.types import EpochMs, Hash, Height
from node.runtime.executor import Executor
from node.runtime.mempool import Mempool
from node.runtime.queries.facts import ChainClock

VALIDITY_MS: Final = 2 * HOUR_MS
"""How long a wallet lets a signature be valid, in real time: long enough for a stalled city to recover."""


class Vitals(Protocol):
    """What only the running node knows."""

    @property
    def district(self) -> str:
        """The node's own district, or an observer's name."""

    @property
    def version(self) -> str:
        """Of the program."""

    @property
    def round(self) -> int:
        """Round of the height in progress."""

    @property
    def step(self) -> str:
        """``idle``, ``propose``, ``prevote``, ``precommit`` or ``decided``."""

    @property
    def offences(self) -> int:
        """Offences of authorities on the chain."""

    def waiting_for(self) -> tuple[str, ...]:
        """Districts whose message the step waits for."""

    def peers(self) -> Sequence[tuple[str, bool]]:
        """Every peer by name, and whether it is connected."""

    def reasons(self) -> tuple[str, ...]:
        """Why the node does not take part, as codes; empty when it does."""


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """Another district's node."""

    district: str
    connected: bool


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """Where the node stands."""

    chain_id: Hash
    city: str
    district: str
    version: str
    height: Height
    time_ms: EpochMs
    now_ms: EpochMs
    """The time to sign with."""
    block_id: Hash
    state_root: Hash
    log_size: int
    log_root: Hash
    round: int
    step: str
    waiting_for: tuple[str, ...]
    peers: tuple[PeerStatus, ...]
    ready: bool
    reasons: tuple[str, ...]
    policy_version: int
    rehearsal_rate: int
    validity_ms: int
    """How long a signature should be valid, in the city's time."""
    pending: int
    blocks_from: Height
    """Oldest block here: above ``chain_from`` on a node that was begun from a snapshot and lacks those before."""
    chain_from: Height
    """The chain's first height: 1, or that after the last block of a chain that was lost."""
    protocol: int
    """The version in force for the next block."""
    protocol_known: int
    """The newest that this release knows."""
    protocol_next: int
    """The version that was decided and waits for its height; 0 for none."""
    protocol_next_height: int
    offences: int
    """Of authorities, on the chain; ``GET /v1/offences`` names them."""


class StatusDesk:
    """Puts the status together."""

    def __init__(
        self, executor: Executor, pool: Mempool, clock: ChainClock, vitals: Vitals
    ) -> None:
        """Ask executor, pool, clock and the running node."""
        self._executor = executor
        self._pool = pool
        self._clock = clock
        self._vitals = vitals

    def status(self) -> NodeStatus:
        """Now."""
        executor, vitals = self._executor, self._vitals
        genesis, point, reasons = executor.genesis, executor.point, vitals.reasons()
        following = Height(point.height + 1)
        waiting = protocol_waiting(executor.ledger, following)
        longest = active_policy(executor.ledger).ledger.validity_max_ms
        return NodeStatus(
            chain_id=executor.chain_id,
            city=genesis.city,
            district=vitals.district,
            version=vitals.version,
            height=point.height,
            time_ms=point.time_ms,
            now_ms=self._clock.now_ms(),
            block_id=point.block_id,
            state_root=self._state_root(),
            log_size=point.frontier.size,
            log_root=point.frontier.root(),
            round=vitals.round,
            step=vitals.step,
            waiting_for=vitals.waiting_for(),
            peers=tuple(PeerStatus(name, up) for name, up in vitals.peers()),
            ready=not reasons,
            reasons=reasons,
            policy_version=city_of(View(executor.ledger)).policy_version,
            rehearsal_rate=genesis.rehearsal_rate,
            validity_ms=min(VALIDITY_MS * genesis.rehearsal_rate, longest // 2),
            pending=len(self._pool),
            blocks_from=executor.blocks_from,
            chain_from=executor.chain_from,
            protocol=protocol_at(executor.ledger, following),
            protocol_known=executor.known_protocol,
            protocol_next=0 if waiting is None else waiting.version,
            protocol_next_height=0 if waiting is None else waiting.activation_height,
            offences=vitals.offences,
        )

    def _state_root(self) -> Hash:
        """From the newest header: the tree itself may hold a block that is still being decided."""
        kept = self._executor.kept_header(self._executor.point.height)
        return self._executor.app.state_root if kept is None else kept.header.state_root
