"""Domain-separated SHA-256.

``digest(kind, chain_id, data) = SHA-256("tb1/" ‖ kind ‖ 0x00 ‖ chain_id ‖ data)``

The kind contains no zero byte and the chain id has a fixed length, so no two kinds or chains can meet in one preimage.
Exceptions, each defined elsewhere: RFC 6962 leaves and nodes (``merkle``), the state tree (``statetree``) and C2SP
notes.
"""

from hashlib import sha256
from typing import Final

from node.chain.types import Hash, Id

SUITE_ED25519_SHA256: Final = 1
"""Suite 1: Ed25519 signatures, SHA-256 hashes. Suite 2 is reserved for SM2 with SM3."""
ID_BYTES = 16


def domain(kind: str, chain_id: Hash) -> bytes:
    """The prefix that separates signed bytes and hashes of one kind and chain.

    Args:
        kind: ASCII name without a zero byte, such as ``"tx"``.
        chain_id: the genesis hash, 32 bytes; empty only for the genesis hash itself.
    """
    return b"tb1/" + kind.encode("ascii") + b"\x00" + chain_id


def digest(kind: str, chain_id: Hash, data: bytes) -> Hash:
    """SHA-256("tb1/" ‖ kind ‖ 0x00 ‖ chain_id ‖ data), 32 bytes."""
    return Hash(sha256(domain(kind, chain_id) + data).digest())


def derive_id(chain_id: Hash, sender: Id, lane: int, number: int, index: int) -> Id:
    """Id of the ``index``-th object that transaction ``number`` of ``lane`` creates.

    SHA-256("tb1/id" ‖ 0x00 ‖ chain_id ‖ sender(16) ‖ lane(1) ‖ number(8, big endian) ‖ index(2, big endian))[:16].
    Derived ids are unique without a record of used ones, and nobody can grind them into one bucket of the state tree.
    """
    body = sender + lane.to_bytes(1, "big") + number.to_bytes(8, "big") + index.to_bytes(2, "big")
    return Id(digest("id", chain_id, body)[:ID_BYTES])
