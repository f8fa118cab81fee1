"""Small cells of public tables: nothing withheld follows from what is published."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.audit.suppression import withheld

Cell = tuple[int, int]


def row(cell: Cell) -> int:
    return cell[0]


def column(cell: Cell) -> str:
    return f"column {cell[1]}"


@pytest.mark.feature("A8")
def test_a_small_cell_takes_the_next_smallest_of_its_row_and_of_its_column():
    """And these take theirs, so that four corners are missing."""
    weights = {(r, c): 10 * r + c + 50 for r, c in product(range(3), range(3))}
    found = withheld(weights, [(1, 1)], (row, column))
    assert found == {(1, 1), (1, 0), (0, 1), (0, 0)}


@pytest.mark.feature("A8")
@given(
    st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(0, 99)),
    st.data(),
)
@pytest.mark.slow
def test_no_line_of_several_cells_lacks_exactly_one(weights: dict[Cell, int], data: st.DataObject):
    """Whatever the table; every small cell is missing, and nothing is where nothing was small."""
    small = data.draw(st.sets(st.sampled_from(sorted(weights)))) if weights else set()
    found = withheld(weights, small, (row, column))
    assert small <= found
    assert small or not found
    for line in (row, column):
        for name in {line(cell) for cell in weights}:
            cells = [cell for cell in weights if line(cell) == name]
            assert sum(cell in found for cell in cells) != 1 or len(cells) == 1
