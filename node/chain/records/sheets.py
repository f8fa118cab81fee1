"""Sealed code sheets."""

from typing import Final

from node.chain.codec import Record
from node.chain.tx.identity import KeyF
from node.chain.types import Code, CodeF, IdF, OptionalIdF, UintF

REGISTERED: Final = Code("registered")
BOUND: Final = Code("bound")
CANCELLED: Final = Code("cancelled")


class CodeSheet(Record, frozen=True, tag=85):
    """One sheet of twelve codes and what has become of them."""

    number: UintF
    issuer: IdF
    keys: tuple[KeyF, ...]
    """Public keys of the codes, from place 0; their seeds are on paper only."""
    person: OptionalIdF
    """Whose it is; empty until bound."""
    used: tuple[UintF, ...]
    """Places of codes that have confirmed an order."""
    state: CodeF
    """``registered``, ``bound`` or ``cancelled``."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The number, eight bytes big endian."""
        return sheet_id(self.number)


def sheet_id(number: int) -> bytes:
    """The number, eight bytes big endian."""
    return number.to_bytes(8, "big")
