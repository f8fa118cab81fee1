"""Refused confirmations, reductions, endorsements, objections, verdicts and appeals."""

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS, HOUR_MS
from node.chain.tx.identity import GrantAgent
from node.chain.tx.orders import Appeal, Confirm, Endorse, ObjectOrder, Reduce, RuleOrder
from node.chain.types import ZERO_HASH, Code, Id, Minutes
from tests.kernel_city import JIANYE
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.scene import EVIDENCE, NOBODY, Scene, town


def served(*, late: bool = False) -> Scene:
    """A service of an hour that waits for a confirmation."""
    return town().request().publish().accept().check_in(late=late).check_out()


def _confirm(scene: Scene, sender: Id, **changes: object) -> Attempt:
    values: dict[str, object] = {"minutes": 60, "method": "own-key", "proof": b""}
    body = scene.confirm_body(**(values | changes))  # type: ignore[arg-type]
    return attempt(scene.city, sender, body)


@refused(ErrorCode.STALE_OBJECT)
def confirmed_as_it_was_before() -> Attempt:
    scene = served()
    body = Confirm(scene.order, scene.now().origin, 0, Minutes(60), Code("own-key"), b"")
    return attempt(scene.city, scene.elder, body)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def confirmed_with_more_than_was_counted() -> Attempt:
    scene = served()
    return _confirm(scene, scene.elder, minutes=90)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def confirmed_with_nothing() -> Attempt:
    scene = served()
    return _confirm(scene, scene.elder, minutes=0)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def confirmed_with_part_of_a_half_hour() -> Attempt:
    scene = served()
    return _confirm(scene, scene.elder, minutes=45)


@refused(ErrorCode.METHOD_NOT_ALLOWED)
def confirmed_by_an_unknown_method() -> Attempt:
    scene = served()
    return _confirm(scene, scene.elder, method="telepathy")


@refused(ErrorCode.METHOD_NOT_ALLOWED)
def a_late_report_confirmed_by_a_witness() -> Attempt:
    scene = served(late=True)
    return _confirm(scene, scene.staff("clerk"), method="witness", proof=EVIDENCE)


@refused(ErrorCode.SAME_PERSON)
def confirmed_by_the_volunteer() -> Attempt:
    scene = served()
    scene.city.do(scene.elder, GrantAgent(scene.volunteer, (Code("confirm"),)))
    return _confirm(scene, scene.volunteer, method="agent")


@refused(ErrorCode.NOT_A_PARTY)
def confirmed_by_a_strangers_key() -> Attempt:
    scene = served()
    return _confirm(scene, scene.stranger)


@refused(ErrorCode.VERB_NOT_GRANTED)
def confirmed_by_an_agent_without_the_verb() -> Attempt:
    scene = served()
    scene.city.do(scene.elder, GrantAgent(scene.stranger, (Code("object"),)))
    return _confirm(scene, scene.stranger, method="agent")


@refused(ErrorCode.SAME_PERSON)
def confirmed_by_an_agent_who_reviewed() -> Attempt:
    scene = served()
    scene.city.do(scene.elder, GrantAgent(scene.staff("second"), (Code("confirm"),)))
    return _confirm(scene, scene.staff("second"), method="agent")


@refused(ErrorCode.ROLE_MISSING)
def called_back_by_a_recorder() -> Attempt:
    scene = served()
    return _confirm(scene, scene.staff("recorder"), method="call-back", proof=EVIDENCE)


@refused(ErrorCode.ROLE_MISSING)
def called_back_by_another_district() -> Attempt:
    scene = served()
    caller = scene.city.staff("clerk", JIANYE)
    return _confirm(scene, caller, method="call-back", proof=EVIDENCE)


@refused(ErrorCode.ROLE_MISSING)
def witnessed_by_a_reviewer() -> Attempt:
    scene = served()
    return _confirm(scene, scene.staff("reviewer"), method="witness", proof=EVIDENCE)


@refused(ErrorCode.SAME_PERSON)
def called_back_by_the_reviewer() -> Attempt:
    scene = served()
    return _confirm(scene, scene.staff("second"), method="call-back", proof=EVIDENCE)


@refused(ErrorCode.RECORD_FIELD_MISSING)
def witnessed_without_evidence() -> Attempt:
    scene = served()
    return _confirm(scene, scene.staff("clerk"), method="witness")


@refused(ErrorCode.RECORD_FIELD_MISSING)
def called_back_without_evidence() -> Attempt:
    scene = served()
    return _confirm(scene, scene.staff("clerk"), method="call-back", proof=b"short")


@refused(ErrorCode.NOT_A_PARTY)
def a_dispute_ended_by_another_than_the_objector() -> Attempt:
    scene = served().object(town().volunteer)
    return _confirm(scene, scene.elder)


@refused(ErrorCode.WRONG_STATE)
def an_appeal_ended_by_confirming() -> Attempt:
    scene = served().object().rule("split", 30).appeal()
    return _confirm(scene, scene.elder)


def _reduce(scene: Scene, sender: Id, minutes: int) -> Attempt:
    return attempt(scene.city, sender, Reduce(scene.order, Minutes(minutes)))


@refused(ErrorCode.NOT_A_PARTY)
def reduced_by_the_recipient() -> Attempt:
    scene = served()
    return _reduce(scene, scene.elder, 30)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def reduced_to_what_it_is() -> Attempt:
    scene = served()
    return _reduce(scene, scene.volunteer, 60)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def reduced_to_part_of_a_half_hour() -> Attempt:
    scene = served()
    return _reduce(scene, scene.volunteer, 45)


def _endorse(scene: Scene, sender: str = "reviewer") -> Attempt:
    return attempt(scene.city, scene.staff(sender), Endorse(*scene.fresh()))


@refused(ErrorCode.STALE_OBJECT)
def endorsed_as_it_was_before() -> Attempt:
    scene = served(late=True)
    body = Endorse(scene.order, scene.now().origin, 0)
    return attempt(scene.city, scene.staff("reviewer"), body)


@refused(ErrorCode.ALREADY_DONE)
def endorsed_though_nothing_is_missing() -> Attempt:
    return _endorse(served())


@refused(ErrorCode.ROLE_MISSING)
def endorsed_by_a_recorder() -> Attempt:
    return _endorse(served(late=True), "recorder")


@refused(ErrorCode.SAME_PERSON)
def endorsed_by_the_reviewer_of_the_order() -> Attempt:
    return _endorse(served(late=True), "second")


@refused(ErrorCode.RELATED_PERSONS)
def endorsed_by_kin_of_the_volunteer() -> Attempt:
    scene = served(late=True)
    scene.city.bind_kin(scene.volunteer, scene.stranger, "spouse")
    scene.give_role(scene.stranger, "reviewer")
    return attempt(scene.city, scene.stranger, Endorse(*scene.fresh()))


@refused(ErrorCode.WRONG_STATE)
def endorsed_while_a_party_objects() -> Attempt:
    return _endorse(served(late=True).object())


def _object(scene: Scene, sender: Id, reason: str = "absent") -> Attempt:
    return attempt(scene.city, sender, ObjectOrder(scene.order, Code(reason), ZERO_HASH))


@refused(ErrorCode.NOT_A_PARTY)
def objected_by_a_stranger() -> Attempt:
    scene = served()
    return _object(scene, scene.stranger)


@refused(ErrorCode.NOT_A_PARTY)
def objected_on_behalf_of_who_asked_themselves() -> Attempt:
    scene = served()
    return _object(scene, scene.staff("recorder"))


@refused(ErrorCode.BAD_FIELD)
def objected_with_times_own_reason() -> Attempt:
    scene = served()
    return _object(scene, scene.elder, "unconfirmed")


@refused(ErrorCode.ALREADY_DONE)
def objected_twice() -> Attempt:
    scene = served().object().confirm()
    return _object(scene, scene.elder)


def disputed() -> Scene:
    """A service that the elder objects to."""
    return served().object()


def _rule(
    scene: Scene, sender: str = "arbiter", after_ms: int = 1_000, **changes: object
) -> Attempt:
    body = scene.rule_body(**changes)  # type: ignore[arg-type]
    return attempt(scene.city, scene.staff(sender), body, after_ms)


@refused(ErrorCode.STALE_OBJECT)
def ruled_as_it_was_before() -> Attempt:
    scene = disputed()
    body = RuleOrder(scene.order, scene.now().origin, 0, Code("void"), Minutes(0), ZERO_HASH)
    return attempt(scene.city, scene.staff("arbiter"), body)


@refused(ErrorCode.BAD_FIELD)
def ruled_in_an_unknown_way() -> Attempt:
    return _rule(disputed(), verdict="to-the-arbiter")


@refused(ErrorCode.ROLE_MISSING)
def ruled_by_a_reviewer() -> Attempt:
    return _rule(disputed(), "reviewer")


@refused(ErrorCode.ROLE_MISSING)
def ruled_by_the_district_after_a_fortnight() -> Attempt:
    return _rule(disputed(), after_ms=15 * DAY_MS)


@refused(ErrorCode.ROLE_MISSING)
def ruled_by_the_city_within_a_fortnight() -> Attempt:
    return _rule(disputed(), "city-arbiter", 14 * DAY_MS)


@refused(ErrorCode.ROLE_MISSING)
def an_appeal_ruled_by_the_district() -> Attempt:
    return _rule(disputed().rule("split", 30).appeal())


@refused(ErrorCode.SAME_PERSON)
def an_appeal_ruled_by_the_same_arbiter() -> Attempt:
    scene = disputed()
    scene.city.wait(16 * DAY_MS)
    return _rule(scene.rule("split", 30, by="city-arbiter").appeal(), "city-arbiter")


@refused(ErrorCode.SAME_PERSON)
def ruled_by_the_reviewer_of_the_order() -> Attempt:
    scene = disputed()
    scene.give_role(scene.staff("second"), "arbiter")
    return _rule(scene, "second")


@refused(ErrorCode.RELATED_PERSONS)
def ruled_by_kin_of_the_recipient() -> Attempt:
    scene = disputed()
    scene.city.bind_kin(scene.elder, scene.staff("arbiter"), "child")
    return _rule(scene)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def split_beyond_what_was_counted() -> Attempt:
    return _rule(disputed(), verdict="split", minutes=90)


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def given_to_the_volunteer_though_nothing_was_counted() -> Attempt:
    scene = town().request().publish().accept().check_in()
    scene.city.wait(9 * HOUR_MS)
    return _rule(scene.object())


@refused(ErrorCode.NOT_A_PARTY)
def appealed_by_a_stranger() -> Attempt:
    scene = disputed().rule("split", 30)
    return attempt(scene.city, scene.stranger, Appeal(scene.order, Code("unfair")))


@refused(ErrorCode.BAD_FIELD)
def appealed_with_times_own_reason() -> Attempt:
    scene = disputed().rule("split", 30)
    return attempt(scene.city, scene.elder, Appeal(scene.order, Code("unendorsed")))


@refused(ErrorCode.NO_SUCH_OBJECT)
def confirmed_though_nobody_asked() -> Attempt:
    scene = town()
    body = Confirm(NOBODY, ZERO_HASH, 0, Minutes(60), Code("own-key"), b"")
    return attempt(scene.city, scene.elder, body)


@refused(ErrorCode.NO_SUCH_OBJECT)
def appealed_though_nobody_asked() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.elder, Appeal(NOBODY, Code("unfair")))
