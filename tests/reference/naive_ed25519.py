"""Ed25519 in plain integers, after RFC 8032 and our acceptance set; slow, obvious, not for secrets.

Points are affine (x, y) on -x^2 + y^2 = 1 + d x^2 y^2 over the integers modulo P.
"""

from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(one: Point, other: Point) -> Point:
    """The complete addition law; it doubles as well."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P
    return x, y


def negate(point: Point) -> Point:
    return -point[0] % P, point[1]


def multiply(scalar: int, point: Point) -> Point:
    """Double and add in projective coordinates, so that only one inversion is needed."""
    total, step = (0, 1, 1), (point[0], point[1], 1)
    while scalar:
        if scalar & 1:
            total = _add_projective(total, step)
        step = _add_projective(step, step)
        scalar >>= 1
    inverse = pow(total[2], -1, P)
    return total[0] * inverse % P, total[1] * inverse % P


def _add_projective(one: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[int, int, int]:
    (x1, y1, z1), (x2, y2, z2) = one, other
    a = z1 * z2 % P
    b, c, d = a * a % P, x1 * x2 % P, y1 * y2 % P
    e = D * c * d % P
    f, g = b - e, b + e
    x3 = a * f * ((x1 + y1) * (x2 + y2) - c - d) % P
    y3 = a * g * (d + c) % P
    return x3, y3, f * g % P


def root_x(y: int, sign: int) -> int | None:
    """The x with this lowest bit, or None if y is not on the curve."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * SQRT_MINUS_1 % P
    if x * x % P != square or (x == 0 and sign):
        return None
    return x if x & 1 == sign else P - x


BASE_Y = 4 * pow(5, -1, P) % P
BASE: Point = (root_x(BASE_Y, 0) or 0, BASE_Y)


def encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def decode(raw: bytes) -> Point | None:
    """The point of a canonical encoding, or None."""
    number = int.from_bytes(raw, "little")
    y, sign = number & 2**255 - 1, number >> 255
    if len(raw) != 32 or y >= P:
        return None
    x = root_x(y, sign)
    return None if x is None else (x, y)


def is_small_order(point: Point) -> bool:
    return multiply(8, point) == IDENTITY


def torsion(order: int) -> Point:
    """A point of order 1, 2, 4 or 8."""
    y = 2
    while True:
        x = root_x(y, 0)
        if x is not None:
            point = multiply(L, (x, y))
            if multiply(4, point) != IDENTITY:
                return multiply(8 // order, point)
        y += 1


def challenge(r: bytes, key: bytes, message: bytes) -> int:
    return int.from_bytes(sha512(r + key + message).digest(), "little") % L


def is_admitted(key: bytes) -> bool:
    """A key that may be registered: canonical, in the prime-order subgroup, not the identity."""
    point = decode(key)
    return point is not None and point != IDENTITY and multiply(L, point) == IDENTITY


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """The equation without cofactor and the byte checks; admission is a separate question."""
    if len(signature) != 64:
        return False
    a, r = decode(key), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or is_small_order(a) or is_small_order(r) or s >= L:
        return False
    h = challenge(signature[:32], key, message)
    return encode(add(multiply(s, BASE), negate(multiply(h, a)))) == signature[:32]


def expand(seed: bytes) -> tuple[int, bytes]:
    """The secret scalar and the prefix of RFC 8032 5.1.5."""
    raw = sha512(seed).digest()
    scalar = int.from_bytes(raw[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return scalar, raw[32:]


def public_key(seed: bytes) -> bytes:
    return encode(multiply(expand(seed)[0], BASE))


def sign(seed: bytes, message: bytes) -> bytes:
    scalar, prefix = expand(seed)
    nonce = int.from_bytes(sha512(prefix + message).digest(), "little") % L
    r = encode(multiply(nonce, BASE))
    s = (nonce + challenge(r, public_key(seed), message) * scalar) % L
    return r + s.to_bytes(32, "little")
