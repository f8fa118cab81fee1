"""A process is known by pid and start time together, and found again by its file."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from node.city.processes import NodeProcess, log_tail, pid_file, running, wait_until
from node.config import NodeHome


def started(pid: int) -> int:
    """Start time of a living process as the kernel has it."""
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])


def write_down(home: NodeHome, process: NodeProcess) -> None:
    """What ``spawn`` leaves behind."""
    home.make()
    pid_file(home).write_bytes(msgspec.json.encode(process))


def test_a_process_is_found_by_its_file(tmp_path: Path) -> None:
    """As long as it is the same process."""
    home = NodeHome(tmp_path)
    assert running(home) is None

    write_down(home, NodeProcess(os.getpid(), started(os.getpid())))

    assert running(home) == NodeProcess(os.getpid(), started(os.getpid()))


def test_another_process_with_the_same_pid_is_not_ours(tmp_path: Path) -> None:
    """It is neither reported as running nor sent a signal."""
    home, stranger = NodeHome(tmp_path), NodeProcess(os.getpid(), started(os.getpid()) - 1)
    write_down(home, stranger)

    stranger.send(signal.SIGKILL)

    assert running(home) is None


def test_a_process_that_has_ended_is_not_alive() -> None:
    """Also while nobody has asked for its exit code."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = NodeProcess(child.pid, started(child.pid))
    assert process.alive()

    process.send(signal.SIGKILL)

    assert wait_until(lambda: not process.alive(), 10)
    process.send(signal.SIGTERM)
    child.communicate()


@pytest.mark.parametrize("raw", [b"", b"{}", b"12", b'{"pid":"x"}'])
def test_a_damaged_file_means_no_process(tmp_path: Path, raw: bytes) -> None:
    """The node is started again; its lock on the data keeps a second one away."""
    home = NodeHome(tmp_path)
    write_down(home, NodeProcess(1, 1))
    pid_file(home).write_bytes(raw)

    assert running(home) is None


def test_the_end_of_a_log_is_shown_whatever_is_in_it(tmp_path: Path) -> None:
    """No log is an empty one; bytes that are no text do not matter."""
    home = NodeHome(tmp_path)
    home.make()
    assert log_tail(home, 2) == ""

    (home.logs / "node.log").write_bytes(b"one\ntwo\n\xffthree\n")

    assert log_tail(home, 2) == "two\n\ufffdthree"
