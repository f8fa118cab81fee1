"""From a seed to keys: SLIP-0010 for Ed25519.

Master: HMAC-SHA512(key "ed25519 seed", seed). Child i: HMAC-SHA512(key chain code, 0x00 ‖ key ‖ i + 2^31 as 4 bytes,
big endian). The left half is the key, the right half the chain code. Ed25519 has hardened children only, so a child's
key reveals neither its parent nor its siblings.

Path: ``m/44'/1'/account'/use'``. Coin type 1 is SLIP-0044's "testnet, all coins": the time bank is no coin and has no
number there. Use 0 signs every day; use 1 is the key of the recovery card, which can only recover.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha512
from typing import Final

from wallet.secret import Secret

MASTER_KEY: Final = b"ed25519 seed"
PURPOSE: Final = 44
COIN_TYPE: Final = 1
EVERYDAY_USE: Final = 0
RECOVERY_USE: Final = 1
HARDENED: Final = 2**31
"""Added to every index of a path; so an index is below it."""
KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Node:
    """One key of the tree with the chain code that its children are made with."""

    key: Secret
    chain_code: Secret = field(repr=False)

    def child(self, index: int) -> "Node":
        """The hardened child, ``index'``, from 0 below 2**31."""
        assert 0 <= index < HARDENED, "an index has 31 bits"
        data = b"\x00" + self.key.reveal() + (index + HARDENED).to_bytes(4, "big")
        return _node(self.chain_code.reveal(), data)


def master(seed: Secret) -> Node:
    """The root ``m`` of a seed."""
    return _node(MASTER_KEY, seed.reveal())


def derive(seed: Secret, path: Sequence[int]) -> Node:
    """The node at a path of hardened indices."""
    node = master(seed)
    for index in path:
        node = node.child(index)
    return node


def signing_key(seed: Secret, account: int = 0, use: int = EVERYDAY_USE) -> Secret:
    """The 32-byte Ed25519 seed at ``m/44'/1'/account'/use'``."""
    return derive(seed, (PURPOSE, COIN_TYPE, account, use)).key


def path_text(account: int = 0, use: int = EVERYDAY_USE) -> str:
    """The path as it is written: ``m/44'/1'/0'/0'``."""
    return f"m/{PURPOSE}'/{COIN_TYPE}'/{account}'/{use}'"


def _node(key: bytes, data: bytes) -> Node:
    digest = hmac.new(key, data, sha512).digest()
    return Node(Secret(digest[:KEY_BYTES]), Secret(digest[KEY_BYTES:]))
