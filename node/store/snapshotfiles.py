"""One snapshot in a directory of its own: ``manifest`` and ``chunk-00000`` and so on.

The manifest comes last, under another name until it is durable: a directory that has one is whole, any other is the
trace of a crash and counts as empty.
"""

from collections.abc import Iterable
from typing import Final

from node.chain.limits import SNAPSHOT_CHUNK_MAX_BYTES, SNAPSHOT_MANIFEST_MAX_BYTES
from node.store.faults import StorageCode, StorageFault
from node.store.files import Files

MANIFEST: Final = "manifest"
_NEW: Final = "manifest.new"


def chunk_name(index: int) -> str:
    """File name of a chunk."""
    return f"chunk-{index:05d}"


class SnapshotFiles:
    """Reads and writes; what the bytes are worth is judged elsewhere. Every method raises ``StorageFault``."""

    def __init__(self, files: Files) -> None:
        """Use a directory that nothing else uses."""
        self._files = files

    @property
    def whole(self) -> bool:
        """Whether a snapshot was written to its end."""
        return MANIFEST in self._files.names()

    def manifest(self) -> bytes:
        """Bytes of the manifest."""
        return self._read(MANIFEST, SNAPSHOT_MANIFEST_MAX_BYTES)

    def chunk(self, index: int) -> bytes:
        """Bytes of one chunk."""
        return self._read(chunk_name(index), SNAPSHOT_CHUNK_MAX_BYTES)

    def clear(self) -> None:
        """Remove everything, the manifest first."""
        for name in sorted(self._files.names(), key=lambda name: name != MANIFEST):
            self._files.remove(name)
        self._files.sync_directory()

    def put_chunk(self, index: int, chunk: bytes) -> None:
        """Write one chunk, synced."""
        self._write(chunk_name(index), chunk)

    def finish(self, manifest: bytes) -> None:
        """Write the manifest: from here on the snapshot is whole."""
        self._write(_NEW, manifest)
        self._files.sync_directory()
        self._files.rename(_NEW, MANIFEST)
        self._files.sync_directory()

    def write(self, manifest: bytes, chunks: Iterable[bytes]) -> None:
        """Write a snapshot over whatever is there."""
        self.clear()
        for index, chunk in enumerate(chunks):
            self.put_chunk(index, chunk)
        self.finish(manifest)

    def _write(self, name: str, data: bytes) -> None:
        file = self._files.create(name)
        try:
            file.write(0, data)
            file.sync()
        finally:
            file.close()

    def _read(self, name: str, size_max_bytes: int) -> bytes:
        file = self._files.open(name)
        try:
            if file.size() > size_max_bytes:
                raise StorageFault(StorageCode.READ_FAILED, name, "larger than any of ours")
            return file.read(0, size_max_bytes)
        finally:
            file.close()
