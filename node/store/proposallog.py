"""The proposal log: block bodies and accepted polkas of the height being decided, each once.

A precommit says that its node can bring the block: body and polka are durable here before it is
sent, else a power cut of all nodes would leave locks on a block that nobody has. Losing this log
costs the height time and nothing else, so whatever in it is not sound is left out, and it is never a
reason to refuse the start.

There is one file, written from its beginning again at every height: that drops what was before,
costs no change of the directory, and keeps the sync short because the file does not grow. What
remains of an earlier height behind the new records has another height in its frames and ends the
reading.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from node.chain.limits import ARCHIVE_RECORD_MAX_BYTES
from node.chain.types import Height
from node.store import frames
from node.store.files import File, Files

NAME: Final = "proposals.log"
LOG_MAX_BYTES: Final = 134_217_728
"""128 MiB, a hundred full blocks of one height. Beyond it the log starts over with what comes next,
which is what the next lock stands on."""
IDLE_MAX_BYTES: Final = 16_777_216
"""16 MiB: a file that one height has made larger is emptied at the next."""

_BLOCK: Final = b"TBp1"
_POLKA: Final = b"TBq1"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the log holds: canonical bytes, in the order they were kept."""

    height: Height
    """0 when the log holds nothing."""
    blocks: tuple[bytes, ...] = ()
    polkas: tuple[bytes, ...] = ()


class ProposalLog:
    """The open log. Every method raises ``StorageFault`` for errors of the disk only."""

    def __init__(self, files: Files) -> None:
        """Open the log, or make it, and read what is sound in it."""
        self._file = _open_or_create(files)
        self._height = Height(0)
        self._end = 0
        self._digests: set[bytes] = set()
        self._unsynced = False
        self._load()

    def start(self, height: Height) -> None:
        """Forget all other heights. What was kept for this height stays."""
        if height != self._height:
            self._height = height
            self._start_over()
            if self._file.size() > IDLE_MAX_BYTES:
                self._file.truncate(0)

    def keep_block(self, block: bytes) -> None:
        """Write a block body of the current height unless it is here; not durable yet."""
        self._keep(_BLOCK, block)

    def keep_polka(self, polka: bytes) -> None:
        """Write an accepted polka of the current height unless it is here; not durable yet."""
        self._keep(_POLKA, polka)

    def sync(self) -> None:
        """Make all that was kept durable; free of cost when it is already."""
        if self._unsynced:
            self._file.sync()
            self._unsynced = False

    def contents(self) -> Kept:
        """All sound records of the current height, read from the file."""
        blocks: list[bytes] = []
        polkas: list[bytes] = []
        offset = 0
        while offset < self._end:
            frame = frames.parse(self._file.read(offset, frames.FRAME_BYTES))
            if frame is None:
                break
            body = frames.body_of(self._file.read(offset, frame.record_bytes))
            if body is not None:
                (blocks if frame.magic == _BLOCK else polkas).append(body)
            offset += frame.record_bytes
        return Kept(self._height, tuple(blocks), tuple(polkas))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _keep(self, magic: bytes, body: bytes) -> None:
        assert len(body) <= ARCHIVE_RECORD_MAX_BYTES, "a block within the limits of the chain"
        digest = sha256(body).digest()
        if magic + digest in self._digests:
            return
        record = frames.pack(magic, self._height, 0, body)
        if self._end + len(record) > LOG_MAX_BYTES:
            self._start_over()
        self._file.write(self._end, record)
        self._end += len(record)
        self._digests.add(magic + digest)
        self._unsynced = True

    def _start_over(self) -> None:
        self._end = 0
        self._digests.clear()

    def _load(self) -> None:
        """Find height and end: records of one height with sound frames, one behind the other."""
        while self._end < LOG_MAX_BYTES:
            frame = frames.parse(self._file.read(self._end, frames.FRAME_BYTES))
            if frame is None or not self._continues(frame):
                return
            self._height = Height(frame.height)
            if frames.body_of(self._file.read(self._end, frame.record_bytes)) is not None:
                self._digests.add(frame.magic + frame.body_hash)
            self._end += frame.record_bytes

    def _continues(self, frame: frames.Frame) -> bool:
        return (
            frame.magic in {_BLOCK, _POLKA}
            and frame.length <= ARCHIVE_RECORD_MAX_BYTES
            and self._height in {0, frame.height}
        )


def _open_or_create(files: Files) -> File:
    if NAME in files.names():
        return files.open(NAME)
    file = files.create(NAME)
    files.sync_directory()
    return file
