"""Rules decided where the design leaves room: kin of a year, roles of the whole city, what else a stop stops."""

import pytest

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS
from node.chain.records.accounts import District
from node.chain.tx.corrections import Repay
from node.chain.tx.identity import OfferKin, Unbind
from node.chain.tx.leaving import ChangeHome
from node.chain.tx.organisation import GrantRole, Propose, RevokeRole, Second
from node.chain.tx.safety import Suspend
from node.chain.tx.teams import DonateTeam
from node.chain.types import Code, EpochMs, Minutes
from tests.kernel_city import FAR_MS, GULOU, JIANYE, SITE
from tests.unit.chain.rules.refusals.cases import merge
from tests.unit.chain.rules.refusals.organisation import proposed
from tests.unit.chain.rules.scene import EVIDENCE, NOBODY, Scene, town

CITY, NOWHERE, CHILD = Code("city"), Code("-"), Code("child")


def _suspended_payer(scene: Scene) -> Scene:
    """The elder gives nothing out for a day; whose order it is does not matter."""
    until = EpochMs(scene.city.now_ms + DAY_MS)
    body = Suspend(scene.elder, Code("outgoing"), Code("lost-phone"), until, EVIDENCE)
    scene.city.do(scene.staff("second"), body)
    return scene


@pytest.mark.feature("C6")
def test_unbinding_makes_no_room_for_another_relative_of_the_year() -> None:
    """Two a year, whatever has ended since; the next year admits again."""
    city = town().city
    mother, *children = (city.new_person(name) for name in ("mother", "a", "b", "c"))
    for child in children[:2]:
        binding = city.bind_kin(mother, child, "child")
        city.do(mother, Unbind(binding))
    assert city.person(mother).kin == ()
    assert city.refusal(mother, OfferKin(children[2], CHILD)) is ErrorCode.KIN_LIMIT
    city.wait(366 * DAY_MS)
    city.bind_kin(mother, children[2], "child")
    assert [kin.other for kin in city.person(mother).kin] == [children[2]]


@pytest.mark.feature("C3")
def test_operators_of_two_districts_grant_and_end_a_role_of_the_whole_city() -> None:
    """One district alone gives nobody a voice over the others."""
    scene = town()
    city, one = scene.city, scene.volunteer
    grant = GrantRole(one, Code("arbiter"), CITY, NOWHERE, FAR_MS)
    first, elsewhere = scene.staff("recorder"), city.staff("reviewer", JIANYE)
    proposal, origin = proposed(scene, grant)
    same = city.refusal(scene.staff("reviewer"), Second(proposal, origin))
    assert same is ErrorCode.WRONG_DISTRICT
    city.do(elsewhere, Second(proposal, origin))
    assert city.person(one).has_role("arbiter", CITY, EpochMs(city.now_ms))
    city.two(first, elsewhere, RevokeRole(one, Code("arbiter"), CITY))
    assert not city.person(one).has_role("arbiter", CITY, EpochMs(city.now_ms))


@pytest.mark.feature("F4")
def test_a_stopped_account_holds_no_minutes_for_orders_asked_for_before() -> None:
    """Neither an approval nor an extension moves minutes out of it."""
    rich = town()
    rich.earn(rich.stranger, 120)
    waiting = Scene(rich.city, rich.stranger, rich.volunteer, rich.elder)
    waiting.request(payer_kind=Code("person"), payer=waiting.elder)
    running = Scene(waiting.city.fork(), waiting.elder, waiting.volunteer, waiting.stranger)
    running.order = waiting.order
    running.publish().accept().check_in()
    code = ErrorCode.SUSPENDED
    approve = _suspended_payer(waiting).approve_body()
    assert waiting.city.refusal(waiting.staff("reviewer"), approve) is code
    extend = _suspended_payer(running).extend_body()
    assert running.city.refusal(running.elder, extend) is code


@pytest.mark.feature("F4")
def test_a_stopped_account_neither_donates_for_its_team_nor_repays() -> None:
    """What leaves through another door leaves all the same."""
    scene = _suspended_payer(town())
    for body in (DonateTeam(NOBODY, Code("district"), Minutes(30)), Repay(NOBODY, Minutes(30))):
        assert scene.city.refusal(scene.elder, body) is ErrorCode.SUSPENDED


@pytest.mark.feature("B6")
def test_nobody_moves_into_a_district_that_is_part_of_another() -> None:
    """Its persons go to its successor, not the other way."""
    scene = town()
    merge(scene.city, JIANYE, GULOU)
    move = ChangeHome(scene.elder, JIANYE, SITE, EVIDENCE)
    assert scene.city.refusal(scene.staff("recorder"), Propose(move)) is ErrorCode.WRONG_STATE
    assert scene.city.get(District, GULOU.encode()).code == GULOU
