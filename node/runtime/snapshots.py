"""Snapshots made from a running executor, and a node begun from one.

A node begun from a snapshot keeps it (its *base*) beside its logs: the block log then starts with the snapshot's block,
and the index database can be made again from base and block log as another node's can from its block log alone. A log
that starts at block 1 needs no base. Each step of beginning can be done again after a crash: the base is whole or
absent, the block is in the log or not, and the records come into the database in one batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from node.chain.block import block_id
from node.chain.codec import encode
from node.chain.errors import Bug
from node.chain.genesis import Genesis, base_height
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.limits import SNAPSHOT_MANIFEST_MAX_BYTES
from node.chain.records import StateRecord
from node.chain.snapshot import (
    FORMAT,
    Manifest,
    SnapshotCode,
    SnapshotRefused,
    check_chunk,
    check_manifest,
    check_records,
    chunk_hash,
    log_after,
    make_chunks,
)
from node.chain.types import Hash, Height
from node.runtime.executor import Executor
from node.runtime.opening import KeptHeader, frontier_of
from node.runtime.queries.journal import journal_mark
from node.runtime.trail import trail_below
from node.store.blocklog import BlockLog
from node.store.chainstore import BlockChanges, ChainStore
from node.store.faults import StorageCode, StorageFault
from node.store.snapshotfiles import SnapshotFiles


@dataclass(frozen=True, slots=True)
class Capture:
    """The state after the tip, held still; writing it may take its time in another thread."""

    manifest: Manifest
    """Without the chunks' hashes."""
    records: dict[bytes, StateRecord]

    @property
    def height(self) -> Height:
        """Of the block."""
        return self.manifest.block.header.height

    def write(self, target: SnapshotFiles) -> Manifest:
        """Write the snapshot over whatever is in a directory.

        Raises:
            StorageFault: the disk fails.
            SnapshotRefused: ``INCOMPLETE``, the manifest would not fit into a frame; nothing whole is left then.
        """
        target.clear()
        hashes: list[Hash] = []
        for index, chunk in enumerate(make_chunks(self.records)):
            target.put_chunk(index, chunk)
            hashes.append(chunk_hash(self.manifest.genesis_hash, chunk))
        manifest = replace(self.manifest, chunks=tuple(hashes))
        raw = encode(manifest)
        if len(raw) > SNAPSHOT_MANIFEST_MAX_BYTES:
            raise SnapshotRefused(SnapshotCode.INCOMPLETE, f"a manifest of {len(raw)} bytes")
        target.finish(raw)
        return manifest


def capture(executor: Executor) -> Capture | None:
    """The state after the tip; None before the first block.

    Raises:
        StorageFault: a store does not read.
    """
    tip = executor.tip
    decided, kept = executor.decided(tip.height), executor.kept_header(tip.height)
    if tip.certificate is None:
        return None
    if decided is None or kept is None:
        raise Bug(f"block {tip.height} is the tip and not here")
    before = kept.header.log_size - kept.header.transaction_count - 1
    manifest = Manifest(
        FORMAT,
        SUITE_ED25519_SHA256,
        executor.chain_id,
        trail_below(executor, tip.height),
        decided.block,
        tip.certificate,
        kept.summary,
        frontier_of(executor.store, before),
        len(executor.ledger.records),
        (),
    )
    return Capture(manifest, dict(executor.ledger.records))


def verified(genesis: Genesis, source: SnapshotFiles) -> tuple[Manifest, dict[bytes, bytes]]:
    """Manifest and records of a snapshot in a directory, every byte of which proves itself.

    Raises:
        SnapshotRefused: one does not.
        StorageFault: the disk fails.
    """
    if not source.whole:
        raise SnapshotRefused(SnapshotCode.INCOMPLETE, "there is no manifest")
    manifest = check_manifest(genesis, source.manifest())
    return manifest, check_records(manifest, _chunks(manifest, source))


def damage_of(genesis: Genesis, source: SnapshotFiles) -> str | None:
    """Why a snapshot that was verified once is not what it was, or None; one chunk in memory at a time.

    Raises:
        StorageFault: the disk fails.
    """
    try:
        manifest = check_manifest(genesis, source.manifest())
        count = sum(len(records) for records in _chunks(manifest, source))
    except SnapshotRefused as fault:
        return str(fault)
    if count != manifest.record_count:
        return f"N{SnapshotCode.RECORDS:02}: {count} records, not {manifest.record_count}"
    return None


def _chunks(manifest: Manifest, source: SnapshotFiles) -> Iterator[tuple[bytes, ...]]:
    for index in range(len(manifest.chunks)):
        try:
            chunk = source.chunk(index)
        except StorageFault as fault:
            if fault.code is not StorageCode.FILE_MISSING:
                raise
            raise SnapshotRefused(SnapshotCode.INCOMPLETE, f"chunk {index} is missing") from fault
        yield check_chunk(manifest, index, chunk)


def begin_from(
    base: SnapshotFiles, genesis: Genesis, block_log: BlockLog, store: ChainStore
) -> Manifest | None:
    """Bring log and store to the base's block where they have not reached it; None where no base is needed.

    Raises:
        StorageFault: ``BASE_DAMAGED``, the base does not prove itself, or is gone; the disk fails.
    """
    first = block_log.first_height
    if first == base_height(genesis) + 1 or (first is None and not base.whole):
        return None
    if not base.whole:
        raise StorageFault(
            StorageCode.BASE_DAMAGED, "base", f"gone; the block log begins at {first}"
        )
    try:
        manifest = check_manifest(genesis, base.manifest())
        if (store.applied_height or 0) < manifest.block.header.height:
            store.clear()
            _apply(manifest, verified(genesis, base)[1], store)
    except SnapshotRefused as fault:
        raise StorageFault(StorageCode.BASE_DAMAGED, "base", str(fault)) from fault
    if block_log.first_height is None:
        block, certificate = manifest.block, manifest.certificate
        block_log.append(block.header.height, encode(block), encode(certificate))
        block_log.sync()
    return manifest


def _apply(manifest: Manifest, records: dict[bytes, bytes], store: ChainStore) -> None:
    header = manifest.block.header
    store.apply(
        BlockChanges(
            height=header.height,
            block_id=block_id(manifest.genesis_hash, header),
            header=encode(KeptHeader(header, manifest.summary)),
            records=records,
            log_nodes=log_after(manifest)[1],
            outcome=journal_mark(header.height),
        )
    )
