"""The snapshot of ``tests/vectors/snapshots.json``, read by the kernel."""

import json
from pathlib import Path

import pytest

from node.chain.genesis import decode_genesis
from node.chain.snapshot import check_chunk, check_manifest, check_records
from scripts.vector_sections.snapshots import refusal

VECTORS = json.loads(
    (Path(__file__).resolve().parents[2] / "vectors" / "snapshots.json").read_text("utf-8")
)
GENESIS = decode_genesis(bytes.fromhex(VECTORS["genesis"]))
CHUNKS = tuple(bytes.fromhex(chunk) for chunk in VECTORS["chunks"])


@pytest.mark.feature("A9")
def test_the_snapshot_of_the_vectors_proves_itself() -> None:
    """Block, state and log are those that the file names."""
    manifest = check_manifest(GENESIS, bytes.fromhex(VECTORS["manifest"]))
    records = check_records(manifest, [check_chunk(manifest, 0, CHUNKS[0])])
    assert manifest.block.header.state_root.hex() == VECTORS["state_root"]
    assert len(records) == manifest.record_count


@pytest.mark.feature("A9")
def test_each_wrong_snapshot_of_the_vectors_has_its_number() -> None:
    """A missing signature, another summary, a bit here and there."""
    for case in VECTORS["wrong"]:
        assert refusal(GENESIS, bytes.fromhex(case["manifest"]), CHUNKS) == case["code"]
