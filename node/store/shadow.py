"""A data directory looked at without changing it: what opening a store would write stays in memory.

Opening cuts torn tails, fills gaps, removes half-made files. Whoever only wants to know what a start would find opens
the stores on these files instead: reads come from the disk, changes are remembered and forgotten with the object.
"""

import os
import shutil
from pathlib import Path
from typing import Final

from node.store.faults import StorageCode, StorageFault, from_os_error
from node.store.files import RealFile
from node.store.memoryfiles import MemoryFile, MemoryLock

_TABLE_SUFFIXES: Final = (".ldb", ".sst")
"""LevelDB never changes a table."""


class ShadowFile:
    """One file of the disk under changes in memory."""

    def __init__(self, name: str, descriptor: int) -> None:
        self._below = RealFile(name, descriptor)
        self._size = self._kept = self._below.size()
        self._changes: list[tuple[int, bytes]] = []

    def read(self, offset: int, length: int) -> bytes:
        """See ``File.read``."""
        length = max(0, min(length, self._size - offset))
        from_disk = max(0, min(length, self._kept - offset))
        found = bytearray(self._below.read(offset, from_disk) if from_disk else b"")
        found.extend(bytes(length - len(found)))
        for place, data in self._changes:
            first, last = max(place, offset), min(place + len(data), offset + length)
            if first < last:
                found[first - offset : last - offset] = data[first - place : last - place]
        return bytes(found)

    def write(self, offset: int, data: bytes) -> None:
        """See ``File.write``."""
        self._changes.append((offset, data))
        self._size = max(self._size, offset + len(data))

    def truncate(self, size: int) -> None:
        """See ``File.truncate``."""
        self._kept = min(self._kept, size)
        self._changes = [
            (place, data[: size - place]) for place, data in self._changes if place < size
        ]
        self._size = size

    def size(self) -> int:
        """See ``File.size``."""
        return self._size

    def sync(self) -> None:
        """Nothing to do: nothing is meant to last."""

    def close(self) -> None:
        """See ``File.close``."""
        self._below.close()


class ShadowFiles:
    """``Files`` over a directory that stays as it is. Every method raises ``StorageFault``."""

    def __init__(self, directory: Path) -> None:
        """Look at a directory; one that is not there has no files."""
        self._directory = directory
        self._real = self._listed()
        self._made: dict[str, bytearray] = {}
        self._held: set[str] = set()

    def create(self, name: str) -> MemoryFile:
        """See ``Files.create``."""
        if name in self.names():
            raise StorageFault(StorageCode.FILE_EXISTS, name, "exists already")
        self._made[name] = bytearray()
        return MemoryFile(self._made[name])

    def open(self, name: str) -> ShadowFile | MemoryFile:
        """See ``Files.open``."""
        if name in self._made:
            return MemoryFile(self._made[name])
        if name not in self._real:
            raise StorageFault(StorageCode.FILE_MISSING, name, "does not exist")
        try:
            return ShadowFile(name, os.open(self._real[name], os.O_RDONLY | os.O_CLOEXEC))
        except OSError as error:
            raise from_os_error(error, name, StorageCode.READ_FAILED) from error

    def names(self) -> tuple[str, ...]:
        """See ``Files.names``."""
        return tuple(sorted({*self._real, *self._made}))

    def rename(self, old: str, new: str) -> None:
        """See ``Files.rename``."""
        if old in self._made:
            self._made[new] = self._made.pop(old)
            self._real.pop(new, None)
        else:
            self._real[new] = self._real.pop(old)
            self._made.pop(new, None)

    def remove(self, name: str) -> None:
        """See ``Files.remove``."""
        if self._made.pop(name, None) is None:
            self._real.pop(name, None)

    def sync_directory(self) -> None:
        """Nothing to do."""

    def free_bytes(self) -> int:
        """See ``Files.free_bytes``."""
        try:
            return shutil.disk_usage(self._directory).free
        except OSError as error:
            raise from_os_error(error, self._directory.name, StorageCode.READ_FAILED) from error

    def lock(self, name: str) -> MemoryLock:
        """A lock of this object only: the real one is left to the node."""
        self._held.add(name)
        return MemoryLock(self._held, name)

    def _listed(self) -> dict[str, Path]:
        try:
            return {path.name: path for path in self._directory.iterdir() if path.is_file()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            name = self._directory.name
            raise from_os_error(error, name, StorageCode.READ_FAILED) from error


def shadow_database(directory: Path, copy: Path) -> None:
    """Make a copy of a LevelDB directory that may be opened: tables are linked to, the rest is copied.

    Args:
        directory: of a database that nobody has open.
        copy: a new directory.

    Raises:
        StorageFault: ``READ_FAILED``.
    """
    try:
        copy.mkdir(mode=0o700)
        for path in directory.iterdir():
            if path.suffix in _TABLE_SUFFIXES:
                (copy / path.name).symlink_to(path.resolve())
            elif path.is_file():
                shutil.copyfile(path, copy / path.name)
    except OSError as error:
        raise from_os_error(error, directory.name, StorageCode.READ_FAILED) from error
