"""What can be said about a lost key: by the printed card, by contacts, at the desk, and against it."""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record
from node.chain.tx.identity import KeyF, ProofF
from node.chain.types import HashF, IdF, UintF


class RecoverAtDesk(Record, frozen=True, tag=20):
    """Two staff of two sites have seen the person and name the new key."""

    person: IdF
    suite: UintF
    key: KeyF
    possession: ProofF
    """Signs ``possession_bytes(chain_id, key, person)``."""
    evidence: HashF


class Recover(Record, frozen=True, tag=47):
    """The person asks for a new key; the only statement that the recovery card's key signs."""

    suite: UintF
    key: KeyF
    possession: ProofF
    """Signs ``possession_bytes(chain_id, key, sender)``."""


class SetContacts(Record, frozen=True, tag=48):
    """The persons who may support a recovery of the sender's account; they replace the earlier ones."""

    contacts: Annotated[tuple[IdF, ...], Meta(max_length=8)]


class SupportRecovery(Record, frozen=True, tag=49):
    """A contact vouches for a new key; it becomes an attempt when enough contacts name the same one."""

    person: IdF
    suite: UintF
    key: KeyF
    possession: ProofF
    """Signs ``possession_bytes(chain_id, key, person)``."""


class VetoRecovery(Record, frozen=True, tag=50):
    """The old key, or an arbiter, ends an attempt."""

    person: IdF
