"""Numbers of service certificates: no single character and no two neighbours can be wrong unnoticed."""

import json
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.chain.errors import ErrorCode, Malformed
from node.chain.records.service_certificates import (
    ALPHABET,
    SERIAL_DIGITS,
    CertificateNumber,
    check_code,
    parse_number,
)
from node.chain.types import Code
from tests.reference.naive_numbers import is_whole

pytestmark = pytest.mark.feature("H2")

DISTRICTS = st.from_regex(r"\A[a-z0-9._-]{1,32}\Z")
NUMBERS = st.tuples(
    DISTRICTS, st.integers(1_970, 9_999), st.integers(1, 10**9), st.binary(min_size=16, max_size=16)
)
VECTORS: Final = Path(__file__).resolve().parents[2] / "vectors" / "service_numbers.json"
FIXED = ("gulou", 2026, 42, bytes(range(200, 216)))


def number_of(district: str, year: int, serial: int, touch: bytes) -> str:
    """As it is printed."""
    code = Code(district)
    return CertificateNumber(code, year, serial, check_code(code, year, serial, touch)).text()


def refused(text: str) -> bool:
    """Whether the text alone shows that it is wrong."""
    try:
        parse_number(text)
    except Malformed as fault:
        return fault.code is ErrorCode.BAD_FIELD
    return False


@given(NUMBERS)
def test_a_number_is_read_back_whatever_its_case(number: tuple[str, int, int, bytes]) -> None:
    """O, I and L in the check code are taken for 0, 1 and 1."""
    text = number_of(*number)
    head, check = text.rsplit("-", 1)
    assert len(check) == 6
    assert is_whole(text)
    for typed in (text, f" {text} ", text.lower(), text.upper()):
        assert parse_number(typed).text() == text
    spoken = check.replace("0", "O").replace("1", "l")
    found = parse_number(f"{head}-{spoken}")
    assert found.text() == text
    assert (found.district, found.year, found.serial) == number[:3]


@given(NUMBERS)
@settings(max_examples=15)
@pytest.mark.slow
def test_altering_one_digit_or_letter_of_the_check_code_fails(
    number: tuple[str, int, int, bytes],
) -> None:
    """Every single one: year, serial and check code, each place, each other character."""
    text = number_of(*number)
    begin = len(number[0]) + 1
    for place, letter in enumerate(text[begin:], begin):
        letters = ALPHABET if place >= len(text) - 6 else "0123456789"
        for other in letters:
            if letter not in {"-", other}:
                altered = f"{text[:place]}{other}{text[place + 1 :]}"
                assert refused(altered), altered
                assert not is_whole(altered)


@given(NUMBERS)
def test_exchanging_two_neighbours_fails(number: tuple[str, int, int, bytes]) -> None:
    """In year, serial and check code, as fingers do."""
    text = number_of(*number)
    for place in range(len(number[0]) + 1, len(text) - 1):
        left, right = text[place : place + 2]
        if left != right and "-" not in {left, right}:
            assert refused(f"{text[:place]}{right}{left}{text[place + 2 :]}")


def test_another_letter_in_the_district_fails_too() -> None:
    """A letter for a letter; a district of another name has other certificates anyway."""
    text = number_of(*FIXED)
    for place in range(len("gulou")):
        for other in "abcdefghijklmnopqrstuvwxyz":
            if other != text[place]:
                assert refused(f"{text[:place]}{other}{text[place + 1 :]}")


def test_a_number_looks_like_this() -> None:
    """It can be read aloud: district, year, serial of six digits, six characters."""
    assert number_of(*FIXED) == "gulou-2026-000042-S34WNP"
    assert number_of("nan-jing", 2026, 1_234_567, bytes(16)).startswith("nan-jing-2026-1234567-")
    assert SERIAL_DIGITS == 6


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gulou",
        "gulou-2026-42-S34WNP",
        "gulou-2026-000042",
        "gulou-2026-0000042-S34WNP",
        "gulou-0026-000042-S34WNP",
        "gulou-2026-000000-000000",
        "gulou-2026-000042-S4WMS",
        "gulou-2026-000042-S4WMU2",
        "鼓楼-2026-000042-S34WNP",
        "gulou/2026/42",
        "x" * 100,
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    """With one code, whatever it is."""
    assert refused(text)


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    """Nothing but the documented fault comes out."""
    assert refused(text) != is_whole(text)


def test_the_vectors_agree_and_every_wrong_text_is_refused() -> None:
    """Python, its slow twin and JavaScript read the same file."""
    vectors = json.loads(VECTORS.read_text("utf-8"))
    for case in vectors["whole"]:
        touch = bytes.fromhex(case["touch"])
        assert number_of(case["district"], case["year"], case["serial"], touch) == case["number"]
        assert parse_number(case["number"]).key_id.decode() == case["id"]
    for case in vectors["refused"]:
        assert refused(case["text"]), case["name"]
        assert not is_whole(case["text"]), case["name"]
