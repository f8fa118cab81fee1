"""What can be said when a person leaves, dies, moves to another district, or turns out to be registered twice."""

from typing import Annotated

from msgspec import Meta

from node.chain.codec import Record
from node.chain.types import CodeF, HashF, IdF


class CloseAccount(Record, frozen=True, tag=23):
    """Notice that an account will be closed; any act of the person ends it."""

    person: IdF
    reason: CodeF
    """``leave``, ``death`` or ``moved``."""
    heirs: Annotated[tuple[IdF, ...], Meta(max_length=4)]
    """Bound kin who get the minutes, in this order, each up to their cap; the rest goes to the pool."""
    evidence: HashF


class ChangeHome(Record, frozen=True, tag=24):
    """A person is at home in another district from now on, with everything they have."""

    person: IdF
    home: CodeF
    site: CodeF
    evidence: HashF


class MergePersons(Record, frozen=True, tag=25):
    """Two accounts are one person's; the duplicate drains and goes over to the survivor."""

    duplicate: IdF
    survivor: IdF
    evidence: HashF


class FinishClosing(Record, frozen=True, tag=51):
    """Nothing is open any more: the account is swept and closed with zero."""

    person: IdF
