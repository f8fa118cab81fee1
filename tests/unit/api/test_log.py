"""The log in tiles, read by a client that knows the specification and not us."""

import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest

from node.chain.merkle import Frontier, leaf_hash, verify_consistency
from node.chain.types import Hash
from node.runtime.queries.log import PublicLog
from tests.kernel_city import GULOU
from tests.unit.api.conftest import Story
from tests.unit.api.door import DoorCity

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "reference"))
from tile_client import TileLog, entries_of, root_from, tile_path


def log_of(city: DoorCity) -> TileLog:
    def read(path: str) -> bytes:
        reply = city.read(f"/v1/{path}")
        assert reply.status == 200, path
        return reply.content

    return TileLog(read, city.executor.point.frontier.size)


@pytest.mark.feature("L1")
def test_an_outside_client_recomputes_the_root(story: Story):
    """From hash tiles alone, to the root of the header that the districts certified."""
    log = log_of(story.city)
    assert log.root() == story.city.executor.point.frontier.root()


@pytest.mark.feature("L1")
def test_every_entry_is_included_by_the_tiles(story: Story):
    """Bundles for an authority; each entry's path is made of public tiles."""
    city = story.city
    log, reader = log_of(city), city.operator(GULOU)
    target = "/v1/" + tile_path("entries", 0, log.size)
    found = entries_of(city.read_signed(target, reader).content)
    assert len(found) == log.size
    for index, entry in enumerate(found):
        leaf = sha256(b"\x00" + entry).digest()
        assert root_from(leaf, index, log.size, log.inclusion(index)) == log.root()


@pytest.mark.feature("G5")
def test_entries_are_for_authorities_only(story: Story):
    """Nobody else reads transactions of persons, signed or not, and a reading is noted."""
    city = story.city
    target = "/v1/tile/entries/000.p/2"
    assert city.read(target).code == "A09"
    assert city.read_signed(target, story.li).code == "A13"
    assert city.read_signed(target, city.operator(GULOU)).status == 200


def test_what_is_not_there_yet_is_said(story: Story):
    """Full tiles only when they are full; other paths than the specified ones are refused."""
    city = story.city
    size = city.executor.point.frontier.size
    for target in ("000", f"000.p/{size + 1}", "001", "x001/000"):
        assert city.read(f"/v1/tile/0/{target}").code == "A14"
    assert city.read("/v1/tile/1/000.p/1").code == "A14"
    for target in ("0", "x000/001", "000.p/0", "000.p/256", "000.p/999", "0000", "x001/1", "..."):
        assert city.read(f"/v1/tile/0/{target}").code == "A06"
    assert city.read("/v1/tile/6/000").code == "A06"
    assert city.read(f"/v1/log/consistency?old=1&new={size + 1}").code == "A14"
    assert city.read("/v1/log/consistency?old=2&new=1").code == "A06"


@pytest.mark.feature("L1")
def test_any_two_sizes_are_shown_consistent(story: Story):
    """What a witness asks for."""
    city = story.city
    size = city.executor.point.frontier.size
    log = PublicLog(city.executor, city.store)
    leaves = log.hashes(0, 0, size)
    assert leaves is not None
    for old in range(0, size + 1, 3):
        raw = city.read(f"/v1/log/consistency?old={old}&new={size}").content
        path = tuple(Hash(b64decode(line)) for line in raw.split())
        old_root = Frontier().extend(leaves[:old])[0].root()
        assert verify_consistency(old, old_root, size, city.executor.point.frontier.root(), path)


class _RowOfNodes:
    """A store that holds the nodes of a long log."""

    def __init__(self, size: int) -> None:
        self.frontier, made = Frontier().extend([leaf_hash(b"%d" % n) for n in range(size)])
        self._nodes = {(level, index): node for level, index, node in made}
        self.point = self
        self.blocks_from = 1

    def log_node(self, level: int, index: int) -> Hash:
        return self._nodes[level, index]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 66_000])
def test_long_logs_have_tiles_above_tiles(size: int):
    """Full and partial tiles at every level, and the same root."""
    store = _RowOfNodes(size)
    log = PublicLog(store, store)  # type: ignore[arg-type]

    def read(path: str) -> bytes:
        _, level, place = path.split("/", 2)
        place, _, partial = place.partition(".p/")
        index = int(place.replace("x", "").replace("/", ""))
        width = int(partial or 256)
        found = log.hashes(8 * int(level), 256 * index, width)
        assert found is not None
        return b"".join(found)

    assert TileLog(read, size).root() == store.frontier.root()
