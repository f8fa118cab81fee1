"""Kill nodes of a real city under load and look whether anything was lost: ``python -m scripts.chaos --kills 200``.

Prints a line for each trouble and a table at the end. Exit code 1 names what broke; the seed plays the same choices
again (processes and networks keep their own chance).
"""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

import click

from node.console.fault import Fault
from scripts.chaos.checks import require_kept, require_one_word
from scripts.chaos.linearizable import NotLinearizable, require_linearizable
from scripts.chaos.load import Load
from scripts.chaos.rig import Rig, Trouble
from scripts.chaos.run import Run, plan_of

PEOPLE: Final = 240
WORKERS: Final = 8


@click.command()
@click.option("--kills", default=24, show_default=True, help="How many kill -9.")
@click.option("--others", default=2, show_default=True, help="How many of every other trouble.")
@click.option("--nodes", default=4, show_default=True, help="Nodes of the city.")
@click.option("--seed", default=None, type=int, help="Play these choices again.")
def main(kills: int, others: int, nodes: int, seed: int | None) -> None:
    """Do harm, heal, check, and say what came out."""
    chosen = random.SystemRandom().randrange(1 << 32) if seed is None else seed
    print(f"seed {chosen}", flush=True)
    root = Path(tempfile.mkdtemp(prefix="timebank-chaos-"))
    try:
        _play(root, nodes, chosen, plan_of(random.Random(chosen), kills, others))
    except (Trouble, NotLinearizable, Fault) as broken:
        print(f"\nBROKEN with seed {chosen}: {broken}\nThe city's files stay in {root}", flush=True)
        sys.exit(1)
    shutil.rmtree(root)


def _play(root: Path, nodes: int, seed: int, plan: tuple[str, ...]) -> None:
    begun_s = time.monotonic()
    with Rig(root, nodes, PEOPLE) as rig:
        with Load(rig, WORKERS, seed) as load:
            run = Run(rig, load, random.Random(seed))
            for number, name in enumerate(plan, 1):
                one = run.trouble(name)
                told = f"{one.seconds:6.1f} s  height {one.height:6}  committed {load.committed:6}"
                print(f"{number:4}/{len(plan)}  {one.kind:16} {one.where:32} {told}", flush=True)
        rig.settle()
        if load.lost:
            raise Trouble(f"{len(load.lost)} transactions never became final")
        answers = require_kept(rig, load.told)
        events = require_linearizable(load.writes(), load.reads)
        messages = require_one_word(rig, rig.copies())
        height = rig.height(rig.districts[0])
    spent_s = time.monotonic() - begun_s
    print()
    for kind, count in sorted(Counter(one.kind.split()[0] for one in run.done).items()):
        times = sorted(one.seconds for one in run.done if one.kind.split()[0] == kind)
        print(
            f"{kind:10} {count:5}   back after {times[len(times) // 2]:.1f} s, at most {times[-1]:.1f} s"
        )
    print(
        f"\n{height} blocks and {load.committed} transactions in {spent_s:.0f} s; "
        f"{answers} answers compared, none lost; {events} events linearizable; "
        f"{messages} signed messages, no contradiction; "
        f"{len(load.refused)} refusals"
    )


if __name__ == "__main__":
    main()
