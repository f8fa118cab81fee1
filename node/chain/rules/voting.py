"""How authorities decide: one arithmetic for mints and motions.

Each authority of the current set has one voice, given by its operator. A ballot passes once the policy's share of all
authorities has agreed, and fails once so many are against it that the share can no longer be reached.
"""

from enum import Enum
from typing import NamedTuple

from node.chain.certificate import AuthoritySet
from node.chain.errors import ErrorCode
from node.chain.policy import PERMILLE
from node.chain.records.actors import Operator
from node.chain.records.settings import AUTHORITIES_ID, AuthorityRecord
from node.chain.rules.guards import require
from node.chain.state import Moment, View
from node.chain.types import Code


class Outcome(Enum):
    """How a ballot stands."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


class Ballot(NamedTuple):
    """Districts whose operators agreed and disagreed, each sorted."""

    voters: tuple[Code, ...]
    opponents: tuple[Code, ...]

    def cast(self, district: Code, approve: int) -> "Ballot":
        """With one more voice.

        Raises:
            Rejected: ``ALREADY_DONE`` when the district has voted.
        """
        voted = district in self.voters + self.opponents
        require(not voted, ErrorCode.ALREADY_DONE, district)
        if approve:
            return Ballot(tuple(sorted((*self.voters, district))), self.opponents)
        return Ballot(self.voters, tuple(sorted((*self.opponents, district))))

    def outcome(self, at: Moment, authorities: AuthoritySet) -> Outcome:
        """How it stands among the current authorities."""
        needed = votes_needed(at, authorities)
        if len(self.voters) >= needed:
            return Outcome.PASSED
        if len(authorities.members) - len(self.opponents) < needed:
            return Outcome.FAILED
        return Outcome.OPEN


def votes_needed(at: Moment, authorities: AuthoritySet) -> int:
    """Authorities that must agree: the policy's share, rounded up."""
    share = len(authorities.members) * at.policy.issuance.mint_votes_permille
    return -(-share // PERMILLE)


def seated_authorities(view: View, operator: Operator) -> AuthoritySet:
    """The authority set, in which the operator's district must sit with this operator key.

    Raises:
        Rejected: ``NOT_AUTHORITY``.
    """
    authorities = view.need(AuthorityRecord, AUTHORITIES_ID).authorities
    seated = any(
        m.district == operator.district and m.operator_key == operator.key
        for m in authorities.members
    )
    require(seated, ErrorCode.NOT_AUTHORITY, operator.district)
    return authorities
