"""A city of real processes whose lines can be cut, with people who can sign."""

import os
import resource
import shutil
import signal
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from node.chain.genesis import Genesis, chain_id_of, genesis_person_id
from node.chain.policy import quarter_end_ms
from node.chain.protocol import KNOWN_PROTOCOL
from node.chain.types import Code, EpochMs, Id
from node.city import ports, processes
from node.city.ceremony import STAFF_YEARS_MS, CityPlaces, found, node_toml, settle_in
from node.city.plan import read_plan
from node.city.ports import NodePorts
from node.city.processes import NodeProcess, wait_until
from node.city.relays import Relays
from node.city.supervisor import FILE_NAME, CityFile, LocalCity
from node.config import NodeHome
from node.runtime.clock import SystemClock
from scripts.bench.city import replace_genesis
from scripts.bench.people import with_people
from scripts.chaos.release import Release, next_release, this_release
from scripts.chaos.trouble import Trouble
from wallet.client import NodeClient

HEAL_S: Final = 60.0
SEEN_S: Final = 10.0
"""Until what was done to a node shows."""
POLL_S: Final = 0.05
ABSTAINS_WORD: Final = '"abstains": true'


class Rig:
    """The city, its relays and its people. Use as a context manager: whatever happens, no process stays.

    Attributes:
        city: the processes.
        relays: the lines between them.
        genesis: with the people.
        first_person: index of the first of them in genesis.
        people: how many.
        bankers: how many more, after them.
        release: the program that every node is, but for those that have become another.
    """

    def __init__(self, root: Path, nodes: int, people: int, bankers: int = 0) -> None:
        """Found a rehearsal city; nothing runs yet.

        Args:
            root: an empty directory.
            nodes: how many districts.
            people: how many persons who hold keys, beside the staff.
            bankers: how many more, for a bank.
        """
        self._root = root
        environment = dict(os.environ)  # noqa: TID251 - handed on to the processes
        founding = found(read_plan().first(nodes), SystemClock().now_ms(), rehearsal=True)
        self.genesis: Genesis
        until_ms = EpochMs(quarter_end_ms(founding.genesis.created_ms + STAFF_YEARS_MS))
        self.genesis, self.first_person = with_people(
            founding.genesis, people + bankers + 1, until_ms
        )
        self.people = people
        self.bankers = bankers
        self.release = this_release(KNOWN_PROTOCOL)
        self._releases: dict[str, Release] = {}
        founding = replace_genesis(founding, self.genesis)
        chosen = ports.choose([d.code for d in self.genesis.districts], None)
        settle_in(CityPlaces(root / "city"), founding, chosen)
        file = CityFile(rehearsal=True, nodes={str(code): p for code, p in chosen.items()})
        (root / "city" / FILE_NAME).write_bytes(msgspec.json.encode(file))
        self.city = LocalCity(root / "city", environment)
        self._environment = environment
        self._ports = chosen
        self.relays = Relays({code: p.peers for code, p in chosen.items()})
        self._copies: list[tuple[NodeHome, NodeProcess]] = []
        self._frozen: set[Code] = set()
        self._wipes: Counter[str] = Counter()
        self._stack = ExitStack()

    def __enter__(self) -> "Rig":
        """Start everything and wait until all are of one mind."""
        self._stack.enter_context(self.relays)
        self._stack.callback(self._end)
        try:
            for code in self.city.districts:
                self.home(code).config.write_text(self._settings(code), encoding="utf-8")
                self.city.start(code)
            self.city.wait_agreed()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        self._stack.close()

    @property
    def districts(self) -> tuple[Code, ...]:
        """All of them."""
        return self.city.districts

    @property
    def witness(self) -> int:
        """Number of one more person, of whom the load and the bank know nothing."""
        return self.people + self.bankers

    def person(self, number: int) -> Id:
        """Id of one of the rig's own people, from 0."""
        return genesis_person_id(chain_id_of(self.genesis), self.first_person + number)

    def home(self, district: str) -> NodeHome:
        """A node's home directory."""
        return self.city.places.node(district)

    def kill(self, district: str) -> None:
        """SIGKILL, and the process is gone when this returns."""
        self.city.kill(district)

    def start(self, district: str) -> None:
        """Start a node that is down, of the release that it has become."""
        city = LocalCity(self.city.places.root, self._environment_of(district))
        city.start(district)
        city.close()

    def next_release(self) -> Release:
        """The release after the present one, which no node is yet."""
        version = self.release.version + 1
        return next_release(self.release, self._root / f"release-{version}")

    def opens(self, district: str, release: Release) -> bool:
        """Whether a release says that it opens a stopped node's data."""
        return release.opens(self.home(district), self._environment)

    def become(self, district: str, release: Release) -> None:
        """Start a stopped node as another release; from now on it is that one."""
        self._releases[district] = release
        self.start(district)

    def freeze(self, district: str) -> None:
        """SIGSTOP; no thread of the process runs when this returns."""
        self._signal(district, signal.SIGSTOP)
        self._frozen.add(Code(district))
        stat = Path(f"/proc/{self._running(district).pid}/stat")
        if not wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", SEEN_S):
            raise Trouble(f"{district} does not freeze")

    def thaw(self, district: str) -> None:
        """SIGCONT."""
        self._frozen.discard(Code(district))
        self._signal(district, signal.SIGCONT)

    def cut(self, side: Collection[str]) -> None:
        """No line between these nodes and the others carries, and all of them have noticed, when this returns."""
        self.relays.partition(side)
        for district in self.districts:
            far = {code for code in self.districts if (code in side) != (district in side)}
            if not wait_until(lambda: not far & self._connected(district), SEEN_S):  # noqa: B023 - called at once
                raise Trouble(f"{district} still hears {far & self._connected(district)}")

    def _connected(self, district: str) -> set[str]:
        """Peers that a node says it is connected with."""
        with NodeClient.at(self.city.doors(district).public) as client:
            return {peer.district for peer in client.status().peers if peer.connected}

    def abstentions(self, district: str) -> int:
        """How often a node has begun without signing: its log says so each time."""
        log = processes.log_file(self.home(district))
        return log.read_text(encoding="utf-8", errors="replace").count(ABSTAINS_WORD)

    def wipe(self, district: str) -> None:
        """Remove a stopped node's data, its vote log included."""
        self._wipes[district] += 1
        shutil.rmtree(self.home(district).data)
        self.home(district).data.mkdir()

    def life(self, district: str) -> str:
        """A node's name with the number of disks that it has lost: what it remembers ends with the disk."""
        return f"{district}/{self._wipes[district]}"

    def copy(self, district: str) -> tuple[NodeHome, NodeProcess]:
        """Start a copy of a node, which must be down while its files are copied, on doors of its own."""
        home = NodeHome(self._root / f"copy-{len(self._copies)}-{district}")
        shutil.copytree(self.home(district).root, home.root)
        self.start(district)
        self.wait_ready([district])
        own = ports.choose([Code(district)], None)[Code(district)]
        home.config.write_text(self._settings(district, own), encoding="utf-8")
        process = processes.spawn(home, self._environment_of(district))
        self._copies.append((home, process))
        return home, process

    def copies(self) -> tuple[NodeHome, ...]:
        """Homes of all copies so far."""
        return tuple(home for home, _ in self._copies)

    def height(self, district: str) -> int:
        """A node's tip; 0 while it does not answer."""
        status = self.city.doors(district).status()
        return 0 if status is None else status.height

    def answering(self) -> tuple[Code, ...]:
        """Districts whose node runs and is not frozen."""
        return tuple(code for code in self.city.running() if code not in self._frozen)

    def wait_ready(self, districts: Sequence[str]) -> None:
        """Wait until these nodes are ready.

        Raises:
            Trouble: one is not in time, or its process has ended.
        """
        for district in districts:
            doors = self.city.doors(district)
            if not wait_until(lambda: self._lives(district) and doors.ready(), HEAL_S, POLL_S):  # noqa: B023 - called at once
                raise Trouble(f"{district} is not ready after {HEAL_S:.0f} s: {doors.status()}")

    def settle(self) -> int:
        """Wait until the chain goes on on every node, and all have the same block at one height.

        Returns:
            That height.

        Raises:
            Trouble: a node is not ready, does not follow, or has another block.
        """
        self.wait_ready(self.districts)
        goal = max(map(self.height, self.districts)) + 1
        for district in self.districts:
            if not self._reaches(district, goal):
                raise Trouble(f"{district} stays at {self.height(district)}, others reached {goal}")
        ids = {code: self.city.doors(code).block_id(goal) for code in self.districts}
        if len(set(ids.values())) != 1 or None in ids.values():
            raise Trouble(f"blocks at height {goal} differ: {ids}")
        return goal

    def limit_files(self, district: str, size_bytes: int) -> NodeProcess:
        """No file of a running node may grow beyond a size from now on: its writes fail as on a full disk.

        Its log begins anew, so that there is room to say why it ends.
        """
        process = self._running(district)
        log = processes.log_file(self.home(district))
        with log.with_suffix(".old").open("ab") as old:
            old.write(log.read_bytes())
        os.truncate(log, 0)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size_bytes, size_bytes))
        return process

    def _reaches(self, district: str, goal: int) -> bool:
        """Whether a node that lives comes to a height in time."""
        return wait_until(
            lambda: self._lives(district) and self.height(district) >= goal, HEAL_S, POLL_S
        )

    def _lives(self, district: str) -> bool:
        if processes.running(self.home(district)) is None:
            tail = processes.log_tail(self.home(district), 12)
            raise Trouble(f"the node of {district} has ended by itself:\n{tail}")
        return True

    def _signal(self, district: str, number: signal.Signals) -> None:
        self._running(district).send(number)

    def _running(self, district: str) -> NodeProcess:
        process = processes.running(self.home(district))
        if process is None:
            raise Trouble(f"the node of {district} has ended by itself")
        return process

    def _environment_of(self, district: str) -> dict[str, str]:
        release = self._releases.get(district)
        return self._environment if release is None else release.environment(self._environment)

    def _settings(self, district: str, own: NodePorts | None = None) -> str:
        seen = {
            code: replace(p, peers=self.relays.port(district, code)) if code != district else p
            for code, p in self._ports.items()
        }
        if own is not None:
            seen[Code(district)] = own
        return node_toml(Code(district), self.genesis, seen)

    def _end(self) -> None:
        for code in tuple(self._frozen):
            self.thaw(code)
        for _, process in self._copies:
            process.send(signal.SIGKILL)
            process.alive()
        self.city.down()
        self.city.close()
