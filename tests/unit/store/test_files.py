"""Files: real ones and their twin do the same; faults are named and final."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from node.store.faults import EXPLANATIONS, StorageCode, StorageFault
from node.store.files import Files, RealFiles
from node.store.memoryfiles import MemoryFiles
from node.store.nodelock import NAME, node_lock
from node.store.space import (
    ACCEPT_FLOOR_BYTES,
    SIGN_FLOOR_BYTES,
    WARN_FLOOR_BYTES,
    Space,
    space_left,
)


@pytest.fixture(params=["memory", "real"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """Both implementations."""
    return MemoryFiles() if request.param == "memory" else RealFiles(tmp_path / "data")


def test_bytes_are_read_where_they_were_written(files: Files) -> None:
    """Overwriting, growing over a gap, cutting, and reading past the end."""
    file = files.create("a")
    file.write(0, b"hello")
    file.write(8, b"world")
    file.write(1, b"E")
    assert file.read(0, 100) == b"hEllo\x00\x00\x00world"
    assert file.read(13, 1) == b""
    file.truncate(3)
    file.sync()
    assert (file.size(), file.read(1, 9)) == (3, b"El")
    file.truncate(5)
    file.close()
    assert files.open("a").read(0, 9) == b"hEl\x00\x00"


def test_names_are_created_renamed_and_removed(files: Files) -> None:
    """Renaming replaces; names come sorted."""
    files.create("b").write(0, b"b")
    files.create("a").write(0, b"a")
    assert files.names() == ("a", "b")
    files.rename("b", "a")
    files.sync_directory()
    assert files.open("a").read(0, 1) == b"b"
    files.remove("a")
    assert files.names() == ()
    assert files.free_bytes() > 0


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda files: files.open("x"), StorageCode.FILE_MISSING),
        (lambda files: files.create("there"), StorageCode.FILE_EXISTS),
    ],
)
def test_wrong_names_are_faults(
    files: Files, call: Callable[[Files], object], code: StorageCode
) -> None:
    """Numbered, with the file's name."""
    files.create("there")
    with pytest.raises(StorageFault) as caught:
        call(files)
    assert caught.value.code is code


def test_a_lock_has_one_holder(files: Files) -> None:
    """The second asks in vain until the first lets go."""
    with node_lock(files), pytest.raises(StorageFault) as caught, node_lock(files):
        pass
    assert caught.value.code is StorageCode.IN_USE
    with node_lock(files):
        assert NAME in files.names()


@pytest.mark.slow
def test_a_second_process_on_the_same_data_is_refused(tmp_path: Path) -> None:
    """The lock holds between processes and ends with its process."""
    program = (
        "import sys; from pathlib import Path; from node.store.files import RealFiles\n"
        "from node.store.nodelock import node_lock\n"
        "with node_lock(RealFiles(Path(sys.argv[1]))): print('held')"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    root = Path(__file__).parents[3]
    with node_lock(RealFiles(tmp_path)):
        refused = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    assert "S10" in refused.stderr
    assert refused.returncode != 0
    held = subprocess.run(command, capture_output=True, text=True, cwd=root, check=True)
    assert held.stdout == "held\n"


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, StorageCode.DISK_FULL), (errno.EIO, StorageCode.WRITE_FAILED)],
)
def test_a_failed_sync_is_final_for_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: StorageCode
) -> None:
    """The kernel may have dropped the pages: a later sync that succeeds would lie."""
    file = RealFiles(tmp_path).create("a")
    file.write(0, b"x")

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StorageFault) as caught:
            file.sync()
    assert caught.value.code is code
    for call in (file.sync, lambda: file.write(1, b"y"), lambda: file.truncate(0)):
        with pytest.raises(StorageFault) as again:
            call()
        assert again.value is caught.value


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full")
def test_a_full_disk_has_its_own_code(tmp_path: Path) -> None:
    """The real error of a real write."""
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(StorageFault) as caught:
        RealFiles(tmp_path).open("full").write(0, b"x")
    assert caught.value.code is StorageCode.DISK_FULL


def test_every_code_is_explained_in_two_languages() -> None:
    """A person is never left with a number alone."""
    for code in StorageCode:
        fault = StorageFault(code, "file", "reason", 7)
        assert str(fault).startswith(f"S{code.value:02d} file at byte 7: reason")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in fault.chinese)
        assert fault.english.isascii()
        assert fault.command("/h").startswith("timebank node ")
    assert set(EXPLANATIONS) == set(StorageCode)


class SmallDisk(MemoryFiles):
    """Claims the given space."""

    def __init__(self, free: int) -> None:
        super().__init__()
        self._free = free

    def free_bytes(self) -> int:
        return self._free


@pytest.mark.parametrize(
    ("free", "space"),
    [
        (WARN_FLOOR_BYTES, Space.PLENTY),
        (WARN_FLOOR_BYTES - 1, Space.LITTLE),
        (ACCEPT_FLOOR_BYTES, Space.LITTLE),
        (ACCEPT_FLOOR_BYTES - 1, Space.NO_NEW_TRANSACTIONS),
        (SIGN_FLOOR_BYTES, Space.NO_NEW_TRANSACTIONS),
        (SIGN_FLOOR_BYTES - 1, Space.NO_SIGNING),
    ],
)
def test_the_node_stops_in_order_as_the_disk_fills(free: int, space: Space) -> None:
    """First a word, then new transactions, then signing."""
    assert space_left(SmallDisk(free)) is space
