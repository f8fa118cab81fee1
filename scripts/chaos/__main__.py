"""Kill nodes of a real city under load and look whether anything was lost: ``python -m scripts.chaos --kills 200``.

Prints a line for each trouble and a table at the end. Exit code 1 names what broke; the seed plays the same choices
again (processes and networks keep their own chance).
"""

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import click

from node.console.fault import Fault
from scripts.chaos.bank import found_bank
from scripts.chaos.linearizable import NotLinearizable
from scripts.chaos.load import Load
from scripts.chaos.rig import Rig
from scripts.chaos.run import Run, plan_of
from scripts.chaos.trouble import Trouble
from scripts.chaos.verdict import judge, told_of

PEOPLE: Final = 240
BANKERS: Final = 40
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
    with Rig(root, nodes, PEOPLE, BANKERS) as rig:
        bank = found_bank(rig)
        with Load(rig, WORKERS, seed, bank) as load:
            run = Run(rig, load, random.Random(seed))
            for number, name in enumerate(plan, 1):
                one = run.trouble(name)
                told = f"{one.seconds:6.1f} s  height {one.height:6}  committed {load.committed:6}"
                kind = f"{one.kind} {one.note}"
                print(f"{number:4}/{len(plan)}  {kind:16} {one.where:32} {told}", flush=True)
        verdict = judge(rig, load)
    print("", *told_of(verdict, run.done, time.monotonic() - begun_s), sep="\n")


if __name__ == "__main__":
    main()
