"""A snapshot of the small story's last block, and ways in which one can be wrong."""

from importlib import import_module

from msgspec.structs import replace

from node.chain.block import block_id
from node.chain.codec import encode
from node.chain.genesis import Genesis
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.merkle import Frontier, leaf_hash
from node.chain.seats import epochs_of
from node.chain.snapshot import (
    FORMAT,
    Manifest,
    SnapshotRefused,
    check_chunk,
    check_manifest,
    check_records,
    chunk_hash,
    make_chunks,
)
from scripts.vector_sections.constants import Json

FLIPS = 24
"""Places at which one bit of the manifest is turned, evenly spread."""


def section() -> dict[str, Json]:
    """One sound snapshot, and others with the number of what is wrong with them."""
    archives = import_module("tests.archives")
    city = archives.small_story()
    sealed = archives.seal(
        city.genesis, archives.drafts_of(city), None, epochs_of(city.ledger, city.ledger.height)
    )
    last, frontier = sealed[-1], Frontier(0, ())
    for one in sealed[:-1]:
        leaves = [leaf_hash(raw) for raw in (*one.block.transactions, encode(one.summary))]
        frontier = frontier.extend(leaves)[0]
    chunks = tuple(make_chunks(city.ledger.records))
    below = tuple(
        change
        for change in archives.trail_of(city, sealed)
        if change.header.height < last.block.header.height
    )
    manifest = Manifest(
        FORMAT,
        SUITE_ED25519_SHA256,
        city.chain_id,
        below,
        last.block,
        last.certificate,
        last.summary,
        frontier,
        len(city.ledger.records),
        tuple(chunk_hash(city.chain_id, chunk) for chunk in chunks),
    )
    return {
        "chain_id": city.chain_id.hex(),
        "genesis": encode(city.genesis).hex(),
        "manifest": encode(manifest).hex(),
        "chunks": [chunk.hex() for chunk in chunks],
        "block_id": block_id(city.chain_id, last.block.header).hex(),
        "state_root": last.block.header.state_root.hex(),
        "log_root": last.block.header.log_root.hex(),
        "wrong": _wrong(city.genesis, manifest, chunks),
    }


def _wrong(genesis: Genesis, manifest: Manifest, chunks: tuple[bytes, ...]) -> list[Json]:
    few = manifest.certificate.signatures[: genesis.authorities.quorum - 1]
    certificate = replace(manifest.certificate, signatures=few)
    cases = {
        "below the quorum": encode(replace(manifest, certificate=certificate)),
        "another format": encode(replace(manifest, format=2)),
        "another summary": encode(
            replace(manifest, summary=replace(manifest.summary, timer_count=9))
        ),
        "another frontier": encode(replace(manifest, before=Frontier(0, ()))),
        "another count": encode(replace(manifest, record_count=manifest.record_count + 1)),
        "another chunk": encode(replace(manifest, chunks=(*manifest.chunks[::-1], bytes(32)))),
    }
    raw = encode(manifest)
    for number in range(FLIPS):
        at = number * len(raw) // FLIPS
        turned = raw[:at] + bytes((raw[at] ^ 1 << number % 8,)) + raw[at + 1 :]
        cases[f"bit {number % 8} of byte {at} turned"] = turned
    return [
        {"name": name, "manifest": case.hex(), "code": refusal(genesis, case, chunks)}
        for name, case in cases.items()
    ]


def refusal(genesis: Genesis, raw: bytes, chunks: tuple[bytes, ...]) -> str:
    """The number of what is wrong; empty when nothing is."""
    try:
        manifest = check_manifest(genesis, raw)
        if len(chunks) < len(manifest.chunks):
            return "N10"
        pairs = zip(range(len(manifest.chunks)), chunks, strict=False)
        check_records(manifest, [check_chunk(manifest, i, chunk) for i, chunk in pairs])
    except SnapshotRefused as fault:
        return f"N{fault.code.value:02}"
    return ""
