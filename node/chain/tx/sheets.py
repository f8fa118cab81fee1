"""What can be said about sealed code sheets: twelve one-time codes under a scratch layer, printed by the city.

A code is 12 Crockford characters of 60 random bits, and makes a key of the seed
``H("slip" ‖ city id ‖ sheet ‖ place ‖ code)``. The chain knows the public keys. Who submits a code shows a signature of
its key over the order and over themselves, so the code itself is never told: a reader of waiting transactions can do
nothing with it, for another order or in another name. Finding one takes 2⁶⁰ keys, and, with the sheet's number in each
seed, helps for no other sheet.
"""

from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from node.chain import keys
from node.chain.codec import Record
from node.chain.errors import ErrorCode, Malformed
from node.chain.hashing import digest, domain
from node.chain.tx.identity import KeyF
from node.chain.types import Hash, HashF, Id, IdF, UintF

SHEET_CODES: Final = 12
CODE_CHARACTERS: Final = 12
NUMBER_BYTES: Final = 8
OPENED_BYTES: Final = NUMBER_BYTES + 1 + keys.SIGNATURE_BYTES


class BindSheet(Record, frozen=True, tag=22):
    """A sealed sheet is handed to a person; proposed and seconded by staff."""

    sheet: UintF
    person: IdF
    evidence: HashF
    """Hash of the receipt the person signed."""


class RegisterSheet(Record, frozen=True, tag=63):
    """The city's issuer announces a sheet; it is printed once this stands in a block."""

    sheet: UintF
    keys: Annotated[tuple[KeyF, ...], Meta(min_length=SHEET_CODES, max_length=SHEET_CODES)]
    """Public keys of the codes, from place 0."""


class CancelSheet(Record, frozen=True, tag=64):
    """A lost sheet counts no longer, from this block on."""

    sheet: UintF


class Slip(NamedTuple):
    """One code as it stands under the scratch layer."""

    sheet: int
    place: int
    code: bytes
    """12 ASCII characters, upper case, without separators."""

    def seed(self, city_id: Hash) -> Hash:
        """The seed of the code's key: digest("slip", city_id, sheet (8 bytes big endian) ‖ place (1 byte) ‖ code)."""
        return digest("slip", city_id, _place_bytes(self.sheet, self.place) + self.code)

    def key(self, city_id: Hash) -> bytes:
        """The code's public key: what the issuer registers."""
        return keys.public_key(self.seed(city_id))

    def opened(self, city_id: Hash, chain_id: Hash, order: Id, sender: Id) -> bytes:
        """What ``Confirm`` carries when this sender submits the code for this order."""
        signature = keys.sign(self.seed(city_id), opening_bytes(chain_id, order, sender))
        return _place_bytes(self.sheet, self.place) + signature


class OpenedSlip(NamedTuple):
    """A scratched code, shown without being told."""

    sheet: int
    place: int
    signature: bytes
    """By the code's key, over order and sender."""

    def proof(self) -> bytes:
        """As ``Confirm`` carries it: sheet (8 bytes big endian) ‖ place (1 byte) ‖ signature."""
        return _place_bytes(self.sheet, self.place) + self.signature


def opening_bytes(chain_id: Hash, order: Id, sender: Id) -> bytes:
    """What a code's key signs: domain("opened", chain_id) ‖ order (16) ‖ sender (16)."""
    return domain("opened", chain_id) + order + sender


def parse_opened(proof: bytes) -> OpenedSlip:
    """An opened code from a confirmation's proof.

    Raises:
        Malformed: ``BAD_FIELD``.
    """
    if len(proof) != OPENED_BYTES or proof[NUMBER_BYTES] >= SHEET_CODES:
        raise Malformed(ErrorCode.BAD_FIELD, "not a code of a sheet")
    sheet = int.from_bytes(proof[:NUMBER_BYTES], "big")
    return OpenedSlip(sheet, proof[NUMBER_BYTES], proof[NUMBER_BYTES + 1 :])


def _place_bytes(sheet: int, place: int) -> bytes:
    return sheet.to_bytes(NUMBER_BYTES, "big") + place.to_bytes(1, "big")
