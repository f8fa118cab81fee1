"""One run: a city of nodes, a time of trouble, a time of peace, and what must have become of it.

In the time of trouble messages are lost, repeated and late, the network parts, nodes die at any of their actions and
come again, and disks lose what was not synced. One node at a time may lose its vote log. Then all is well, and within
``PEACE_MS`` every node must have every block and every transaction brought since.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Final

from node.chain.certificate import Authority, AuthoritySet
from node.chain.genesis import chain_id_of
from node.chain.keys import public_key
from node.chain.types import Code, EpochMs, Hash, Height
from node.runtime.ports import Outbox
from node.runtime.timeouts import Pace
from node.sim.agenda import Agenda
from node.sim.checkers.checker import Checker
from node.sim.checkers.faults import Broken, Stalled
from node.sim.clerk import Clerk, seat_of
from node.sim.disk import SECTOR_BYTES
from node.sim.fate import Fate
from node.sim.ledgers import genesis_of
from node.sim.liars import LiarNode, LyingDoor
from node.sim.network import Network, Weather
from node.sim.plans import Plan
from node.sim.sets import DecidedSets
from node.sim.simnode import City, SimulatedNode
from node.store.votelog import NAME as VOTE_LOG_NAME
from node.store.voteslot import SLOT_BYTES

GENESIS_MS: Final = EpochMs(1_800_000_000_000)
PEACE_MS: Final = 90_000
"""Longer than the longest timeouts of one whole round."""
SETTLE_MS: Final = 8_000
"""After so much peace the slowest message of before has come and everybody has said everything again."""
STEP_MS: Final = 250
"""How often fate is asked for the next misfortune."""
HEARTBEAT_MS: Final = 10_000
REVIVAL_CHANCE: Final = 0.4
"""Of a dead node, at each step."""
WIPE_CHANCE: Final = 0.2
"""Of a reviving node to have lost its vote log, while no other has."""


class Door:
    """The ``Outbox`` of one node."""

    def __init__(self, world: "World", node: SimulatedNode) -> None:
        """Send for this node."""
        self._world = world
        self._node = node

    def send(self, peer: str, kind: int, payload: bytes) -> None:
        """See ``Outbox.send``."""
        self._node.fuse.tick(f"send {kind}")
        self._world.carry(self._node, peer, kind, payload)

    def broadcast(self, kind: int, payload: bytes) -> None:
        """See ``Outbox.broadcast``."""
        for peer in self._world.names:
            if peer != self._node.name:
                self.send(peer, kind, payload)


class World:
    """See the module."""

    def __init__(self, plan: Plan) -> None:
        """Found the city; nothing runs yet."""
        self.plan = plan
        self.rng = Random(plan.seed)
        self.agenda = Agenda(GENESIS_MS + 1_000)
        self.network = Network(self.agenda, self.rng)
        places = range(plan.nodes + plan.candidates)
        seeds = [sha256(b"%d node %d" % (plan.seed, i)).digest() for i in places]
        self.city = city_of(plan, seeds)
        self.checker = Checker(self.city)
        self.nodes = [self._make_node(i, i, seed) for i, seed in enumerate(seeds)]
        if plan.twins:
            second = range(plan.nodes - plan.liars, plan.nodes)
            self.nodes += [self._make_node(plan.nodes + i, i, seeds[i]) for i in second]
        self.checker.nodes = self.nodes
        self.fate = Fate(plan, self.rng, self.network, self.nodes)
        self.names = tuple(dict.fromkeys(node.name for node in self.nodes))
        self.clerk = Clerk(self.rng, self.nodes) if plan.candidates else None
        self._count = 0
        self._wiped: SimulatedNode | None = None

    def _make_node(self, place: int, index: int, seed: bytes) -> SimulatedNode:
        lies = self.plan.nodes - self.plan.liars <= index < self.plan.nodes
        kind = LiarNode if lies else SimulatedNode
        node = kind(place, index, seed, self.city, self.agenda, self.rng)
        if lies:
            node.honest = False
            self.checker.liars.add(index)
        return node

    def run(self) -> None:
        """Trouble, then peace.

        Raises:
            Broken: an invariant does not hold, or the city stands still.
        """
        self.begin()
        end_ms = self.agenda.now_ms + self.plan.trouble_ms
        while self.agenda.now_ms < end_ms:
            self.fate.strike(self.agenda.now_ms)
            self.revive()
            self.bring_transactions()
            if self.clerk is not None:
                self.clerk.step()
            self.rekey()
            self.agenda.run_until(self.agenda.now_ms + STEP_MS)
        self.make_peace()
        self.see_progress()

    def begin(self) -> None:
        """Start everybody."""
        for node in self.nodes:
            self.fate.begin(node, self.agenda.now_ms)
            self.start(node)

    def start(self, node: SimulatedNode) -> None:
        """Start a node and connect it with all that run."""
        outbox: Outbox = Door(self, node)
        if not node.honest and not self.plan.twins:
            outbox = LyingDoor(outbox, node, self.city, self.rng)
        node.start(outbox, self.checker)
        self.checker.on_started(node)
        lost = node.vote_log is not None and not node.vote_log.may_sign
        if lost and node is not self._wiped:
            assert node.vote_log is not None
            raise Broken(f"C13: node {node.place} lost its vote log: {node.vote_log.reason}")
        for other in self.nodes:
            if other.index != node.index and other.alive and node.alive:
                _connect(node, other)
                _connect(other, node)

    def stop(self, node: SimulatedNode) -> None:
        """What the others see when a node dies."""
        for other in self.nodes:
            driver = other.driver
            if driver is not None and other.index != node.index:
                driver.on_disconnected(node.name)

    def carry(self, source: SimulatedNode, peer: str, kind: int, payload: bytes) -> None:
        """Put a frame on its way to all places of that name."""
        self.checker.on_sent(source, kind, payload)
        for target in self.nodes:
            if target.name == peer and target.alive:
                self.network.carry(
                    source.place, target.place, self._delivery(target, source.name, kind, payload)
                )

    def _delivery(
        self, target: SimulatedNode, sender: str, kind: int, payload: bytes
    ) -> Callable[[], None]:
        def deliver() -> None:
            self.checker.on_arrived(target, kind, payload)
            target.deliver(sender, kind, payload)

        return deliver

    def revive(self) -> None:
        """Dead nodes come again after a while, one of them without its vote log."""
        for node in self.nodes:
            if node.alive:
                continue
            self.stop(node)
            if self.rng.random() < REVIVAL_CHANCE:
                self.maybe_wipe(node)
                self.start(node)

    def rekey(self) -> None:
        """Whose next key is in effect starts anew with it."""
        for node in self.nodes if self.clerk is not None else ():
            assert self.clerk is not None
            seed = self.clerk.next_seed(node) if node.alive else None
            if seed is not None:
                node.crash()
                self.stop(node)
                node.rekey(seed)
                self.start(node)

    def maybe_wipe(self, node: SimulatedNode) -> None:
        """Take a node's vote log, if nobody else is without one."""
        wiped = self._wiped
        if wiped is not None and wiped.vote_log is not None and wiped.vote_log.may_sign:
            self._wiped = None
        bearable = self.city.authorities_at(Height(1)).faults > self.plan.liars
        if not (self.plan.wipes and bearable and self._wiped is None):
            return
        if self.rng.random() > WIPE_CHANCE:
            return
        self._wiped = node
        if self.rng.getrandbits(1):
            node.disk.lose(VOTE_LOG_NAME)
        elif VOTE_LOG_NAME in node.disk.names():
            slots = len(node.disk.durable(VOTE_LOG_NAME)) // SLOT_BYTES
            slot = self.rng.randrange(max(1, slots))
            node.disk.flip(VOTE_LOG_NAME, slot * SLOT_BYTES + self.rng.randrange(SECTOR_BYTES))

    def bring_transactions(self) -> None:
        """Clients come to nodes that run."""
        alive = [node for node in self.nodes if node.alive]
        if alive and self.rng.getrandbits(1):
            self._count += 1
            self.rng.choice(alive).submit(b"%06d" % self._count + self.rng.randbytes(10))

    def make_peace(self) -> None:
        """No more misfortune; everybody runs."""
        self.network.heal()
        self.network.weather = Weather()
        for node in self.nodes:
            node.fuse.quench()
            if self.plan.clocks:
                self.fate.set_right(node, self.agenda.now_ms)
            if not node.alive:
                self.stop(node)
                self.start(node)
        self.agenda.plan(SETTLE_MS, self.checker.on_peace)

    def see_progress(self) -> None:
        """Every honest node must come to have what clients bring from now on, and all have the same tip."""
        honest = [node for node in self.nodes if node.honest]
        brought: dict[int, bytes] = {}
        deadline_ms = self.agenda.now_ms + PEACE_MS
        while self.agenda.now_ms < deadline_ms:
            self._bring_again(honest, brought)
            self.agenda.run_until(self.agenda.now_ms + STEP_MS)
            self.rekey()
            if all(_has_all(node, brought.values()) for node in honest) and self.level(honest):
                return
        raise Stalled(f"C10: the city stands still: {[describe(node) for node in self.nodes]}")

    def _bring_again(self, nodes: list[SimulatedNode], brought: dict[int, bytes]) -> None:
        """A client whose transaction is neither final nor pending at its node makes another.

        A node that is behind may give a number that its seat has used already: such a transaction is superseded.
        """
        for node in nodes:
            raw, ledger = brought.get(node.place), node.ledger
            if raw is None or ledger is None or not (ledger.has(raw) or ledger.waits(raw)):
                again = node.submit(b"peace %d %d" % (node.place, self.agenda.done))
                if again is not None:
                    brought[node.place] = again
                elif node.name not in self._seated():
                    brought.pop(node.place, None)

    def _seated(self) -> set[str]:
        """Who decides the next block."""
        following = self.city.authorities_at(Height(self.checker.highest + 1))
        return {str(member.district) for member in following.members}

    def level(self, nodes: list[SimulatedNode]) -> bool:
        """Whether all have the same tip and none abstains any more."""
        tips = {node.ledger.blocks.tip.block_id for node in nodes if node.ledger is not None}
        seated = self._seated()
        logs = [node.vote_log for node in nodes if node.name in seated]
        return len(tips) == 1 and all(log is not None and log.may_sign for log in logs)


def city_of(plan: Plan, seeds: Sequence[bytes]) -> City:
    """The city of a plan; only the first ``plan.nodes`` of those with these seeds have seats in its genesis."""
    make = _authority if not plan.candidates else lambda i, seed: seat_of(_district(i), seed)
    everybody = tuple(make(i, seed) for i, seed in enumerate(seeds))
    first = AuthoritySet(everybody[: plan.nodes])
    city = City(
        Hash(sha256(b"city %d" % plan.seed).digest()),
        first,
        GENESIS_MS,
        Pace(heartbeat_ms=HEARTBEAT_MS),
        term_heights=plan.term_heights,
        everybody=AuthoritySet(everybody),
    )
    if plan.real:
        genesis = genesis_of(first, GENESIS_MS)
        city = replace(city, chain_id=chain_id_of(genesis), genesis=genesis)
    if plan.candidates:
        assert plan.real, "the toy has no motions"
        city = replace(city, decided=DecidedSets(first))
    return city


def describe(node: SimulatedNode) -> str:
    """Where a node stands, for a report."""
    if node.driver is None or node.ledger is None:
        return f"{node.place}: dead"
    state = node.driver.state
    return (
        f"{node.place}: tip {node.ledger.blocks.tip.height} round {state.round} {state.step.name} "
        f"lock {state.locked_round} valid {state.valid_round} waits for {node.driver.waiting_for()}"
    )


def _authority(index: int, seed: bytes) -> Authority:
    key = public_key(seed)
    return Authority(_district(index), 1, key, key, key, key)


def _district(index: int) -> Code:
    return Code(f"d{index:02}")


def _connect(node: SimulatedNode, other: SimulatedNode) -> None:
    driver, ledger = node.driver, other.ledger
    if driver is not None and ledger is not None:
        tip = Height(ledger.blocks.tip.height)
        node.act(lambda: driver.on_connected(other.name, tip))


def _has_all(node: SimulatedNode, transactions: Iterable[bytes]) -> bool:
    return node.ledger is not None and all(node.ledger.has(raw) for raw in transactions)
