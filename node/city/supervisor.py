"""A local city and its processes: made, started, stopped, killed, moved through time.

What must outlive a command stands in ``city.json``: the nodes with their ports, and the sum of the leaps that a
rehearsal has made. A node that is away while the others leap finds the sum in its home when it starts.
"""

import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from node.chain.types import Code
from node.city import faults, ports, processes
from node.city.ceremony import REHEARSAL_RATE, CityPlaces, found, settle_in
from node.city.doors import NodeDoors, Status
from node.city.plan import CityPlan
from node.city.ports import NodePorts
from node.runtime.clock import SystemClock
from node.store.files import RealFiles
from node.store.numberfile import LEAP, write_number

READY_S: Final = 60
STOP_S: Final = 15
POLL_S: Final = 0.05
LOG_LINES: Final = 20
FILE_NAME: Final = "city.json"


class CityFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``city.json``."""

    rehearsal: bool
    nodes: dict[str, NodePorts]
    """In the order of the plan."""
    leap_ms: int = 0


@dataclass(frozen=True, slots=True)
class NodeState:
    """One node as seen from outside."""

    district: Code
    address: str
    pid: int | None
    status: Status | None


class LocalCity:
    """The city in one directory."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        """Open the city that is there.

        Args:
            root: its directory.
            environment: what its processes inherit.

        Raises:
            node.console.fault.Fault: there is none.
        """
        self.places = CityPlaces(root)
        self._environment = environment
        try:
            raw = (root / FILE_NAME).read_bytes()
            self._file = msgspec.json.decode(raw, type=CityFile)
        except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError) as error:
            raise faults.no_city(root) from error
        self._doors = {Code(code): NodeDoors(p) for code, p in self._file.nodes.items()}

    @classmethod
    def make(
        cls,
        root: Path,
        plan: CityPlan,
        environment: Mapping[str, str],
        *,
        rehearsal: bool,
        rate: int = REHEARSAL_RATE,
        base_port: int | None = None,
    ) -> "LocalCity":
        """Found a city in a directory that is empty or does not exist; a rehearsal's clocks run at this rate.

        Raises:
            node.console.fault.Fault: the directory holds something, or ports are taken.
        """
        if root.exists() and any(root.iterdir()):
            raise faults.occupied(root)
        created_ms = SystemClock().now_ms()
        chosen = ports.choose([Code(district.code) for district in plan.districts], base_port)
        founding = found(plan, created_ms, rehearsal=rehearsal, rate=rate)
        settle_in(CityPlaces(root), founding, chosen)
        _write(root, CityFile(rehearsal, {str(code): p for code, p in chosen.items()}))
        return cls(root, environment)

    @staticmethod
    def exists(root: Path) -> bool:
        """Whether a city is in this directory."""
        return (root / FILE_NAME).is_file()

    def close(self) -> None:
        """Close the connections; the nodes go on."""
        for doors in self._doors.values():
            doors.close()

    @property
    def districts(self) -> tuple[Code, ...]:
        """In the order of the plan."""
        return tuple(self._doors)

    @property
    def rehearsal(self) -> bool:
        """Whether its clocks may leap."""
        return self._file.rehearsal

    def doors(self, district: str) -> NodeDoors:
        """The doors of one node.

        Raises:
            node.console.fault.Fault: no such district.
        """
        if district not in self._doors:
            raise faults.unknown_district(district, self.districts)
        return self._doors[Code(district)]

    def running(self) -> tuple[Code, ...]:
        """Districts whose node's process runs, in the order of the plan."""
        homes = ((district, self.places.node(district)) for district in self.districts)
        return tuple(code for code, home in homes if processes.running(home) is not None)

    def start(self, district: str) -> None:
        """Start a node's process, if it does not run; ``wait_ready`` waits for it."""
        self.doors(district)
        home = self.places.node(district)
        if processes.running(home) is None:
            if self._file.leap_ms:
                write_number(RealFiles(home.data), LEAP, self._file.leap_ms)
            processes.spawn(home, self._environment)

    def stop(self, district: str) -> None:
        """Ask a node to stop and wait until it has.

        Raises:
            node.console.fault.Fault: it goes on.
        """
        self._end(district, signal.SIGTERM)

    def kill(self, district: str) -> None:
        """End a node's process at once, as a lost machine would."""
        self._end(district, signal.SIGKILL)

    def down(self) -> None:
        """Stop all nodes, all at once."""
        running = [processes.running(self.places.node(d)) for d in self.districts]
        for process in running:
            if process is not None:
                process.send(signal.SIGTERM)
        for district in self.districts:
            self._end(district, signal.SIGTERM)

    def _end(self, district: str, number: signal.Signals) -> None:
        self.doors(district)
        home = self.places.node(district)
        process = processes.running(home)
        if process is None:
            return
        process.send(number)
        if not processes.wait_until(lambda: not process.alive(), STOP_S):
            raise faults.does_not_stop(district, STOP_S)
        processes.pid_file(home).unlink(missing_ok=True)

    def wait_agreed(self) -> int:
        """Wait until every node is ready and all have the same block at one height of at least 1.

        Returns:
            The height.

        Raises:
            node.console.fault.Fault: a process ended, or the time is over.
        """
        agreed = 0

        def of_one_mind() -> bool:
            nonlocal agreed
            self._require_running()
            agreed = self._agreed_height()
            return agreed > 0

        if not processes.wait_until(of_one_mind, READY_S, POLL_S):
            states = ", ".join(_told(state) for state in self.states())
            raise faults.no_agreement(READY_S, states)
        return agreed

    def wait_ready(self, district: str) -> None:
        """Wait until one node is ready.

        Raises:
            node.console.fault.Fault: its process ended, or the time is over.
        """
        doors = self.doors(district)

        def ready() -> bool:
            self._require_process(district)
            return doors.ready()

        if not processes.wait_until(ready, READY_S, POLL_S):
            raise faults.no_agreement(READY_S, district)

    def _agreed_height(self) -> int:
        statuses = [doors.status() for doors in self._doors.values()]
        heights = [status.height for status in statuses if status is not None]
        if len(heights) < len(statuses) or not all(d.ready() for d in self._doors.values()):
            return 0
        height = min(heights)
        ids = {doors.block_id(height) for doors in self._doors.values()} if height else {None}
        return height if len(ids) == 1 and None not in ids else 0

    def _require_running(self) -> None:
        for district in self.districts:
            self._require_process(district)

    def _require_process(self, district: str) -> None:
        home = self.places.node(district)
        if processes.running(home) is None:
            raise faults.node_died(district, processes.log_tail(home, LOG_LINES))

    def states(self) -> tuple[NodeState, ...]:
        """Every node as seen now."""
        found: list[NodeState] = []
        for district, doors in self._doors.items():
            process = processes.running(self.places.node(district))
            pid = None if process is None else process.pid
            found.append(NodeState(district, doors.public, pid, doors.status()))
        return tuple(found)

    def advance(self, ms: int) -> int:
        """Leap ahead: all clocks at once.

        Returns:
            The sum of all leaps, in milliseconds.

        Raises:
            node.console.fault.Fault: this city runs on real time.
        """
        if not self.rehearsal:
            raise faults.no_rehearsal()
        self._file = msgspec.structs.replace(self._file, leap_ms=self._file.leap_ms + ms)
        _write(self.places.root, self._file)
        with ThreadPoolExecutor(len(self._doors)) as pool:
            list(pool.map(lambda doors: doors.leap_to(self._file.leap_ms), self._doors.values()))
        return self._file.leap_ms


def _write(root: Path, file: CityFile) -> None:
    draft = root / f"{FILE_NAME}.new"
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n")
    draft.replace(root / FILE_NAME)


def _told(state: NodeState) -> str:
    if state.status is None:
        return f"{state.district}: -"
    reasons = " ".join(state.status.reasons) or "ready"
    return f"{state.district}: {state.status.height} {state.status.block_id[:12]} {reasons}"
