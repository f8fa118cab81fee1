"""What can be said about providers: contracted capacity, redemption of minutes for limited services, retirement.

A provider serves for money that the ledger never sees; here its minutes are held, captured and retired.
"""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record
from node.chain.types import CodeF, EpochMsF, HashF, IdF, MinutesF


class OpenProvider(Record, frozen=True, tag=44):
    """A provider of limited services under contract with a district."""

    district: CodeF
    staff: Annotated[tuple[IdF, ...], Meta(min_length=1, max_length=8)]
    """Persons who may capture for it."""
    evidence: HashF
    """Hash of the contract."""


class AttestCapacity(Record, frozen=True, tag=45):
    """Minutes of paid service that a district has contracted with a provider, until a time."""

    provider: IdF
    minutes: MinutesF
    until_ms: EpochMsF
    evidence: HashF


class RetireDue(Record, frozen=True, tag=46):
    """The provider has been reimbursed outside the ledger: its minutes are retired."""

    provider: IdF
    minutes: MinutesF
    evidence: HashF


class RedeemOnBehalf(Record, frozen=True, tag=53):
    """A redemption for a person without a phone: a recorder proposes on the person's consent, a reviewer seconds."""

    person: IdF
    provider: IdF
    minutes: MinutesF
    evidence: HashF
    """Hash of the consent's evidence in the vault."""


class Redeem(Record, frozen=True, tag=123):
    """Minutes of a person are held for a provider; the sender is the person or an agent with the verb ``redeem``."""

    person: IdF
    provider: IdF
    minutes: MinutesF


class ReleaseRedemption(Record, frozen=True, tag=124):
    """The person, the agent or the provider gives the hold back."""

    redemption: IdF


class Capture(Record, frozen=True, tag=125):
    """A provider's member of staff takes at most the held minutes; the rest goes back."""

    redemption: IdF
    origin: HashF
    capacity: IdF
    """Which contracted minutes are used."""
    minutes: MinutesF
    evidence: HashF
    """Hash of the receipt."""
