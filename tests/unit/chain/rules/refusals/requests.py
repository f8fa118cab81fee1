"""Refused requests, approvals, rejections and withdrawals."""

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS, HOUR_MS, IssuancePolicy, Policy
from node.chain.tx.identity import GrantAgent, Register
from node.chain.tx.orders import ApproveOrder, RejectOrder, Withdraw
from node.chain.types import ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from tests.kernel_city import GULOU, JIANYE, SITE
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.scene import EVIDENCE, NOBODY, Scene, town

NO_CAPACITY = Code("no-capacity")


def _ask(scene: Scene | None = None, sender: Id | None = None, **changes: object) -> Attempt:
    place = scene or town()
    return attempt(place.city, sender or place.elder, place.request_body(**changes))


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def for_nobody() -> Attempt:
    return _ask(recipient=NOBODY)


@refused(ErrorCode.NOT_A_PARTY)
def for_a_stranger() -> Attempt:
    scene = town()
    return _ask(scene, scene.stranger)


@refused(ErrorCode.NOT_A_PARTY)
def as_an_agent_without_the_verb() -> Attempt:
    scene = town()
    scene.city.do(scene.elder, GrantAgent(scene.stranger, (Code("confirm"),)))
    return _ask(scene, scene.stranger, consent="agent")


@refused(ErrorCode.NOT_A_PARTY)
def as_another_districts_recorder() -> Attempt:
    scene = town()
    recorder = scene.city.staff("recorder", JIANYE)
    return _ask(scene, recorder, consent="in-person", consent_evidence=EVIDENCE)


@refused(ErrorCode.METHOD_NOT_ALLOWED)
def with_a_consent_of_another_kind() -> Attempt:
    return _ask(consent="in-person")


@refused(ErrorCode.RECORD_FIELD_MISSING)
def on_behalf_without_evidence() -> Attempt:
    scene = town()
    return _ask(scene, scene.staff("recorder"), consent="in-person")


@refused(ErrorCode.UNKNOWN_SERVICE)
def of_an_unknown_service() -> Attempt:
    return _ask(service="dancing")


@refused(ErrorCode.UNKNOWN_SERVICE)
def of_a_retired_service() -> Attempt:
    return _ask(service="retired-class")


@refused(ErrorCode.UNKNOWN_SERVICE)
def of_a_sensitive_service_by_its_name() -> Attempt:
    return _ask(service="hospice")


@refused(ErrorCode.UNKNOWN_SERVICE)
def of_a_service_of_another_district() -> Attempt:
    return _ask(service="gardening")


@refused(ErrorCode.NO_SUCH_OBJECT)
def at_no_site() -> Attempt:
    return _ask(site="nowhere")


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def of_no_minutes() -> Attempt:
    return _ask(expected_min=Minutes(0))


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def of_part_of_a_half_hour() -> Attempt:
    return _ask(expected_min=Minutes(45))


@refused(ErrorCode.MINUTES_OUT_OF_RANGE)
def of_more_than_the_longest_order() -> Attempt:
    return _ask(expected_min=Minutes(750))


@refused(ErrorCode.WINDOW_OUT_OF_RANGE)
def for_yesterday() -> Attempt:
    scene = town()
    return _ask(scene, start_ms=EpochMs(scene.city.now_ms - DAY_MS))


@refused(ErrorCode.WINDOW_OUT_OF_RANGE)
def for_next_month() -> Attempt:
    scene = town()
    return _ask(scene, start_ms=EpochMs(scene.city.now_ms + 15 * DAY_MS))


@refused(ErrorCode.BAD_FIELD)
def paid_by_somebody_undefined() -> Attempt:
    return _ask(payer_kind="the-mayor")


@refused(ErrorCode.NOT_KIN)
def paid_by_a_stranger() -> Attempt:
    scene = town()
    return _ask(scene, payer_kind="person", payer=scene.stranger)


@refused(ErrorCode.NOT_A_PARTY)
def paid_by_kin_who_do_not_ask() -> Attempt:
    scene = town()
    scene.city.bind_kin(scene.elder, scene.stranger, "child")
    return _ask(scene, payer_kind="person", payer=scene.stranger)


@refused(ErrorCode.BAD_FIELD)
def paid_by_the_fund_in_a_persons_name() -> Attempt:
    scene = town()
    return _ask(scene, payer=scene.elder)


@refused(ErrorCode.RULE_MISSING)
def paid_by_a_pool_without_a_rule() -> Attempt:
    return _ask(payer_kind="pool")


@refused(ErrorCode.RULE_MISSING)
def paid_by_the_city_pool_without_a_rule() -> Attempt:
    return _ask(payer_kind="city-pool")


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def for_an_invited_nobody() -> Attempt:
    return _ask(invited=NOBODY)


def _head(scene: Scene) -> dict[str, object]:
    """A job's first order; what its sibling has to say."""
    start = EpochMs(scene.city.now_ms + 2 * HOUR_MS)
    scene.request(service="bathing", start_ms=start)
    return {"service": "bathing", "start_ms": start, "job": scene.order}


@refused(ErrorCode.NO_SUCH_OBJECT)
def joining_no_job() -> Attempt:
    return _ask(job=NOBODY)


@refused(ErrorCode.NOT_A_PARTY)
def joining_somebody_elses_job() -> Attempt:
    scene = town()
    return _ask(scene, scene.stranger, recipient=scene.stranger, **_head(scene))


@refused(ErrorCode.BAD_FIELD)
def joining_a_sibling() -> Attempt:
    scene = town()
    head = _head(scene)
    scene.request(**head)  # type: ignore[arg-type]
    return _ask(scene, None, **(head | {"job": scene.order}))


@refused(ErrorCode.BAD_FIELD)
def joining_at_another_site() -> Attempt:
    scene = town()
    return _ask(scene, None, site="site-2", **_head(scene))


@refused(ErrorCode.WRONG_STATE)
def joining_a_job_that_was_rejected() -> Attempt:
    scene = town()
    head = _head(scene)
    scene.city.do(scene.staff("reviewer"), RejectOrder(scene.order, NO_CAPACITY))
    return _ask(scene, None, **head)


@refused(ErrorCode.ALREADY_EXISTS)
def joining_a_job_that_is_full() -> Attempt:
    scene = town()
    head = _head(scene)
    scene.request(**head)  # type: ignore[arg-type]
    return _ask(scene, None, **head)


def _approve(scene: Scene, sender: str | Id = "second", after_ms: int = 1_000) -> Attempt:
    by = scene.staff(sender) if isinstance(sender, str) else sender
    return attempt(scene.city, by, scene.approve_body(), after_ms)


@refused(ErrorCode.STALE_OBJECT)
def approved_from_another_origin() -> Attempt:
    scene = town().request()
    body = ApproveOrder(scene.order, ZERO_HASH, scene.now().events)
    return attempt(scene.city, scene.staff("second"), body)


@refused(ErrorCode.STALE_OBJECT)
def approved_as_it_was_before() -> Attempt:
    scene = town().request()
    body = ApproveOrder(scene.order, scene.now().origin, scene.now().events - 1)
    return attempt(scene.city, scene.staff("second"), body)


@refused(ErrorCode.ROLE_MISSING)
def approved_by_a_recorder() -> Attempt:
    return _approve(town().request(), "recorder")


@refused(ErrorCode.ROLE_MISSING)
def approved_by_another_districts_reviewer() -> Attempt:
    scene = town().request()
    return _approve(scene, scene.city.staff("reviewer", JIANYE))


@refused(ErrorCode.SAME_PERSON)
def approved_by_whoever_asked() -> Attempt:
    scene = town()
    scene.give_role(scene.staff("clerk"), "reviewer")
    return _approve(scene.request(scene.staff("clerk")), "clerk")


@refused(ErrorCode.RELATED_PERSONS)
def approved_by_the_recipients_agent() -> Attempt:
    scene = town().request()
    scene.city.do(scene.elder, GrantAgent(scene.staff("second"), (Code("confirm"),)))
    return _approve(scene)


@refused(ErrorCode.WRONG_STATE)
def approved_after_three_days() -> Attempt:
    return _approve(town().request(), "second", 72 * HOUR_MS)


@refused(ErrorCode.NOT_APPROVED)
def approved_before_the_recipient_is() -> Attempt:
    scene = town()
    body = Register(GULOU, SITE, 1, b"", b"", b"", b"", ZERO_HASH)
    receipt = scene.city.do(scene.staff("recorder"), body)
    person = Id(receipt.created[0][1:])
    return _approve(scene.request(scene.staff("recorder"), recipient=person))


@refused(ErrorCode.NOT_MAY_BE_FUNDED)
def funded_without_the_flag() -> Attempt:
    scene = town()
    scene.elder = scene.stranger
    return _approve(scene.request())


@refused(ErrorCode.NOT_MAY_RECEIVE)
def received_without_the_flag() -> Attempt:
    scene = town()
    young = scene.city.new_person("young", receive=False)
    scene.earn(young, 60)
    return _approve(scene.request(young, recipient=young, payer_kind="person", payer=young))


@refused(ErrorCode.INSUFFICIENT_MINUTES)
def paid_by_a_person_who_has_not_enough() -> Attempt:
    scene = town()
    return _approve(scene.request(payer_kind="person", payer=scene.elder))


@refused(ErrorCode.INSUFFICIENT_MINUTES)
def paid_by_an_empty_pool() -> Attempt:
    return _approve(town().request(payer_kind="pool", rule="without-kin"))


@refused(ErrorCode.INSUFFICIENT_MINUTES)
def paid_by_an_empty_city_pool() -> Attempt:
    return _approve(town().request(payer_kind="city-pool", rule="without-kin"))


@refused(ErrorCode.ALLOWANCE_USED)
def paid_by_the_fund_beyond_the_months_allowance() -> Attempt:
    issuance = IssuancePolicy(allowance_month_min=Minutes(90))
    scene = town(Policy(1, Height(0), issuance=issuance)).request().publish()
    return _approve(scene.request())


@refused(ErrorCode.NO_SUCH_OBJECT)
def paid_by_a_fund_that_was_never_filled() -> Attempt:
    scene = town()
    funded = scene.city.new_person("sun", JIANYE, funded=True)
    return _approve(scene.request(funded, recipient=funded))


@refused(ErrorCode.ROLE_MISSING)
def rejected_by_a_recorder() -> Attempt:
    scene = town().request()
    return attempt(scene.city, scene.staff("recorder"), RejectOrder(scene.order, NO_CAPACITY))


@refused(ErrorCode.SAME_PERSON)
def rejected_by_whoever_asked() -> Attempt:
    scene = town()
    clerk = scene.staff("clerk")
    scene.give_role(clerk, "reviewer").request(clerk)
    return attempt(scene.city, clerk, RejectOrder(scene.order, NO_CAPACITY))


@refused(ErrorCode.NOT_A_PARTY)
def withdrawn_by_a_stranger() -> Attempt:
    scene = town().request()
    return attempt(scene.city, scene.stranger, Withdraw(scene.order, NO_CAPACITY))


@refused(ErrorCode.NOT_A_PARTY)
def withdrawn_on_behalf_of_who_asked_themselves() -> Attempt:
    scene = town().request()
    return attempt(scene.city, scene.staff("recorder"), Withdraw(scene.order, NO_CAPACITY))


@refused(ErrorCode.NO_SUCH_OBJECT)
def withdrawn_though_nobody_asked() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.elder, Withdraw(NOBODY, NO_CAPACITY))


@refused(ErrorCode.NO_SUCH_OBJECT)
def rejected_though_it_has_left_the_state() -> Attempt:
    scene = town().request()
    scene.city.do(scene.elder, Withdraw(scene.order, NO_CAPACITY))
    body = RejectOrder(scene.order, NO_CAPACITY)
    wait = scene.now().due_ms - scene.city.now_ms
    return attempt(scene.city, scene.staff("reviewer"), body, wait)


@refused(ErrorCode.NO_SUCH_OBJECT)
def approved_though_nobody_asked() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.staff("second"), ApproveOrder(NOBODY, ZERO_HASH, 1))
