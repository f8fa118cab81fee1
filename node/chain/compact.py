"""A proof on paper: deflated, in base45, split over as many QR codes as it takes.

A part reads ``TB1:<number>/<count>:<check>:<text>``, all of it in the alphabet of QR codes, where a character takes 5.5
bits. ``check`` is the first 8 hexadecimal digits, in capitals, of SHA-256 over the deflated bytes: parts of two proofs
do not mix. The deflated bytes are of the proof without its authority trail, which is the same for everybody: the
verifier brings it. Deflate has many encodings of one text; only the proof inside counts, and it is verified as any.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.limits import PROOF_FILE_MAX_BYTES
from node.chain.proof import Anchor, decode_proof
from node.chain.verify import AuthorityChange

PART_TEXT_MAX: Final = 900
"""Base45 characters of one part: a code that an old phone reads from a page, version 20 with error correction M."""
PARTS_MAX: Final = 99
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_BASE: Final = len(_ALPHABET)
_BYTE: Final = 256
_CHECK_HEX: Final = 8
_PART: Final = re.compile(r"TB1:([1-9][0-9]?)/([1-9][0-9]?):([0-9A-F]{8}):(.{1,900})", re.ASCII)


def to_parts(proof: bytes) -> tuple[str, ...]:
    """A proof file as texts for QR codes, in order, without its trail.

    Raises:
        Malformed: it is no proof, or ``TOO_LARGE`` for paper.
    """
    found = decode_proof(proof)
    packed = zlib.compress(encode(replace(found, anchor=replace(found.anchor, trail=()))), level=9)
    text = to_base45(packed)
    pieces = [text[at : at + PART_TEXT_MAX] for at in range(0, len(text), PART_TEXT_MAX)]
    if len(pieces) > PARTS_MAX:
        raise Malformed(ErrorCode.TOO_LARGE, f"{len(pieces)} codes, at most {PARTS_MAX}")
    check = _check(packed)
    return tuple(f"TB1:{n}/{len(pieces)}:{check}:{piece}" for n, piece in enumerate(pieces, 1))


def from_parts(parts: Iterable[str], trail: Sequence[AuthorityChange] = ()) -> bytes:
    """The proof file of scanned parts, in any order, repeated or not.

    Args:
        parts: texts of the codes.
        trail: the changes of authority that the verifier knows; of them those before the header are used, and
            all where a checkpoint is the anchor, which does not say its height.

    Raises:
        Malformed: ``NOT_CANONICAL`` or ``TOO_LARGE``, and nothing else, whatever the texts are.
    """
    packed = _joined(parts)
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, PROOF_FILE_MAX_BYTES + 1)
    except zlib.error as error:
        raise _bad("it does not unpack") from error
    if len(raw) > PROOF_FILE_MAX_BYTES:
        raise Malformed(ErrorCode.TOO_LARGE, f"more than {PROOF_FILE_MAX_BYTES} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise _bad("it does not end where it should")
    proof = decode_proof(raw)
    known = tuple(trail)
    if isinstance(proof.anchor, Anchor):
        height = proof.anchor.header.height
        known = tuple(change for change in trail if change.header.height < height)
    return encode(replace(proof, anchor=replace(proof.anchor, trail=known)))


def _joined(parts: Iterable[str]) -> bytes:
    """The deflated bytes of all parts of one proof."""
    pieces: dict[int, str] = {}
    heads: set[tuple[str, str]] = set()
    for part in parts:
        match = _PART.fullmatch(part)
        if match is None:
            raise _bad("a code that is no part of a proof")
        number, count, check, text = match.groups()
        heads.add((count, check))
        if pieces.setdefault(int(number), text) != text:
            raise _bad("two codes with one number")
    if len(heads) != 1:
        raise _bad("codes of several proofs, or none")
    ((count, check),) = heads
    missing = set(range(1, int(count) + 1)) ^ set(pieces)
    if missing:
        raise _bad(f"missing or too many: {sorted(missing)[0]} of {count}")
    packed = from_base45("".join(pieces[number] for number in sorted(pieces)))
    if _check(packed) != check:
        raise _bad("the check does not fit")
    return packed


def to_base45(data: bytes) -> str:
    """RFC 9285: two bytes as three characters, a last one as two."""
    text = []
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, _BASE)
            text.append(_ALPHABET[digit])
    return "".join(text)


def from_base45(text: str) -> bytes:
    """The bytes of a text.

    Raises:
        Malformed: ``NOT_CANONICAL``.
    """
    data = bytearray()
    for at in range(0, len(text), 3):
        digits = [_VALUES.get(letter) for letter in text[at : at + 3]]
        value = 0
        for digit in reversed(digits):
            if digit is None:
                raise _bad("a letter that is none of base45")
            value = value * _BASE + digit
        size = len(digits) - 1
        if size == 0 or value >= _BYTE**size:
            raise _bad("no base45")
        data += value.to_bytes(size, "big")
    return bytes(data)


def _check(packed: bytes) -> str:
    return sha256(packed).hexdigest()[:_CHECK_HEX].upper()


def _bad(why: str) -> Malformed:
    return Malformed(ErrorCode.NOT_CANONICAL, f"codes: {why}")
