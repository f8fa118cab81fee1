"""Run the simulator over many seeds: ``python -m scripts.simulate --seeds 200``.

Prints a line of progress, and the first seed that breaks with the reason; exit code 1 then. A seed stands for one kind
of world (``node.sim.world.plan_of``) unless ``--kind`` asks for another.
"""

import sys
import time
from dataclasses import replace

import click

from node.sim.checkers import Broken
from node.sim.outcome import run
from node.sim.world import Kind, plan_of


@click.command()
@click.option("--seeds", default=100, show_default=True, help="How many seeds to run.")
@click.option("--first", default=0, show_default=True, help="The first of them.")
@click.option("--nodes", default=4, show_default=True, help="Nodes of the city.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    default=Kind.MIXED.value,
    show_default=True,
    help="Who lies; beyond f, forks may happen and must name their culprits.",
)
@click.option("--disk-faults", is_flag=True, help="Disks also refuse writes and syncs.")
@click.option("--real", is_flag=True, help="The city's own ledger instead of a toy.")
def main(seeds: int, first: int, nodes: int, kind: str, *, real: bool, disk_faults: bool) -> None:
    """Simulate cities in trouble, one for each seed."""
    begun_s = time.monotonic()
    heights = forks = stalls = 0
    for number in range(1, seeds + 1):
        plan = replace(
            plan_of(first + number - 1, nodes, Kind(kind)), real=real, disk_faults=disk_faults
        )
        try:
            outcome = run(plan)
        except Broken as reason:
            print(f"\n{plan}\n{type(reason).__name__}: {reason}")
            sys.exit(1)
        heights += outcome.heights
        forks += outcome.forked
        stalls += outcome.stalled
        rate = number / (time.monotonic() - begun_s)
        print(f"\r{number}/{seeds} seeds, {heights} heights, {rate:.1f} seeds/s", end="")
    print(f"\n{forks} forks, {stalls} stalls, 0 false accusations")


if __name__ == "__main__":
    main()
