"""What can be said about sealed code sheets: twelve one-time codes under a scratch layer, printed by the city.

The chain knows only ``H("slip" ‖ chain id ‖ sheet ‖ place ‖ code)``. A code is 12 Crockford characters of 60 random
bits; with the sheet's number in each hash, finding one takes 2⁶⁰ hashes and helps for no other sheet.
"""

from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from node.chain.codec import Record
from node.chain.errors import ErrorCode, Malformed
from node.chain.hashing import digest
from node.chain.types import Hash, HashF, IdF, UintF

SHEET_CODES: Final = 12
CODE_CHARACTERS: Final = 12
NUMBER_BYTES: Final = 8
SLIP_BYTES: Final = NUMBER_BYTES + 1 + CODE_CHARACTERS


class BindSheet(Record, frozen=True, tag=22):
    """A sealed sheet is handed to a person; proposed and seconded by staff."""

    sheet: UintF
    person: IdF
    evidence: HashF
    """Hash of the receipt the person signed."""


class RegisterSheet(Record, frozen=True, tag=63):
    """The city's issuer announces a sheet; it is printed once this stands in a block."""

    sheet: UintF
    hashes: Annotated[tuple[HashF, ...], Meta(min_length=SHEET_CODES, max_length=SHEET_CODES)]
    """Of the codes, from place 0."""


class CancelSheet(Record, frozen=True, tag=64):
    """A lost sheet counts no longer, from this block on."""

    sheet: UintF


class Slip(NamedTuple):
    """One opened code."""

    sheet: int
    place: int
    code: bytes
    """12 ASCII characters, upper case, without separators."""

    def proof(self) -> bytes:
        """As ``Confirm`` carries it: sheet (8 bytes big endian) ‖ place (1 byte) ‖ code."""
        return self.sheet.to_bytes(NUMBER_BYTES, "big") + self.place.to_bytes(1, "big") + self.code

    def hash(self, city_id: Hash) -> Hash:
        """digest("slip", city_id, proof): what the issuer registered."""
        return digest("slip", city_id, self.proof())


def parse_slip(proof: bytes) -> Slip:
    """An opened code from a confirmation's proof.

    Raises:
        Malformed: ``BAD_FIELD``.
    """
    if len(proof) != SLIP_BYTES or proof[NUMBER_BYTES] >= SHEET_CODES:
        raise Malformed(ErrorCode.BAD_FIELD, "not a code of a sheet")
    sheet = int.from_bytes(proof[:NUMBER_BYTES], "big")
    return Slip(sheet, proof[NUMBER_BYTES], proof[NUMBER_BYTES + 1 :])
