"""Refused acceptances, check-ins, check-outs and extensions."""

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS, Policy, ServicePolicy, quarter_end_ms
from node.chain.tx.identity import GrantAgent
from node.chain.tx.orders import (
    NO_PRESENCE,
    Accept,
    Cancel,
    CheckIn,
    CheckOut,
    Extend,
    GiveBack,
    Presence,
    ReportNoShow,
)
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from tests.kernel_city import JIANYE
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.scene import NOBODY, Scene, town

REASON = Code("changed-mind")
HEARSAY = Presence(Code("hearsay"), NO_ID, b"")


def published(**changes: object) -> Scene:
    """An order that waits for a volunteer."""
    return town().request(**changes).publish()  # type: ignore[arg-type]


def _take(scene: Scene, sender: Id | None = None, **changes: object) -> Attempt:
    return attempt(scene.city, sender or scene.volunteer, scene.accept_body(**changes))


@refused(ErrorCode.STALE_OBJECT)
def accepted_as_it_was_before() -> Attempt:
    return _take(published(), count=0)


@refused(ErrorCode.STALE_OBJECT)
def accepted_from_another_origin() -> Attempt:
    return _take(published(), origin=ZERO_HASH)


@refused(ErrorCode.NOT_A_PARTY)
def accepted_though_another_was_invited() -> Attempt:
    scene = town()
    return _take(scene.request(invited=scene.stranger).publish())


@refused(ErrorCode.ALREADY_DONE)
def accepted_after_giving_back() -> Attempt:
    scene = published().accept()
    scene.city.do(scene.volunteer, GiveBack(scene.order, REASON))
    return _take(scene)


@refused(ErrorCode.BAD_FIELD)
def accepted_for_a_friend() -> Attempt:
    return _take(published(), credit_to=Code("a-friend"))


@refused(ErrorCode.NOT_MAY_SERVE)
def accepted_without_the_flag() -> Attempt:
    scene = published()
    return _take(scene, scene.city.new_person("idle", serve=False))


@refused(ErrorCode.GATE_MISSING)
def accepted_without_training() -> Attempt:
    return _take(published(service="medical"))


@refused(ErrorCode.GATE_MISSING)
def accepted_at_home_without_insurance() -> Attempt:
    return _take(published(service="bathing"))


@refused(ErrorCode.SAME_PERSON)
def accepted_by_the_reviewer() -> Attempt:
    scene = published()
    return _take(scene.may_serve(scene.staff("second")), scene.staff("second"))


@refused(ErrorCode.SAME_PERSON)
def accepted_by_the_recipient() -> Attempt:
    scene = published()
    return _take(scene.may_serve(scene.elder), scene.elder)


@refused(ErrorCode.RELATED_PERSONS)
def accepted_by_kin() -> Attempt:
    scene = published()
    scene.city.bind_kin(scene.elder, scene.volunteer, "child")
    return _take(scene)


@refused(ErrorCode.RELATED_PERSONS)
def accepted_by_an_agent() -> Attempt:
    scene = published()
    scene.city.do(scene.elder, GrantAgent(scene.volunteer, (Code("object"),)))
    return _take(scene)


@refused(ErrorCode.RELATED_PERSONS)
def accepted_by_kin_of_whoever_pays() -> Attempt:
    scene = town()
    payer = scene.city.new_person("sun")
    scene.earn(payer, 60)
    scene.city.bind_kin(scene.elder, payer, "child")
    scene.city.bind_kin(payer, scene.volunteer, "sibling")
    return _take(scene.request(payer, payer_kind="person", payer=payer).publish())


@refused(ErrorCode.OVERLAP)
def accepted_at_the_time_of_another() -> Attempt:
    scene = published().accept()
    return _take(scene.request().publish())


@refused(ErrorCode.OVERLAP)
def accepted_without_time_to_travel() -> Attempt:
    scene = published().accept()
    start = EpochMs(scene.now().start_ms + HOUR_MS + 15 * MINUTE_MS - 1)
    return _take(scene.request(start_ms=start, site="site-2").publish())


@refused(ErrorCode.DAY_LIMIT)
def accepted_beyond_a_days_minutes() -> Attempt:
    scene = published(expected_min=Minutes(240)).accept()
    start = EpochMs(scene.now().start_ms - 4 * HOUR_MS - 30 * MINUTE_MS + 6 * DAY_MS)
    scene.request(start_ms=start, expected_min=Minutes(240)).publish().accept()
    late = EpochMs(start + 4 * HOUR_MS)
    return _take(scene.request(start_ms=late, expected_min=Minutes(270)).publish())


@refused(ErrorCode.WEEK_LIMIT)
def accepted_beyond_a_weeks_minutes() -> Attempt:
    policy = Policy(1, Height(0), service=ServicePolicy(week_max_min=Minutes(480)))
    scene = town(policy).request(expected_min=Minutes(480)).publish().accept()
    tomorrow = EpochMs(scene.now().start_ms + DAY_MS)
    return _take(scene.request(start_ms=tomorrow, expected_min=Minutes(30)).publish())


def accepted() -> Scene:
    """An order that has its volunteer."""
    return published().accept()


@refused(ErrorCode.NOT_A_PARTY)
def given_back_by_somebody_else() -> Attempt:
    scene = accepted()
    return attempt(scene.city, scene.stranger, GiveBack(scene.order, REASON))


@refused(ErrorCode.NOT_A_PARTY)
def cancelled_by_the_volunteer() -> Attempt:
    scene = accepted()
    return attempt(scene.city, scene.volunteer, Cancel(scene.order, REASON))


@refused(ErrorCode.NOT_A_PARTY)
def cancelled_by_a_stranger_after_lapsing() -> Attempt:
    scene = accepted().lapse()
    return attempt(scene.city, scene.stranger, Cancel(scene.order, REASON))


@refused(ErrorCode.NOT_A_PARTY)
def no_show_reported_by_the_volunteer() -> Attempt:
    scene = accepted().lapse()
    return attempt(scene.city, scene.volunteer, ReportNoShow(scene.order))


@refused(ErrorCode.TOO_EARLY)
def no_show_reported_within_the_half_hour() -> Attempt:
    scene = accepted()
    wait = scene.now().start_ms + 30 * MINUTE_MS - 1 - scene.city.now_ms
    return attempt(scene.city, scene.elder, ReportNoShow(scene.order), wait)


def _begin(scene: Scene, after_ms: int = 1_000, sender: Id | None = None) -> Attempt:
    return attempt(scene.city, sender or scene.volunteer, scene.check_in_body(), after_ms)


@refused(ErrorCode.ROLE_MISSING)
def begun_by_another_volunteer() -> Attempt:
    scene = accepted()
    return _begin(scene, sender=scene.stranger)


@refused(ErrorCode.SAME_PERSON)
def begun_by_the_reviewer_on_behalf() -> Attempt:
    scene = accepted()
    scene.give_role(scene.staff("second"), "recorder")
    return _begin(scene, sender=scene.staff("second"))


@refused(ErrorCode.SAME_PERSON)
def begun_by_the_recipient_on_behalf() -> Attempt:
    scene = accepted()
    scene.give_role(scene.elder, "recorder")
    return _begin(scene, sender=scene.elder)


@refused(ErrorCode.TOO_EARLY)
def begun_hours_before() -> Attempt:
    scene = town()
    start = EpochMs(scene.city.now_ms + 5 * HOUR_MS)
    return _begin(scene.request(start_ms=start).publish().accept())


@refused(ErrorCode.TOO_LATE)
def begun_on_another_day() -> Attempt:
    scene = accepted().lapse()
    return _begin(scene, DAY_MS)


@refused(ErrorCode.BAD_FIELD)
def begun_with_an_unknown_presence() -> Attempt:
    scene = accepted()
    body = CheckIn(scene.order, EpochMs(scene.city.now_ms), HEARSAY)
    return attempt(scene.city, scene.volunteer, body)


@refused(ErrorCode.NOT_MAY_SERVE)
def begun_after_the_flag_has_run_out() -> Attempt:
    scene = town()
    end = EpochMs(quarter_end_ms(scene.city.now_ms))
    scene.city.wait(end - scene.city.now_ms - 3 * HOUR_MS)
    scene.request().publish().may_serve(scene.volunteer, end).accept()
    return _begin(scene, 3 * HOUR_MS)


@refused(ErrorCode.OVERLAP)
def begun_while_serving_elsewhere() -> Attempt:
    scene = accepted()
    later = EpochMs(scene.now().start_ms + HOUR_MS)
    scene.check_in()
    return _begin(scene.request(start_ms=later).publish().accept(), HOUR_MS)


@refused(ErrorCode.OVERLAP)
def begun_by_a_claim_before_the_last_service_ended() -> Attempt:
    scene = accepted()
    first, later = scene.order, EpochMs(scene.now().start_ms + HOUR_MS)
    scene.request(start_ms=later).publish().accept()
    second, scene.order = scene.order, first
    scene.check_in()
    claim = EpochMs(scene.city.now_ms)
    scene.city.wait(HOUR_MS - 1_000)
    scene.city.now_ms += 20 * MINUTE_MS
    out = scene.city.sign(scene.volunteer, scene.check_out_body())
    scene.city.block(out)
    scene.city.ledger.time_ms = claim  # As if both stood in the block after one gap.
    return attempt(scene.city, scene.volunteer, CheckIn(second, claim, NO_PRESENCE))


@refused(ErrorCode.SIBLING_MISSING)
def begun_without_the_second_pair_of_hands() -> Attempt:
    scene = published(service="bathing")
    scene.city.do(scene.volunteer, scene.accept_body(insurance=bytes([7]) * 32))
    return _begin(scene, HOUR_MS)


def serving() -> Scene:
    """A service under way."""
    return accepted().check_in()


@refused(ErrorCode.NOT_A_PARTY)
def ended_by_somebody_else() -> Attempt:
    scene = serving()
    return attempt(scene.city, scene.stranger, scene.check_out_body(), HOUR_MS)


@refused(ErrorCode.BAD_FIELD)
def ended_with_an_unknown_presence() -> Attempt:
    scene = serving()
    body = CheckOut(scene.order, EpochMs(scene.city.now_ms), Code("done"), HEARSAY)
    return attempt(scene.city, scene.volunteer, body)


def _extend(scene: Scene, sender: Id, minutes: int = 30) -> Attempt:
    return attempt(scene.city, sender, scene.extend_body(minutes))


@refused(ErrorCode.STALE_OBJECT)
def extended_as_it_was_before() -> Attempt:
    scene = serving()
    body = Extend(scene.order, scene.now().origin, 0, Minutes(30))
    return attempt(scene.city, scene.staff("reviewer"), body)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def extended_by_nothing() -> Attempt:
    scene = serving()
    return _extend(scene, scene.staff("reviewer"), 0)


@refused(ErrorCode.ROLE_MISSING)
def extended_by_the_recipient_from_the_fund() -> Attempt:
    scene = serving()
    return _extend(scene, scene.elder)


@refused(ErrorCode.SAME_PERSON)
def extended_by_the_volunteer_from_the_fund() -> Attempt:
    scene = serving().give_role(town().volunteer, "reviewer")
    return _extend(scene, scene.volunteer)


@refused(ErrorCode.NOT_A_PARTY)
def extended_by_a_stranger_from_a_person() -> Attempt:
    scene = town()
    scene.earn(scene.stranger, 120)
    own = {"recipient": scene.stranger, "payer_kind": "person", "payer": scene.stranger}
    scene.request(scene.stranger, **own).publish().accept().check_in()
    return _extend(scene, scene.elder)


@refused(ErrorCode.INSUFFICIENT_MINUTES)
def extended_beyond_what_the_payer_has() -> Attempt:
    scene = town()
    scene.earn(scene.stranger, 60)
    own = {"recipient": scene.stranger, "payer_kind": "person", "payer": scene.stranger}
    scene.request(scene.stranger, **own).publish().accept().check_in()
    return _extend(scene, scene.stranger)


@refused(ErrorCode.NO_SUCH_OBJECT)
def accepted_though_nobody_asked() -> Attempt:
    scene = town()
    body = Accept(NOBODY, ZERO_HASH, 0, Code("self"), 1, ZERO_HASH)
    return attempt(scene.city, scene.volunteer, body)


@refused(ErrorCode.ROLE_MISSING)
def begun_by_another_districts_recorder() -> Attempt:
    scene = accepted()
    return _begin(scene, sender=scene.city.staff("recorder", JIANYE))
