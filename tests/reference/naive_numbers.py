"""Whether the number of a service certificate is whole, by long division of polynomials: slow, and written apart.

The number is a polynomial over GF(32): its characters before the check code give two coefficients each, the six
characters of the check code one each. It is whole when x - α divides it, α being the root of x⁵ + x² + 1.
"""

import re

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FORM = re.compile(
    r"([a-z0-9._-]{1,32}-[1-9][0-9]{3}-(?:[0-9]{6}|[1-9][0-9]{6,9}))-([0-9A-HJKMNP-TV-Z]{6})"
)


def product(a: int, b: int) -> int:
    """Of two elements of GF(32), by the schoolbook and a remainder."""
    whole = 0
    for bit in range(5):
        if b >> bit & 1:
            whole ^= a << bit
    for bit in range(9, 4, -1):
        if whole >> bit & 1:
            whole ^= 0b100101 << bit - 5
    return whole


def is_whole(text: str) -> bool:
    """Whether a text, as it is typed, is a number without a typing error."""
    head, dash, check = text.strip().rpartition("-")
    for letter, meant in (("O", "0"), ("I", "1"), ("L", "1")):
        check = check.upper().replace(letter, meant)
    found = FORM.fullmatch(head.lower() + dash + check)
    if found is None or int(found[1].rsplit("-", 1)[1]) == 0:
        return False
    coefficients = []
    for character in found[1]:
        coefficients += [ord(character) // 32, ord(character) % 32]
    coefficients += [CROCKFORD.index(character) for character in found[2]]
    value, power = 0, 1
    for coefficient in reversed(coefficients):
        value ^= product(coefficient, power)
        power = product(power, 2)
    return value == 0
