"""Run the simulator over many seeds: ``python -m scripts.simulate --seeds 200``.

Prints a line of progress, and the first seed that breaks with the reason; exit code 1 then. A seed stands for one kind
of world (``node.sim.world.plan_of``) unless ``--liars`` or ``--twins`` ask for another.
"""

import sys
import time

import click

from node.sim.checkers import Broken
from node.sim.outcome import run
from node.sim.world import Plan, plan_of


@click.command()
@click.option("--seeds", default=100, show_default=True, help="How many seeds to run.")
@click.option("--first", default=0, show_default=True, help="The first of them.")
@click.option("--seed", type=int, help="Run only this one.")
@click.option("--nodes", default=4, show_default=True, help="Nodes of the city.")
@click.option(
    "--liars", type=int, help="Authorities that lie; more than f may fork, and are named."
)
@click.option("--twins", is_flag=True, help="Liars are two copies of a node with one key.")
def main(
    seeds: int, first: int, seed: int | None, nodes: int, liars: int | None, *, twins: bool
) -> None:
    """Simulate cities in trouble, one for each seed."""
    chosen = [seed] if seed is not None else list(range(first, first + seeds))
    begun_s = time.monotonic()
    heights = forks = stalls = 0
    for number, value in enumerate(chosen, 1):
        plan = plan_of(value, nodes)
        if liars is not None or twins:
            plan = Plan(seed=value, nodes=nodes, liars=1 if liars is None else liars, twins=twins)
        try:
            outcome = run(plan)
        except Broken as reason:
            print(f"\n{plan}\n{type(reason).__name__}: {reason}")
            sys.exit(1)
        heights += outcome.heights
        forks += outcome.forked
        stalls += outcome.stalled
        rate = number / (time.monotonic() - begun_s)
        print(f"\r{number}/{len(chosen)} seeds, {heights} heights, {rate:.1f} seeds/s", end="")
    print(f"\n{forks} forks, {stalls} stalls, 0 false accusations")


if __name__ == "__main__":
    main()
