"""Files as the store sees them, and the real ones.

The protocol is small so that a simulated disk can offer it too. What the logs rely on:

* ``File.write`` puts bytes at an offset; nothing of it is durable before ``File.sync`` returns.
  Until then a crash may keep any subset of the 512-byte sectors written, a sector whole or not at
  all, and the size may be short.
* ``Files.create``, ``rename`` and ``remove`` are durable only after ``Files.sync_directory``;
  ``rename`` replaces, and a crash leaves the old file or the new one under the name, never neither.
* Any error of the operating system becomes a ``StorageFault``. After one on a write or a sync,
  every later call on that file raises it again: the kernel may have dropped the dirty pages, and a
  second sync would lie.
"""

import fcntl
import os
import shutil
from pathlib import Path
from typing import Protocol

from node.store.faults import StorageCode, StorageFault, from_os_error


class File(Protocol):
    """One open file, read and written at offsets in bytes. Every method raises ``StorageFault``."""

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes; fewer only at the end of the file."""

    def write(self, offset: int, data: bytes) -> None:
        """Put all of ``data`` at ``offset``, growing the file as needed; not durable yet."""

    def truncate(self, size: int) -> None:
        """Make the file ``size`` bytes long; not durable yet."""

    def size(self) -> int:
        """Length in bytes."""

    def sync(self) -> None:
        """Return once everything written to this file is durable."""

    def close(self) -> None:
        """Give the descriptor back; makes nothing durable."""


class Lock(Protocol):
    """A held lock; it also ends with the process."""

    def release(self) -> None:
        """Let others have it."""


class Files(Protocol):
    """One flat directory of files; names have no separators.

    Every method raises ``StorageFault``.
    """

    def create(self, name: str) -> File:
        """A new empty file, which must not exist (``FILE_EXISTS``)."""

    def open(self, name: str) -> File:
        """An existing file (``FILE_MISSING``)."""

    def names(self) -> tuple[str, ...]:
        """All names, sorted."""

    def rename(self, old: str, new: str) -> None:
        """Give ``old`` the name ``new``, replacing what has it."""

    def remove(self, name: str) -> None:
        """Remove the name."""

    def sync_directory(self) -> None:
        """Return once all creations, renames and removals are durable."""

    def free_bytes(self) -> int:
        """Space left for this process on the file system."""

    def lock(self, name: str) -> Lock:
        """Take the exclusive lock of that name, making its file (``IN_USE`` when it is held)."""


class RealFile:
    """A ``File`` of the operating system."""

    def __init__(self, name: str, descriptor: int) -> None:
        self._name = name
        self._descriptor = descriptor
        self._fault: StorageFault | None = None

    def read(self, offset: int, length: int) -> bytes:
        """See ``File.read``."""
        parts: list[bytes] = []
        try:
            while length > 0:
                part = os.pread(self._descriptor, length, offset)
                if not part:
                    break
                parts.append(part)
                offset += len(part)
                length -= len(part)
        except OSError as error:
            raise from_os_error(error, self._name, StorageCode.READ_FAILED) from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def write(self, offset: int, data: bytes) -> None:
        """See ``File.write``."""
        self._refuse_after_fault()
        left = memoryview(data)
        try:
            while left:
                written = os.pwrite(self._descriptor, left, offset)
                offset += written
                left = left[written:]
        except OSError as error:
            raise self._failed(error) from error

    def truncate(self, size: int) -> None:
        """See ``File.truncate``."""
        self._refuse_after_fault()
        try:
            os.ftruncate(self._descriptor, size)
        except OSError as error:
            raise self._failed(error) from error

    def size(self) -> int:
        """See ``File.size``."""
        try:
            return os.fstat(self._descriptor).st_size
        except OSError as error:
            raise from_os_error(error, self._name, StorageCode.READ_FAILED) from error

    def sync(self) -> None:
        """See ``File.sync``."""
        self._refuse_after_fault()
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """See ``File.close``."""
        os.close(self._descriptor)

    def _refuse_after_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _failed(self, error: OSError) -> StorageFault:
        self._fault = from_os_error(error, self._name, StorageCode.WRITE_FAILED)
        return self._fault


class RealLock:
    """A ``Lock`` of the operating system (``flock``)."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """See ``Lock.release``."""
        os.close(self._descriptor)


class RealFiles:
    """``Files`` in a directory of the operating system, which is made (mode 0700) when absent."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise from_os_error(error, str(directory), StorageCode.WRITE_FAILED) from error

    def create(self, name: str) -> RealFile:
        """See ``Files.create``."""
        try:
            return RealFile(name, self._descriptor(name, os.O_CREAT | os.O_EXCL))
        except FileExistsError as error:
            raise StorageFault(StorageCode.FILE_EXISTS, name, "exists already") from error
        except OSError as error:
            raise from_os_error(error, name, StorageCode.WRITE_FAILED) from error

    def open(self, name: str) -> RealFile:
        """See ``Files.open``."""
        try:
            return RealFile(name, self._descriptor(name, 0))
        except FileNotFoundError as error:
            raise StorageFault(StorageCode.FILE_MISSING, name, "does not exist") from error
        except OSError as error:
            raise from_os_error(error, name, StorageCode.READ_FAILED) from error

    def names(self) -> tuple[str, ...]:
        """See ``Files.names``."""
        try:
            return tuple(sorted(path.name for path in self._directory.iterdir() if path.is_file()))
        except OSError as error:
            raise from_os_error(error, str(self._directory), StorageCode.READ_FAILED) from error

    def rename(self, old: str, new: str) -> None:
        """See ``Files.rename``."""
        try:
            (self._directory / old).replace(self._directory / new)
        except OSError as error:
            raise from_os_error(error, old, StorageCode.WRITE_FAILED) from error

    def remove(self, name: str) -> None:
        """See ``Files.remove``."""
        try:
            (self._directory / name).unlink()
        except OSError as error:
            raise from_os_error(error, name, StorageCode.WRITE_FAILED) from error

    def sync_directory(self) -> None:
        """See ``Files.sync_directory``."""
        try:
            descriptor = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise from_os_error(error, str(self._directory), StorageCode.WRITE_FAILED) from error

    def free_bytes(self) -> int:
        """See ``Files.free_bytes``."""
        try:
            return shutil.disk_usage(self._directory).free
        except OSError as error:
            raise from_os_error(error, str(self._directory), StorageCode.READ_FAILED) from error

    def lock(self, name: str) -> RealLock:
        """See ``Files.lock``."""
        try:
            descriptor = self._descriptor(name, os.O_CREAT)
        except OSError as error:
            raise from_os_error(error, name, StorageCode.WRITE_FAILED) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise StorageFault(StorageCode.IN_USE, name, "locked by another holder") from error
        return RealLock(descriptor)

    def _descriptor(self, name: str, flags: int) -> int:
        return os.open(self._directory / name, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
