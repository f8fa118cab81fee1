"""One process on one data directory: a second one would sign with the same key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from node.store.files import Files

NAME: Final = "node.lock"


@contextmanager
def node_lock(files: Files) -> Iterator[None]:
    """Hold the data directory; the lock also ends with the process, however it ends.

    Raises:
        StorageFault: ``IN_USE`` when another process holds it.
    """
    lock = files.lock(NAME)
    try:
        yield
    finally:
        lock.release()
