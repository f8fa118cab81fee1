"""``KeyValue`` on LevelDB, the only door to plyvel.

Plain reads of a damaged table return wrong values without a word, so the database is opened with
``paranoid_checks`` and every read verifies checksums. Writes are not synced: what a power cut takes
is made again from the block log.

**End marks.** LevelDB's iterator steps over a block whose checksum is wrong, and plyvel looks at the
iterator's status only where it stands on a key. So a damaged block behind which nothing sound comes
would end an iteration early and without a word. Therefore a key stands below and another above all
keys of ours, both written before any other: an iteration goes on to a key outside of its range, and
one that ends without having seen it has met damage.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import plyvel

from node.store.faults import StorageCode, StorageFault
from node.store.kv import Change

WRITE_BUFFER_BYTES = 16 * 1_048_576
"""Batches of many full blocks gather in memory before a table is written."""
CACHE_BYTES = 32 * 1_048_576
"""Live records are held by the executor; this serves history and proofs."""
_FIRST = b"\x00"
_LAST = b"\xff"
"""The end marks; keys of ours begin with a letter."""
_CUT_SHORT = "a table is damaged: reading ended before the last key"
BLOOM_BITS = 10
"""Bits a key: one in a hundred absent keys costs a table read."""


class LevelKeyValue:
    """One LevelDB directory; LevelDB itself refuses a second opener."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._database = self._open()
        self._scrub_next = b""

    def get(self, key: bytes) -> bytes | None:
        """See ``KeyValue.get``."""
        try:
            value: bytes | None = self._database.get(key, verify_checksums=True)
        except plyvel.Error as error:
            raise self._damaged(error) from error
        return value

    def iterate(
        self, start: bytes, stop: bytes, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """See ``KeyValue.iterate``."""
        assert stop <= _LAST, "all keys of ours are below the end mark"
        bounds = {"stop": stop} if reverse else {"start": start}
        try:
            with self._database.iterator(reverse=reverse, verify_checksums=True, **bounds) as items:
                for key, value in items:
                    if key < start or key >= stop or (reverse and key == _FIRST):
                        return
                    if key != _FIRST:
                        yield key, value
        except plyvel.Error as error:
            raise self._damaged(error) from error
        raise self._damaged(_CUT_SHORT)

    def write(self, changes: Sequence[Change]) -> None:
        """See ``KeyValue.write``."""
        try:
            with self._database.write_batch(transaction=True) as batch:
                for key, value in changes:
                    if value is None:
                        batch.delete(key)
                    else:
                        batch.put(key, value)
        except plyvel.IOError as error:
            raise StorageFault(
                StorageCode.WRITE_FAILED, self._directory.name, str(error)
            ) from error
        except plyvel.Error as error:
            raise self._damaged(error) from error

    def clear(self) -> None:
        """See ``KeyValue.clear``."""
        self._database.close()
        destroy(self._directory)
        self._database = self._open()
        self._scrub_next = b""

    def close(self) -> None:
        """See ``KeyValue.close``."""
        self._database.close()

    def scrub(self, budget_bytes: int) -> int:
        """Read on from where the last call ended, verifying checksums, round and round.

        Returns:
            Bytes of keys and values read: at least the budget, or less when the end was reached
            and the next call starts again at the first key.

        Raises:
            StorageFault: ``DATABASE_DAMAGED``.
        """
        read_bytes = 0
        try:
            with self._database.iterator(
                start=self._scrub_next, verify_checksums=True, fill_cache=False
            ) as items:
                for key, value in items:
                    if key == _LAST:
                        self._scrub_next = b""
                        return read_bytes
                    if key != _FIRST:
                        read_bytes += len(key) + len(value)
                    if read_bytes >= budget_bytes:
                        self._scrub_next = key + b"\x00"
                        return read_bytes
        except plyvel.Error as error:
            raise self._damaged(error) from error
        raise self._damaged(_CUT_SHORT)

    def _open(self) -> "plyvel.DB":
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            database = plyvel.DB(
                str(self._directory),
                create_if_missing=True,
                paranoid_checks=True,
                write_buffer_size=WRITE_BUFFER_BYTES,
                lru_cache_size=CACHE_BYTES,
                bloom_filter_bits=BLOOM_BITS,
            )
            if not _has_marks(database):
                database.close()
                raise self._damaged("an end mark is missing")
        except (plyvel.Error, OSError) as error:
            raise self._damaged(error) from error
        return database

    def _damaged(self, error: Exception | str) -> StorageFault:
        return StorageFault(StorageCode.DATABASE_DAMAGED, self._directory.name, str(error))


def _has_marks(database: "plyvel.DB") -> bool:
    """Whether both end marks stand there; they are the first thing written to an empty database."""
    marks = [database.get(mark, verify_checksums=True) for mark in (_FIRST, _LAST)]
    if any(mark is not None for mark in marks):
        return all(mark is not None for mark in marks)
    with database.iterator(include_value=False, verify_checksums=True) as keys:
        if next(keys, None) is not None:
            return False
    with database.write_batch(transaction=True) as batch:
        for mark in (_FIRST, _LAST):
            batch.put(mark, b"")
    return True


def destroy(directory: Path) -> None:
    """Remove a LevelDB directory, damaged or not, that nobody has open.

    Raises:
        StorageFault: ``WRITE_FAILED``.
    """
    try:
        plyvel.destroy_db(str(directory))
    except (plyvel.Error, OSError) as error:
        raise StorageFault(StorageCode.WRITE_FAILED, directory.name, str(error)) from error
