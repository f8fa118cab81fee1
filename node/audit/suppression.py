"""Which cells of a public table would tell of single people, and which others must go with them.

A cell is small if fewer than five persons stand behind it, or if one of them has more than half of its minutes. A
single missing cell of a row or column follows from its total, so the next smallest goes too, until no line that has
several cells lacks exactly one. Lines with one cell only have no total of their own to give it away.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Final, TypeVar

PERSONS_MIN: Final = 5
"""Fewer persons in a cell, and it is withheld."""
MISSING_MIN: Final = 2
"""One missing cell follows from the total."""

C = TypeVar("C", bound=Hashable)


def tells_of_few(minutes: Mapping[bytes, int]) -> bool:
    """Whether a cell is small by one side of its services.

    Args:
        minutes: each person's minutes in the cell.
    """
    dominated = 2 * max(minutes.values(), default=0) > sum(minutes.values())
    return len(minutes) < PERSONS_MIN or dominated


def withheld(
    weights: Mapping[C, int], small: Iterable[C], lines: Collection[Callable[[C], Hashable]]
) -> frozenset[C]:
    """The small cells, and those that would give one of them away.

    Args:
        weights: every cell of the table with its size; of equals the first in order goes.
        small: cells that must not be published.
        lines: what a cell's row, column and whatever else is summed have in common.
    """
    found = set(small)
    groups = [_grouped(weights, line) for line in lines]
    grew = True
    while grew:
        grew = False
        for cells in (line for group in groups for line in group):
            missing = sum(cell in found for cell in cells)
            if 0 < missing < min(MISSING_MIN, len(cells)):
                found.add(next(cell for cell in cells if cell not in found))
                grew = True
    return frozenset(found)


def _grouped(weights: Mapping[C, int], line: Callable[[C], Hashable]) -> list[list[C]]:
    """The cells of each line, smallest first."""
    groups: defaultdict[Hashable, list[C]] = defaultdict(list)
    for cell in sorted(weights, key=lambda one: (weights[one], repr(one))):
        groups[line(cell)].append(cell)
    return list(groups.values())
