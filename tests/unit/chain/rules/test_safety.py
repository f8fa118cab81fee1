"""Suspensions and pauses: a named human, a reason, an end, an appeal; services under way finish."""

import pytest

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.policy import DAY_MS
from node.chain.records.safety import Suspension, suspension_id
from node.chain.tx.identity import GrantAgent
from node.chain.tx.organisation import Propose
from node.chain.tx.safety import (
    AppealSuspension,
    EndSuspension,
    Pause,
    RenewSuspension,
    Resume,
    Suspend,
)
from node.chain.tx.transfers import Donate
from node.chain.types import ZERO_HASH, Code, EpochMs, Minutes
from tests.kernel_city import GULOU, JIANYE
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town

LIFTED, UPHELD = Code("lifted"), Code("upheld")


def suspend_body(scene: Scene, scope: str = "accept", days: int = 30) -> Suspend:
    """Of the volunteer."""
    until = EpochMs(scene.city.now_ms + days * DAY_MS)
    return Suspend(scene.volunteer, Code(scope), Code("identical-times"), until, EVIDENCE)


def suspended(scope: str = "accept", days: int = 30) -> Scene:
    """Li, suspended by ``reviewer``."""
    scene = town()
    scene.city.do(scene.staff("reviewer"), suspend_body(scene, scope, days))
    return scene


def end(scene: Scene, verdict: Code = LIFTED, scope: str = "accept") -> EndSuspension:
    """Somebody's word on it."""
    return EndSuspension(scene.volunteer, Code(scope), verdict)


def renew(scene: Scene, days: int = 30) -> RenewSuspension:
    """It goes on."""
    until = EpochMs(scene.city.now_ms + days * DAY_MS)
    return RenewSuspension(scene.volunteer, Code("accept"), Code("still"), until, EVIDENCE)


def record(scene: Scene, scope: str = "accept") -> Suspension:
    """As it stands."""
    return scene.city.get(Suspension, suspension_id(scope, scene.volunteer))


def pause_body(scene: Scene, kind: str, code: str) -> Pause:
    """For safety."""
    until = EpochMs(scene.city.now_ms + DAY_MS)
    return Pause(Code(kind), GULOU, Code(code), Code("gas-leak"), until, EVIDENCE)


@pytest.mark.feature("F4")
def test_a_suspension_has_a_reviewer_a_reason_an_end_and_an_appeal() -> None:
    """Nothing suspends by itself."""
    scene = suspended()
    found = record(scene)
    assert found.deciders == (scene.staff("reviewer"),)
    assert (found.reason, found.until_ms) == (
        "identical-times",
        scene.city.now_ms + 30 * DAY_MS - 1_000,
    )
    scene.request().publish()
    code = scene.city.refusal(scene.volunteer, scene.accept_body())
    assert code == ErrorCode.SUSPENDED
    scene.city.do(scene.volunteer, AppealSuspension(Code("accept"), ZERO_HASH))
    scene.city.do(scene.staff("arbiter"), end(scene))
    scene.accept()


def test_a_suspension_ends_by_time() -> None:
    """After its end the person accepts again."""
    scene = suspended(days=1)
    scene.city.wait(DAY_MS)
    assert record(scene).state == "ended"
    scene.request().publish().accept()


def test_a_suspension_is_ended_by_a_different_reviewer() -> None:
    """Not by the one who decided, nor by the person."""
    scene = suspended()
    assert scene.city.refusal(scene.staff("reviewer"), end(scene)) == ErrorCode.SAME_PERSON
    assert scene.city.refusal(scene.volunteer, end(scene)) == ErrorCode.SAME_PERSON
    assert scene.city.refusal(scene.staff("recorder"), end(scene)) == ErrorCode.ROLE_MISSING
    second = scene.staff("second")
    assert scene.city.refusal(second, end(scene, Code("forgiven"))) == ErrorCode.BAD_FIELD
    assert scene.city.refusal(second, end(scene, UPHELD)) == ErrorCode.ROLE_MISSING
    scene.city.do(second, end(scene))
    assert scene.city.refusal(second, end(scene)) == ErrorCode.WRONG_STATE


def test_an_arbiter_answers_an_appeal_once() -> None:
    """And only when there is one; the person appeals once."""
    scene = suspended()
    arbiter = scene.staff("arbiter")
    assert scene.city.refusal(arbiter, end(scene)) == ErrorCode.ROLE_MISSING
    appeal = AppealSuspension(Code("accept"), ZERO_HASH)
    scene.city.do(scene.volunteer, appeal)
    assert scene.city.refusal(scene.volunteer, appeal) == ErrorCode.ALREADY_DONE
    scene.city.do(arbiter, end(scene, UPHELD))
    assert record(scene).state == "active"
    assert scene.city.refusal(scene.staff("city-arbiter"), end(scene)) == ErrorCode.ALREADY_DONE


def test_a_service_under_way_finishes() -> None:
    """The elder is not left alone, and the minutes are paid."""
    scene = town().request().publish().accept().check_in()
    for scope in ("accept", "outgoing"):
        scene.city.do(scene.staff("reviewer"), suspend_body(scene, scope))
    scene.check_out().confirm().lapse()
    assert scene.now().state is State.SETTLED


def test_who_is_suspended_from_giving_gives_nothing_out() -> None:
    """Nor binds anyone who could; but serves."""
    scene = suspended("outgoing")
    for body in (Donate(Code("city"), Minutes(1)), GrantAgent(scene.elder, (Code("request"),))):
        assert scene.city.refusal(scene.volunteer, body) == ErrorCode.SUSPENDED
    scene.request().publish().accept()


def test_a_suspension_lasts_thirty_days_at_most() -> None:
    """And begins now, with evidence, for a known scope, by an unrelated reviewer of the person's home."""
    scene = town()
    city, reviewer = scene.city, scene.staff("reviewer")
    too_long = suspend_body(scene, days=31)
    assert city.refusal(reviewer, too_long) == ErrorCode.WINDOW_OUT_OF_RANGE
    assert city.refusal(reviewer, suspend_body(scene, days=0)) == ErrorCode.WINDOW_OUT_OF_RANGE
    assert city.refusal(reviewer, suspend_body(scene, "all")) == ErrorCode.BAD_FIELD
    elsewhere = city.staff("reviewer", JIANYE)
    assert city.refusal(elsewhere, suspend_body(scene)) == ErrorCode.ROLE_MISSING
    until = EpochMs(city.now_ms + DAY_MS)
    bare = Suspend(scene.volunteer, Code("accept"), Code("why"), until, ZERO_HASH)
    assert city.refusal(reviewer, bare) == ErrorCode.RECORD_FIELD_MISSING
    own = Suspend(reviewer, Code("accept"), Code("why"), until, EVIDENCE)
    assert city.refusal(reviewer, own) == ErrorCode.SAME_PERSON
    city.do(scene.volunteer, GrantAgent(reviewer, (Code("request"),)))
    assert city.refusal(reviewer, suspend_body(scene)) == ErrorCode.RELATED_PERSONS


def test_only_two_people_renew() -> None:
    """One reviewer neither adds to a suspension nor begins it again after its end."""
    scene = suspended(days=1)
    again = suspend_body(scene)
    assert scene.city.refusal(scene.staff("second"), again) == ErrorCode.ALREADY_DONE
    scene.city.wait(2 * DAY_MS)
    again = suspend_body(scene)
    assert scene.city.refusal(scene.staff("reviewer"), again) == ErrorCode.NEEDS_ENDORSEMENT
    scene.city.two(scene.staff("reviewer"), scene.staff("second"), renew(scene))
    assert record(scene).deciders == (scene.staff("reviewer"), scene.staff("second"))
    scene.city.wait(61 * DAY_MS)
    scene.city.do(scene.staff("reviewer"), suspend_body(scene))


def test_a_renewal_renews_something_for_a_time() -> None:
    """Its checks are those of a suspension."""
    scene = town()
    reviewer = scene.staff("reviewer")
    assert scene.city.refusal(reviewer, Propose(renew(scene))) == ErrorCode.NO_SUCH_OBJECT
    scene = suspended()
    code = scene.city.refusal(reviewer, Propose(renew(scene, days=31)))
    assert code == ErrorCode.WINDOW_OUT_OF_RANGE


@pytest.mark.parametrize(("kind", "code"), [("class", "company"), ("site", "site-1")])
def test_a_pause_stops_new_services_and_not_those_under_way(kind: str, code: str) -> None:
    """Neither accepted nor begun while it lasts."""
    scene = town().request().publish()
    city, second = scene.city, scene.staff("second")
    paused = scene.fork()
    paused.city.do(second, pause_body(paused, kind, code))
    assert paused.city.refusal(scene.volunteer, paused.accept_body()) == ErrorCode.PAUSED

    scene.accept().check_in()
    city.do(second, pause_body(scene, kind, code))
    again = pause_body(scene, kind, code)
    assert city.refusal(second, again) == ErrorCode.ALREADY_DONE
    scene.check_out()
    assert scene.now().state is State.CHECKED_OUT


def test_a_pause_is_ended_by_a_different_reviewer() -> None:
    """Or by time."""
    scene = town().request().publish().accept()
    scene.city.wait(scene.now().start_ms - scene.city.now_ms)
    scene.city.do(scene.staff("second"), pause_body(scene, "class", "company"))
    code = scene.city.refusal(scene.volunteer, scene.check_in_body())
    assert code == ErrorCode.PAUSED
    resume = Resume(Code("class"), GULOU, Code("company"))
    assert scene.city.refusal(scene.staff("second"), resume) == ErrorCode.SAME_PERSON
    assert scene.city.refusal(scene.staff("recorder"), resume) == ErrorCode.ROLE_MISSING
    scene.city.do(scene.staff("reviewer"), resume)
    scene.city.do(scene.volunteer, scene.check_in_body())


def test_a_pause_names_something_known() -> None:
    """A class of the catalogue, or a site of the district."""
    scene = town()
    second = scene.staff("second")
    cases = (
        (pause_body(scene, "class", "chess"), ErrorCode.UNKNOWN_SERVICE),
        (pause_body(scene, "site", "site-9"), ErrorCode.NO_SUCH_OBJECT),
        (pause_body(scene, "person", "site-1"), ErrorCode.BAD_FIELD),
        (Resume(Code("person"), GULOU, Code("x")), ErrorCode.BAD_FIELD),
        (Resume(Code("site"), GULOU, Code("site-1")), ErrorCode.NO_SUCH_OBJECT),
    )
    for body, code in cases:
        assert scene.city.refusal(second, body) == code
