"""Actions of two staff whose rules belong to another family than ``organisation``.

``organisation`` knows how one proposes and another seconds; a family says who may do so, whom the action concerns and
what it does. Families do not know each other, so ``node.chain.transition`` hands the one to the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from node.chain.records.bindings import Proposal
from node.chain.state import Moment, View
from node.chain.tx.organisation import MoneyAction
from node.chain.types import NO_ID, Code, Id

Roles = tuple[tuple[str, ...], tuple[str, ...]]
"""(roles that may propose, roles that may second), each in the district the action concerns."""


class SecondPlace(Enum):
    """From where the second comes."""

    SAME_DISTRICT = "same-district"
    OTHER_SITE = "other-site"
    """A role at another site than the proposer's; the whole district's duty desk is a place of its own."""
    OTHER_DISTRICT = "other-district"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which district an action concerns, who has a part in it, and from where the second comes."""

    district: Code
    subjects: frozenset[Id]
    """Neither propose nor second; but anyone may put forward that their own role ends."""
    second: SecondPlace = SecondPlace.SAME_DISTRICT
    second_district: Code | None = None
    """Which other district the second is of; None for any."""
    recorder: Id = NO_ID
    """Who recorded the subject or its consent: may propose, never second."""


@dataclass(frozen=True, slots=True)
class Seconded:
    """A proposal that a second has just agreed to; its action happens now."""

    proposal: Proposal
    seconder: Id


class ActionFamily(NamedTuple):
    """The actions of one family of rules."""

    roles: Mapping[type[MoneyAction], Roles]
    check: Callable[[View, Moment, MoneyAction, Id], Scope]
    """Whether the action could happen now, asked when it is proposed and again when it is seconded; the last argument
    is the proposer."""
    perform: Callable[[View, Moment, MoneyAction, Seconded], None]


ActionFamilies = Mapping[type[MoneyAction], ActionFamily]
