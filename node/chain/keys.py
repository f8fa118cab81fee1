"""Signatures: one acceptance set, the same for every library and every version of it.

Suite 1 is Ed25519 with this rule (``docs/spec/signatures.md``). A signature R ‖ S of M under A
verifies exactly if

* A and R are canonical (y below p) and not of small order, and A was found in the prime-order
  subgroup at registration,
* S < L, and
* the bytes of S·B - h·A are R, with h = SHA-512(R ‖ A ‖ M) mod L: no cofactor.

Libraries differ at the edges (OpenSSL takes small-order keys, cofactored verifiers take R + T), and
a release may move them. Nodes that differ there would split the chain, so this module checks itself
on import with vectors for each edge and refuses to be imported on any difference.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Final

from msgspec import Meta
from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from node.chain.codec import Record
from node.chain.errors import Bug, ErrorCode, Malformed
from node.chain.hashing import SUITE_ED25519_SHA256, domain
from node.chain.key_vectors import VECTORS
from node.chain.types import Hash, UintF

SEED_BYTES: Final = 32
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
POSSESSION_CONTEXT_MAX_BYTES: Final = 64


class PublicKey(Record, frozen=True):
    """A public key with its suite: ``[suite, key]``."""

    suite: UintF
    key: Annotated[bytes, Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]


def check_public_key(suite: int, key: bytes) -> None:
    """Admit a key for registration; ``verify`` relies on this having been done once.

    Raises:
        Malformed: ``UNKNOWN_SUITE``; ``BAD_PUBLIC_KEY`` if it is not the canonical encoding of a
        point of the
            prime-order subgroup other than the identity.
    """
    if suite != SUITE_ED25519_SHA256:
        raise Malformed(ErrorCode.UNKNOWN_SUITE, f"suite {suite}")
    if len(key) != KEY_BYTES or not crypto_core_ed25519_is_valid_point(key):
        raise Malformed(ErrorCode.BAD_PUBLIC_KEY, f"key {key.hex()[: 2 * KEY_BYTES]}")


def verify(suite: int, key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an admitted key signed the message.

    Total: False for every other input, an unknown suite included.
    """
    if suite != SUITE_ED25519_SHA256:
        return False
    if len(key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        crypto_sign_open(signature + message, key)
    except BadSignatureError:
        return False
    return True


Verify = Callable[[int, bytes, bytes, bytes], bool]
"""``verify`` itself, or what stands in for it while others still verify: takes suite, key, message and signature."""


def verify_many(items: Sequence[tuple[int, bytes, bytes, bytes]]) -> list[bool]:
    """``verify`` of each (suite, key, message, signature), in order."""
    return [verify(*item) for item in items]


def public_key(seed: bytes) -> bytes:
    """The public key of a 32-byte seed."""
    return crypto_sign_seed_keypair(seed)[0]


def sign(seed: bytes, message: bytes) -> bytes:
    """The deterministic signature (RFC 8032) of a message, 64 bytes."""
    return crypto_sign(message, crypto_sign_seed_keypair(seed)[1])[:SIGNATURE_BYTES]


def possession_bytes(chain_id: Hash, key: bytes, context: bytes) -> bytes:
    """What the holder of a new key signs to show that it is theirs.

    domain("possession", chain_id) ‖ key ‖ context.

    Args:
        chain_id: 32 bytes.
        key: the new public key.
        context: at most 64 bytes that name the registration; no other one can use the signature.

    Raises:
        Malformed: ``BAD_POSSESSION``, the context is too long.
    """
    if len(context) > POSSESSION_CONTEXT_MAX_BYTES:
        raise Malformed(ErrorCode.BAD_POSSESSION, f"context of {len(context)} bytes")
    return domain("possession", chain_id) + key + context


def has_possession(
    chain_id: Hash, suite: int, key: bytes, context: bytes, signature: bytes
) -> bool:
    """Whether the key itself signed its registration."""
    if len(context) > POSSESSION_CONTEXT_MAX_BYTES:
        return False
    return verify(suite, key, possession_bytes(chain_id, key, context), signature)


def _admitted(key: bytes) -> bool:
    try:
        check_public_key(SUITE_ED25519_SHA256, key)
    except Malformed:
        return False
    return True


def _check_library() -> None:
    """Compare the linked library with the acceptance set.

    Raises:
        Bug: it differs; a node that went on could split from the others.
    """
    for vector in VECTORS:
        parts = (vector.key, vector.message, vector.r + vector.s)
        key, message, signature = map(bytes.fromhex, parts)
        verdict = (_admitted(key), verify(SUITE_ED25519_SHA256, key, message, signature))
        if verdict != (vector.admitted, vector.verifies):
            raise Bug(f"libsodium differs on Ed25519 vector {vector.name!r}: {verdict}")


_check_library()
