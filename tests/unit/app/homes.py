"""Real homes of one-seat cities with real blocks, to be looked at and damaged."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from node.app.assembly import DistrictNode
from node.app.shelf import base_of
from node.chain import keys
from node.chain.block import block_id
from node.chain.certificate import Precommit, make_certificate, sign_bytes
from node.chain.genesis import chain_id_of
from node.chain.types import Code, EpochMs, Height, Round
from node.city.ceremony import CityPlaces, Founding, found, settle_in
from node.city.plan import read_plan
from node.city.ports import choose
from node.config import NodeHome, load
from node.runtime.snapshots import capture
from node.store.blocklog import BlockLog
from node.store.shadow import ShadowFiles

GULOU = Code("gulou")
CREATED_MS = EpochMs(1_795_000_000_000)


@dataclass(frozen=True, slots=True)
class RealHome:
    """A home, and who founded its city."""

    home: NodeHome
    founding: Founding

    @property
    def root(self) -> Path:
        """The home directory."""
        return self.home.root

    def contents(self) -> dict[str, bytes]:
        """Every file under the home."""
        found_files = (path for path in self.root.rglob("*") if path.is_file())
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found_files}

    @contextmanager
    def opened(self) -> Iterator[DistrictNode]:
        """What a start does, without doors and peers."""
        config = load(self.root, {}, {})
        node = DistrictNode(config, self.home.read_genesis(), self.home.read_keys())
        with ExitStack() as stack:
            node.open(stack)
            yield node

    def begin_from_own_snapshot(self) -> None:
        """Lose everything but a snapshot of the tip, and begin from it; the node may sign above it."""
        with self.opened() as node:
            held, tip = capture(node.executor), node.executor.tip.height
        assert held is not None
        shutil.rmtree(self.home.data)
        held.write(base_of(self.home.data))
        with self.opened() as node:
            node.stores.votes.rejoin(tip)

    def blocks(self) -> dict[int, tuple[bytes, bytes]]:
        """Block and certificate of each height in the log, which opens without a gap."""
        log = BlockLog(ShadowFiles(self.home.data), chain_id_of(self.home.read_genesis()))
        return {b.height: (b.block, b.certificate) for b in log.iterate(Height(0))}

    def decide(self, node: DistrictNode, blocks: int) -> None:
        """So many blocks more, signed by the only seat."""
        seed = self.founding.nodes[GULOU].consensus
        tip = node.executor.tip.height
        for number in range(tip + 1, tip + blocks + 1):
            height = Height(number)
            block = node.executor.build(EpochMs(CREATED_MS + 1_000 * number), 0)
            id_ = block_id(node.chain_id, block.header)
            vote = Precommit(1, height, Round(0), id_, 0, bytes(64))
            signature = keys.sign(seed, sign_bytes(node.chain_id, vote))
            signed = Precommit(1, height, Round(0), id_, 0, signature)
            node.stores.votes.append([signed])
            node.executor.commit(block, make_certificate([signed]))


def make_home(place: Path, blocks: int = 3, seats: int = 1) -> RealHome:
    """Found a city that is no rehearsal; the first seat's home gets so many blocks if it is the only one."""
    plan = read_plan().first(seats)
    founding = found(plan, CREATED_MS, rehearsal=False)
    places = CityPlaces(place / "city")
    settle_in(places, founding, choose(list(founding.nodes), None))
    made = RealHome(places.node(GULOU), founding)
    if blocks and seats == 1:
        with made.opened() as node:
            made.decide(node, blocks)
    return made
