"""The snapshots of one node: a directory each below ``HOME/snapshots``, named by height, and who makes them.

They can be made again at any time, so a disk that has no room for one stops nothing.
"""

import asyncio
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from node.chain.snapshot import SnapshotRefused
from node.chain.types import Height
from node.runtime.executor import CommittedBlock, Executor
from node.runtime.snapshots import Capture, capture
from node.store.faults import StorageFault
from node.store.files import RealFiles
from node.store.snapshotfiles import SnapshotFiles

KEPT_MAX: Final = 2
"""The newest, and the one before for whoever is in the middle of fetching it."""
BASE_NAME: Final = "base"
"""Inside the data directory: the snapshot that the node was begun from."""
PREVIOUS_NAME: Final = "previous"
"""Inside the data directory: the state that a city founded anew goes on from."""
_NAME: Final = re.compile(r"\A\d{16}\Z", re.ASCII)


def previous_of(data: Path) -> SnapshotFiles:
    """The last state of the chain before, of a node whose city was founded anew; whole or not there."""
    return SnapshotFiles(RealFiles(data / PREVIOUS_NAME))


def base_of(data: Path) -> SnapshotFiles:
    """The snapshot that a node was begun from, whole or not there."""
    return SnapshotFiles(RealFiles(data / BASE_NAME))


class SnapshotShelf:
    """Whole snapshots by height."""

    def __init__(self, root: Path) -> None:
        """Keep them below ``root``, which need not exist."""
        self._root = root

    def heights(self) -> list[Height]:
        """Of all whole ones, ascending."""
        found = sorted(p.name for p in self._places())
        return [Height(int(name)) for name in found if self._files(name).whole]

    def newest(self) -> Height | None:
        """Height of the newest whole one."""
        return max(self.heights(), default=None)

    def at(self, height: Height) -> SnapshotFiles | None:
        """A whole one."""
        name = f"{height:016d}"
        if not (self._root / name).is_dir():
            return None
        files = self._files(name)
        return files if files.whole else None

    def put(self, held: Capture) -> None:
        """Write one and let the oldest go.

        Raises:
            StorageFault: the disk fails.
            SnapshotRefused: it is too large to be passed on.
        """
        held.write(self._files(f"{held.height:016d}"))
        keep = {f"{height:016d}" for height in self.heights()[-KEPT_MAX:]}
        for place in self._places():
            if place.name not in keep:
                # The manifest goes first: whoever reads meanwhile sees one that is not whole.
                with suppress(StorageFault):
                    self._files(place.name).clear()
                shutil.rmtree(place, ignore_errors=True)

    def _places(self) -> list[Path]:
        if not self._root.is_dir():
            return []
        return [p for p in self._root.iterdir() if p.is_dir() and _NAME.match(p.name)]

    def _files(self, name: str) -> SnapshotFiles:
        return SnapshotFiles(RealFiles(self._root / name))


class SnapshotMaker:
    """Makes a snapshot every so many blocks; the state is held still at once, written in a thread."""

    def __init__(
        self,
        executor: Executor,
        shelf: SnapshotShelf,
        every_blocks: int,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Watch an executor from now on."""
        self._executor = executor
        self._shelf = shelf
        self._every_blocks = every_blocks
        self._loop = loop
        self._busy = False
        self._log = structlog.get_logger("snapshots")
        executor.watch(self._on_block)

    def _on_block(self, final: CommittedBlock) -> None:
        due = final.block.header.height % self._every_blocks == 0
        if not due or self._busy:
            return
        held = capture(self._executor)
        if held is not None:
            self._busy = True
            self._loop.run_in_executor(None, self._write, held)

    def _write(self, held: Capture) -> None:
        try:
            self._shelf.put(held)
        except (StorageFault, SnapshotRefused) as fault:
            self._log.error("no snapshot", height=held.height, reason=str(fault))
        else:
            self._log.info("snapshot", height=held.height, records=len(held.records))
        finally:
            self._busy = False
