"""The simulated disk keeps what was synced, and of the rest any part."""

from random import Random

import pytest

from node.sim.disk import SECTOR_BYTES, Fuse, PowerLoss, SimulatedDisk
from node.store.faults import StorageCode, StorageFault


def disk_of(seed: int, fuse: Fuse | None = None) -> SimulatedDisk:
    return SimulatedDisk(Random(seed), fuse or Fuse())


def test_what_was_synced_survives_and_sectors_of_the_rest_are_whole_or_old() -> None:
    """Over many crashes both outcomes are seen."""
    seen = set()
    for seed in range(40):
        disk = disk_of(seed)
        file = disk.create("a")
        file.write(0, b"o" * 2 * SECTOR_BYTES)
        file.sync()
        disk.sync_directory()
        file.write(0, b"n" * 2 * SECTOR_BYTES)
        disk.crash()
        left = disk.open("a").read(0, 3 * SECTOR_BYTES)
        assert len(left) == 2 * SECTOR_BYTES
        sectors = left[:SECTOR_BYTES], left[SECTOR_BYTES:]
        assert all(len(set(sector)) == 1 for sector in sectors)
        seen.add((sectors[0][:1], sectors[1][:1]))
    assert seen == {(a, b) for a in (b"o", b"n") for b in (b"o", b"n")}


def test_a_name_is_durable_only_after_its_directory_is_synced() -> None:
    """A rename leaves the old file or the new one, never neither."""
    outcomes = set()
    for seed in range(40):
        disk = disk_of(seed)
        for name in ("old", "new"):
            file = disk.create(name)
            file.write(0, name.encode())
            file.sync()
        disk.sync_directory()
        disk.rename("new", "old")
        disk.crash()
        outcomes.add(disk.open("old").read(0, 3))
    assert outcomes == {b"old", b"new"}


def test_the_fuse_blows_at_its_action_and_once() -> None:
    """Instead of the action."""
    fuse = Fuse()
    disk = disk_of(0, fuse)
    file = disk.create("a")
    fuse.light(1)
    file.write(0, b"x")
    with pytest.raises(PowerLoss):
        file.sync()
    file.sync()
    assert disk.durable("a") == b""


def test_faults_of_names_are_those_of_the_real_files() -> None:
    """Missing and existing."""
    disk = disk_of(0)
    disk.create("a")
    with pytest.raises(StorageFault) as exists:
        disk.create("a")
    with pytest.raises(StorageFault) as missing:
        disk.open("b")
    assert (exists.value.code, missing.value.code) == (
        StorageCode.FILE_EXISTS,
        StorageCode.FILE_MISSING,
    )


def test_a_lost_and_a_flipped_file() -> None:
    """As after a wipe, and as after years."""
    disk = disk_of(0)
    for name in ("a", "b"):
        file = disk.create(name)
        file.write(0, b"\x00")
        file.sync()
    disk.sync_directory()
    disk.lose("a")
    disk.flip("b", 0)
    assert disk.names() == ("b",)
    assert disk.open("b").read(0, 1) != b"\x00"
