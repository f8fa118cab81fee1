"""Whose snapshot a node takes, when peers lie, have nothing, or fall silent."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.app.joining import take_newest
from node.chain.codec import encode
from node.chain.snapshot import chunk_hash, decode_chunk, decode_manifest
from node.chain.types import Height
from node.runtime.snapshots import capture, verified
from node.runtime.snapshotwire import CHUNK_KIND, ChunkMessage, SnapshotServing
from node.store.files import RealFiles
from node.store.memoryfiles import MemoryFiles
from node.store.snapshotfiles import SnapshotFiles
from tests.unit.runtime.ledgernode import LedgerNode

Bend = Callable[[bytes], bytes | None]


class OneShelf:
    """A peer's only snapshot."""

    def __init__(self, files: SnapshotFiles) -> None:
        self.files = files
        self.height = decode_manifest(files.manifest()).block.header.height

    def newest(self) -> Height | None:
        return self.height

    def at(self, height: Height) -> SnapshotFiles | None:
        return self.files if height == self.height else None


class Peers:
    """Peers that serve as nodes do, each bending its chunks in its own way."""

    def __init__(self, shelves: Mapping[str, SnapshotFiles], bent: Mapping[str, Bend]) -> None:
        self._serving = {n: SnapshotServing(OneShelf(f), lambda: 0.0) for n, f in shelves.items()}
        self._bent = bent
        self.asked: list[str] = []

    @property
    def connected(self) -> list[str]:
        return sorted(self._serving)

    def ask(self, peer: str, frame: tuple[int, bytes], answer_kind: int) -> bytes | None:
        found = self._serving[peer].answer(peer, *frame)
        assert found is not None
        assert found[0] == answer_kind
        if answer_kind != CHUNK_KIND:
            return found[1]
        self.asked.append(peer)
        bend = self._bent.get(peer)
        return found[1] if bend is None else bend(found[1])


@pytest.fixture
def city() -> LedgerNode:
    """Two blocks."""
    node = LedgerNode()
    node.decide(node.registration(0))
    node.decide(node.registration(1))
    return node


def snapshot_of(city: LedgerNode) -> SnapshotFiles:
    """At its tip."""
    files, held = SnapshotFiles(MemoryFiles()), capture(city.executor)
    assert held is not None
    held.write(files)
    return files


def forged(snapshot: SnapshotFiles) -> SnapshotFiles:
    """The same block over a state without its first record, every hash of a chunk right."""
    manifest = decode_manifest(snapshot.manifest())
    chunk = encode(decode_chunk(snapshot.chunk(0))[1:])
    named = (chunk_hash(manifest.genesis_hash, chunk),)
    liar = replace(manifest, chunks=named, record_count=manifest.record_count - 1)
    files = SnapshotFiles(MemoryFiles())
    files.write(encode(liar), [chunk])
    return files


@pytest.mark.feature("A9")
def test_a_peer_with_a_wrong_chunk_is_left_for_another_with_the_right_one(
    city: LedgerNode, tmp_path: Path
) -> None:
    """Another chunk, garbage and silence: each is passed over, and the fault has its number."""
    sound, said = snapshot_of(city), dict[str, str]()
    bent: dict[str, Bend] = {
        "a": lambda _: encode(ChunkMessage(Height(2), 0, b"\x90")),
        "b": lambda _: b"garbage",
        "c": lambda _: None,
    }
    peers = Peers(dict.fromkeys("abcd", sound), bent)
    base = SnapshotFiles(RealFiles(tmp_path))
    assert take_newest(peers, city.genesis, base, said.__setitem__) == 2
    assert said["a"].startswith("N07")
    assert "not_canonical" in said["b"]
    assert peers.asked == ["a", "b", "c", "c", "c", "d"]
    assert verified(city.genesis, base)[0].block.header.height == 2


@pytest.mark.feature("A9")
def test_a_snapshot_whose_state_is_forged_is_left_for_an_older_honest_one(
    city: LedgerNode, tmp_path: Path
) -> None:
    """The liar offers the higher block; its state root speaks against it, and nothing of it stays."""
    honest = snapshot_of(city)
    city.decide(city.registration(2))
    said = dict[str, str]()
    peers = Peers({"liar": forged(snapshot_of(city)), "poor": honest}, {})
    base = SnapshotFiles(RealFiles(tmp_path))
    assert take_newest(peers, city.genesis, base, said.__setitem__) == 2
    assert said["liar"].startswith("N09")
    assert verified(city.genesis, base)[0].block.header.height == 2


@pytest.mark.feature("A9")
def test_a_snapshot_without_a_quorum_is_not_even_fetched(city: LedgerNode, tmp_path: Path) -> None:
    """Where nobody has a sound one there is no base, and the node will execute every block."""
    snapshot, said = snapshot_of(city), dict[str, str]()
    manifest = decode_manifest(snapshot.manifest())
    few = manifest.certificate.signatures[: city.genesis.authorities.quorum - 1]
    weak = replace(manifest, certificate=replace(manifest.certificate, signatures=few))
    files = SnapshotFiles(MemoryFiles())
    files.write(encode(weak), [snapshot.chunk(0)])
    peers = Peers({"a": files}, {})
    base = SnapshotFiles(RealFiles(tmp_path))
    assert take_newest(peers, city.genesis, base, said.__setitem__) is None
    assert said["a"].startswith("N05")
    assert peers.asked == []
    assert not base.whole
