"""What a run came to, judged by how many lied in it."""

from dataclasses import dataclass
from typing import Final

from node.chain.errors import Bug, Malformed, Rejected
from node.chain.violations import Violation
from node.sim.checkers.faults import Broken, Forked, Stalled
from node.sim.plans import Plan
from node.sim.world import World
from node.store.faults import StorageFault

SHOWN: Final = (Broken, AssertionError, Bug, Malformed, Rejected, StorageFault, Violation)
"""How a bug of the program shows itself in a run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that broke no promise."""

    heights: int
    forked: bool = False
    stalled: bool = False
    """Both only with more liars than the protocol bears."""
    convicted: int = 0
    """Authorities whom honest nodes accused with evidence that convinces a stranger."""
    falsely: int = 0
    """Of these, honest ones; the checker ends the run at the first."""


def run(plan: Plan) -> Outcome:
    """Run a world to its end.

    With at most f liars nothing may fork or stand still. With more, but fewer than a quorum, a fork must convict at
    least f+1 authorities and no honest one.

    Raises:
        Broken: a promise is broken; the plan reproduces it.
    """
    world = World(plan)
    faults = world.city.authorities.faults
    try:
        world.run()
    except Forked as fork:
        named = faults < len(fork.culprits) and fork.culprits <= world.checker.liars
        if plan.liars <= faults or not named:
            raise
        return _outcome(world, forked=True)
    except Stalled:
        if plan.liars <= faults:
            raise
        return _outcome(world, stalled=True)
    return _outcome(world)


def _outcome(world: World, *, forked: bool = False, stalled: bool = False) -> Outcome:
    accused, liars = world.checker.accused, world.checker.liars
    return Outcome(world.checker.highest, forked, stalled, len(accused), len(accused - liars))
