"""Clocks that are wrong."""

from hypothesis import given
from hypothesis import strategies as st

from node.sim.clocks import DriftingClock


def test_a_clock_drifts_jumps_and_is_set_right() -> None:
    """Twenty thousandths fast for ten seconds, then an hour back, then right."""
    clock = DriftingClock(1_000_000)
    clock.drift(1_000_000, 20)
    assert clock.read(1_010_000) == 1_010_200
    clock.jump(1_010_000, -3_600_000)
    assert clock.read(1_010_000) == 1_010_200 - 3_600_000
    assert clock.read(1_011_000) == clock.read(1_010_000) + 1_020
    clock.set_right(1_011_000, 7)
    assert clock.read(1_050_000) == 1_050_007


@given(st.integers(-200, 200), st.lists(st.integers(0, 10_000), max_size=20))
def test_without_jumps_no_clock_goes_back(rate: int, steps: list[int]) -> None:
    """However slow it is."""
    clock, now_ms = DriftingClock(0), 0
    clock.drift(0, rate)
    before = clock.read(0)
    for step in steps:
        now_ms += step
        assert clock.read(now_ms) >= before
        before = clock.read(now_ms)
