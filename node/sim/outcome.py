"""What a run came to, judged by how many lied in it."""

from dataclasses import dataclass

from node.sim.checkers import Forked, Stalled
from node.sim.world import Plan, World


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that broke no promise."""

    heights: int
    forked: bool = False
    stalled: bool = False
    """Both only with more liars than the protocol bears."""


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
        return Outcome(world.checker.highest, forked=True)
    except Stalled:
        if plan.liars <= faults:
            raise
        return Outcome(world.checker.highest, stalled=True)
    return Outcome(world.checker.highest)
