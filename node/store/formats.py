"""The format of every file in a data directory, read in one place before anything is opened.

Where a format stands never changes from release to release: the first four bytes of a file, or of the first record or
slot in it, are a magic whose last character is the format (in the block log a number behind the magic), and a checksum
over that beginning stays where it is. So a release that has never seen a format can still name it. A beginning whose
checksum does not hold has no format; whoever opens the file says what is wrong with it.

The index database keeps its format under its own key (``chainstore``), snapshots in their manifest.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final

from node.store import frames, numberfile, proposallog, segment, votelog, voteslot
from node.store.blocklog import NAME_PREFIX, NAME_SUFFIX
from node.store.files import Files

STATEMENTS_PREFIX: Final = "statements-"
"""Of the files of what was said at decided heights."""
DIGITS_MAX: Final = 16
"""Of a number in format 1."""
_SLOT_SUM_AT: Final = 480
_VERSION_AT: Final = 3
_SEGMENT_FORMAT: Final = slice(4, 8)
_SEGMENT_SUM_AT: Final = 48


class Kind(Enum):
    """The kinds of files."""

    BLOCK_LOG = "block log"
    VOTE_LOG = "vote log"
    PROPOSAL_LOG = "proposal log"
    STATEMENTS = "statements"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Format:
    """What is known of one kind."""

    names: re.Pattern[str]
    newest: int
    """The format that this release writes, and opens."""
    version: Callable[[bytes], int | None]
    """The format that the first ``HEAD_BYTES`` of a file say; None when they do not say it soundly."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The format of one file as it stands there."""

    kind: Kind
    name: str
    version: int

    @property
    def newest(self) -> int:
        """What this release writes."""
        return FORMATS[self.kind].newest


HEAD_BYTES: Final = 512


def survey(files: Files) -> Iterator[Seen]:
    """Every file that says soundly which format it has, by name.

    Raises:
        StorageFault: ``READ_FAILED``.
    """
    for name in files.names():
        for kind, known in FORMATS.items():
            if known.names.fullmatch(name):
                version = known.version(_head(files, name))
                if version is not None:
                    yield Seen(kind, name, version)


def _head(files: Files, name: str) -> bytes:
    file = files.open(name)
    try:
        return file.read(0, HEAD_BYTES)
    finally:
        file.close()


def _of_segment(head: bytes) -> int | None:
    fields, check = head[:_SEGMENT_SUM_AT], head[_SEGMENT_SUM_AT : segment.HEADER_BYTES]
    if not check or sha256(fields).digest()[: len(check)] != check:
        return None
    return int.from_bytes(fields[_SEGMENT_FORMAT])


def _of_slot(head: bytes) -> int | None:
    checked, check = head[:_SLOT_SUM_AT], head[_SLOT_SUM_AT : voteslot.SECTOR_BYTES]
    return _of_magic(checked, b"TBv") if sha256(checked).digest() == check else None


def _of_record(head: bytes) -> int | None:
    frame = frames.parse(head[: frames.FRAME_BYTES])
    return None if frame is None else _of_magic(frame.magic, b"TBp", b"TBq", b"TBt")


def _of_number(head: bytes) -> int | None:
    if len(head) <= DIGITS_MAX and head.isdigit():
        return 1
    fields, check = head[: -sha256().digest_size], head[-sha256().digest_size :]
    return _of_magic(fields, b"TBn") if sha256(fields).digest() == check else None


def _of_magic(head: bytes, *letters: bytes) -> int | None:
    version = head[_VERSION_AT : _VERSION_AT + 1]
    return int(version) if head[:_VERSION_AT] in letters and version.isdigit() else None


def _named(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.ASCII)


FORMATS: Final[Mapping[Kind, Format]] = {
    Kind.BLOCK_LOG: Format(
        _named(rf"{NAME_PREFIX}\d{{16}}{re.escape(NAME_SUFFIX)}"), segment.FORMAT, _of_segment
    ),
    Kind.VOTE_LOG: Format(_named(re.escape(votelog.NAME)), 1, _of_slot),
    Kind.PROPOSAL_LOG: Format(_named(re.escape(proposallog.NAME)), 1, _of_record),
    Kind.STATEMENTS: Format(_named(rf"{STATEMENTS_PREFIX}\d{{16}}\.log"), 1, _of_record),
    Kind.NUMBER: Format(_named(*numberfile.NAMES), numberfile.FORMAT, _of_number),
}
