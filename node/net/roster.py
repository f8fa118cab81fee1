"""The peers we have: one slot each, with its live connection, its penalty and its totals."""

import asyncio
from collections.abc import Iterable, Iterator

from node.net.budget import Penalty
from node.net.connection import Connection
from node.net.counters import PeerCounters, Traffic
from node.net.interface import PeerAddress, Tuning


class Slot:
    """What we know of one peer, as long as it is one."""

    def __init__(self, address: PeerAddress, tuning: Tuning) -> None:
        """A peer without a connection."""
        self.address = address
        self.penalty = Penalty(tuning.strike_min_s, tuning.strike_max_s, tuning.strike_memory_s)
        self.traffic = Traffic()
        self.live: Connection | None = None
        self.free = asyncio.Event()
        """Set while there is no live connection."""
        self.free.set()

    def occupy(self, connection: Connection) -> None:
        """Make a connection the live one."""
        self.live = connection
        self.free.clear()

    def vacate(self) -> None:
        """The live connection ended."""
        self.live = None
        self.free.set()

    def counters(self) -> PeerCounters:
        """Freeze."""
        traffic = self.traffic
        return PeerCounters(
            name=self.address.name,
            connected=self.live is not None,
            queued_bytes=0 if self.live is None else self.live.waiting_bytes,
            strikes=self.penalty.strikes,
            frames_in=traffic.frames_in,
            bytes_in=traffic.bytes_in,
            frames_out=traffic.frames_out,
            bytes_out=traffic.bytes_out,
            discarded=traffic.discarded,
            paused=traffic.paused,
            connections=traffic.connections,
        )


class Roster:
    """Slots by name and by key, in order of names."""

    def __init__(self) -> None:
        """Nobody."""
        self._by_name: dict[str, Slot] = {}
        self._by_key: dict[bytes, Slot] = {}

    def __iter__(self) -> Iterator[Slot]:
        """Every slot, sorted by name."""
        return iter(tuple(self._by_name.values()))

    def named(self, name: str) -> Slot | None:
        """The peer of this name."""
        return self._by_name.get(name)

    def keyed(self, tls_key: bytes | None) -> Slot | None:
        """The peer of this TLS key."""
        return None if tls_key is None else self._by_key.get(tls_key)

    def replace(self, peers: Iterable[PeerAddress], tuning: Tuning) -> tuple[Slot, ...]:
        """Become this set. A slot lives on if name and key stay; its place may change.

        Returns:
            The slots that are no longer part of the set.

        Raises:
            ValueError: two peers share a name or a key.
        """
        ordered = sorted(peers, key=lambda peer: peer.name)
        if len({peer.name for peer in ordered}) != len(ordered):
            raise ValueError("two peers have one name")
        if len({peer.tls_key for peer in ordered}) != len(ordered):
            raise ValueError("two peers have one TLS key")
        old = self._by_key
        self._by_name, self._by_key = {}, {}
        for peer in ordered:
            slot = old.get(peer.tls_key)
            if slot is None or slot.address.name != peer.name:
                slot = Slot(peer, tuning)
            slot.address = peer
            self._by_name[peer.name] = slot
            self._by_key[peer.tls_key] = slot
        return tuple(
            slot for slot in old.values() if self._by_key.get(slot.address.tls_key) is not slot
        )
