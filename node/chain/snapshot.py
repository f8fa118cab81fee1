"""A snapshot: the state after one decided block, so that a node can join without executing everything before it.

**What binds what.** The trail leads from the authorities of genesis to the set that decided the block; its certificate
proves the header. Header and frontier bind the body: the log before it, its transactions and its summary must give the
header's log root, its certificate and evidence the header's hashes. The header's state root binds every record, the
number of them included; the records hold everything else that executing needs (authorities, policies, timers, totals).
The hashes of the chunks are nobody's word but the maker's: they tell early which peer gave a wrong chunk, no more.

Nothing here is believed because of who gave it. Spec: ``docs/spec/snapshots.md``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Annotated, Final

from msgspec import Meta

from node.chain.block import HEADER_VERSION, Block, Summary, evidence_root
from node.chain.certificate import CommitCertificate, certificate_hash
from node.chain.codec import Record, decoder, encode
from node.chain.errors import Malformed
from node.chain.genesis import Genesis, chain_id_of
from node.chain.hashing import SUITE_ED25519_SHA256, digest
from node.chain.limits import (
    AUTHORITY_CHANGES_MAX,
    SNAPSHOT_CHUNK_MAX_BYTES,
    SNAPSHOT_CHUNKS_MAX,
    SNAPSHOT_MANIFEST_MAX_BYTES,
)
from node.chain.merkle import Frontier, Node, leaf_hash
from node.chain.records import (
    RECORD_SIZE_MAX_BYTES,
    StateRecord,
    decode_record,
    encode_record,
    record_key,
)
from node.chain.statetree import StateTree, record_hash, tree_key
from node.chain.types import NO_HASH, Hash, HashF, UintF
from node.chain.verify import AuthorityChange, header_fault, walk_trail
from node.chain.violations import Violation

FORMAT: Final = 1
CHUNK_FILL_BYTES: Final = SNAPSHOT_CHUNK_MAX_BYTES - RECORD_SIZE_MAX_BYTES - 64
"""A chunk is closed by the first record that reaches this."""


class SnapshotCode(IntEnum):
    """What is wrong with a snapshot; printed as ``N01`` and so on. Numbers are never changed or used again."""

    NOT_CANONICAL = 1
    UNKNOWN_FORMAT = 2
    WRONG_CHAIN = 3
    AUTHORITY_TRAIL = 4
    NO_QUORUM = 5
    BLOCK = 6
    CHUNK = 7
    RECORDS = 8
    STATE_ROOT = 9
    INCOMPLETE = 10


class SnapshotRefused(Exception):  # noqa: N818 - a verdict on what was given
    """A snapshot does not prove itself; nothing of it may be used.

    Attributes:
        code: what kind of fault.
        reason: what was seen, in English, without personal data.
    """

    def __init__(self, code: SnapshotCode, reason: str) -> None:
        """Keep what was seen."""
        super().__init__(f"N{code.value:02} {code.name.lower()}: {reason}")
        self.code, self.reason = code, reason


class Manifest(Record, frozen=True, tag=24):
    """Everything of a snapshot but the records."""

    format: UintF
    suite: UintF
    genesis_hash: HashF
    trail: Annotated[tuple[AuthorityChange, ...], Meta(max_length=AUTHORITY_CHANGES_MAX)]
    """Changes of the set below the block's height, in order."""
    block: Block
    certificate: CommitCertificate
    summary: Summary
    before: Frontier
    """The log's right edge before the block's entries."""
    record_count: UintF
    chunks: Annotated[tuple[HashF, ...], Meta(min_length=1, max_length=SNAPSHOT_CHUNKS_MAX)]
    """``digest("snapshot-chunk", genesis hash, chunk)`` of each, in order."""


_RecordF = Annotated[bytes, Meta(min_length=1, max_length=RECORD_SIZE_MAX_BYTES)]
decode_manifest = decoder(Manifest, SNAPSHOT_MANIFEST_MAX_BYTES)
decode_chunk = decoder(tuple[_RecordF, ...], SNAPSHOT_CHUNK_MAX_BYTES)


def make_chunks(records: Mapping[bytes, StateRecord]) -> Iterator[bytes]:
    """Canonical records in order of their keys (kind byte and id), in pieces of half a mebibyte; at least one."""
    held: list[bytes] = []
    size = 0
    for key in sorted(records):
        raw = encode_record(records[key])
        held.append(raw)
        size += len(raw) + 5
        if size >= CHUNK_FILL_BYTES:
            yield encode(tuple(held))
            held, size = [], 0
    if held or not records:
        yield encode(tuple(held))


def chunk_hash(genesis_hash: Hash, chunk: bytes) -> Hash:
    """The hash that a manifest names a chunk by."""
    return digest("snapshot-chunk", genesis_hash, chunk)


def check_manifest(genesis: Genesis, raw: bytes) -> Manifest:
    """A manifest whose block is decided under the authorities that genesis leads to.

    Raises:
        SnapshotRefused: whatever the bytes are.
    """
    code = SnapshotCode
    try:
        manifest = decode_manifest(raw)
    except Malformed as fault:
        raise SnapshotRefused(code.NOT_CANONICAL, str(fault)) from fault
    header, chain_id = manifest.block.header, chain_id_of(genesis)
    _need(manifest.genesis_hash == chain_id, code.WRONG_CHAIN, manifest.genesis_hash.hex())
    known = (manifest.format, manifest.suite, header.version) == (
        FORMAT,
        SUITE_ED25519_SHA256,
        HEADER_VERSION,
    )
    _need(known, code.UNKNOWN_FORMAT, f"format {manifest.format}, header {header.version}")
    below = all(change.header.height < header.height for change in manifest.trail)
    _need(below, code.AUTHORITY_TRAIL, "a change that is not below the block")
    try:
        authorities = walk_trail(chain_id, genesis.authorities, manifest.trail)
    except Violation as fault:
        raise SnapshotRefused(code.AUTHORITY_TRAIL, str(fault)) from fault
    why = header_fault(chain_id, authorities, header, manifest.certificate)
    _need(why is None, code.NO_QUORUM, str(why))
    _check_body(chain_id, manifest)
    return manifest


def _check_body(chain_id: Hash, manifest: Manifest) -> None:
    """The header's hashes against everything that stands beside it."""
    block, before, code = manifest.block, manifest.before, SnapshotCode.BLOCK
    header = block.header
    counted = header.transaction_count == len(block.transactions)
    _need(counted, code, f"{len(block.transactions)} transactions")
    named = certificate_hash(chain_id, block.last_commit[0]) if block.last_commit else NO_HASH
    _need(header.last_commit_hash == named, code, "another certificate of the block before")
    _need(header.evidence_root == evidence_root(chain_id, block.evidence), code, "other evidence")
    shaped = before.size.bit_count() == len(before.peaks)
    _need(shaped, code, f"{len(before.peaks)} peaks of a log of {before.size}")
    after = log_after(manifest)[0]
    same = (after.size, after.root()) == (header.log_size, header.log_root)
    _need(same, code, "the log before, the transactions and the summary give another log root")


def log_after(manifest: Manifest) -> tuple[Frontier, tuple[Node, ...]]:
    """The log's right edge after the block, and every complete subtree of it that the manifest tells."""
    before = manifest.before
    leaves = [leaf_hash(raw) for raw in (*manifest.block.transactions, encode(manifest.summary))]
    frontier, nodes = before.extend(leaves)
    return frontier, (*_peaks(before), *nodes)


def _peaks(frontier: Frontier) -> Iterator[Node]:
    begin, levels = 0, range(frontier.size.bit_length() - 1, -1, -1)
    present = [level for level in levels if frontier.size >> level & 1]
    for level, peak in zip(present, frontier.peaks, strict=True):
        yield level, begin >> level, peak
        begin += 1 << level


def check_chunk(manifest: Manifest, index: int, chunk: bytes) -> tuple[bytes, ...]:
    """The records of a chunk that is the one the manifest names.

    Raises:
        SnapshotRefused: it is another.
    """
    named = index < len(manifest.chunks)
    _need(named, SnapshotCode.CHUNK, f"chunk {index} of {len(manifest.chunks)}")
    same = chunk_hash(manifest.genesis_hash, chunk) == manifest.chunks[index]
    _need(same, SnapshotCode.CHUNK, f"chunk {index} has another hash")
    try:
        return decode_chunk(chunk)
    except Malformed as fault:
        raise SnapshotRefused(SnapshotCode.NOT_CANONICAL, f"chunk {index}: {fault}") from fault


def check_records(manifest: Manifest, chunks: Iterable[Sequence[bytes]]) -> dict[bytes, bytes]:
    """Every record by its key, if together they are the state that the header names.

    Args:
        manifest: as ``check_manifest`` gave it.
        chunks: records of each chunk, in order.

    Raises:
        SnapshotRefused: a record is malformed, out of order, missing or too many, or the state root is another.
    """
    code, records, last = SnapshotCode, dict[bytes, bytes](), b""
    for raw in (raw for chunk in chunks for raw in chunk):
        try:
            key = record_key(decode_record(raw))
        except Malformed as fault:
            raise SnapshotRefused(code.RECORDS, str(fault)) from fault
        _need(key > last, code.RECORDS, f"record {key.hex()} out of order")
        records[key] = raw
        last = key
    count = len(records)
    _need(count == manifest.record_count, code.RECORDS, f"{count}, not {manifest.record_count}")
    entries = ((tree_key(key[0], key[1:]), record_hash(raw)) for key, raw in records.items())
    same = StateTree().load(entries) == manifest.block.header.state_root
    _need(same, code.STATE_ROOT, f"of block {manifest.block.header.height}")
    return records


def _need(condition: bool, code: SnapshotCode, reason: str) -> None:  # noqa: FBT001 - a check's condition
    if not condition:
        raise SnapshotRefused(code, reason)
