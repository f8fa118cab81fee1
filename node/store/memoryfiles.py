"""``Files`` in memory, without faults: for tests and for nodes that need no disk."""

from collections.abc import Mapping
from typing import Final

from node.store.faults import StorageCode, StorageFault

FREE_BYTES: Final = 1 << 40
"""What a memory directory claims to have left: 1 TiB, never a reason to stop."""


class MemoryFile:
    """A ``File`` over a shared buffer."""

    def __init__(self, content: bytearray) -> None:
        self._content = content

    def read(self, offset: int, length: int) -> bytes:
        """See ``File.read``."""
        return bytes(self._content[offset : offset + length])

    def write(self, offset: int, data: bytes) -> None:
        """See ``File.write``."""
        gap = offset - len(self._content)
        if gap > 0:
            self._content.extend(bytes(gap))
        self._content[offset : offset + len(data)] = data

    def truncate(self, size: int) -> None:
        """See ``File.truncate``."""
        del self._content[size:]
        self._content.extend(bytes(size - len(self._content)))

    def size(self) -> int:
        """See ``File.size``."""
        return len(self._content)

    def sync(self) -> None:
        """Nothing to do: memory is as durable as it gets."""

    def close(self) -> None:
        """Nothing to do."""


class MemoryLock:
    """A ``Lock`` in a set of held names."""

    def __init__(self, held: set[str], name: str) -> None:
        self._held = held
        self._name = name

    def release(self) -> None:
        """See ``Lock.release``."""
        self._held.discard(self._name)


class MemoryFiles:
    """``Files`` in a dictionary."""

    def __init__(self, contents: Mapping[str, bytes] | None = None) -> None:
        self._contents = {name: bytearray(data) for name, data in (contents or {}).items()}
        self._held: set[str] = set()

    def contents(self) -> dict[str, bytes]:
        """A copy of every file, by name."""
        return {name: bytes(data) for name, data in self._contents.items()}

    def create(self, name: str) -> MemoryFile:
        """See ``Files.create``."""
        if name in self._contents:
            raise StorageFault(StorageCode.FILE_EXISTS, name, "exists already")
        self._contents[name] = bytearray()
        return MemoryFile(self._contents[name])

    def open(self, name: str) -> MemoryFile:
        """See ``Files.open``."""
        return MemoryFile(self._present(name))

    def names(self) -> tuple[str, ...]:
        """See ``Files.names``."""
        return tuple(sorted(self._contents))

    def rename(self, old: str, new: str) -> None:
        """See ``Files.rename``."""
        self._contents[new] = self._present(old)
        del self._contents[old]

    def remove(self, name: str) -> None:
        """See ``Files.remove``."""
        self._present(name)
        del self._contents[name]

    def sync_directory(self) -> None:
        """Nothing to do."""

    def free_bytes(self) -> int:
        """See ``Files.free_bytes``."""
        return FREE_BYTES

    def lock(self, name: str) -> MemoryLock:
        """See ``Files.lock``."""
        if name in self._held:
            raise StorageFault(StorageCode.IN_USE, name, "locked by another holder")
        self._contents.setdefault(name, bytearray())
        self._held.add(name)
        return MemoryLock(self._held, name)

    def _present(self, name: str) -> bytearray:
        if name not in self._contents:
            raise StorageFault(StorageCode.FILE_MISSING, name, "does not exist")
        return self._contents[name]
