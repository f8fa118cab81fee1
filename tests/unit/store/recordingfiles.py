"""``Files`` that write down every effect, and fail when told to."""

from collections.abc import Callable

from node.store.faults import StorageCode, StorageFault
from node.store.files import File
from node.store.memoryfiles import MemoryFile, MemoryFiles, MemoryLock

Effect = tuple[str, str]


class RecordingFile:
    def __init__(self, name: str, file: MemoryFile, record: Callable[[str, str], None]) -> None:
        self._name = name
        self._file = file
        self._record = record

    def read(self, offset: int, length: int) -> bytes:
        return self._file.read(offset, length)

    def write(self, offset: int, data: bytes) -> None:
        self._record("write", self._name)
        self._file.write(offset, data)

    def truncate(self, size: int) -> None:
        self._record("truncate", self._name)
        self._file.truncate(size)

    def size(self) -> int:
        return self._file.size()

    def sync(self) -> None:
        self._record("sync", self._name)
        self._file.sync()

    def close(self) -> None:
        self._file.close()


class RecordingFiles:
    """Records (verb, name); with ``full`` set, every write finds the disk full."""

    def __init__(self, files: MemoryFiles) -> None:
        self.effects: list[Effect] = []
        self.full = False
        self._files = files

    def take(self) -> list[Effect]:
        """The effects since the last call."""
        taken, self.effects = self.effects, []
        return taken

    def create(self, name: str) -> File:
        self._record("create", name)
        return RecordingFile(name, self._files.create(name), self._record)

    def open(self, name: str) -> File:
        return RecordingFile(name, self._files.open(name), self._record)

    def names(self) -> tuple[str, ...]:
        return self._files.names()

    def rename(self, old: str, new: str) -> None:
        self._record("rename", new)
        self._files.rename(old, new)

    def remove(self, name: str) -> None:
        self._record("remove", name)
        self._files.remove(name)

    def sync_directory(self) -> None:
        self._record("sync directory", "")

    def free_bytes(self) -> int:
        return self._files.free_bytes()

    def lock(self, name: str) -> MemoryLock:
        return self._files.lock(name)

    def _record(self, verb: str, name: str) -> None:
        if self.full and verb in {"write", "create"}:
            raise StorageFault(StorageCode.DISK_FULL, name, "no space left on device")
        self.effects.append((verb, name))
