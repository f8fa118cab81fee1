"""The block log: every decided block with its certificate, in order, for ever.

It is the truth that everything but votes can be made from again. The log is a row of segments named
by their first height; a new one begins when the newest has grown to ``SEGMENT_MAX_BYTES``. All but
the newest are durable as a whole, so a torn tail can stand only at the very end (``segment``).

Use: ``append`` and then ``sync`` before the block is applied or anyone hears of it; several appends
may share a sync while catching up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from node.chain.codec import encode
from node.chain.limits import ARCHIVE_RECORD_MAX_BYTES
from node.chain.types import Hash, Height
from node.store.faults import StorageCode, StorageFault
from node.store.files import Files
from node.store.segment import HEADER_BYTES, Segment, header_bytes, parse_header

SEGMENT_MAX_BYTES: Final = 67_108_864
"""64 MiB: a repair rewrites at most this much; a century of heartbeats is a few hundred files."""
NAME_PREFIX: Final = "blocks-"
NAME_SUFFIX: Final = ".log"
_NAME = re.compile(rf"{NAME_PREFIX}\d{{16}}{re.escape(NAME_SUFFIX)}", re.ASCII)


def segment_name(first: int) -> str:
    """File name of the segment whose first block has this height; sorts by height."""
    return f"{NAME_PREFIX}{first:016d}{NAME_SUFFIX}"


def segment_first(name: str) -> Height:
    """First height of the segment with this name."""
    return Height(int(name[len(NAME_PREFIX) : -len(NAME_SUFFIX)]))


def segment_names(files: Files) -> list[str]:
    """Names of all segments, by height."""
    return [name for name in files.names() if _NAME.fullmatch(name)]


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """One record of the log."""

    height: Height
    block: bytes
    certificate: bytes


class BlockLog:
    """The open log. Every method raises ``StorageFault``; after one, nothing may be appended."""

    def __init__(
        self, files: Files, chain_id: Hash, segment_max_bytes: int = SEGMENT_MAX_BYTES
    ) -> None:
        """Open what is there, or an empty log; cut a torn tail.

        Raises:
            StorageFault: ``BLOCK_LOG_DAMAGED`` or ``BLOCK_LOG_INCOMPLETE``, naming file and
                offset; ``WRONG_CHAIN``; ``UNKNOWN_FORMAT``.
        """
        self._files = files
        self._chain_id = chain_id
        self._segment_max_bytes = segment_max_bytes
        self._segments: list[Segment] = []
        self._scrub_next = Height(0)
        _remove_unborn_segment(files)
        names = segment_names(files)
        for name in names:
            self._open_segment(name, newest=name == names[-1])

    @property
    def first_height(self) -> Height | None:
        """Height of the oldest block here; None when the log is empty."""
        return None if self.last_height is None else self._segments[0].first

    @property
    def last_height(self) -> Height | None:
        """Height of the newest block; None when the log is empty."""
        if not self._segments or self._segments[-1].next_height == self._segments[0].first:
            return None
        return Height(self._segments[-1].next_height - 1)

    @property
    def cut_bytes(self) -> int:
        """Length of the torn tail that opening has cut off; 0 after an orderly stop."""
        return self._segments[-1].cut_bytes if self._segments else 0

    def __len__(self) -> int:
        """Number of blocks."""
        if not self._segments:
            return 0
        return self._segments[-1].next_height - self._segments[0].first

    def append(self, height: Height, block: bytes, certificate: bytes) -> None:
        """Write the next block, not durable before ``sync``; an empty log begins at any height."""
        body = encode((block, certificate))
        assert len(body) <= ARCHIVE_RECORD_MAX_BYTES, "a block within the limits of the chain"
        if not self._segments or self._segments[-1].end >= self._segment_max_bytes:
            self._begin_segment(height)
        assert height == self._segments[-1].next_height, "blocks in order of height"
        self._segments[-1].append(body)

    def sync(self) -> None:
        """Make everything appended durable."""
        if self._segments:
            self._segments[-1].sync()

    def read(self, height: Height) -> StoredBlock | None:
        """The block of one height, its checksum verified; None when it is not here."""
        segment = self._segment_of(height)
        if segment is None:
            return None
        return StoredBlock(height, *segment.pair(height))

    def iterate(self, start: Height) -> Iterator[StoredBlock]:
        """Blocks from ``start``, or from the first there is, up to the newest."""
        height = max(start, self.first_height or 0)
        while (stored := self.read(Height(height))) is not None:
            yield stored
            height += 1

    def scrub(self, budget_bytes: int) -> int:
        """Read and verify on from where the last call ended, round and round.

        Returns:
            Bytes of blocks and certificates read: at least the budget, or less at the newest
            block, after which the next call starts again at the first.
        """
        read_bytes = 0
        for segment in self._segments:
            segment.check_header(self._chain_id)
        for stored in self.iterate(self._scrub_next):
            read_bytes += len(stored.block) + len(stored.certificate)
            if read_bytes >= budget_bytes:
                self._scrub_next = Height(stored.height + 1)
                return read_bytes
        self._scrub_next = Height(0)
        return read_bytes

    def close(self) -> None:
        """Close all files."""
        for segment in self._segments:
            segment.close()

    def _segment_of(self, height: Height) -> Segment | None:
        for segment in reversed(self._segments):
            if segment.first <= height:
                return segment if height < segment.next_height else None
        return None

    def _open_segment(self, name: str, *, newest: bool) -> None:
        file = self._files.open(name)
        first = parse_header(file.read(0, HEADER_BYTES), name, self._chain_id)
        expected = self._segments[-1].next_height if self._segments else first
        if first != expected or name != segment_name(first):
            reason = f"begins at height {first}, the log before ends below {expected}"
            raise StorageFault(StorageCode.BLOCK_LOG_INCOMPLETE, name, reason)
        segment = Segment(name, file, first)
        segment.load(newest=newest)
        self._segments.append(segment)

    def _begin_segment(self, first: Height) -> None:
        """Close the books of the newest segment, then make the next one durable while empty."""
        self.sync()
        name = segment_name(first)
        file = self._files.create(name)
        file.write(0, header_bytes(first, self._chain_id))
        file.sync()
        self._files.sync_directory()
        self._segments.append(Segment(name, file, first))


def _remove_unborn_segment(files: Files) -> None:
    """Remove a newest segment that a crash left before its header was durable.

    Its header is then short, or zeros; nothing was ever written behind it.
    """
    names = segment_names(files)
    if not names:
        return
    file = files.open(names[-1])
    size = file.size()
    unborn = size < HEADER_BYTES or (size == HEADER_BYTES and not any(file.read(0, size)))
    file.close()
    if unborn:
        files.remove(names[-1])
        files.sync_directory()
