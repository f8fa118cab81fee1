"""What authorities say about their own seats and decide together: motions on policy, catalogue and the set itself."""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record
from node.chain.policy import Policy, ServiceClass
from node.chain.tx.authorities import AuthoritySubject
from node.chain.types import HashF, HeightF, IdF, UintF


class Rejoin(Record, frozen=True, tag=160):
    """A node that lost its vote log comes back: once this stands in block H, it signs again from H + 1.

    The sender is the authority's seat, whose key is the consensus key. Whatever the node may have signed before the
    loss was for a height not above H, so no clock and no peer's word is trusted, and the loss is on the record.
    """

    nonce: Annotated[bytes, Meta(min_length=16, max_length=16)]
    """Fresh random bits, so that the node knows its own."""


class PolicyChange(Record, frozen=True, tag=1):
    """The next version of the policy, whole, in force from its activation height."""

    policy: Policy


class CatalogueChange(Record, frozen=True, tag=2):
    """The next version of a service class, or the first of a new one; it binds orders published later."""

    service: ServiceClass


class ProtocolChange(Record, frozen=True, tag=8):
    """The next version of the protocol, in force from its activation height: what only newer releases know."""

    version: UintF
    activation_height: HeightF


Subject = PolicyChange | CatalogueChange | ProtocolChange | AuthoritySubject


class ProposeMotion(Record, frozen=True, tag=161):
    """An authority's operator moves that something be decided; it is its first vote."""

    subject: Subject
    evidence: HashF
    """Hash of the decision on paper."""


class VoteMotion(Record, frozen=True, tag=162):
    """Another authority's operator agrees or not."""

    motion: IdF
    origin: HashF
    approve: Annotated[int, Meta(ge=0, le=1)]
