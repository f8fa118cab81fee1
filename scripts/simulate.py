"""Run the simulator over many seeds, on all cores: ``python -m scripts.simulate --seeds 1000``.

A fleet is a kind of city; each is simulated for its share of the seeds, and a seed stands for everything else: who
lies, which clocks are wrong, whose disk fails (``node.sim.plans``). Seeds are judged in order whatever the number of
processes, so the output is the same: a line of progress, the sums, and the first seed that breaks with the command
that replays it; exit code 1 then.
"""

import math
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import click

from node.sim.outcome import SHOWN, Outcome, run
from node.sim.plans import Kind, Plan, changing_plan, plan_of

TELL_S = 5.0
"""Between two lines of progress."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """A kind of city."""

    text: str
    plan: Callable[[int, Kind], Plan]
    share: int
    """One of so many seeds is run: large cities are slow."""


def _sized(nodes: int, seed: int, kind: Kind) -> Plan:
    return plan_of(seed, nodes, kind)


def _real(seed: int, kind: Kind) -> Plan:
    return replace(plan_of(seed, 4, kind), real=True)


def _changing(seed: int, _: Kind) -> Plan:
    """All honest: who lies does not depend on the kind."""
    return changing_plan(seed)


FLEETS: Final = {
    "four": Fleet("4 nodes", partial(_sized, 4), 1),
    "seven": Fleet("7 nodes", partial(_sized, 7), 10),
    "thirteen": Fleet("13 nodes", partial(_sized, 13), 100),
    "real": Fleet("4 nodes with the city's own ledger", _real, 10),
    "changing": Fleet("4 seats that change by motions, 5 nodes", _changing, 50),
}


@dataclass(slots=True)
class Sums:
    """What the runs came to."""

    heights: int = 0
    forks: int = 0
    stalls: int = 0
    convicted: int = 0
    falsely: int = 0

    def add(self, outcome: Outcome) -> None:
        """One run more."""
        self.heights += outcome.heights
        self.forks += outcome.forked
        self.stalls += outcome.stalled
        self.convicted += outcome.convicted
        self.falsely += outcome.falsely


@click.command()
@click.option(
    "--seeds", default=100, show_default=True, help="How many seeds; a fleet has its share of them."
)
@click.option("--first", default=0, show_default=True, help="The first of them.")
@click.option(
    "--fleet",
    "names",
    multiple=True,
    type=click.Choice(tuple(FLEETS)),
    help="Only these, every seed.",
)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    default=Kind.MIXED.value,
    show_default=True,
    help="Who lies; beyond f, forks may happen and must name their culprits.",
)
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, help="Processes.")
def main(seeds: int, first: int, names: tuple[str, ...], kind: str, jobs: int) -> None:
    """Simulate cities in trouble, one for each seed."""
    for name, fleet in FLEETS.items():
        if names and name not in names:
            continue
        count = seeds if names else math.ceil(seeds / fleet.share)
        print(f"{fleet.text}:", flush=True)
        plans = [fleet.plan(seed, Kind(kind)) for seed in range(first, first + count)]
        with multiprocessing.Pool(min(jobs, count)) as pool:
            broken = _judge(zip(plans, pool.imap(_outcome, plans), strict=True), count)
        if broken is not None:
            plan, reason = broken
            print(f"\n{plan}\n{reason}")
            again = f"python -m scripts.simulate --fleet {name} --kind {kind}"
            print(f"again: {again} --first {plan.seed} --seeds 1")
            sys.exit(1)


def _outcome(plan: Plan) -> Outcome | str:
    """What a run came to, or how it broke."""
    try:
        return run(plan)
    except SHOWN as shown:
        return f"{type(shown).__name__}: {shown}"


def _judge(results: Iterable[tuple[Plan, Outcome | str]], count: int) -> tuple[Plan, str] | None:
    """Add up the runs of a fleet, with progress; the first that is broken."""
    sums, begun_s, told_s = Sums(), time.monotonic(), -math.inf
    for number, (plan, result) in enumerate(results, 1):
        if isinstance(result, str):
            return plan, result
        sums.add(result)
        now_s = time.monotonic()
        if now_s - told_s >= TELL_S or number == count:
            told_s = now_s
            rate = number / (now_s - begun_s)
            line = f"  {number}/{count} seeds, {sums.heights} heights, {rate:.1f} seeds/s"
            print(line, end="\r" if sys.stdout.isatty() else "\n", flush=True)
    print(f"  {sums.convicted} liars convicted, {sums.forks} forks, {sums.stalls} stalls, ", end="")
    print(f"{sums.falsely} false accusations", flush=True)
    return None


if __name__ == "__main__":
    main()
