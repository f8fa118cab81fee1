"""A block that is locked, cannot be decided in its round, and lies for two minutes before it is proposed again.

All nodes are honest; a bad network makes the state, then everything is cut. When the network heals the block's time is
long past every window, and the voters must take it all the same: it was judged when it was fresh. A city that judged
it again would go through round after round until the window, which grows with the round, had reached back so far.
"""

from typing import Final

from node.chain.types import NO_HASH
from node.consensus.state import NO_ROUND
from node.sim.network import Weather
from node.sim.outcome import Outcome
from node.sim.plans import Plan
from node.sim.simnode import SimulatedNode
from node.sim.world import World

AGE_MS: Final = 120_000
GLANCE_MS: Final = 20
GLANCES_MAX: Final = 5_000


def aging(plan: Plan) -> Outcome:
    """Play it; the plan gives seed and size.

    Raises:
        Broken: the city does not go on as it should.
    """
    world = World(Plan(seed=plan.seed, nodes=plan.nodes, crashes=False, wipes=False))
    world.begin()
    world.network.weather = Weather(loss=0.3, delay_max_ms=50)
    for _ in range(GLANCES_MAX):
        if _must_be_proposed_again(world.nodes):
            break
        world.bring_transactions()
        world.agenda.run_until(world.agenda.now_ms + GLANCE_MS)
    world.network.part({node.place: node.place for node in world.nodes})
    world.agenda.run_until(world.agenda.now_ms + AGE_MS)
    world.make_peace()
    world.see_progress()
    return Outcome(world.checker.highest)


def _must_be_proposed_again(nodes: list[SimulatedNode]) -> bool:
    """Whether somebody is locked in a round in which so many voted nil that it cannot decide any more."""
    states = [node.driver.state for node in nodes if node.driver is not None]
    if len({state.height for state in states}) > 1:
        return False
    locked = max(state.locked_round for state in states)
    if locked == NO_ROUND:
        return False
    own = [state.at(locked).precommits[state.me] for state in states if state.me is not None]
    refused = sum(1 for vote in own if vote is not None and vote.block_id == NO_HASH)
    return refused > len(nodes) - states[0].authorities.quorum
