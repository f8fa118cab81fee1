"""What can be said about who stands close to a person: guardians, household, reviewed pairings."""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record
from node.chain.types import HashF, IdF

FlagF = Annotated[int, Meta(ge=0, le=1)]


class BindGuardian(Record, frozen=True, tag=26):
    """A person acts with a guardian from now on, or (0) with none any more; why, only the vault knows."""

    person: IdF
    guardian: IdF
    guarded: FlagF
    evidence: HashF
    """Hash of the document."""


class ApprovePairing(Record, frozen=True, tag=27):
    """A volunteer and a recipient are a reviewed pair, with wider monthly limits, or (0) no longer."""

    volunteer: IdF
    recipient: IdF
    paired: FlagF
    evidence: HashF


class DeclareHousehold(Record, frozen=True, tag=52):
    """The sender lives, or (0) no longer lives, with another person, and serves neither side of it."""

    other: IdF
    together: FlagF
