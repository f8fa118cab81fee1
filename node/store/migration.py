"""Files of an older format made into those of this release; files of a newer one refused.

A migration runs before anything is opened, under the node's lock. Of each old file

1. a copy is made under its name with the old format behind it (``checkpoint.v1``), and synced;
2. every registered step from that format on writes the next one into a file of its own, the last of which is synced;
3. that file gets the name of the old one, and the directory is synced.

The old file keeps its name until the third step, which is one rename. So a crash at any point leaves a file that says
which format it has, and the next start does again what is missing. The copies stay: they are the way back to the
release before, and whoever keeps this one may delete them.

Nothing is migrated while any file has a format that this release does not know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from node.store import numberfile
from node.store.faults import StorageCode, StorageFault
from node.store.files import File, Files
from node.store.formats import DIGITS_MAX, Kind, Seen, survey

PIECE_BYTES: Final = 1_048_576

Step = Callable[[File, File], None]
"""Reads a file of one format, writes the next format into an empty file."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was done to one file."""

    name: str
    found: int
    """The format that it had."""
    now: int
    kept: str
    """Where the file is as it was."""


def migrate(files: Files) -> tuple[Migrated, ...]:
    """Bring every file to the format of this release; nothing is written when all have it.

    Raises:
        StorageFault: ``UNKNOWN_FORMAT`` for a file of a newer release, or of one too old; whatever a disk does.
    """
    seen = tuple(survey(files))
    for one in seen:
        _require_known(one)
    return tuple(_migrated(files, one) for one in seen if one.version != one.newest)


def _require_known(seen: Seen) -> None:
    if seen.version > seen.newest:
        reason = (
            f"format {seen.version}, made by a newer release; this one opens up to {seen.newest}"
        )
        raise StorageFault(StorageCode.UNKNOWN_FORMAT, seen.name, reason)
    for version in range(seen.version, seen.newest):
        if (seen.kind, version) not in STEPS:
            reason = f"format {seen.version}, which this release does not migrate to {seen.newest}"
            raise StorageFault(StorageCode.UNKNOWN_FORMAT, seen.name, reason)


def _migrated(files: Files, seen: Seen) -> Migrated:
    kept = f"{seen.name}.v{seen.version}"
    _write(files, seen.name, kept, _copy)
    source = seen.name
    for version in range(seen.version, seen.newest):
        target = f"{seen.name}.to{version + 1}"
        _write(files, source, target, STEPS[seen.kind, version])
        if source != seen.name:
            files.remove(source)
        source = target
    files.sync_directory()
    files.rename(source, seen.name)
    files.sync_directory()
    return Migrated(seen.name, seen.version, seen.newest, kept)


def _write(files: Files, source: str, target: str, step: Step) -> None:
    """A file made from another, synced; what an earlier try left of it gives way."""
    if target in files.names():
        files.remove(target)
    old, new = files.open(source), files.create(target)
    try:
        step(old, new)
        new.sync()
    finally:
        old.close()
        new.close()


def _copy(old: File, new: File) -> None:
    offset = 0
    while piece := old.read(offset, PIECE_BYTES):
        new.write(offset, piece)
        offset += len(piece)


def _number_of_digits(old: File, new: File) -> None:
    digits = old.read(0, DIGITS_MAX)
    new.write(0, numberfile.pack(int(digits)))


STEPS: Final[Mapping[tuple[Kind, int], Step]] = {
    (Kind.NUMBER, 1): _number_of_digits,
}
"""By kind of file and the format that a step reads."""
