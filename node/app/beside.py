"""What stands in a home beside block log, vote log and database, read again so that damage is known early.

The base of a node that was begun from a snapshot is needed again only when the database is lost; what was said at a
height, only when somebody is to be convicted; a snapshot, only by others. A running node reads all of it once an hour
in a thread. Nothing here stops it: the base has a command that mends it, and the rest mends itself.
"""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import structlog

from node.app.older import OLDER_NAME
from node.app.regenesis import previous_damage
from node.app.shelf import BASE_NAME, PREVIOUS_NAME, SnapshotShelf
from node.chain.genesis import Genesis, chain_id_of
from node.config import NodeHome
from node.runtime.snapshots import damage_of
from node.runtime.statements import StatementLog
from node.store.blocklog import BlockLog
from node.store.faults import StorageCode, StorageFault
from node.store.formats import survey
from node.store.numberfile import LEAP, NAMES
from node.store.shadow import ShadowFiles
from node.store.snapshotfiles import SnapshotFiles

FIRST_S: Final = 60.0
EVERY_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not what was written.

    Attributes:
        file: below the home.
        offset: where in it, in bytes; None when it is the whole.
        reason: what was seen.
        code: says which command mends it; None for what mends itself and costs nothing final.
    """

    file: str
    offset: int | None
    reason: str
    code: StorageCode | None

    @property
    def fault(self) -> StorageFault | None:
        """As a fault with its command; None for what mends itself."""
        if self.code is None:
            return None
        return StorageFault(self.code, self.file, self.reason, self.offset)

    def __str__(self) -> str:
        place = "" if self.offset is None else f" at byte {self.offset}"
        return f"{self.file}{place}: {self.reason}"


def look_beside(home: NodeHome, genesis: Genesis) -> Iterator[Damage]:
    """Read everything beside the logs once; nothing is changed, and the node may run.

    Raises:
        StorageFault: ``READ_FAILED``, the disk does not read.
    """
    files = ShadowFiles(home.data)
    for gone in StatementLog(files).scrub():
        reason = "a record of what was said is damaged; those behind it are read"
        yield Damage(f"data/{gone.name}", gone.offset, reason, None)
    sound = {one.name for one in survey(files)}
    for name in (name for name in NAMES if name in files.names() and name not in sound):
        code = StorageCode.NUMBER_DAMAGED if name == LEAP else None
        yield Damage(f"data/{name}", 0, "not the number that was written", code)
    lost = _older_fault(home, genesis)
    if lost is not None:
        reason = f"{lost.reason}; the repair fetches it again"
        yield Damage(f"data/{OLDER_NAME}/{lost.file}", lost.offset, reason, None)
    base = SnapshotFiles(ShadowFiles(home.data / BASE_NAME))
    if base.whole and (why := damage_of(genesis, base)) is not None:
        yield Damage(f"data/{BASE_NAME}", None, why, StorageCode.BASE_DAMAGED)
    if (why := previous_damage(home, genesis)) is not None:
        yield Damage(f"data/{PREVIOUS_NAME}", None, why, StorageCode.PREVIOUS_MISSING)
    yield from _of_shelf(home, genesis)


def _of_shelf(home: NodeHome, genesis: Genesis) -> Iterator[Damage]:
    """The snapshots for others; one that a running node lets go meanwhile is not damaged."""
    shelf = SnapshotShelf(home.snapshots)
    for height in shelf.heights():
        place = home.snapshots / f"{height:016d}"
        try:
            why = damage_of(genesis, SnapshotFiles(ShadowFiles(place)))
        except StorageFault as fault:
            if fault.code is not StorageCode.FILE_MISSING:
                raise
            continue
        if why is not None and shelf.at(height) is not None:
            reason = f"{why}; whoever fetches it finds out, and a newer one takes its place"
            yield Damage(f"snapshots/{place.name}", None, reason, None)


def _older_fault(home: NodeHome, genesis: Genesis) -> StorageFault | None:
    """The first damage among the older blocks that a node begun from a snapshot has gathered."""
    files = ShadowFiles(home.data / OLDER_NAME)
    if not files.names():
        return None
    log = None
    try:
        log = BlockLog(files, chain_id_of(genesis))
        log.scrub(sys.maxsize)
    except StorageFault as fault:
        return fault
    finally:
        if log is not None:
            log.close()
    return None


class BesideWatch:
    """Looks again and again while the node runs, and logs each damage once."""

    def __init__(self, home: NodeHome, genesis: Genesis, loop: asyncio.AbstractEventLoop) -> None:
        """Nothing is read before ``begin``."""
        self._home = home
        self._genesis = genesis
        self._loop = loop
        self._told: set[Damage] = set()
        self._log = structlog.get_logger("beside")

    def begin(self) -> None:
        """Look in a minute, and then every hour."""
        self._loop.call_later(FIRST_S, self._again)

    def look(self) -> None:
        """Read everything and say what is new; any thread."""
        try:
            for damage in look_beside(self._home, self._genesis):
                if damage not in self._told:
                    self._told.add(damage)
                    self._log.error("damaged", where=str(damage), command=self._command(damage))
        except StorageFault as fault:
            self._log.error("not read", reason=str(fault))

    def _command(self, damage: Damage) -> str:
        fault = damage.fault
        return "-" if fault is None else fault.command(str(self._home.root))

    def _again(self) -> None:
        self._loop.run_in_executor(None, self.look)
        self._loop.call_later(EVERY_S, self._again)
