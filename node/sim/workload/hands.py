"""Actors who sign: their keys from the seed, their sequence numbers counted here."""

from typing import Final

from msgspec.structs import replace

from node.chain import keys
from node.chain.codec import encode
from node.chain.hashing import SUITE_ED25519_SHA256, derive_id, digest
from node.chain.policy import DAY_MS
from node.chain.tx.envelope import (
    TRANSACTION_VERSION,
    Body,
    SignedTransaction,
    Transaction,
    sign_bytes,
    transaction_id,
)
from node.chain.types import NO_HASH, EpochMs, Hash, Id

VALID_MS: Final = 3 * DAY_MS


def seed_from(seed: int, part: str, number: int) -> bytes:
    """A key seed, or a commitment, of 32 bytes; keys of a workload protect nothing."""
    return digest("workload", NO_HASH, f"{seed}/{part}/{number}".encode())


def signed_with(seed: bytes, chain_id: Hash, tx: Transaction) -> SignedTransaction:
    """The transaction with the signature of a key; whatever signature it had does not matter."""
    raw = encode(tx)
    signature = keys.sign(seed, sign_bytes(chain_id, raw))
    signed = raw[: -keys.SIGNATURE_BYTES] + signature
    return SignedTransaction(signed, replace(tx, signature=signature), transaction_id(signed))


class Hand:
    """One actor. Their id may become known later than their key.

    Attributes:
        id: 16 bytes.
        number: the next of lane 0.
    """

    __slots__ = ("chain_id", "id", "number", "seed")

    def __init__(self, chain_id: Hash, id_: Id, seed: bytes) -> None:
        """Nothing signed yet."""
        self.chain_id = chain_id
        self.id = id_
        self.seed = seed
        self.number = 0

    def sign(
        self, body: Body, now_ms: int, policy_version: int, seed: bytes = b""
    ) -> SignedTransaction:
        """The next transaction of this actor, with another key of theirs if one is given."""
        unsigned = Transaction(
            TRANSACTION_VERSION,
            SUITE_ED25519_SHA256,
            self.id,
            (0, self.number),
            EpochMs(now_ms + VALID_MS),
            policy_version,
            body,
            bytes(keys.SIGNATURE_BYTES),
        )
        self.number += 1
        return signed_with(seed or self.seed, self.chain_id, unsigned)

    def next_id(self) -> Id:
        """Id of what the next transaction creates."""
        return derive_id(self.chain_id, self.id, 0, self.number, 0)
