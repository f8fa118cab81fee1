"""One run after the other from one seed, each with a power loss at the next action of a node, until all are struck.

Random runs die at random; here nothing is left to chance: the node is stopped once instead of each write, sync, change
of the directory and send, and before each effect of its core, also those that nobody else sees. It comes again, and the
city must be sound and go on. One of four lies, so that there is evidence to report.
"""

from collections import Counter
from typing import Final

from node.sim.plans import Plan
from node.sim.world import World

SPAN_MS: Final = 500
"""So long the node may die."""
ASLEEP_MS: Final = 400
"""And so long it is dead."""
STEP_MS: Final = 100


def crash_points(seed: int) -> Counter[str]:
    """Strike all.

    Returns:
        For each kind of action how many power losses came instead of it.

    Raises:
        Broken: an invariant does not hold after one of them.
    """
    calm = _world(seed)
    _live(calm)
    struck = Counter[str]()
    for action in range(calm.nodes[0].fuse.counted):
        world = _world(seed)
        victim = world.nodes[0]
        victim.fuse.light(action)
        _live(world)
        assert len(victim.fuse.blown) == 1, "the same seed does the same until then"
        struck.update(victim.fuse.blown)
        world.agenda.run_until(world.agenda.now_ms + ASLEEP_MS)
        world.make_peace()
        world.see_progress()
    return struck


def _world(seed: int) -> World:
    world = World(Plan(seed=seed, liars=1))
    world.begin()
    fuse = world.nodes[0].fuse
    fuse.fine, fuse.counted = True, 0
    return world


def _live(world: World) -> None:
    end_ms = world.agenda.now_ms + SPAN_MS
    while world.agenda.now_ms < end_ms:
        world.bring_transactions()
        world.agenda.run_until(world.agenda.now_ms + STEP_MS)
