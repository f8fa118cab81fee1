"""Explore every execution of a few rounds: ``python -m scripts.explore --rounds 3``.

What is covered and what is not stands in ``node.sim.explore.explorer``. Prints a line for each choice of liars, and the
story of the first violation; exit code 1 then.
"""

import sys
import time
from functools import partial

import click

from node.sim.explore.explorer import Bounds, Explorer, choices_of_liars
from node.sim.explore.judge import Violation
from node.sim.explore.statements import BLOCKS
from node.sim.explore.walks import Walk


@click.command()
@click.option("--rounds", default=2, show_default=True, help="Rounds of the height.")
@click.option("--nodes", default=4, show_default=True, help="Authorities.")
@click.option(
    "--byzantine", default=1, show_default=True, help="Liars; beyond f, evidence is judged."
)
@click.option("--walks", default=500, show_default=True, help="Random executions to compare with.")
@click.option("--story/--no-story", default=True, help="Keep all layers, to tell how it happened.")
def main(rounds: int, nodes: int, byzantine: int, walks: int, *, story: bool) -> None:
    """Look at everything that four authorities, some of them liars, can do in a few rounds."""
    begun_s = time.monotonic()
    total = 0
    for liars in choices_of_liars(byzantine, nodes, rounds):
        for valid in (BLOCKS, BLOCKS[:1]):
            bounds = Bounds(liars, rounds, nodes, valid)
            explorer = Explorer(bounds, partial(_progress, begun_s), tells_story=story)
            try:
                total += explorer.run().configurations
                compared = _compare(explorer, bounds, walks)
            except Violation as violation:
                print(f"\n{bounds}", *violation.story, violation, sep="\n")
                sys.exit(1)
            counts = explorer.counts
            print(
                f"\rliars {liars}, {len(valid)} of 2 blocks valid: {counts.configurations} configurations, "
                f"{counts.moves} moves, {counts.core_runs} questions to the core, "
                f"{counts.forks} ways to fork{compared}"
            )
    print(f"{total} configurations in {time.monotonic() - begun_s:.0f} s; nothing that must not be")


def _progress(begun_s: float, round_: int, part: str, size: int) -> None:
    elapsed_s = time.monotonic() - begun_s
    line = f"{elapsed_s:6.0f} s, round {round_}, {part}: {size} configurations"
    print(f"\r{line:<70}", end="", flush=True)


def _compare(explorer: Explorer, bounds: Bounds, walks: int) -> str:
    """Random executions must be among those that were explored; within f and with all blocks valid."""
    boundaries = explorer.counts.boundaries
    faults = (bounds.nodes - 1) // 3
    if len(bounds.liars) > faults or bounds.valid != BLOCKS:
        return ""
    seen = set()
    for seed in range(walks):
        for known, heard in zip(
            boundaries, Walk(seed, explorer.ears, bounds.rounds).run(), strict=True
        ):
            if heard not in known:
                raise Violation(f"walk {seed} leaves what was explored: {heard}")
        seen.add(heard)
    return f"; {walks} walks end in {len(seen)} of {len(boundaries[-1])} outcomes"


if __name__ == "__main__":
    main()
