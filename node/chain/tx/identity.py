"""What can be said about persons: registration, kin, agents, keys."""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record
from node.chain.types import CodeF, HashF, IdF, UintF

OptionalKeyF = Annotated[bytes, Meta(max_length=32)]
OptionalProofF = Annotated[bytes, Meta(max_length=64)]
KeyF = Annotated[bytes, Meta(min_length=32, max_length=32)]
ProofF = Annotated[bytes, Meta(min_length=64, max_length=64)]


class Register(Record, frozen=True, tag=40):
    """A recorder enters a person; nothing is possible for them before approval.

    Possession proofs sign ``possession_bytes(chain_id, key, home)``: the person makes them before the recorder's
    transaction exists.
    """

    home: CodeF
    site: CodeF
    suite: UintF
    key: OptionalKeyF
    """Empty for a person without a phone."""
    possession: OptionalProofF
    recovery_key: OptionalKeyF
    """The printed card's key, whose only verb is ``recover``; empty for none."""
    recovery_possession: OptionalProofF
    commitment: HashF
    """Salted commitment to the person's entry in the vault."""


class BureauReceipt(Record, frozen=True):
    """The bureau's word that this person is registered for the first time; signed by the bureau key of genesis.

    Sign bytes: ``domain("receipt", chain_id) ‖ person ‖ district ‖ 0x00 ‖ day as 8 bytes big endian``.
    """

    day: UintF
    """Day number in UTC+8 on which the bureau answered."""
    signature: ProofF


class OfferKin(Record, frozen=True, tag=41):
    """The sender offers a kin binding to another person and so consents to it."""

    other: IdF
    relation: CodeF
    """What the other is to the sender: parent, child, spouse, sibling."""


class AcceptKin(Record, frozen=True, tag=42):
    """The other side consents; a recorder may do so for a person without a key, naming method and evidence."""

    binding: IdF
    origin: HashF
    method: CodeF
    """``own-key``; or ``in-person``, ``call-back`` when a recorder acts."""
    evidence: HashF
    """Hash of the consent's evidence in the vault; zero for ``own-key``."""


class Unbind(Record, frozen=True, tag=43):
    """Either side ends a kin binding, at once."""

    binding: IdF


class RotateKey(Record, frozen=True, tag=44):
    """The old key names the new one; the sequence goes on."""

    suite: UintF
    key: KeyF
    possession: ProofF
    """Signs ``possession_bytes(chain_id, key, sender)``."""


class GrantAgent(Record, frozen=True, tag=45):
    """The sender lets another person act for them, with named verbs, at once and until revoked."""

    agent: IdF
    verbs: Annotated[tuple[CodeF, ...], Meta(min_length=1, max_length=8)]


class RevokeAgent(Record, frozen=True, tag=46):
    """The sender (or the agent) ends an agency, at once."""

    person: IdF
    agent: IdF
