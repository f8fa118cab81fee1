"""Node processes: started apart from the command that starts them, found again by a pid file.

A pid alone may be another process by tomorrow, so the file also holds the process's start time, and both must agree.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from node.config import NodeHome

PROCESS_FILES: Final = Path("/proc")
START_TIME_FIELD: Final = 19
"""Of ``/proc/PID/stat``, counted from the field after the command's name: clock ticks since the machine started."""
POLL_S: Final = 0.02
OWN_VARIABLES: Final = "TIMEBANK_"
"""A variable that moves one node's door must not move the doors of all."""


@dataclass(frozen=True, slots=True)
class NodeProcess:
    """One process, past or present."""

    pid: int
    started: int

    def alive(self) -> bool:
        """Whether it runs; a child of ours that has ended is laid to rest by the way."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        return _start_time(self.pid) == self.started

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return


def pid_file(home: NodeHome) -> Path:
    """Where a node's process is written down."""
    return home.root / "node.pid"


def log_file(home: NodeHome) -> Path:
    """Where a node's process writes."""
    return home.logs / "node.log"


def spawn(home: NodeHome, environment: Mapping[str, str]) -> NodeProcess:
    """Start a node's process in a session of its own, writing to its log.

    Args:
        home: of the node.
        environment: the command's variables; ``TIMEBANK_*`` are left out.
    """
    root = str(home.root.resolve())
    line = [sys.executable, "-m", "node", "node", "start", "--home", root]
    handed = {
        name: value for name, value in environment.items() if not name.startswith(OWN_VARIABLES)
    }
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log_file(home)), append, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    pid = os.posix_spawn(line[0], line, handed, file_actions=actions, setsid=True)
    started = _start_time(pid)
    process = NodeProcess(pid, -1 if started is None else started)
    pid_file(home).write_bytes(msgspec.json.encode(process) + b"\n")
    return process


def running(home: NodeHome) -> NodeProcess | None:
    """The node's process, if it runs."""
    try:
        process = msgspec.json.decode(pid_file(home).read_bytes(), type=NodeProcess)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return process if process.alive() else None


def log_tail(home: NodeHome, lines: int) -> str:
    """The last lines of a node's log."""
    try:
        text = log_file(home).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def wait_until(state: Callable[[], bool], timeout_s: float, pause_s: float = POLL_S) -> bool:
    """Look until a state is reached; False when it is not within ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while not state():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause_s)
    return True


def _start_time(pid: int) -> int | None:
    """When a living process started, in clock ticks; None for none and for one that has ended."""
    try:
        text = (PROCESS_FILES / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[START_TIME_FIELD])
