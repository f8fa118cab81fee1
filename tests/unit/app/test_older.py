"""The blocks below a snapshot are gathered a few at a time, whatever interrupts it, and moved without a gap."""

import shutil
from pathlib import Path

import pytest

from node.app import older
from node.app.older import OLDER_NAME, begins_at, gather, take_in
from node.chain.genesis import chain_id_of
from node.chain.types import Height
from node.store.blocklog import BlockLog, StoredBlock
from node.store.files import RealFiles
from node.store.level import destroy
from node.store.shadow import ShadowFiles
from tests.unit.app.homes import RealHome, make_home

pytestmark = pytest.mark.slow

BASE_HEIGHT = 9
SEGMENT_BYTES = 1_000
"""A few blocks to a file."""

Pair = tuple[bytes, bytes]


class Unreached(Exception):  # noqa: N818 - what happens
    """Nobody has it now."""


class Peers:
    """Give every block, or so many and then none."""

    def __init__(self, blocks: dict[int, Pair]) -> None:
        self.blocks = blocks
        self.asked: list[int] = []
        self.left = len(blocks)

    def fetch(self, height: Height) -> Pair:
        if self.left == 0:
            raise Unreached
        self.left -= 1
        self.asked.append(height)
        return self.blocks[height]


@pytest.fixture(scope="module", name="joined")
def _joined(tmp_path_factory: pytest.TempPathFactory) -> tuple[RealHome, dict[int, Pair]]:
    """A home begun from a snapshot, and all blocks of its chain."""
    made = make_home(tmp_path_factory.mktemp("older"), blocks=BASE_HEIGHT)
    blocks = made.blocks()
    made.begin_from_own_snapshot()
    with made.opened() as node:
        made.decide(node, 2)
    return made, {**blocks, **made.blocks()}


@pytest.fixture(name="home")
def _home(joined: tuple[RealHome, dict[int, Pair]], tmp_path: Path) -> tuple[Path, Peers]:
    """A copy of its data directory, and peers that have everything."""
    made, blocks = joined
    data = tmp_path / "data"
    shutil.copytree(made.home.data, data)
    return data, Peers(blocks)


def held(data: Path, made: RealHome) -> list[StoredBlock]:
    """All blocks of the log, which opens without a gap."""
    log = BlockLog(ShadowFiles(data), chain_id_of(made.home.read_genesis()))
    return list(log.iterate(Height(0)))


@pytest.mark.feature("A9", "K6")
def test_gathering_goes_on_where_it_was_interrupted(
    joined: tuple[RealHome, dict[int, Pair]], home: tuple[Path, Peers]
) -> None:
    """No block is asked for twice, and the node's own log is not touched meanwhile."""
    (made, _), (data, peers) = joined, home
    genesis, before = made.home.read_genesis(), held(data, made)
    assert begins_at(data, genesis) == BASE_HEIGHT
    while True:
        peers.left = 3
        try:
            gather(data, genesis, peers.fetch, SEGMENT_BYTES)
        except Unreached:
            assert held(data, made) == before
        else:
            break
    assert peers.asked == list(range(1, BASE_HEIGHT))
    assert len(list((data / OLDER_NAME).glob("blocks-*.log"))) > 2


@pytest.mark.feature("A9", "J2")
def test_blocks_are_taken_in_without_a_gap_wherever_a_crash_interrupts_it(
    joined: tuple[RealHome, dict[int, Pair]],
    home: tuple[Path, Peers],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A log that begins with the chain never stands beside a database that was made from less."""
    (made, blocks), (data, peers) = joined, home
    genesis, move, crashes = made.home.read_genesis(), older._move, 0
    gather(data, genesis, peers.fetch, SEGMENT_BYTES)

    def crash_after_one(source: Path, target: Path, name: str) -> None:
        move(source, target, name)
        raise Unreached

    monkeypatch.setattr(older, "_move", crash_after_one)
    while begins_at(data, genesis) > 1:
        with pytest.raises(Unreached):
            take_in(data, lambda: destroy(data / "state"))
        crashes += 1
        found = held(data, made)
        assert found[-1].height == BASE_HEIGHT + 2
        assert found[0].height > 1 or not (data / "state" / "CURRENT").exists()
        assert gather(data, genesis, peers.fetch, SEGMENT_BYTES) == 0
    assert crashes > 2
    take_in(data, lambda: destroy(data / "state"))
    assert {b.height: (b.block, b.certificate) for b in held(data, made)} == blocks
    assert not (data / OLDER_NAME).exists()


@pytest.mark.feature("K7")
def test_what_has_rotted_meanwhile_is_fetched_again(
    joined: tuple[RealHome, dict[int, Pair]], home: tuple[Path, Peers]
) -> None:
    """Any damaged byte of what was gathered costs a block or two, and ends in the same log."""
    (made, blocks), (data, peers) = joined, home
    genesis = made.home.read_genesis()
    gather(data, genesis, peers.fetch, SEGMENT_BYTES)
    first = sorted((data / OLDER_NAME).glob("blocks-*.log"))[0]
    raw = bytearray(first.read_bytes())
    raw[70] ^= 1
    first.write_bytes(raw)
    peers.asked.clear()
    peers.left = len(blocks)
    gather(data, genesis, peers.fetch, SEGMENT_BYTES)
    assert peers.asked == [1]
    take_in(data, lambda: destroy(data / "state"))
    assert {b.height: (b.block, b.certificate) for b in held(data, made)} == blocks


def test_a_whole_node_gathers_nothing(tmp_path: Path) -> None:
    """Nor one without any blocks."""
    made = make_home(tmp_path, blocks=2)
    peers = Peers({})
    genesis = made.home.read_genesis()
    assert gather(made.home.data, genesis, peers.fetch) == 0
    take_in(made.home.data, lambda: pytest.fail("nothing goes"))
    shutil.rmtree(made.home.data)
    assert begins_at(made.home.data, genesis) == 1
    assert RealFiles(made.home.data).names() == ()
