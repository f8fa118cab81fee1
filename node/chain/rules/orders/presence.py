"""Proof that volunteer and recipient met: somebody else's signature, never the volunteer's word.

Silence may pay an order only where such a proof stands, so it must not come from who is paid. The recipient's own
wallet signs, or the reader of a service site, which speaks with the key of a recorder of the order's district who has
no part in the order. What is signed names order, volunteer, beginning or end, and the claimed time; the claimed time
must be near block time like any other, so a proof is of use to one volunteer, at one order, at one moment.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from node.chain import keys
from node.chain.errors import ErrorCode
from node.chain.hashing import domain
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.rules.guards import known_person, require, require_role
from node.chain.rules.orders.parties import require_outsider
from node.chain.state import Moment, View
from node.chain.tx.orders import NO_PRESENCE, PRESENCE_NONE, Presence
from node.chain.types import Code, EpochMs, Hash, Id

RECIPIENT_WALLET: Final = Code("recipient-wallet")
SITE_READER: Final = Code("site-reader")
PRESENCE_STRENGTH: Final = {PRESENCE_NONE: 0, SITE_READER: 1, RECIPIENT_WALLET: 2}


class ServiceMoment(IntEnum):
    """Which end of a service a proof of presence is about."""

    START = 1
    END = 2


class Meeting(NamedTuple):
    """What a proof of presence is about."""

    order: Id
    volunteer: Id
    moment: ServiceMoment
    claimed_ms: EpochMs

    def sign_bytes(self, chain_id: Hash) -> bytes:
        """What a witness signs.

        domain("presence", chain_id) ‖ order (16) ‖ volunteer (16) ‖ moment (1) ‖ claimed time (8, big endian).
        """
        said = self.moment.to_bytes(1, "big") + self.claimed_ms.to_bytes(8, "big")
        return domain("presence", chain_id) + self.order + self.volunteer + said

    def signed(self, chain_id: Hash, seed: bytes, method: Code, witness: Id) -> Presence:
        """The proof that a witness with this key gives.

        Args:
            chain_id: the genesis hash.
            seed: the witness's 32-byte seed.
            method: ``RECIPIENT_WALLET`` or ``SITE_READER``.
            witness: the witness's id.
        """
        return Presence(method, witness, keys.sign(seed, self.sign_bytes(chain_id)))


def stronger(one: Code, other: Code) -> Code:
    """The stronger of two kinds of presence."""
    return max(one, other, key=lambda method: PRESENCE_STRENGTH[method])


def prove_presence(
    view: View, at: Moment, order: Order, presence: Presence, meeting: Meeting
) -> Code:
    """How the presence at one end of a service is proven: its method, once the signature holds.

    Raises:
        Rejected: ``BAD_FIELD`` for an unknown method, ``RECEIPT_INVALID`` for a signature that is not the witness's
            over these facts, ``ROLE_MISSING``, ``SAME_PERSON`` or ``RELATED_PERSONS`` for who may not read at a site.
    """
    require(presence.method in PRESENCE_STRENGTH, ErrorCode.BAD_FIELD, presence.method)
    if presence.method == PRESENCE_NONE:
        require(presence == NO_PRESENCE, ErrorCode.RECEIPT_INVALID, "a proof of nothing")
        return PRESENCE_NONE
    witness = _witness(view, at, order, presence)
    message = meeting.sign_bytes(at.chain_id)
    sound = keys.verify(witness.suite, witness.key, message, presence.signature)
    require(sound, ErrorCode.RECEIPT_INVALID, f"not signed by {witness.id.hex()}")
    return presence.method


def _witness(view: View, at: Moment, order: Order, presence: Presence) -> Person:
    if presence.method == RECIPIENT_WALLET:
        theirs = presence.witness == order.recipient
        require(theirs, ErrorCode.RECEIPT_INVALID, "not the recipient")
        return view.need(Person, order.recipient)
    witness = known_person(view, presence.witness)
    require_role(witness, "recorder", order.district, at.time_ms)
    require_outsider(view, order, witness)
    return witness
