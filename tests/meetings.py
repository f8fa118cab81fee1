"""Proofs of presence for tests: the recipient's word that a service begins or ends, or a forgery of it."""

from node.chain.rules.orders.presence import RECIPIENT_WALLET, Meeting, ServiceMoment
from node.chain.tx.orders import Presence
from node.chain.types import EpochMs, Id
from tests.kernel_city import KernelCity


def recipients_word(
    city: KernelCity,
    order: Id,
    claimed_ms: int,
    moment: ServiceMoment = ServiceMoment.START,
    signer: Id | None = None,
) -> Presence:
    """In the recipient's name, with the recipient's key or another's."""
    found = city.order(order)
    seed = city.seeds[signer or found.recipient]
    meeting = Meeting(order, found.volunteer, moment, EpochMs(claimed_ms))
    return meeting.signed(city.chain_id, seed, RECIPIENT_WALLET, found.recipient)
