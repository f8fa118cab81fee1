"""A disk that loses power: ``node.store.files.Files`` whose unsynced writes may vanish, sector by sector."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from node.store.faults import StorageCode, StorageFault

SECTOR_BYTES: Final = 512
FREE_BYTES: Final = 1 << 40


class PowerLoss(BaseException):
    """The simulated node died at this instruction; nothing of the node may catch it."""


class Fuse:
    """Counts down over everything a node does to the world, and blows."""

    def __init__(self) -> None:
        """A fuse that is not lit."""
        self._left: int | None = None
        self._sound_left: int | None = None
        self.failed = False
        """Whether the disk has refused something since the process began."""
        self.fine = False
        """Whether it also counts what a node does for itself: a block built or checked, a timer set."""
        self.counted = 0
        self.blown: list[str] = []
        """What each power loss came instead of."""

    def spoil(self, actions: int) -> None:
        """Let the disk refuse the ``actions``-th write, sync or change from now, counted from 0, and all after it."""
        self._sound_left = actions

    def light(self, actions: int) -> None:
        """Blow instead of the ``actions``-th action from now, counted from 0."""
        self._left = actions

    def quench(self) -> None:
        """Do not blow, and let the disk be sound."""
        self._left = self._sound_left = None
        self.failed = False

    def think(self, kind: str) -> None:
        """The node is about to do something that nobody else sees.

        Raises:
            PowerLoss: it does not.
        """
        if self.fine:
            self.tick(kind)

    def tick(self, kind: str) -> None:
        """One action is about to happen.

        Raises:
            PowerLoss: it does not.
        """
        self.counted += 1
        if self._left is None:
            return
        if self._left == 0:
            self._left = None
            self.blown.append(kind)
            raise PowerLoss
        self._left -= 1

    def touch(self, kind: str) -> None:
        """The disk is about to change.

        Raises:
            PowerLoss: it does not, and the node is dead.
            StorageFault: it refuses, as a full or a broken disk does.
        """
        self.tick(kind)
        if self._sound_left is None:
            return
        if self._sound_left == 0:
            self.failed = True
            raise StorageFault(StorageCode.WRITE_FAILED, "simulated", "the disk refuses")
        self._sound_left -= 1


@dataclass(slots=True)
class _Inode:
    current: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    dirty: set[int] = field(default_factory=set)

    def after_crash(self, rng: Random) -> "_Inode":
        """What the disk holds: any subset of the sectors written since the last sync, and any size between."""
        if not self.dirty and len(self.current) == len(self.durable):
            return _Inode(bytearray(self.durable), bytearray(self.durable))
        sizes = (len(self.durable), len(self.current))
        size = rng.choice((*sizes, rng.randint(min(sizes), max(sizes))))
        content = bytearray(self.durable[:size])
        content.extend(bytes(size - len(content)))
        for sector in sorted(self.dirty):
            start = sector * SECTOR_BYTES
            if rng.getrandbits(1):
                part = self.current[start : min(start + SECTOR_BYTES, size)]
                content[start : start + len(part)] = part
        return _Inode(content, bytearray(content))


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of the directory: a name gets another inode, or none."""

    name: str
    inode: _Inode | None
    gone: str = ""
    """For a rename, the name that goes in the same instant."""


class SimulatedFile:
    """A ``File`` of the simulated disk."""

    def __init__(self, name: str, inode: _Inode, fuse: Fuse) -> None:
        """Open an inode; the name says what a power loss came instead of."""
        self._name = name
        self._inode = inode
        self._fuse = fuse

    def read(self, offset: int, length: int) -> bytes:
        """See ``File.read``."""
        return bytes(self._inode.current[offset : offset + length])

    def write(self, offset: int, data: bytes) -> None:
        """See ``File.write``."""
        self._fuse.touch(f"write {_stem(self._name)}")
        inode = self._inode
        start = min(offset, len(inode.current))
        inode.current.extend(bytes(max(0, offset - len(inode.current))))
        inode.current[offset : offset + len(data)] = data
        inode.dirty.update(_sectors(start, offset + len(data)))

    def truncate(self, size: int) -> None:
        """See ``File.truncate``."""
        self._fuse.touch(f"truncate {_stem(self._name)}")
        inode = self._inode
        old = len(inode.current)
        del inode.current[size:]
        inode.current.extend(bytes(size - len(inode.current)))
        inode.dirty.update(_sectors(min(old, size), size))

    def size(self) -> int:
        """See ``File.size``."""
        return len(self._inode.current)

    def sync(self) -> None:
        """See ``File.sync``."""
        self._fuse.touch(f"sync {_stem(self._name)}")
        inode = self._inode
        size = len(inode.current)
        del inode.durable[size:]
        inode.durable.extend(bytes(size - len(inode.durable)))
        for sector in inode.dirty:
            part = slice(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES)
            inode.durable[part] = inode.current[part]
        inode.dirty.clear()

    def close(self) -> None:
        """Nothing to do."""


class _SimulatedLock:
    def release(self) -> None:
        """Nothing to do: one process, one disk."""


class SimulatedDisk:
    """``Files`` with a power switch."""

    def __init__(self, rng: Random, fuse: Fuse) -> None:
        """An empty disk.

        Args:
            rng: decides what a crash leaves.
            fuse: ticks at every write, sync and change of the directory.
        """
        self._rng = rng
        self._fuse = fuse
        self._names: dict[str, _Inode] = {}
        self._durable: dict[str, _Inode] = {}
        self._changes: list[_Change] = []

    def crash(self) -> None:
        """Lose power: directory changes up to some point and sectors at random are what is left."""
        kept = self._changes[: self._rng.randint(0, len(self._changes))]
        for change in kept:
            _apply(self._durable, change)
        self._names = {n: inode.after_crash(self._rng) for n, inode in self._durable.items()}
        self._durable = dict(self._names)
        self._changes = []

    def lose(self, name: str) -> None:
        """The file is gone, as after a wipe or a restore."""
        self._names.pop(name, None)
        self._durable.pop(name, None)

    def flip(self, name: str, position: int) -> None:
        """One bit of a durable byte turns over."""
        inode = self._names[name]
        for content in (inode.current, inode.durable):
            content[position] ^= 1 << self._rng.randrange(8)

    def durable(self, name: str) -> bytes:
        """What a power loss now would surely leave of a file."""
        inode = self._durable.get(name)
        return b"" if inode is None else bytes(inode.durable)

    def create(self, name: str) -> SimulatedFile:
        """See ``Files.create``."""
        if name in self._names:
            raise StorageFault(StorageCode.FILE_EXISTS, name, "exists already")
        self._change(_Change(name, _Inode()))
        return SimulatedFile(name, self._names[name], self._fuse)

    def open(self, name: str) -> SimulatedFile:
        """See ``Files.open``."""
        return SimulatedFile(name, self._present(name), self._fuse)

    def names(self) -> tuple[str, ...]:
        """See ``Files.names``."""
        return tuple(sorted(self._names))

    def rename(self, old: str, new: str) -> None:
        """See ``Files.rename``."""
        self._change(_Change(new, self._present(old), gone=old))

    def remove(self, name: str) -> None:
        """See ``Files.remove``."""
        self._present(name)
        self._change(_Change(name, None))

    def sync_directory(self) -> None:
        """See ``Files.sync_directory``."""
        self._fuse.touch("sync directory")
        self._durable = dict(self._names)
        self._changes = []

    def free_bytes(self) -> int:
        """See ``Files.free_bytes``."""
        return FREE_BYTES

    def lock(self, name: str) -> _SimulatedLock:
        """See ``Files.lock``."""
        assert name
        return _SimulatedLock()

    def _change(self, change: _Change) -> None:
        self._fuse.touch("change directory")
        _apply(self._names, change)
        self._changes.append(change)

    def _present(self, name: str) -> _Inode:
        if name not in self._names:
            raise StorageFault(StorageCode.FILE_MISSING, name, "does not exist")
        return self._names[name]


def _apply(names: dict[str, _Inode], change: _Change) -> None:
    names.pop(change.gone, None)
    if change.inode is None:
        names.pop(change.name, None)
    else:
        names[change.name] = change.inode


def _stem(name: str) -> str:
    """The name without number and suffix: ``votes`` of ``votes-2.log``."""
    return name.split(".", maxsplit=1)[0].rstrip("-0123456789")


def _sectors(start: int, end: int) -> range:
    return range(start // SECTOR_BYTES, -(-end // SECTOR_BYTES))
