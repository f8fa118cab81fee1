"""Minutes, instants and JSON as people and machines read them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.chain.codec import Record
from node.console.formats import (
    date_text,
    duration,
    instant,
    minutes_text,
    rfc3339,
    short_id,
    time_text,
    yes_no,
)
from node.console.language import Text, t
from node.console.result import Column, Table, plain

MOMENT_MS = 1_795_500_000_123
"""2026-11-24T06:00:00.123Z."""


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (0, "0 分", "0 min"),
        (30, "30 分", "30 min"),
        (60, "1 小时", "1 h"),
        (90, "1 小时 30 分", "1 h 30 min"),
        (100_001, "1666 小时 41 分", "1666 h 41 min"),
        (-90, "-1 小时 30 分", "-1 h 30 min"),
    ],
)
def test_minutes_are_hours_and_minutes_and_never_a_decimal(minutes: int, zh: str, en: str):
    """Both languages, zero and debts between districts included."""
    assert minutes_text(minutes, "zh") == zh
    assert minutes_text(minutes, "en") == en
    assert duration(minutes) == Text(zh, en)


def test_people_read_civil_time_and_machines_utc():
    """UTC+8 whatever the machine's zone is."""
    assert time_text(MOMENT_MS, "zh") == "2026-11-24 14:00"
    assert time_text(MOMENT_MS, "en") == "2026-11-24 14:00 UTC+8"
    assert date_text(MOMENT_MS, "zh") == "2026年11月24日"
    assert date_text(MOMENT_MS, "en") == "2026-11-24"
    assert rfc3339(MOMENT_MS) == "2026-11-24T06:00:00.123Z"
    assert instant(MOMENT_MS).zh == time_text(MOMENT_MS, "zh")


def test_the_day_changes_at_midnight_in_china():
    """16:00 UTC is the next day."""
    before = int(datetime(2026, 1, 1, 15, 59, tzinfo=UTC).timestamp() * 1000)
    assert date_text(before, "en") == "2026-01-01"
    assert date_text(before + 60_000, "en") == "2026-01-02"


@given(st.integers(0, 253_402_300_799_999 - 8 * 3_600_000))
def test_every_instant_of_four_digit_years_is_written(time_ms: int):
    """And the text for machines reads back to the millisecond."""
    assert len(time_text(time_ms, "zh")) == len("2026-11-24 13:20")
    parsed = datetime.fromisoformat(rfc3339(time_ms))
    assert (parsed - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000 == pytest.approx(
        time_ms
    )


class _Colour(IntEnum):
    DARK_RED = 1


class _Word(Enum):
    A = "a"


@dataclass(frozen=True)
class _Pair:
    left: int
    right: bytes


class _Triple(Record, tag=1):
    height: int
    hash: bytes


def test_a_result_becomes_plain_json():
    """Bytes in hexadecimal, records by their field names, enums by word, text in one language."""
    value = {
        "bytes": b"\x00\xff",
        "pair": _Pair(1, b"\x01"),
        "record": _Triple(5, b"\x02"),
        "colour": _Colour.DARK_RED,
        "word": _Word.A,
        "text": t(zh="字", en="word"),
        "many": (1, None, True, "s", 0.5),
        "set": frozenset({"x"}),
    }
    assert plain(value, "en") == {
        "bytes": "00ff",
        "pair": {"left": 1, "right": "01"},
        "record": {"height": 5, "hash": "02"},
        "colour": "dark_red",
        "word": "a",
        "text": "word",
        "many": [1, None, True, "s", 0.5],
        "set": ["x"],
    }


def test_a_value_without_a_json_form_is_a_bug():
    """Nothing is written by its representation."""
    with pytest.raises(TypeError):
        plain(object(), "zh")


def test_a_table_has_a_cell_for_every_column():
    """A short row is noticed where it is made."""
    with pytest.raises(AssertionError):
        Table((Column(t(zh="甲", en="a")), Column(t(zh="乙", en="b"))), [("only one",)])


def test_small_words():
    """Ids are shortened for tables, truth is a word."""
    assert short_id(bytes(range(32))) == "000102030405"
    assert yes_no(value=True).en == "yes"
    assert yes_no(value=False).zh == "否"
