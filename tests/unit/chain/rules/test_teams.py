"""Teams: minutes that can only be donated, hours that stay with the member."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.policy import HOUR_MS
from node.chain.records import key_of
from node.chain.records.accounts import City, District
from node.chain.records.events import Membership, Team
from node.chain.tx.orders import Accept
from node.chain.tx.organisation import Propose
from node.chain.tx.teams import DonateTeam, JoinTeam, LeaveTeam, OpenTeam
from node.chain.types import ZERO_HASH, Code, Id, Minutes
from tests.kernel_city import GULOU, JIANYE
from tests.money_city import MoneyCity

NOBODY = Id(bytes([9]) * 16)


@pytest.mark.feature("D8")
def test_team_minutes_go_to_a_donate_only_account_and_the_hours_to_the_member() -> None:
    """An hour accepted for the team is the team's; the member's record has the hour served and nothing to give."""
    city = MoneyCity()
    steward, member = city.new_person("steward"), city.new_person("member")
    team = city.open_team(steward)
    city.earn(steward, 60)
    order = city.request(steward, steward)
    city.publish(order)
    found = city.order(order)
    accept = Accept(order, found.origin, found.events, Code("team"), 1, ZERO_HASH)
    assert city.refusal(member, accept) is ErrorCode.NO_SUCH_OBJECT
    other = replace(accept, credit_to=Code("friend"))
    assert city.refusal(member, other) is ErrorCode.BAD_FIELD
    city.do(member, JoinTeam(team))
    assert city.refusal(member, JoinTeam(team)) is ErrorCode.ALREADY_DONE
    city.do(member, accept)
    city.do(member, LeaveTeam())
    city.serve(order)
    city.confirm(order, steward)
    city.wait(25 * HOUR_MS)
    assert city.get(Team, team).free.balance == 60
    record = city.person(member)
    assert (record.available.balance, record.earned_min, record.served_min) == (0, 0, 60)
    assert city.get(City, b"city").team == 60
    assert city.get(District, b"gulou").teams.balance == 60


def test_only_the_steward_donates_a_teams_minutes_and_only_to_a_pool() -> None:
    """Half to the district, half to the city; nothing that is not there."""
    city = MoneyCity()
    steward, member = city.new_person("steward"), city.new_person("member")
    team = city.open_team(steward)
    city.do(member, JoinTeam(team))
    city.earn(steward, 60)
    order = city.request(steward, steward)
    city.publish(order)
    found = city.order(order)
    city.do(member, Accept(order, found.origin, found.events, Code("team"), 1, ZERO_HASH))
    city.serve(order)
    city.confirm(order, steward)
    city.wait(25 * HOUR_MS)
    body = DonateTeam(team, Code("district"), Minutes(30))
    assert city.refusal(member, body) is ErrorCode.NOT_A_PARTY
    assert city.refusal(steward, replace(body, pool=JIANYE)) is ErrorCode.BAD_FIELD
    assert city.refusal(steward, replace(body, minutes=Minutes(0))) is (
        ErrorCode.MINUTES_OUT_OF_RANGE
    )
    assert city.refusal(steward, replace(body, minutes=Minutes(61))) is (
        ErrorCode.INSUFFICIENT_MINUTES
    )
    assert city.refusal(steward, replace(body, team=NOBODY)) is ErrorCode.NO_SUCH_OBJECT
    city.do(steward, body)
    city.do(steward, replace(body, pool=Code("city")))
    assert city.get(District, b"gulou").pool_free.balance == 30
    assert city.get(City, b"city").pool_free.balance == 30
    assert city.get(Team, team).free.balance == 0


def test_teams_are_opened_by_two_staff_and_left_at_will() -> None:
    """The steward is known and not one of the two; who is in no team cannot leave one."""
    city = MoneyCity()
    reviewer = city.staff("reviewer", GULOU)
    body = Propose(OpenTeam(GULOU, reviewer))
    assert city.refusal(reviewer, body) is ErrorCode.SAME_PERSON
    unknown = Propose(OpenTeam(GULOU, NOBODY))
    assert city.refusal(reviewer, unknown) is ErrorCode.UNKNOWN_RECIPIENT
    member = city.new_person("member")
    nowhere = Propose(OpenTeam(Code("nowhere"), member))
    assert city.refusal(reviewer, nowhere) is ErrorCode.NO_SUCH_OBJECT
    assert city.refusal(member, Propose(OpenTeam(GULOU, reviewer))) is ErrorCode.ROLE_MISSING
    assert city.refusal(member, LeaveTeam()) is ErrorCode.NO_SUCH_OBJECT
    assert city.refusal(member, JoinTeam(NOBODY)) is ErrorCode.NO_SUCH_OBJECT
    city.do(member, JoinTeam(city.open_team(reviewer)))
    city.do(member, LeaveTeam())
    assert city.ledger.read(key_of(Membership, member)) is None
