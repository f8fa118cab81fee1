"""What is no transaction at all: the bytes alone say so, before any rule is asked."""

from collections.abc import Callable
from typing import Final

from node.chain.errors import ErrorCode
from node.chain.limits import TRANSACTION_SIZE_MAX_BYTES

WRONG_BYTES: Final[dict[str, tuple[ErrorCode, Callable[[bytes], bytes]]]] = {
    "cut short": (ErrorCode.NOT_CANONICAL, lambda raw: raw[:-1]),
    "with a byte too many": (ErrorCode.NOT_CANONICAL, lambda raw: raw + b"\x00"),
    "of another shape": (ErrorCode.NOT_CANONICAL, lambda raw: bytes([raw[0] ^ 1]) + raw[1:]),
    "longer than any": (
        ErrorCode.TOO_LARGE,
        lambda raw: raw + bytes(TRANSACTION_SIZE_MAX_BYTES),
    ),
}
"""By name: the code, and how a right transaction is changed to be refused with it."""
