"""Run the benchmarks and print one table: ``python -m scripts.bench [--people N] [--count N] [--json FILE]``."""

import sys
import time
from pathlib import Path

import click
import msgspec
from rich.console import Console as Screen
from rich.table import Table

from node.runtime.clock import SystemClock
from scripts.bench import audit, city, doors, kernel, primitives
from scripts.bench.figures import Figure, figures_of
from scripts.bench.people import requests, with_people


@click.command()
@click.option("--people", default=2_000, help="Persons in the city's state.")
@click.option("--count", default=12_000, help="Transactions for the city of four.")
@click.option(
    "--json", "json_path", type=click.Path(path_type=Path), help="Also write the figures here."
)
def main(people: int, count: int, json_path: Path | None) -> None:
    """Measure, print, and keep the figures if asked."""
    begun = time.monotonic()
    _say("primitives")
    base = primitives.measure()
    empty_posts = doors.measure()
    _say("kernel, one process")
    genesis, first = with_people(city.make_founding(1)[0].genesis, people)
    signed = list(requests(genesis, first, people, 3 * kernel.BLOCK, SystemClock().now_ms()))
    core = kernel.measure(genesis, signed)
    _say("four node processes")
    four = city.measure(people, count)
    _say("audit")
    audited = audit.measure(four.archive, four.transactions)
    figures = figures_of(base, empty_posts, core, four, audited)
    _print(figures)
    _say(f"{time.monotonic() - begun:.0f} s")
    if json_path is not None:
        json_path.write_bytes(msgspec.json.format(msgspec.json.encode(figures)))


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


def _print(figures: list[Figure]) -> None:
    table = Table("what", "measured", "ratio", "reach")
    for figure in figures:
        table.add_row(figure.name, figure.value, figure.ratio, figure.reach)
    Screen(width=110).print(table)


if __name__ == "__main__":
    main()
