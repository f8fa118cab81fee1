"""Strict decoding: one encoding of each value, bounds, and one fault."""

from typing import Annotated

import pytest
from msgspec import Meta

from node.chain.codec import Record, decoder, encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.types import UINT_MAX, Code, CodeF, UintF


class Sample(Record, frozen=True, tag=99):
    """Every kind of field."""

    number: UintF
    code: CodeF
    data: Annotated[bytes, Meta(max_length=4)]
    items: Annotated[tuple[UintF, ...], Meta(max_length=2)]


decode = decoder(Sample, 64)
SOUND = Sample(7, Code("gulou"), b"\x01", (1, 2))
RAW = bytes.fromhex("95 63 07 a5 67756c6f75 c40101 92 01 02".replace(" ", ""))


def refused(raw: bytes) -> ErrorCode:
    with pytest.raises(Malformed) as caught:
        decode(raw)
    return caught.value.code


def test_a_record_is_an_array_led_by_its_kind() -> None:
    """The bytes of the specification's example."""
    assert encode(SOUND) == RAW
    assert decode(RAW) == SOUND


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        RAW[:-1],
        RAW + b"\x00",
        RAW.replace(b"\x07", b"\xcc\x07"),
        RAW.replace(b"\x07", b"\xca\x40\xe0\x00\x00"),
        RAW.replace(b"\xc4\x01", b"\xc5\x00\x01"),
        RAW.replace(b"\xc4\x01\x01", b"\xa1\x01"),
        RAW.replace(b"\xa5gulou", b"\xd9\x05gulou"),
        RAW.replace(b"\xa5gulou", b"\xc4\x05gulou"),
        RAW.replace(b"\xa5gulou", b"\xa5Gulou"),
        RAW.replace(b"\xa5gulou", b"\xa5gulo\n"),
        RAW.replace(b"\xa5gulou", b"\xa5gulo\xff"),
        RAW.replace(b"\xa5gulou", b"\xa0"),
        RAW.replace(b"\x63", b"\x62"),
        RAW.replace(b"\x95", b"\x96") + b"\x00",
        RAW.replace(b"\x92\x01\x02", b"\xdc\x00\x02\x01\x02"),
        RAW.replace(b"\x92\x01\x02", b"\x93\x01\x02\x03"),
        RAW.replace(b"\x92\x01\x02", b"\x92\x01\xc0"),
        RAW.replace(b"\x92\x01\x02", b"\x92\x01\xff"),
        RAW.replace(b"\x92\x01\x02", b"\x92\x01\xc3"),
    ],
    ids=lambda raw: raw.hex() or "empty",
)
def test_any_other_encoding_is_refused(raw: bytes) -> None:
    """Non-minimal, cut, longer, of another type or out of bounds."""
    assert refused(raw) == ErrorCode.NOT_CANONICAL


def test_integers_end_where_a_browser_is_exact() -> None:
    """2**53 - 1 passes, 2**53 does not."""
    largest = Sample(UINT_MAX, Code("a"), b"", ())
    assert decode(encode(largest)) == largest
    above = encode(largest).replace(UINT_MAX.to_bytes(8, "big"), (UINT_MAX + 1).to_bytes(8, "big"))
    assert refused(above) == ErrorCode.NOT_CANONICAL


def test_input_that_is_too_long_is_not_parsed() -> None:
    """The size is refused with its own code."""
    assert refused(bytes(65)) == ErrorCode.TOO_LARGE


def test_deep_nesting_is_refused_without_harm() -> None:
    """A parser that follows every opening bracket would run out of stack."""
    deep = decoder(Sample, 1_000_000)
    with pytest.raises(Malformed):
        deep(b"\x95\x63\x07\xa1a\xc4\x00" + b"\x91" * 900_000)
