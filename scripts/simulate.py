"""Run the simulator over many seeds: ``python -m scripts.simulate --seeds 200``.

Prints a line of progress, and the first seed that breaks with the reason; exit code 1 then. A seed stands for one kind
of world (``node.sim.world.plan_of``) unless ``--kind`` asks for another.
"""

import math
import sys
import time
from dataclasses import replace

import click

from node.sim.checkers.faults import Broken
from node.sim.outcome import run
from node.sim.plans import Kind, plan_of

TELL_S = 5.0
"""Between two lines of progress."""


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
@click.option("--clocks", is_flag=True, help="Clocks drift and jump.")
@click.option("--real", is_flag=True, help="The city's own ledger instead of a toy.")
def main(
    seeds: int, first: int, nodes: int, kind: str, *, real: bool, disk_faults: bool, clocks: bool
) -> None:
    """Simulate cities in trouble, one for each seed."""
    begun_s = time.monotonic()
    told_s = -math.inf
    heights = forks = stalls = convicted = falsely = 0
    for number in range(1, seeds + 1):
        plan = replace(
            plan_of(first + number - 1, nodes, Kind(kind)),
            real=real,
            disk_faults=disk_faults,
            clocks=clocks,
        )
        try:
            outcome = run(plan)
        except Broken as reason:
            print(f"\n{plan}\n{type(reason).__name__}: {reason}")
            sys.exit(1)
        heights += outcome.heights
        forks += outcome.forked
        stalls += outcome.stalled
        convicted += outcome.convicted
        falsely += outcome.falsely
        now_s = time.monotonic()
        if now_s - told_s >= TELL_S or number == seeds:
            told_s = now_s
            rate = number / (now_s - begun_s)
            line = f"{number}/{seeds} seeds, {heights} heights, {rate:.1f} seeds/s"
            print(line, end="\r" if sys.stdout.isatty() else "\n", flush=True)
    print(f"\n{convicted} liars convicted in all")
    print(f"{forks} forks, {stalls} stalls, {falsely} false accusations")


if __name__ == "__main__":
    main()
