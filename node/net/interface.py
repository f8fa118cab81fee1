"""What the users of the network see: addresses, callbacks, the sources of time and chance, bounds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from node.chain.limits import FRAME_MAX_BYTES
from node.chain.types import EpochMs, Hash, Height, Id
from node.net.faults import PeerFault


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a node listens. ``host`` is an IP address or a name, ``port`` 0 lets the system choose."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """One peer: its name in logs and callbacks (a district, an observer), its place, its pinned TLS key (32 bytes)."""

    name: str
    endpoint: Endpoint
    tls_key: bytes


@dataclass(frozen=True, slots=True)
class LocalNode:
    """Who we are on the network."""

    tls_seed: bytes = field(repr=False)
    """Ed25519 seed, 32 bytes."""
    chain_id: Hash
    instance_id: Id
    """16 random bytes, drawn once when the process starts."""
    tip_height: Callable[[], Height]
    """Height to announce in the next handshake."""


@dataclass(frozen=True, slots=True)
class DuplicateInstance:
    """A peer says that another instance of this node is connected to it and answers.

    One peer may lie; a node stops signing when more peers say so than can be liars (``AuthoritySet.faults``).
    """

    reported_by: str


@dataclass(frozen=True, slots=True)
class PeerCallbacks:
    """Called synchronously in the thread of the event loop, in order of arrival. None may raise or block.

    An exception here is our own bug; it reaches the exception handler of the loop, which the application sets to stop.
    """

    on_message: Callable[[str, int, bytes, EpochMs], None]
    """(peer's name, kind from 16 to 255, payload, arrival by our clock)."""
    on_connected: Callable[[str, Height], None]
    """(peer's name, the tip height it announced). Exactly one ``on_disconnected`` follows."""
    on_disconnected: Callable[[str], None]
    on_fault: Callable[[str | None, PeerFault], None]
    """The name is ``None`` while nobody is authenticated. The network has already acted on it; if it ended the live
    connection, ``on_disconnected`` follows at once."""
    on_duplicate: Callable[[DuplicateInstance], None]


@dataclass(frozen=True, slots=True)
class Sources:
    """Time and chance, given by the caller."""

    now_ms: Callable[[], EpochMs]
    """Wall clock, for the arrival of messages only; deadlines use the loop's monotonic clock."""
    uniform: Callable[[], float]
    """A number from 0 to 1, for jitter."""
    token: Callable[[int], bytes]
    """That many unpredictable bytes, for nonces."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Bounds of one node's network. They are local: two nodes with different values understand each other."""

    dial_timeout_s: float = 5.0
    """TCP and TLS of an outgoing connection."""
    dial_delay_min_s: float = 0.1
    dial_delay_max_s: float = 5.0
    """A peer that was switched off is found again within this time."""
    handshake_timeout_s: float = 5.0
    """TLS, and then Hello and Proof, of an incoming connection."""
    probe_timeout_s: float = 1.5
    """How long the older of two connections of one peer has to show that it lives; below the handshake timeout."""
    ping_interval_s: float = 5.0
    silence_max_s: float = 20.0
    """Time without an answer to a ping, after which a connection counts as dead."""
    stall_max_s: float = 10.0
    """Time in which a peer must take something of what waits for it."""
    close_timeout_s: float = 1.0
    """Time in which last bytes may leave at a close; a stop takes no longer than twice this."""
    pending_max: int = 64
    """Unauthenticated incoming connections; beyond, the oldest gives way, so that silent strangers lock nobody out."""
    queue_max_bytes: int = 8 * FRAME_MAX_BYTES
    queue_max_frames: int = 8_192
    """Waiting for one peer; 100 peers stay below 2 GiB at worst."""
    write_max_bytes: int = 262_144
    """Frames are joined up to this size before they are encrypted."""
    frames_per_s: float = 10_000.0
    frames_burst: float = 40_000.0
    """Budget of one peer; a block of 2,000 transactions a second, votes and requests stay far below."""
    bytes_per_s: float = 67_108_864.0
    bytes_burst: float = 67_108_864.0
    """Reading pauses beyond this: half of a gigabit line, so that one peer's bulk leaves room for the others."""
    strike_min_s: float = 1.0
    strike_max_s: float = 300.0
    strike_memory_s: float = 3_600.0
    """After this time without a strike the next one counts as the first."""
    log_lines_per_s: float = 5.0
    """Faults beyond are counted but not logged: strangers must not fill the disk."""


DEFAULT_TUNING: Final = Tuning()
