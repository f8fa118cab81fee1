"""Teams: a member's settled minutes may go to the team, whose minutes can only be donated to a pool.

The hours of such an order stay on the member's own record.
"""

from typing import Final, assert_never

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.records.accounts import EMPTY
from node.chain.records.events import Membership, Team
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.guards import active_person, require, sending_person
from node.chain.state import Account, Book, Leg, Moment, View, district_of, post
from node.chain.tx.envelope import TeamBody, Transaction
from node.chain.tx.organisation import MoneyAction
from node.chain.tx.teams import DonateTeam, JoinTeam, LeaveTeam, OpenTeam
from node.chain.types import Id


def apply(view: View, tx: Transaction, body: TeamBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case JoinTeam():
            _join(view, tx, body)
        case LeaveTeam():
            sender = sending_person(view, tx)
            view.remove(view.need(Membership, sender.id))
        case DonateTeam():
            _donate(view, tx, body)
        case _:
            assert_never(body)


def _join(view: View, tx: Transaction, body: JoinTeam) -> None:
    sender = sending_person(view, tx)
    team = view.need(Team, body.team)
    member = view.get(Membership, sender.id) is not None
    require(not member, ErrorCode.ALREADY_DONE, "a member of a team")

    view.put(Membership(sender.id, team.id, b""))


def _donate(view: View, tx: Transaction, body: DonateTeam) -> None:
    sender = sending_person(view, tx)
    team = view.need(Team, body.team)
    require(sender.id == team.steward, ErrorCode.NOT_A_PARTY, "only the steward")
    require(body.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
    require(body.pool in {"district", "city"}, ErrorCode.BAD_FIELD, body.pool)

    district_pool = Account(Book.POOL_FREE, team.district.encode())
    target = district_pool if body.pool == "district" else Account(Book.CITY_FREE, b"")
    post(view, (Leg(Account(Book.TEAM, team.id), target, body.minutes),))
    home = district_of(view, team.district)
    view.put(replace(home, donated_min=home.donated_min + body.minutes))


def _check(view: View, _at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case OpenTeam():
            district_of(view, action.district)
            steward = active_person(view, action.steward)
            return Scope(action.district, frozenset({steward.id}))
        case _:
            raise Bug(f"{type(action).__name__} is no action of teams")


def _perform(view: View, _at: Moment, action: MoneyAction, seconded: Seconded) -> None:
    match action:
        case OpenTeam():
            proposal = seconded.proposal
            view.create(
                Team(proposal.id, proposal.origin, action.district, action.steward, EMPTY, b"")
            )
        case _:
            raise Bug(f"{type(action).__name__} is no action of teams")


ACTIONS: Final = ActionFamily(
    {OpenTeam: (("recorder", "reviewer"), ("reviewer",))}, _check, _perform
)
