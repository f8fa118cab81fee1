"""Service certificates (服务记录证明) and their numbers. The *commit* certificate of a block is another thing.

A record says what anybody may know who holds the paper: number, period, hours, status. Whose it is stands on the paper
only; in the state the person's ``ServiceYear`` names the certificate, and never the other way round.

A number reads ``district-year-serial-CHECK``, such as ``gulou-2026-000042-8J3QK7``. The first five characters of the
check code are 25 bits of the touch with which the record was created, so that serials cannot be walked. The sixth
closes a sum over GF(32) of the whole number: a wrong character, or two neighbours exchanged, in year, serial or check
code is found without asking anybody.
"""

import re
from typing import Final, NamedTuple

from node.chain.codec import Record
from node.chain.errors import ErrorCode, Malformed
from node.chain.types import Code, CodeF, MinutesF, UintF

VALID: Final = Code("valid")
AMENDED: Final = Code("amended")
"""A service that it covers was corrected after it was issued; the record has the right hours."""
REVOKED: Final = Code("revoked")
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 characters, which are not mistaken for each other when read aloud or typed."""
CHECK_CHARACTERS: Final = 6
SERIAL_DIGITS: Final = 6
"""At least; a district's serials begin again with each year."""
_SYMBOL_BITS: Final = 5
_SYMBOLS: Final = 1 << _SYMBOL_BITS
_POLYNOMIAL: Final = 0b100101
"""x⁵ + x² + 1, primitive: multiplying by x runs through all 31 values that are not zero."""
_TOUCH_BYTES: Final = 4
_TOUCH_SYMBOLS: Final = CHECK_CHARACTERS - 1
_UNUSED_BITS: Final = 8 * _TOUCH_BYTES - _SYMBOL_BITS * _TOUCH_SYMBOLS
_NUMBER: Final = re.compile(
    r"([a-z0-9._-]{1,32})-([1-9][0-9]{3})-([0-9]{6}|[1-9][0-9]{6,9})-([0-9A-HJKMNP-TV-Z]{6})",
    re.ASCII,
)
_MISREAD: Final = str.maketrans("OIL", "011")


class ServiceCertificate(Record, frozen=True, tag=107):
    """One service certificate: what a public check may say, and nothing else."""

    district: CodeF
    """The person's home when it was issued."""
    year: UintF
    """Of issue, in UTC+8."""
    serial: UintF
    """Counts the district's certificates of the year, from 1."""
    check: CodeF
    """The check code in lower case."""
    from_month: UintF
    """First month of the period, year · 100 + month."""
    until_month: UintF
    """The last one."""
    served_min: MinutesF
    honour_min: MinutesF
    """Apart from the hours above, under the word 补录."""
    status: CodeF
    """``valid``, ``amended`` or ``revoked``."""
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """``district/year/serial``."""
        return certificate_id(self.district, self.year, self.serial)

    @property
    def number(self) -> str:
        """As it is printed."""
        return CertificateNumber(self.district, self.year, self.serial, self.check).text()


def certificate_id(district: str, year: int, serial: int) -> bytes:
    """``district/year/serial``."""
    return f"{district}/{year}/{serial}".encode()


class CertificateNumber(NamedTuple):
    """A number, taken apart."""

    district: Code
    year: int
    serial: int
    check: Code
    """In lower case, as the record has it."""

    @property
    def key_id(self) -> bytes:
        """Id of the record, whose check code must be the same."""
        return certificate_id(self.district, self.year, self.serial)

    def text(self) -> str:
        """As it is printed."""
        return f"{_head(self.district, self.year, self.serial)}-{self.check.upper()}"


def check_code(district: Code, year: int, serial: int, touch: bytes) -> Code:
    """The check code of a certificate from the touch with which its record was created."""
    value = int.from_bytes(touch[:_TOUCH_BYTES], "big") >> _UNUSED_BITS
    drawn = [value >> _SYMBOL_BITS * at & _SYMBOLS - 1 for at in reversed(range(_TOUCH_SYMBOLS))]
    closing = _times_x(_sum([*_symbols(_head(district, year, serial)), *drawn]))
    return Code("".join(ALPHABET[symbol] for symbol in (*drawn, closing)).lower())


def parse_number(text: str) -> CertificateNumber:
    """A number as somebody typed it: case does not matter, and O, I, L are read as 0, 1, 1 in the check code.

    Raises:
        Malformed: ``BAD_FIELD``, it is no number or it has a typing error.
    """
    head, dash, check = text.strip().rpartition("-")
    found = _NUMBER.fullmatch(head.lower() + dash + check.upper().translate(_MISREAD))
    if found is None:
        raise Malformed(ErrorCode.BAD_FIELD, "not the number of a service certificate")
    district, year, serial, code = found.groups()
    number = CertificateNumber(Code(district), int(year), int(serial), Code(code.lower()))
    tail = [ALPHABET.index(letter) for letter in code]
    if number.serial == 0 or _sum([*_symbols(_head(*number[:3])), *tail]):
        raise Malformed(ErrorCode.BAD_FIELD, "the number has a typing error")
    return number


def _head(district: str, year: int, serial: int) -> str:
    return f"{district}-{year}-{serial:0{SERIAL_DIGITS}}"


def _symbols(head: str) -> list[int]:
    """Two symbols a character, the upper two bits of ASCII first."""
    return [part for byte in head.encode() for part in (byte >> _SYMBOL_BITS, byte % _SYMBOLS)]


def _sum(symbols: list[int]) -> int:
    """By Horner's rule; zero for a whole number."""
    total = 0
    for symbol in symbols:
        total = _times_x(total) ^ symbol
    return total


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled & _SYMBOLS else doubled
