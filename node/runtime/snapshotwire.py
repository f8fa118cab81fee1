"""How snapshots travel between nodes: two questions, two answers, and the one who answers.

A question is answered from files that were made before anybody asked, within a budget of bytes for each peer; what is
beyond it gets no answer and is counted, and the one who asks tries again or elsewhere.
"""

from collections.abc import Callable
from typing import Annotated, Final, Protocol

from msgspec import Meta

from node.chain.codec import Record, decoder, encode
from node.chain.errors import Malformed
from node.chain.limits import (
    FRAME_MAX_BYTES,
    SNAPSHOT_CHUNK_MAX_BYTES,
    SNAPSHOT_CHUNKS_MAX,
    SNAPSHOT_MANIFEST_MAX_BYTES,
)
from node.chain.types import Height, HeightF
from node.net.budget import TokenBucket
from node.net.faults import FaultCode, PeerFault
from node.store.faults import StorageFault
from node.store.snapshotfiles import SnapshotFiles

MANIFEST_REQUEST_KIND: Final = 22
CHUNK_REQUEST_KIND: Final = 23
MANIFEST_KIND: Final = 141
CHUNK_KIND: Final = 142
REQUEST_KINDS: Final = frozenset({MANIFEST_REQUEST_KIND, CHUNK_REQUEST_KIND})
KINDS: Final = REQUEST_KINDS | {MANIFEST_KIND, CHUNK_KIND}
SERVED_BYTES_PER_S: Final = 16_777_216.0
"""To one peer: an eighth of a gigabit line, so that blocks and votes of the others find their way."""
SERVED_BYTES_BURST: Final = 33_554_432.0
PEERS_REMEMBERED_MAX: Final = 256


class ManifestRequest(Record, frozen=True, tag=MANIFEST_REQUEST_KIND):
    """Ask for the manifest of the newest snapshot."""


class ChunkRequest(Record, frozen=True, tag=CHUNK_REQUEST_KIND):
    """Ask for one chunk of a snapshot."""

    height: HeightF
    index: Annotated[int, Meta(ge=0, lt=SNAPSHOT_CHUNKS_MAX)]


class ManifestMessage(Record, frozen=True, tag=MANIFEST_KIND):
    """Answer to ``ManifestRequest``."""

    manifest: Annotated[bytes, Meta(max_length=SNAPSHOT_MANIFEST_MAX_BYTES)]
    """Empty: there is no snapshot here."""


class ChunkMessage(Record, frozen=True, tag=CHUNK_KIND):
    """Answer to ``ChunkRequest``."""

    height: HeightF
    index: Annotated[int, Meta(ge=0, lt=SNAPSHOT_CHUNKS_MAX)]
    chunk: Annotated[bytes, Meta(max_length=SNAPSHOT_CHUNK_MAX_BYTES)]
    """Empty: it is not here."""


decode_manifest_request = decoder(ManifestRequest, 64)
decode_chunk_request = decoder(ChunkRequest, 64)
decode_manifest_message = decoder(ManifestMessage, FRAME_MAX_BYTES)
decode_chunk_message = decoder(ChunkMessage, FRAME_MAX_BYTES)


def manifest_question() -> tuple[int, bytes]:
    """The frame that asks for a manifest."""
    return MANIFEST_REQUEST_KIND, encode(ManifestRequest())


def chunk_question(height: Height, index: int) -> tuple[int, bytes]:
    """The frame that asks for a chunk."""
    return CHUNK_REQUEST_KIND, encode(ChunkRequest(height, index))


class Shelf(Protocol):
    """Where snapshots are kept."""

    def newest(self) -> Height | None:
        """Height of the newest whole one."""

    def at(self, height: Height) -> SnapshotFiles | None:
        """A whole one."""


class SnapshotServing:
    """Answers peers from a shelf."""

    def __init__(self, shelf: Shelf, now_s: Callable[[], float]) -> None:
        """Serve what is kept; ``now_s`` is a monotonic clock in seconds."""
        self._shelf = shelf
        self._now_s = now_s
        self._budgets: dict[str, TokenBucket] = {}
        self.served_bytes = 0
        self.refused = 0
        """Questions beyond a peer's budget."""

    def answer(self, peer: str, kind: int, payload: bytes) -> tuple[int, bytes] | None:
        """The frame that answers a question; None for an answer nobody awaits, and beyond the budget.

        Raises:
            PeerFault: no honest node sends it.
        """
        if kind not in REQUEST_KINDS:
            return None
        try:
            found = (
                self._manifest(payload) if kind == MANIFEST_REQUEST_KIND else self._chunk(payload)
            )
        except Malformed as fault:
            raise PeerFault(FaultCode.MESSAGE_MALFORMED, str(fault)) from fault
        if not self._budget(peer).allows(len(found[1]), self._now_s()):
            self.refused += 1
            return None
        self.served_bytes += len(found[1])
        return found

    def _budget(self, peer: str) -> TokenBucket:
        known = self._budgets.get(peer)
        if known is None:
            if len(self._budgets) >= PEERS_REMEMBERED_MAX:
                self._budgets.pop(next(iter(self._budgets)))
            known = TokenBucket(SERVED_BYTES_PER_S, SERVED_BYTES_BURST, self._now_s())
            self._budgets[peer] = known
        return known

    def _manifest(self, payload: bytes) -> tuple[int, bytes]:
        decode_manifest_request(payload)
        newest = self._shelf.newest()
        raw = b"" if newest is None else _read(self._shelf.at(newest), SnapshotFiles.manifest)
        return MANIFEST_KIND, encode(ManifestMessage(raw))

    def _chunk(self, payload: bytes) -> tuple[int, bytes]:
        asked = decode_chunk_request(payload)
        raw = _read(self._shelf.at(asked.height), lambda files: files.chunk(asked.index))
        return CHUNK_KIND, encode(ChunkMessage(asked.height, asked.index, raw))


def _read(files: SnapshotFiles | None, read: Callable[[SnapshotFiles], bytes]) -> bytes:
    """Bytes of a file that may have been pruned meanwhile; empty if so. No answer of ours rests on these files."""
    try:
        return b"" if files is None else read(files)
    except StorageFault:
        return b""
