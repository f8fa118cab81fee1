"""The blocks below the first one of a node that was begun from a snapshot, gathered until the log can be whole.

They come from the first block of the chain on, into a block log of their own (``data/older``): each is durable as it
comes, so whoever gathers may stop and go on at any time, and no more than a few blocks are in memory. Beside the node's
own log they change nothing: its state and its answers are those of a node that lacks them.

When all are here, its segments move below the node's first one, the newest first, so that the node's log has no gap at
any moment and still counts as one that begins late. Before the last one moves, the database goes: a log that begins at
the chain's first block must have a database that was made from all of it. What then comes is a replay, by the repair
that moved them or by the next start.

Here a block is held against its certificate only. The replay executes it, and a block that is not valid is fetched
again.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from node.app.shelf import base_of
from node.chain.genesis import Genesis, base_height, chain_id_of
from node.chain.snapshot import SnapshotRefused, check_manifest
from node.chain.types import Hash, Height
from node.store.blocklog import SEGMENT_MAX_BYTES, BlockLog, segment_first, segment_names
from node.store.blockrepair import repair_block_log
from node.store.faults import StorageCode, StorageFault, from_os_error
from node.store.files import RealFiles

OLDER_NAME: Final = "older"
"""Inside the data directory."""
SYNC_EVERY: Final = 64
"""Blocks that share a sync while they are gathered."""

Fetch = Callable[[Height], tuple[bytes, bytes]]
"""Height to block and certificate, the certificate verified."""


def begins_at(data: Path, genesis: Genesis) -> Height:
    """Height of the node's first block; that of its base where the log is gone; else the chain's first."""
    names = segment_names(RealFiles(data))
    if names:
        return segment_first(names[0])
    first = Height(base_height(genesis) + 1)
    base = base_of(data)
    if not base.whole:
        return first
    with suppress(SnapshotRefused):
        return check_manifest(genesis, base.manifest()).block.header.height
    return first


def gather(
    data: Path,
    genesis: Genesis,
    fetch: Fetch,
    segment_max_bytes: int = SEGMENT_MAX_BYTES,
) -> int:
    """Fetch every block below the node's first that is not here yet; ``take_in`` comes next.

    Args:
        data: the data directory, locked, with nothing open.
        genesis: the chain.
        fetch: asked for each, in order.
        segment_max_bytes: of the files that are made.

    Returns:
        How many blocks were fetched now.

    Raises:
        StorageFault: the disk fails. Whatever ``fetch`` raises: what has come by then stays.
    """
    below, chain_id = begins_at(data, genesis), chain_id_of(genesis)
    first = Height(base_height(genesis) + 1)
    if below <= first:
        return 0
    older = open_older(data, chain_id, fetch, first, segment_max_bytes)
    try:
        begin = (older.last_height or first - 1) + 1
        for height in range(begin, below):
            older.append(Height(height), *fetch(Height(height)))
            if height % SYNC_EVERY == 0:
                older.sync()
        older.sync()
    finally:
        older.close()
    return max(0, below - begin)


def open_older(
    data: Path, chain_id: Hash, fetch: Fetch, first: Height, segment_max_bytes: int
) -> BlockLog:
    """What has been gathered so far; what is damaged in it is fetched again."""
    files = RealFiles(data / OLDER_NAME)
    try:
        return BlockLog(files, chain_id, segment_max_bytes)
    except StorageFault as fault:
        if fault.code not in {StorageCode.BLOCK_LOG_DAMAGED, StorageCode.BLOCK_LOG_INCOMPLETE}:
            raise
        repair_block_log(files, chain_id, fetch, first, Height(0))
        return BlockLog(files, chain_id, segment_max_bytes)


def take_in(data: Path, forget_database: Callable[[], None]) -> None:
    """Move everything gathered below the node's first block, in an order that any crash may interrupt.

    Args:
        data: the data directory, locked, with nothing open; all blocks are gathered.
        forget_database: removes the index database; done again, it does nothing.

    Raises:
        StorageFault: the disk fails.
    """
    older = data / OLDER_NAME
    if not older.is_dir():
        return
    names = segment_names(RealFiles(older))
    for name in reversed(names):
        if name == names[0]:
            forget_database()
        _move(older, data, name)
    with suppress(OSError):
        older.rmdir()


def _move(source: Path, target: Path, name: str) -> None:
    try:
        (source / name).replace(target / name)
    except OSError as error:
        raise from_os_error(error, name, StorageCode.WRITE_FAILED) from error
    for directory in (target, source):
        RealFiles(directory).sync_directory()
