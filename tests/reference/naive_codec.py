"""The closed grammar by hand: one byte after another, and schemas as small functions.

A value is an integer, bytes, a code (str) or a list of values.
"""

import re
from collections.abc import Callable

Value = int | bytes | str | list["Value"]
Schema = Callable[[Value], bool]
UINT_MAX = 2**53 - 1


class Refused(Exception):  # noqa: N818 - the verdict, named as in the specification
    """The bytes are not the canonical encoding of a value of the grammar."""


def encode(value: Value) -> bytes:
    if isinstance(value, int):
        return _encode_uint(value)
    if isinstance(value, bytes):
        return _head(len(value), (0xC4, 0xC5, 0xC6), (1, 2, 4)) + value
    if isinstance(value, str):
        raw = value.encode("ascii")
        return (bytes([0xA0 + len(raw)]) if len(raw) < 32 else bytes([0xD9, len(raw)])) + raw
    body = b"".join(encode(item) for item in value)
    if len(value) < 16:
        return bytes([0x90 + len(value)]) + body
    return _head(len(value), (0xDC, 0xDD), (2, 4)) + body


def _encode_uint(value: int) -> bytes:
    if value < 128:
        return bytes([value])
    return _head(value, (0xCC, 0xCD, 0xCE, 0xCF), (1, 2, 4, 8))


def _head(number: int, leads: tuple[int, ...], widths: tuple[int, ...]) -> bytes:
    """The shortest lead byte whose width holds the number, and the number."""
    for lead, width in zip(leads, widths, strict=True):
        if number < 256**width:
            return bytes([lead]) + number.to_bytes(width, "big")
    raise Refused(number)


def decode(raw: bytes) -> Value:
    """The value of canonical bytes.

    Raises:
        Refused: anything else.
    """
    value, end = _read(raw, 0)
    if end != len(raw) or encode(value) != raw:
        raise Refused(raw)
    return value


def _read(raw: bytes, at: int) -> tuple[Value, int]:
    if at >= len(raw):
        raise Refused("end")
    lead = raw[at]
    if lead < 0x80:
        return lead, at + 1
    if 0x90 <= lead < 0xA0:
        return _read_items(raw, at + 1, lead - 0x90)
    if 0xA0 <= lead < 0xC0:
        return _read_code(raw, at + 1, lead - 0xA0)
    widths = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1}
    widths |= {0xDC: 2, 0xDD: 4}
    if lead not in widths:
        raise Refused(lead)
    number, at = _read_number(raw, at + 1, widths[lead])
    if lead in (0xCC, 0xCD, 0xCE, 0xCF):
        if number > UINT_MAX:
            raise Refused(number)
        return number, at
    if lead in (0xC4, 0xC5, 0xC6):
        return _take(raw, at, number), at + number
    if lead == 0xD9:
        return _read_code(raw, at, number)
    return _read_items(raw, at, number)


def _take(raw: bytes, at: int, count: int) -> bytes:
    if at + count > len(raw):
        raise Refused("end")
    return raw[at : at + count]


def _read_number(raw: bytes, at: int, width: int) -> tuple[int, int]:
    return int.from_bytes(_take(raw, at, width), "big"), at + width


def _read_code(raw: bytes, at: int, count: int) -> tuple[Value, int]:
    text = _take(raw, at, count).decode("latin-1")
    if not re.fullmatch(r"[a-z0-9._-]{1,32}", text):
        raise Refused(text)
    return text, at + count


def _read_items(raw: bytes, at: int, count: int) -> tuple[Value, int]:
    items: list[Value] = []
    for _ in range(count):
        item, at = _read(raw, at)
        items.append(item)
    return items, at


def uint(value: Value) -> bool:
    return isinstance(value, int)


def code(value: Value) -> bool:
    return isinstance(value, str)


def data(least: int, most: int) -> Schema:
    return lambda value: isinstance(value, bytes) and least <= len(value) <= most


def array(item: Schema, least: int, most: int) -> Schema:
    return lambda value: (
        isinstance(value, list) and least <= len(value) <= most and all(map(item, value))
    )


def fields(*schemas: Schema) -> Schema:
    """An array with exactly these fields."""
    return lambda value: (
        isinstance(value, list)
        and len(value) == len(schemas)
        and all(schema(item) for schema, item in zip(schemas, value, strict=True))
    )


def record(kind: int, *schemas: Schema) -> Schema:
    return fields(lambda value: value == kind and isinstance(value, int), *schemas)
