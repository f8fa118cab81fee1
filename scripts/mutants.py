"""Plant every known bug and see whether the simulator catches it: ``python -m scripts.mutants [NAME ...]``.

Exit code 1 if one of them is not caught within its seeds.
"""

import sys
import time

import click

from node.sim.mutants.all import MUTANTS
from node.sim.mutants.hunting import hunt


@click.command()
@click.argument("names", nargs=-1)
def main(names: tuple[str, ...]) -> None:
    """Plant bugs, all or those of NAMES."""
    missed = 0
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    for mutant in chosen:
        begun_s = time.monotonic()
        found = hunt(mutant)
        missed += found is None
        result = "NOT CAUGHT" if found is None else f"caught by seed {found.seeds}"
        spent_s = time.monotonic() - begun_s
        print(f"{mutant.name:26} {result:20} of {mutant.seeds:4}  {spent_s:5.1f} s  {mutant.bug}")
        if found is not None:
            print(f"{'':26} {found.reason[:120]}")
    print(f"{len(chosen) - missed} of {len(chosen)} planted bugs caught")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
