"""Beginning a node from another district's snapshot instead of from block 1.

Only a node without blocks joins so: one whose data is lost, or one that a city takes in late. What comes is verified
from genesis on, byte for byte; a peer that gives something else is left, and the next is asked. Where nobody has a
snapshot the node executes every block, as it otherwise would.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import structlog

from node.app.calling import CONNECT_S, PeerCaller
from node.app.shelf import base_of
from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.snapshot import (
    Manifest,
    SnapshotCode,
    SnapshotRefused,
    check_chunk,
    check_manifest,
    check_records,
)
from node.chain.types import Height
from node.config import NodeConfig, NodeHome
from node.runtime.clock import SystemClock
from node.runtime.snapshots import verified
from node.runtime.snapshotwire import (
    CHUNK_KIND,
    MANIFEST_KIND,
    chunk_question,
    decode_chunk_message,
    decode_manifest_message,
    manifest_question,
)
from node.store.blocklog import segment_names
from node.store.files import RealFiles
from node.store.nodelock import node_lock
from node.store.snapshotfiles import SnapshotFiles
from node.store.votelog import NAME as VOTES_NAME

YOUNG_MS: Final = 3_600_000
"""A city younger than this has no blocks worth skipping, and its nodes start all at once."""
TRIES: Final = 3
"""Questions for one chunk to one peer, whose budget may be spent for a moment."""

Tell = Callable[[str, str], None]
"""(peer, why it was left)."""


class Asked(Protocol):
    """Peers, one at a time."""

    @property
    def connected(self) -> list[str]:
        """Who is there, by name."""

    def ask(self, peer: str, frame: tuple[int, bytes], answer_kind: int) -> bytes | None:
        """The payload of the answer to a frame; None if none comes."""


class _Offer(NamedTuple):
    peer: str
    manifest: Manifest
    raw: bytes


def should_join(home: NodeHome, config: NodeConfig, genesis: Genesis) -> bool:
    """Whether a node that is about to start has no blocks, and others may have many."""
    if not config.peers or not home.data.is_dir():
        return False
    files = RealFiles(home.data)
    if segment_names(files) or base_of(home.data).whole:
        return False
    lost = VOTES_NAME not in files.names()
    return lost or SystemClock().now_ms() - genesis.created_ms > YOUNG_MS


def join_if_empty(home: NodeHome, config: NodeConfig, genesis: Genesis) -> None:
    """What ``node start`` does before it opens the stores.

    Raises:
        StorageFault: the disk fails, or the node runs.
    """
    if not should_join(home, config, genesis):
        return
    log = structlog.get_logger("joining")
    height = join(
        home, config, genesis, lambda peer, said: log.warning("peer", peer=peer, said=said)
    )
    if height is None:
        log.info("no snapshot: every block is executed")
    else:
        log.info("begun from a snapshot", height=height)


def join(home: NodeHome, config: NodeConfig, genesis: Genesis, tell: Tell) -> Height | None:
    """Fetch the newest snapshot that proves itself, as the base of the node; None where nobody has one.

    Raises:
        StorageFault: the disk fails, or the node runs.
    """
    files = RealFiles(home.data)
    with node_lock(files), PeerCaller(config, genesis, home.read_keys()) as caller:
        if not caller.reach(patience_s=CONNECT_S):
            return None
        return take_newest(caller, genesis, base_of(home.data), tell)


def take_newest(caller: Asked, genesis: Genesis, base: SnapshotFiles, tell: Tell) -> Height | None:
    """Make the newest snapshot that proves itself the base; None where nobody has one.

    Args:
        caller: who can be asked.
        genesis: of the chain.
        base: whatever is in it gives way.
        tell: hears what was wrong with whom.

    Raises:
        StorageFault: the disk fails.
    """
    offers = _offers(caller, genesis, tell)
    for offer in sorted(offers, key=lambda o: -o.manifest.block.header.height):
        givers = [offer.peer, *(o.peer for o in offers if _same(o, offer))]
        try:
            _fetch(caller, offer, givers, base, tell)
        except SnapshotRefused as fault:
            tell(offer.peer, str(fault))
            base.clear()
            continue
        return offer.manifest.block.header.height
    return None


def _same(one: _Offer, other: _Offer) -> bool:
    """Whether two peers have the same state in the same chunks; their certificates may differ."""
    return one.peer != other.peer and one.manifest.chunks == other.manifest.chunks


def begin_home_from(home: NodeHome, genesis: Genesis, source: Path) -> Height:
    """Copy a snapshot that proves itself into a node that has no blocks, as its base.

    Raises:
        SnapshotRefused: it does not prove itself.
        StorageFault: the disk fails, or the node runs.
    """
    files = RealFiles(home.data)
    with node_lock(files):
        given = SnapshotFiles(RealFiles(source))
        manifest, _ = verified(genesis, given)
        chunks = (given.chunk(index) for index in range(len(manifest.chunks)))
        base_of(home.data).write(given.manifest(), chunks)
        verified(genesis, base_of(home.data))
    return manifest.block.header.height


def _offers(caller: Asked, genesis: Genesis, tell: Tell) -> list[_Offer]:
    found = []
    for peer in caller.connected:
        payload = caller.ask(peer, manifest_question(), MANIFEST_KIND)
        if payload is None:
            continue
        try:
            raw = decode_manifest_message(payload).manifest
            if raw:
                found.append(_Offer(peer, check_manifest(genesis, raw), raw))
        except (Malformed, SnapshotRefused) as fault:
            tell(peer, str(fault))
    return found


def _fetch(
    caller: Asked, offer: _Offer, givers: list[str], base: SnapshotFiles, tell: Tell
) -> None:
    """Fetch all chunks, verify the whole, and only then make it the base."""
    base.clear()
    manifest = offer.manifest
    for index in range(len(manifest.chunks)):
        base.put_chunk(index, _chunk(caller, manifest, index, givers, tell))
    chunks = (check_chunk(manifest, i, base.chunk(i)) for i in range(len(manifest.chunks)))
    check_records(manifest, chunks)
    base.finish(offer.raw)


def _chunk(caller: Asked, manifest: Manifest, index: int, givers: list[str], tell: Tell) -> bytes:
    """One chunk from whoever gives the right one; a peer that gives a wrong one is not asked again."""
    height = manifest.block.header.height
    for peer in tuple(givers):
        for _ in range(TRIES):
            payload = caller.ask(peer, chunk_question(height, index), CHUNK_KIND)
            if payload is None:
                continue
            try:
                chunk = decode_chunk_message(payload).chunk
                check_chunk(manifest, index, chunk)
            except (Malformed, SnapshotRefused) as fault:
                tell(peer, str(fault))
                givers.remove(peer)
                break
            return chunk
    raise SnapshotRefused(SnapshotCode.INCOMPLETE, f"nobody gives chunk {index}")
