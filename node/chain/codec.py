"""Canonical bytes: a closed subset of MessagePack.

The grammar has unsigned integers below 2**53, byte strings, ASCII codes and arrays, nothing else
(``docs/spec/encoding.md``). MessagePack alone admits several encodings of one value, so decoding is: parse with strict
types and limits, encode again, compare, else refuse. A record is an array led by its kind number.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from node.chain.errors import ErrorCode, Malformed

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder()
encode: Callable[[object], bytes] = _encoder.encode
"""Canonical bytes of a record, or of an array of records, integers, bytes and codes."""


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """Base of every encoded value: immutable, positional, without cycles."""


def decoder(kind: type[T], size_max_bytes: int) -> Callable[[bytes], T]:
    """A strict parser for ``kind``.

    Args:
        kind: a ``Record`` class, a union of them, or a tuple of them.
        size_max_bytes: longer input is refused before it is parsed.

    Returns:
        A function from bytes to the value, which raises ``Malformed`` (``TOO_LARGE``, ``NOT_CANONICAL``) and nothing
        else, whatever the bytes are.
    """
    parse = msgspec.msgpack.Decoder(kind).decode

    def decode(raw: bytes) -> T:
        if len(raw) > size_max_bytes:
            raise Malformed(ErrorCode.TOO_LARGE, f"{len(raw)} bytes, at most {size_max_bytes}")
        try:
            value = parse(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(ErrorCode.NOT_CANONICAL, str(error)) from error
        if _encoder.encode(value) != raw:
            raise Malformed(ErrorCode.NOT_CANONICAL, "another encoding of the same value")
        return value

    return decode
