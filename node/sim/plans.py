"""What kind of run a seed stands for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CHANGING_MS: Final = 40_000
"""Of trouble, enough for several motions from the first word to their effect."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of run."""

    seed: int
    nodes: int = 4
    trouble_ms: int = 15_000
    crashes: bool = True
    wipes: bool = True
    """Only where a quorum is left without the one who abstains: with fewer than f liars."""
    liars: int = 0
    """Authorities that lie; the last ones."""
    term_heights: int = 0
    """If not 0, the toy's set changes after so many heights; without liars only."""
    disk_faults: bool = False
    """Every other node that would lose power has a disk that refuses writes and syncs instead."""
    real: bool = False
    """The city's own ledger instead of the toy."""
    twins: bool = False
    """Each liar is two honest copies of one node instead."""
    clocks: bool = False
    """Clocks drift and jump, within the precision that block times are judged by and beyond it."""
    candidates: int = 0
    """Nodes of districts that have no seat at genesis. If not 0, the real ledger's authorities change their set."""


class Kind(StrEnum):
    """Kinds of worlds."""

    MIXED = "mixed"
    """Of three seeds one honest, one with liars, one with twins; of two of each one with wrong clocks, of four two with
    failing disks."""
    HONEST = "honest"
    LIARS = "liars"
    """f of them."""
    TWINS = "twins"
    """f pairs."""
    BEYOND = "beyond"
    """f+1 pairs of twins: forks are possible, and must name their culprits."""


def plan_of(seed: int, nodes: int = 4, kind: Kind = Kind.MIXED) -> Plan:
    """The plan that a seed stands for."""
    faults = (nodes - 1) // 3
    mixed = kind is Kind.MIXED
    if mixed:
        kind = (Kind.HONEST, Kind.LIARS, Kind.TWINS)[seed % 3]
    return Plan(
        seed=seed,
        nodes=nodes,
        liars={Kind.HONEST: 0, Kind.BEYOND: faults + 1}.get(kind, faults),
        twins=kind in {Kind.TWINS, Kind.BEYOND},
        clocks=mixed and seed // 3 % 2 == 1,
        disk_faults=mixed and seed // 6 % 2 == 1,
    )


def changing_plan(seed: int) -> Plan:
    """Four seats of the real ledger and a district without one; authorities add, remove, rotate and merge seats."""
    return Plan(
        seed=seed,
        real=True,
        candidates=1,
        wipes=False,
        clocks=seed % 2 == 1,
        trouble_ms=CHANGING_MS,
    )
