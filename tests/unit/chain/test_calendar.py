"""Years, months and quarters in UTC+8, against the standard library."""

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from node.chain.policy import civil, is_quarter_end, month_of, quarter_end_ms, year_start_ms

ZONE = timezone(timedelta(hours=8))
LAST_MS = 250 * 366 * 86_400_000
times = st.integers(0, LAST_MS)


def instant(year: int, month: int) -> int:
    """The first millisecond of a month in UTC+8."""
    return int(datetime(year, month, 1, tzinfo=ZONE).timestamp()) * 1_000


@given(times)
def test_years_months_and_quarters_are_those_of_the_standard_library(time_ms: int) -> None:
    """Leap years and ends of years among them."""
    found = datetime.fromtimestamp(time_ms // 1_000, ZONE)
    assert civil(time_ms) == (found.year, found.month)
    assert month_of(time_ms) == found.year * 100 + found.month
    assert year_start_ms(found.year) == instant(found.year, 1)
    month = (found.month + 2) // 3 * 3 + 1
    year = found.year + month // 13
    assert quarter_end_ms(time_ms) == instant(year, month if month < 13 else 1)


@given(times)
def test_a_quarter_ends_at_one_millisecond(time_ms: int) -> None:
    """Neither before nor after it; never at the beginning of time."""
    end = quarter_end_ms(time_ms)
    assert end > time_ms
    assert [is_quarter_end(end + off) for off in (-1, 0, 1)] == [False, True, False]
    assert not is_quarter_end(0)
