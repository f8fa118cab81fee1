"""A node that lost its disk signs checkpoints of sizes that the others have long left behind."""

from node.chain.types import Code
from tests.unit.runtime.test_checkpoints import KEPT_MAX, Seat, line


def test_a_line_older_than_all_that_are_kept_is_left_out() -> None:
    """It says nothing new, it is no fault of the peer, and it must not stop the node that hears it."""
    seat = Seat(Code("gulou"))
    newest = 3 * (KEPT_MAX + 2)
    for size in range(3, newest + 1, 3):
        seat.block(size)
    for size in range(9, newest + 1, 3):
        seat.hear(line(Code("jianye"), size))
    before = seat.standing()

    assert not seat.hear(line(Code("jianye"), 6))

    assert seat.standing() == before
