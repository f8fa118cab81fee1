"""Clocks: real time, and a rehearsal's time that runs faster and leaps."""

import pytest

from node.chain.types import EpochMs
from node.runtime.clock import RehearsalClock, SystemClock, monotonic_ms

YEAR_2026_MS = 1_767_225_600_000
SECOND_MS, HOUR_MS = 1_000, 3_600_000


class SteppedClock(SystemClock):
    """Real time, as far as a test lets it go."""

    def __init__(self, now_ms: int) -> None:
        self.now = now_ms

    def now_ms(self) -> EpochMs:
        return EpochMs(self.now)


def rehearsal(rate: int, leap_ms: int = 0) -> tuple[RehearsalClock, SteppedClock]:
    real = SteppedClock(YEAR_2026_MS)
    clock = RehearsalClock(EpochMs(YEAR_2026_MS), rate, leap_ms)
    clock._real = real
    return clock, real


def test_the_system_clock_tells_milliseconds_of_this_century() -> None:
    """The unit is what mistakes are made about."""
    clock = SystemClock()
    first = clock.now_ms()
    assert YEAR_2026_MS - 10 * 365 * 24 * HOUR_MS < first < YEAR_2026_MS * 2
    assert clock.now_ms() >= first
    assert clock.rate == 1


def test_a_rehearsal_runs_faster_from_its_beginning_on() -> None:
    """One real second is twenty minutes at a rate of 1,200."""
    clock, real = rehearsal(1_200)
    assert clock.now_ms() == YEAR_2026_MS
    real.now += SECOND_MS
    assert clock.now_ms() == YEAR_2026_MS + 1_200 * SECOND_MS


def test_nodes_that_start_at_different_moments_agree() -> None:
    """The beginning is that of genesis, not of the process."""
    early, real = rehearsal(1_200)
    real.now += 5 * SECOND_MS
    late, other = rehearsal(1_200)
    other.now = real.now
    assert late.now_ms() == early.now_ms()


def test_a_leap_is_added_and_never_taken_back() -> None:
    """Leaps are sums, so that saying the same one twice does nothing."""
    clock, real = rehearsal(1)
    clock.leap_to(2 * HOUR_MS)
    clock.leap_to(2 * HOUR_MS)
    clock.leap_to(HOUR_MS)
    assert clock.leap_ms == 2 * HOUR_MS
    assert clock.now_ms() == YEAR_2026_MS + 2 * HOUR_MS
    real.now += SECOND_MS
    assert clock.now_ms() == YEAR_2026_MS + 2 * HOUR_MS + SECOND_MS


@pytest.mark.parametrize("rate", [1, 1_200])
def test_a_restart_with_its_leaps_goes_on_where_it_was(rate: int) -> None:
    """What was kept of the leaps is enough."""
    clock, real = rehearsal(rate)
    clock.leap_to(24 * HOUR_MS)
    real.now += SECOND_MS
    again, other = rehearsal(rate, clock.leap_ms)
    other.now = real.now
    assert again.now_ms() == clock.now_ms()


def test_the_monotonic_clock_never_goes_back() -> None:
    """Ages and timeouts stand on it."""
    readings = [monotonic_ms() for _ in range(1_000)]
    assert readings == sorted(readings)
