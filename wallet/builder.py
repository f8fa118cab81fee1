"""From what somebody says to signed bytes: transactions, possession proofs, bureau receipts, read requests.

Everything here is a pure function of its arguments. The signed bytes are those of ``docs/spec/signatures.md``; a node
that answered with other ids or other bytes would be noticed, because the wallet computes both itself.
"""

from dataclasses import dataclass, field
from typing import Final

from node.chain import keys
from node.chain.codec import encode
from node.chain.hashing import ID_BYTES, SUITE_ED25519_SHA256, domain
from node.chain.policy import Policy
from node.chain.rules.guards import CREATING, creates, object_id
from node.chain.rules.organisation import receipt_bytes
from node.chain.tx.envelope import (
    TRANSACTION_VERSION,
    Body,
    SignedTransaction,
    Transaction,
    parse,
    sign_bytes,
)
from node.chain.tx.identity import BureauReceipt
from node.chain.types import Code, EpochMs, Hash, Id
from wallet.secret import Secret

ACTOR_HEADER: Final = "Timebank-Actor"
TIME_HEADER: Final = "Timebank-Time"
SIGNATURE_HEADER: Final = "Timebank-Signature"
PURPOSE_HEADER: Final = "Timebank-Purpose"
_NO_SIGNATURE: Final = bytes(keys.SIGNATURE_BYTES)


def build(  # noqa: PLR0913, PLR0917 - the fields of an envelope, each once
    chain_id: Hash,
    seed: bytes,
    sender: Id,
    lane: int,
    number: int,
    valid_until_ms: int,
    policy_version: int,
    body: Body,
) -> SignedTransaction:
    """One signed transaction.

    Args:
        chain_id: the genesis hash, 32 bytes.
        seed: the sender's 32-byte Ed25519 seed.
        sender: the actor's id, 16 bytes.
        lane: 0 for the first device.
        number: the lane's next number, from 0.
        valid_until_ms: last block time at which it may stand, in milliseconds since 1970.
        policy_version: the policy the sender saw.
        body: what is said.

    Raises:
        node.chain.errors.Malformed: a value is outside the encoding; a node would refuse it as well.
    """
    unsigned = encode(
        Transaction(
            version=TRANSACTION_VERSION,
            suite=SUITE_ED25519_SHA256,
            sender=sender,
            sequence=(lane, number),
            valid_until_ms=EpochMs(valid_until_ms),
            policy_version=policy_version,
            body=body,
            signature=_NO_SIGNATURE,
        )
    )
    signature = keys.sign(seed, sign_bytes(chain_id, unsigned))
    return parse(unsigned[: -keys.SIGNATURE_BYTES] + signature)


def created_id(chain_id: Hash, tx: Transaction, policy: Policy | None = None) -> Id | None:
    """Id of the object that a transaction creates, or None; known before the transaction is sent.

    Args:
        chain_id: the genesis hash.
        tx: the transaction.
        policy: the policy in force, which says which donations may be undone and so are objects; without it no
            donation is said to create one.
    """
    certain = isinstance(tx.body, CREATING) if policy is None else creates(tx.body, policy)
    return object_id(chain_id, tx) if certain else None


def possession(chain_id: Hash, seed: bytes, context: bytes) -> bytes:
    """The proof that the holder of a new key wants it registered here, 64 bytes.

    Args:
        chain_id: the genesis hash.
        seed: the new key's seed.
        context: the home district's code for a registration, the actor's id for a new key of theirs.
    """
    key = keys.public_key(seed)
    return keys.sign(seed, keys.possession_bytes(chain_id, key, context))


def bureau_receipt(
    chain_id: Hash, bureau_seed: bytes, person: Id, district: Code, day: int
) -> BureauReceipt:
    """The city bureau's word that this person is registered for the first time.

    Args:
        chain_id: the genesis hash.
        bureau_seed: seed of the bureau key that genesis names.
        person: id of the registered person.
        district: the person's home.
        day: day number in UTC+8 (``node.chain.policy.day_of``).
    """
    message = receipt_bytes(chain_id, person, district, day)
    return BureauReceipt(day, keys.sign(bureau_seed, message))


def read_bytes(
    chain_id: Hash, method: str, target: str, time_ms: int, actor: Id, purpose: str
) -> bytes:
    """What the reader of personal data signs.

    domain("read") ‖ method ‖ 0x00 ‖ target ‖ 0x00 ‖ time (8 bytes, big endian) ‖ actor (16) ‖ purpose.

    Args:
        chain_id: the genesis hash.
        method: ``GET``.
        target: path with query, exactly as it is sent.
        time_ms: the node's time.
        actor: who reads.
        purpose: a code for staff, empty for a person's own data.
    """
    assert len(actor) == ID_BYTES, "an id has sixteen bytes"
    return (
        domain("read", chain_id)
        + method.encode("ascii")
        + b"\x00"
        + target.encode("ascii")
        + b"\x00"
        + time_ms.to_bytes(8, "big")
        + actor
        + purpose.encode("ascii")
    )


@dataclass(frozen=True, slots=True)
class Signer:
    """An actor of one chain with their key.

    Attributes:
        chain_id: the genesis hash.
        actor: the actor's id.
        key: 32-byte Ed25519 seed.
        lane: the sequence that this device uses.
    """

    chain_id: Hash
    actor: Id
    key: Secret = field(repr=False)
    lane: int = 0

    def sign(
        self, body: Body, *, number: int, valid_until_ms: int, policy_version: int
    ) -> SignedTransaction:
        """``build`` for this actor."""
        return build(
            self.chain_id,
            self.key.reveal(),
            self.actor,
            self.lane,
            number,
            valid_until_ms,
            policy_version,
            body,
        )

    def read_headers(
        self, method: str, target: str, time_ms: int, purpose: str = ""
    ) -> dict[str, str]:
        """The headers of a signed read of ``target`` (path with query) at the node's time."""
        message = read_bytes(self.chain_id, method, target, time_ms, self.actor, purpose)
        headers = {
            ACTOR_HEADER: self.actor.hex(),
            TIME_HEADER: str(time_ms),
            SIGNATURE_HEADER: keys.sign(self.key.reveal(), message).hex(),
        }
        return headers | ({PURPOSE_HEADER: purpose} if purpose else {})
