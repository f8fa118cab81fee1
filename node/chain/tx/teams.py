"""What can be said about teams, whose minutes can only be donated."""

from node.chain.codec import Record
from node.chain.types import CodeF, IdF, MinutesF


class OpenTeam(Record, frozen=True, tag=50):
    """A team of a district, with the person who may donate its minutes; proposed and seconded by staff."""

    district: CodeF
    steward: IdF


class JoinTeam(Record, frozen=True, tag=204):
    """The sender becomes a member of a team, of one at a time."""

    team: IdF


class LeaveTeam(Record, frozen=True, tag=205):
    """The sender is a member of no team any more."""


class DonateTeam(Record, frozen=True, tag=126):
    """A team's steward donates its minutes: to the ``district`` pool of the team's home or the ``city`` pool."""

    team: IdF
    pool: CodeF
    minutes: MinutesF
