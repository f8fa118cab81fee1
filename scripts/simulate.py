"""Run the simulator over many seeds: ``python -m scripts.simulate --seeds 200``.

Prints a line of progress, and the first seed that breaks with the reason; exit code 1 then. ``--seed N`` runs one.
"""

import sys
import time

import click

from node.sim.checkers import Broken
from node.sim.world import Plan, World


@click.command()
@click.option("--seeds", default=100, show_default=True, help="How many seeds to run.")
@click.option("--first", default=0, show_default=True, help="The first of them.")
@click.option("--seed", type=int, default=None, help="Run only this one.")
@click.option("--nodes", default=4, show_default=True, help="Nodes of the city.")
def main(seeds: int, first: int, seed: int | None, nodes: int) -> None:
    """Simulate cities in trouble, one for each seed."""
    chosen = [seed] if seed is not None else list(range(first, first + seeds))
    begun_s = time.monotonic()
    heights = 0
    for number, value in enumerate(chosen, 1):
        world = World(Plan(seed=value, nodes=nodes))
        try:
            world.run()
        except Broken as reason:
            print(f"\nseed {value} nodes {nodes}: {reason}")
            sys.exit(1)
        heights += world.checker.highest
        rate = number / (time.monotonic() - begun_s)
        print(f"\r{number}/{len(chosen)} seeds, {heights} heights, {rate:.1f} seeds/s", end="")
    print("\n0 forks, 0 stalls, 0 false accusations")


if __name__ == "__main__":
    main()
