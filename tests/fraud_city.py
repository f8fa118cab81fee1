"""A city whose facts an auditor's signals read: a life, with frauds after it or without."""

from collections.abc import Sequence

from node.audit.signals.facts import Facts
from node.chain.policy import DAY_MS
from node.chain.transition import BlockRun
from node.chain.tx.envelope import SignedTransaction
from node.chain.types import EpochMs, Height
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


def played(people: int, days: int, seed: int, *, frauds: bool) -> tuple[Facts, list[Planted], Life]:
    """The facts of one city, and what was planted in it."""
    ground = made_ground(people, NEW_YEAR_MS + 40 * DAY_MS, seed)
    world = WatchedWorld(ground.genesis, signatures=False)
    world.facts = Facts()
    life = Life(ground, world, people, seed)
    for _ in life.play(days):
        pass
    planted = Frauds(life._scribe, list(life.residents)).plant() if frauds else []
    return world.facts, planted, life
