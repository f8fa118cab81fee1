"""The judge of histories: it accepts what one ledger could have answered, and finds what it could not."""

from dataclasses import replace

import pytest

from scripts.chaos.linearizable import NotLinearizable, Read, Write, require_linearizable


def give(name: str, begun_s: float, height: int, index: int = 0, node: str = "a") -> Write:
    """Ten minutes from x to y, told half a second after it was handed in."""
    changes = (("x", -10), ("y", 10))
    return Write(name, node, begun_s, begun_s + 0.5, (height, index), changes)


def look(begun_s: float, height: int, balance: int, node: str = "a") -> Read:
    """The balance of y."""
    return Read(node, begun_s, begun_s + 0.1, height, "y", balance)


def fenced(begun_s: float, height: int, balance: int, fence_s: float) -> Read:
    """The same at a node that nothing is known of, behind a write begun earlier."""
    return replace(look(begun_s, height, balance, "new"), fence_s=fence_s)


WRITES = (give("one", 0, 1), give("two", 1, 2), give("side", 1.2, 2, 1, "b"), give("three", 3, 4))


def test_a_history_with_old_reads_at_another_node_is_accepted() -> None:
    """Writes that overlap may stand in either order; a node may be behind."""
    reads = [look(2, 2, 30), look(4, 4, 40), look(4, 1, 10, "b"), look(5, 2, 30, "c")]
    reads[2:3] = [look(4, 2, 30, "b")]
    reads += [fenced(5, 2, 30, 1.4), fenced(5, 4, 40, 4)]
    assert require_linearizable(WRITES, reads) == len(WRITES) + len(reads)


@pytest.mark.feature("K2", "J2")
@pytest.mark.parametrize(
    ("writes", "reads", "word"),
    [
        pytest.param((), [look(2, 2, 20)], "come to 30", id="lost write"),
        pytest.param((), [look(2, 2, 40)], "come to 30", id="applied twice"),
        pytest.param((give("two", 1, 3),), [], "two places", id="committed twice"),
        pytest.param((give("other", 1, 2),), [], "one place", id="two at one place"),
        pytest.param((), [look(2, 1, 10)], "shown 2 before", id="stale after its own word"),
        pytest.param((), [look(5, 4, 40), look(6, 2, 30)], "shown 4", id="a node goes back"),
        pytest.param((give("late", 4, 3),), [], "stands before it", id="time travel"),
        pytest.param((give("same", 4, 4, 1),), [], "stands before it", id="into a final block"),
        pytest.param((), [look(2, 3, 40)], "come to 30", id="from the future"),
        pytest.param((), [fenced(5, 2, 30, 4)], "was told of 4", id="stale behind its fence"),
    ],
)
def test_a_planted_violation_is_found(
    writes: tuple[Write, ...], reads: list[Read], word: str
) -> None:
    """Each by itself, in a history that is good without it."""
    with pytest.raises(NotLinearizable, match=word):
        require_linearizable((*WRITES, *writes), reads)
