"""The edges of Ed25519, made with the integer twin so that no library has a say in its own verdict."""

from collections.abc import Callable, Iterator
from hashlib import sha256

from node.chain import keys
from node.chain.key_vectors import KeyVector
from node.chain.rules.orders.presence import Meeting, ServiceMoment
from node.chain.tx.sheets import Slip, opening_bytes
from node.chain.types import EpochMs, Id
from scripts.vector_sections.constants import CHAIN_ID, OTHER_CHAIN_ID, Json, hexes, seed
from tests.reference import naive_ed25519 as naive

_MESSAGE = b"30 minutes"
_SCALAR, _PREFIX = naive.expand(seed("signer"))
_KEY = naive.public_key(seed("signer"))
_T8 = naive.torsion(8)
_NOT_CANONICAL_IDENTITY = (naive.P + 1).to_bytes(32, "little")
_NOT_CANONICAL_ORDER_4 = naive.P.to_bytes(32, "little")


def _nonces() -> Iterator[int]:
    for count in range(10_000):
        raw = sha256(b"nonce" + count.to_bytes(4, "big")).digest()
        yield int.from_bytes(raw, "little") % naive.L


def _response(nonce: int, r: bytes, key: bytes, scalar: int) -> bytes:
    """S = r + h·a for whatever R the signer chose to send."""
    return ((nonce + naive.challenge(r, key, _MESSAGE) * scalar) % naive.L).to_bytes(32, "little")


def _mixed_r(order: int) -> bytes:
    """A signer adds a torsion point to R before hashing: cofactored verifiers accept."""
    nonce = next(_nonces())
    r = naive.encode(naive.add(naive.multiply(nonce, naive.BASE), naive.torsion(order)))
    return r + _response(nonce, r, _KEY, _SCALAR)


def _mixed_key() -> bytes:
    return naive.encode(naive.add(naive.multiply(_SCALAR, naive.BASE), _T8))


def _search(key: bytes, scalar: int, part: naive.Point, wanted: Callable[[int], bool]) -> bytes:
    """A signature whose R is r·B + part and whose challenge is as wanted."""
    for nonce in _nonces():
        r = naive.encode(naive.add(naive.multiply(nonce, naive.BASE), part))
        if wanted(naive.challenge(r, key, _MESSAGE)):
            return r + _response(nonce, r, key, scalar)
    raise AssertionError("no nonce found")


def _mixed_key_exact() -> bytes:
    """R = r·B - h·T for the key A + T: the equation holds without cofactor."""
    part = naive.negate(naive.multiply(3, _T8))
    return _search(_mixed_key(), _SCALAR, part, lambda h: h % 8 == 3)


def _small_key(key: bytes, order: int) -> bytes:
    """Under a key of small order anybody can sign: R = r·B, S = r, for one message in ``order``."""
    return _search(key, 0, naive.IDENTITY, lambda h: h % order == 0)


def _identity_r(r: bytes) -> bytes:
    return r + _response(0, r, _KEY, _SCALAR)


def _add_l(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:], "little") + naive.L
    return signature[:32] + s.to_bytes(32, "little")


def _off_curve() -> bytes:
    y = 2
    while naive.root_x(y, 0) is not None:
        y += 1
    return y.to_bytes(32, "little")


def _cases() -> list[tuple[str, bytes, bytes, bytes]]:
    """(name, key, message, signature), sixteen of them."""
    honest = naive.sign(seed("signer"), _MESSAGE)
    t8, identity = naive.encode(_T8), naive.encode(naive.IDENTITY)
    return [
        ("honest", _KEY, _MESSAGE, honest),
        ("honest, empty message", _KEY, b"", naive.sign(seed("signer"), b"")),
        ("another message", _KEY, b"31 minutes", honest),
        ("S + L", _KEY, _MESSAGE, _add_l(honest)),
        ("R + T2", _KEY, _MESSAGE, _mixed_r(2)),
        ("R + T4", _KEY, _MESSAGE, _mixed_r(4)),
        ("R + T8", _KEY, _MESSAGE, _mixed_r(8)),
        ("key A + T8, R in the subgroup", _mixed_key(), _MESSAGE, _mixed_key_subgroup()),
        ("key A + T8, R = rB - hT8", _mixed_key(), _MESSAGE, _mixed_key_exact()),
        ("key of order 8", t8, _MESSAGE, _small_key(t8, 8)),
        ("key is the identity", identity, _MESSAGE, _small_key(identity, 1)),
        (
            "key y = p + 1",
            _NOT_CANONICAL_IDENTITY,
            _MESSAGE,
            _small_key(_NOT_CANONICAL_IDENTITY, 1),
        ),
        ("key y = p", _NOT_CANONICAL_ORDER_4, _MESSAGE, _small_key(_NOT_CANONICAL_ORDER_4, 4)),
        ("R is the identity", _KEY, _MESSAGE, _identity_r(identity)),
        ("R is the identity as y = p + 1", _KEY, _MESSAGE, _identity_r(_NOT_CANONICAL_IDENTITY)),
        ("key not on the curve", _off_curve(), _MESSAGE, honest),
    ]


def _mixed_key_subgroup() -> bytes:
    return _search(_mixed_key(), _SCALAR, naive.IDENTITY, lambda h: h % 8 != 0)


def key_vectors() -> list[KeyVector]:
    """The vectors that ``node.chain.keys`` checks on import, with the twin's verdicts."""
    return [
        KeyVector(
            name=name,
            key=key.hex(),
            message=message.hex(),
            r=signature[:32].hex(),
            s=signature[32:].hex(),
            admitted=naive.is_admitted(key),
            verifies=naive.verify(key, message, signature),
        )
        for name, key, message, signature in _cases()
    ]


def key_vectors_source() -> str:
    """The text of ``node/chain/key_vectors.py`` from its first vector on."""
    blocks = []
    for vector in key_vectors():
        lines = [f"        {field}={_literal(value)}," for field, value in vector._asdict().items()]
        blocks.append("\n".join(["    KeyVector(", *lines, "    ),"]))
    return "VECTORS: Final[tuple[KeyVector, ...]] = (\n" + "\n".join(blocks) + "\n)\n"


def _literal(value: str | bool) -> str:  # noqa: FBT001 - a field of a vector
    return f'"{value}"' if isinstance(value, str) else str(value)


def section() -> dict[str, Json]:
    """Verdicts on keys and signatures, signatures by seed, proofs of possession and presence, codes of sheets."""
    edges: list[Json] = [dict(vector._asdict()) for vector in key_vectors()]
    signed: list[Json] = [
        {
            "seed": seed(name).hex(),
            "key": keys.public_key(seed(name)).hex(),
            "message": message.hex(),
            "signature": keys.sign(seed(name), message).hex(),
        }
        for name, message in (("signer", b""), ("signer", _MESSAGE), ("other", bytes(300)))
    ]
    return {
        "small_order_y": hexes(_small_order_y()),
        "edges": edges,
        "signed": signed,
        "possession": [_possession(b""), _possession(b"id")],
        "presence": [_presence(moment) for moment in ServiceMoment],
        "codes": [_code(Slip(700, 0, b"7K2M9QXW4C0Z")), _code(Slip(701, 11, b"000000000000"))],
    }


def _presence(moment: ServiceMoment) -> Json:
    order, volunteer = Id(bytes(range(16))), Id(bytes(range(16, 32)))
    meeting = Meeting(order, volunteer, moment, EpochMs(1_764_000_000_000))
    signed = meeting.sign_bytes(CHAIN_ID)
    return {
        "chain_id": CHAIN_ID.hex(),
        "order": order.hex(),
        "volunteer": volunteer.hex(),
        "moment": int(moment),
        "claimed_ms": meeting.claimed_ms,
        "signed_bytes": signed.hex(),
        "key": _KEY.hex(),
        "signature": naive.sign(seed("signer"), signed).hex(),
    }


def _code(slip: Slip) -> Json:
    """A code of a sealed sheet, submitted for an order by somebody; key and signature are the twin's."""
    city, order, sender = OTHER_CHAIN_ID, Id(bytes(range(16))), Id(bytes(range(16, 32)))
    secret, signed = slip.seed(city), opening_bytes(CHAIN_ID, order, sender)
    return {
        "city_id": city.hex(),
        "chain_id": CHAIN_ID.hex(),
        "sheet": slip.sheet,
        "place": slip.place,
        "code": slip.code.decode("ascii"),
        "seed": secret.hex(),
        "key": naive.public_key(secret).hex(),
        "order": order.hex(),
        "sender": sender.hex(),
        "signed_bytes": signed.hex(),
        "proof": slip.opened(city, CHAIN_ID, order, sender).hex(),
        "signature": naive.sign(secret, signed).hex(),
    }


def _small_order_y() -> list[bytes]:
    """The y of the points of small order: as 32 bytes, without the sign of x."""
    points = [naive.multiply(number, _T8) for number in range(8)]
    return [y.to_bytes(32, "little") for y in sorted({point[1] for point in points})]


def _possession(context: bytes) -> Json:
    signed = keys.possession_bytes(CHAIN_ID, _KEY, context)
    return {
        "chain_id": CHAIN_ID.hex(),
        "key": _KEY.hex(),
        "context": context.hex(),
        "signed_bytes": signed.hex(),
        "signature": keys.sign(seed("signer"), signed).hex(),
    }
