"""A city whose facts an auditor's signals read: a life, with frauds after it or without."""

from collections.abc import Sequence

from node.audit.signals.facts import Facts
from node.chain.ledger import Ledger
from node.chain.policy import DAY_MS
from node.chain.records import key_of
from node.chain.records.actors import Person
from node.chain.records.leaving import Closing
from node.chain.records.recovery import Recovery
from node.chain.records.safety import Suspension, suspension_id
from node.chain.transition import BlockRun
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import EpochMs, Height, Id
from node.sim.frauds import Frauds, Planted
from node.sim.workload.ground import made_ground
from node.sim.workload.life import Life
from node.sim.workload.world import KernelWorld

NEW_YEAR_MS = 1_767_196_800_000


class WatchedWorld(KernelWorld):
    """A kernel's ledger, with facts collected from every block."""

    def __post_init__(self) -> None:
        self.facts = Facts()

    def _block(self, time_ms: EpochMs, block: Sequence[SignedTransaction]) -> None:
        run = BlockRun(self.ledger, Height(self.ledger.height + 1), time_ms)
        for signed in block:
            run.add(signed, self._known)
        execution = run.close()
        self.ledger.adopt(execution.staged, self.ledger.frontier, run.at.height, time_ms)
        self.transactions += len(block)
        self.facts.add(tuple(block), execution, self.ledger)


def is_calm(ledger: Ledger, id_: Id) -> bool:
    """Whether somebody is active, and nothing runs that will stop them or change their key."""
    person = ledger.read(key_of(Person, id_))
    stops = [key_of(Suspension, suspension_id(scope, id_)) for scope in ("accept", "outgoing")]
    running = [key_of(Recovery, id_), key_of(Closing, id_), *stops]
    is_active = isinstance(person, Person) and person.status == "active"
    return is_active and all(ledger.read(key) is None for key in running)


def played(people: int, days: int, seed: int, *, frauds: bool) -> tuple[Facts, list[Planted], Life]:
    """The facts of one city, and what was planted in it."""
    ground = made_ground(people, NEW_YEAR_MS + 40 * DAY_MS, seed)
    world = WatchedWorld(ground.genesis, signatures=False)
    world.facts = Facts()
    life = Life(ground, world, people, seed)
    for _ in life.play(days):
        pass
    calm = [one for one in life.residents if is_calm(world.ledger, one.hand.id)]
    planted = Frauds(life._scribe, calm, world.ledger).plant() if frauds else []
    return world.facts, planted, life
