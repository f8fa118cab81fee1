"""What the network counts, as immutable snapshots for the metrics."""

from collections import Counter
from dataclasses import dataclass, field

from node.net.faults import FaultCode


@dataclass(slots=True)
class Traffic:
    """Running totals of one peer, over all its connections."""

    frames_in: int = 0
    bytes_in: int = 0
    frames_out: int = 0
    bytes_out: int = 0
    discarded: int = 0
    """Frames that found no place in the queue or were pushed out of it."""
    paused: int = 0
    """Times that reading waited for the byte budget."""
    connections: int = 0


@dataclass(frozen=True, slots=True)
class PeerCounters:
    """One peer at one moment; totals since it was added."""

    name: str
    connected: bool
    queued_bytes: int
    strikes: int
    frames_in: int
    bytes_in: int
    frames_out: int
    bytes_out: int
    discarded: int
    paused: int
    connections: int


@dataclass(frozen=True, slots=True)
class NetworkCounters:
    """The network at one moment; totals since it was made."""

    peers: tuple[PeerCounters, ...]
    """Sorted by name."""
    pending: int
    """Incoming connections that are not authenticated yet."""
    accepted: int
    dials: int
    dials_failed: int
    """Nobody answered at the address; not a fault."""
    redundant: int
    """Second connections of one pair, closed in good order."""
    faults: tuple[tuple[FaultCode, int], ...]
    """Sorted by code; codes that never occurred are absent."""

    def fault_count(self, code: FaultCode) -> int:
        """How often this fault occurred."""
        return dict(self.faults).get(code, 0)


@dataclass(slots=True)
class Tally:
    """Running totals of the network."""

    accepted: int = 0
    dials: int = 0
    dials_failed: int = 0
    redundant: int = 0
    faults: Counter[FaultCode] = field(default_factory=Counter)

    def snapshot(self, peers: tuple[PeerCounters, ...], pending: int) -> NetworkCounters:
        """Freeze."""
        return NetworkCounters(
            peers=peers,
            pending=pending,
            accepted=self.accepted,
            dials=self.dials,
            dials_failed=self.dials_failed,
            redundant=self.redundant,
            faults=tuple(sorted(self.faults.items())),
        )
