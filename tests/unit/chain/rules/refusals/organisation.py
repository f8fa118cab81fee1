"""Refused proposals, seconds and declines."""

from msgspec import structs

from node.chain import keys
from node.chain.errors import ErrorCode
from node.chain.hashing import derive_id
from node.chain.policy import DAY_MS, PersonPolicy, Policy
from node.chain.rules.organisation import receipt_bytes
from node.chain.tx.identity import AcceptKin, BureauReceipt, OfferKin, Register
from node.chain.tx.organisation import (
    ApproveKin,
    ApprovePerson,
    Attest,
    AttestGate,
    Decline,
    GrantRole,
    OpenSite,
    Propose,
    RevokeRole,
    Second,
)
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Height, Id
from tests.kernel_city import FAR_MS, GULOU, JIANYE, SITE, seed_of
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, merge, refused
from tests.unit.chain.rules.refusals.identity import offered
from tests.unit.chain.rules.scene import EVIDENCE, NOBODY, Scene, town


def propose(scene: Scene, sender: str | Id, action: object, after_ms: int = 1_000) -> Attempt:
    by = scene.staff(sender) if isinstance(sender, str) else sender
    return attempt(scene.city, by, Propose(action), after_ms)  # type: ignore[arg-type]


def proposed(scene: Scene, action: object | None = None) -> tuple[Id, Hash]:
    """(proposal, origin) of a new site, or of another action, put forward by the recorder."""
    recorder = scene.staff("recorder")
    number = scene.city.person(recorder).lanes[0]
    body = Propose(action or OpenSite(GULOU, Code("site-9")))  # type: ignore[arg-type]
    receipt = scene.city.do(recorder, body)
    return derive_id(scene.city.chain_id, recorder, 0, number, 0), receipt.tx_id


@refused(ErrorCode.ROLE_MISSING)
def a_site_opened_by_a_volunteer() -> Attempt:
    scene = town()
    return propose(scene, scene.volunteer, OpenSite(GULOU, Code("site-9")))


@refused(ErrorCode.WRONG_STATE)
def a_site_in_a_district_that_is_part_of_another() -> Attempt:
    scene = town()
    merge(scene.city, GULOU, JIANYE)
    return propose(scene, "recorder", OpenSite(GULOU, Code("site-9")))


@refused(ErrorCode.ROLE_MISSING)
def a_role_that_nobody_has_for_the_whole_city() -> Attempt:
    scene = town()
    role = GrantRole(scene.volunteer, Code("recorder"), Code("city"), Code("-"), FAR_MS)
    return propose(scene, "recorder", role)


@refused(ErrorCode.ROLE_MISSING)
def an_auditor_of_one_district() -> Attempt:
    scene = town()
    role = GrantRole(scene.volunteer, Code("auditor"), GULOU, Code("-"), FAR_MS)
    return propose(scene, "recorder", role)


@refused(ErrorCode.ROLE_MISSING)
def a_site_opened_in_another_district() -> Attempt:
    return propose(town(), "recorder", OpenSite(JIANYE, Code("site-9")))


@refused(ErrorCode.NO_SUCH_OBJECT)
def a_site_of_no_district() -> Attempt:
    return propose(town(), "recorder", OpenSite(Code("atlantis"), Code("site-9")))


@refused(ErrorCode.ALREADY_EXISTS)
def a_site_that_is_open() -> Attempt:
    scene = town()
    second = Second(*proposed(scene, OpenSite(GULOU, SITE)))
    return attempt(scene.city, scene.staff("reviewer"), second)


@refused(ErrorCode.SAME_PERSON)
def a_role_for_oneself() -> Attempt:
    scene = town()
    me = scene.staff("recorder")
    return propose(scene, me, GrantRole(me, Code("arbiter"), GULOU, Code("-"), FAR_MS))


@refused(ErrorCode.NO_SUCH_OBJECT)
def a_second_to_nothing() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.staff("reviewer"), Second(NOBODY, ZERO_HASH))


@refused(ErrorCode.WRONG_STATE)
def a_second_to_what_is_done() -> Attempt:
    scene = town()
    second = Second(*proposed(scene))
    scene.city.do(scene.staff("reviewer"), second)
    return attempt(scene.city, scene.staff("reviewer"), second)


@refused(ErrorCode.WRONG_STATE)
def a_second_to_what_has_expired() -> Attempt:
    scene = town()
    second = Second(*proposed(scene))
    return attempt(scene.city, scene.staff("reviewer"), second, 7 * DAY_MS)


@refused(ErrorCode.STALE_OBJECT)
def a_second_to_another_origin() -> Attempt:
    scene = town()
    proposal, _ = proposed(scene)
    return attempt(scene.city, scene.staff("reviewer"), Second(proposal, ZERO_HASH))


@refused(ErrorCode.ROLE_MISSING)
def a_second_by_a_volunteer() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.volunteer, Second(*proposed(scene)))


@refused(ErrorCode.SAME_PERSON)
def a_second_by_the_proposer() -> Attempt:
    scene = town()
    return attempt(scene.city, scene.staff("recorder"), Second(*proposed(scene)))


@refused(ErrorCode.SAME_PERSON)
def a_second_by_the_subject() -> Attempt:
    scene = town()
    subject = scene.staff("reviewer")
    action = GrantRole(subject, Code("arbiter"), GULOU, Code("-"), FAR_MS)
    return attempt(scene.city, subject, Second(*proposed(scene, action)))


@refused(ErrorCode.ROLE_MISSING)
def declined_by_a_volunteer() -> Attempt:
    scene = town()
    body = Decline(*proposed(scene), Code("no"))
    return attempt(scene.city, scene.volunteer, body)


@refused(ErrorCode.WRONG_STATE)
def declined_twice() -> Attempt:
    scene = town()
    body = Decline(*proposed(scene), Code("no"))
    scene.city.do(scene.staff("recorder"), body)
    return attempt(scene.city, scene.staff("recorder"), body)


def _newcomer(scene: Scene, recorder: str = "recorder") -> ApprovePerson:
    """A sound approval of a person whom staff has just registered."""
    body = Register(GULOU, SITE, 1, b"", b"", b"", b"", ZERO_HASH)
    receipt = scene.city.do(scene.staff(recorder), body)
    person = Id(receipt.created[0][1:])
    message = receipt_bytes(scene.city.chain_id, person, GULOU, 1)
    bureau = BureauReceipt(1, keys.sign(seed_of("bureau"), message))
    return ApprovePerson(person, receipt.tx_id, FAR_MS, FAR_MS, EpochMs(0), ZERO_HASH, bureau)


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def approval_of_nobody() -> Attempt:
    scene = town()
    return propose(scene, "reviewer", structs.replace(_newcomer(scene), person=NOBODY))


@refused(ErrorCode.ALREADY_DONE)
def approval_of_an_approved_person() -> Attempt:
    scene = town()
    return propose(scene, "reviewer", structs.replace(_newcomer(scene), person=scene.elder))


@refused(ErrorCode.STALE_OBJECT)
def approval_of_another_registration() -> Attempt:
    scene = town()
    return propose(scene, "reviewer", structs.replace(_newcomer(scene), origin=ZERO_HASH))


@refused(ErrorCode.NOT_A_QUARTERS_END)
def approval_with_a_flag_that_ends_on_another_day() -> Attempt:
    scene = town()
    sound, day = _newcomer(scene), EpochMs(FAR_MS - DAY_MS)
    return propose(scene, "reviewer", structs.replace(sound, may_receive_until_ms=day))


@refused(ErrorCode.NOT_A_QUARTERS_END)
def a_flag_renewed_until_a_birthday() -> Attempt:
    scene, day = town(), EpochMs(FAR_MS + DAY_MS)
    return propose(scene, "reviewer", Attest(scene.volunteer, FAR_MS, day, day, ZERO_HASH))


@refused(ErrorCode.RECEIPT_INVALID)
def approval_with_the_receipt_of_another_day() -> Attempt:
    scene = town()
    sound = _newcomer(scene)
    receipt = BureauReceipt(2, sound.receipt.signature)
    return propose(scene, "reviewer", structs.replace(sound, receipt=receipt))


@refused(ErrorCode.RECEIPT_INVALID)
def approval_with_the_receipt_of_another_person() -> Attempt:
    scene = town()
    receipt = _newcomer(scene).receipt
    return propose(scene, "reviewer", structs.replace(_newcomer(scene), receipt=receipt))


@refused(ErrorCode.SAME_PERSON)
def approval_seconded_by_whoever_registered() -> Attempt:
    scene = town()
    scene.give_role(scene.staff("clerk"), "reviewer")
    action = _newcomer(scene, "clerk")
    return attempt(scene.city, scene.staff("clerk"), Second(*proposed(scene, action)))


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def a_role_for_nobody() -> Attempt:
    action = GrantRole(NOBODY, Code("caller"), GULOU, Code("-"), FAR_MS)
    return propose(town(), "recorder", action)


@refused(ErrorCode.NO_SUCH_OBJECT)
def a_role_in_no_district() -> Attempt:
    scene = town()
    action = GrantRole(scene.stranger, Code("caller"), Code("atlantis"), Code("-"), FAR_MS)
    return propose(scene, "recorder", action)


@refused(ErrorCode.ROLE_MISSING)
def a_role_that_does_not_exist() -> Attempt:
    scene = town()
    action = GrantRole(scene.stranger, Code("emperor"), GULOU, Code("-"), FAR_MS)
    return propose(scene, "recorder", action)


@refused(ErrorCode.TOO_LATE)
def a_role_that_has_ended() -> Attempt:
    scene = town()
    until = EpochMs(scene.city.now_ms)
    action = GrantRole(scene.stranger, Code("caller"), GULOU, Code("-"), until)
    return propose(scene, "recorder", action)


@refused(ErrorCode.NO_SUCH_OBJECT)
def a_role_at_no_site() -> Attempt:
    scene = town()
    action = GrantRole(scene.stranger, Code("caller"), GULOU, Code("nowhere"), FAR_MS)
    return propose(scene, "recorder", action)


@refused(ErrorCode.NO_SUCH_OBJECT)
def a_role_taken_from_who_has_none() -> Attempt:
    scene = town()
    return propose(scene, "recorder", RevokeRole(scene.stranger, Code("caller"), GULOU))


def consented(scene: Scene) -> ApproveKin:
    """A kin binding of volunteer and elder to which both have consented."""
    binding, origin = offered(scene)
    scene.city.do(scene.elder, AcceptKin(binding, origin, Code("own-key"), ZERO_HASH))
    return ApproveKin(binding, origin)


@refused(ErrorCode.WRONG_STATE)
def kin_without_consent() -> Attempt:
    scene = town()
    return propose(scene, "recorder", ApproveKin(*offered(scene)))


@refused(ErrorCode.WRONG_STATE)
def kin_whose_consent_has_expired() -> Attempt:
    scene = town()
    return propose(scene, "recorder", consented(scene), 7 * DAY_MS)


@refused(ErrorCode.STALE_OBJECT)
def kin_of_another_origin() -> Attempt:
    scene = town()
    return propose(scene, "recorder", structs.replace(consented(scene), origin=ZERO_HASH))


@refused(ErrorCode.KIN_LIMIT)
def kin_beyond_the_limit_at_approval() -> Attempt:
    scene = town(Policy(1, Height(0), persons=PersonPolicy(kin_max=1)))
    action = consented(scene)
    scene.city.bind_kin(scene.elder, scene.stranger)
    return propose(scene, "recorder", action)


@refused(ErrorCode.ALREADY_EXISTS)
def kin_bound_crosswise() -> Attempt:
    scene = town()
    action = consented(scene)
    number = scene.city.person(scene.elder).lanes[0]
    offer = scene.city.do(scene.elder, OfferKin(scene.volunteer, Code("child")))
    crossing = derive_id(scene.city.chain_id, scene.elder, 0, number, 0)
    accept = AcceptKin(crossing, offer.tx_id, Code("own-key"), ZERO_HASH)
    scene.city.do(scene.volunteer, accept)
    scene.city.two(scene.staff("reviewer"), scene.staff("second"), action)
    return propose(scene, "recorder", ApproveKin(crossing, offer.tx_id))


@refused(ErrorCode.SAME_PERSON)
def kin_put_forward_by_one_side() -> Attempt:
    scene = town()
    scene.give_role(scene.volunteer, "recorder")
    return propose(scene, scene.volunteer, consented(scene))


@refused(ErrorCode.SAME_PERSON)
def kin_seconded_by_whoever_recorded_the_consent() -> Attempt:
    scene = town()
    clerk = scene.staff("clerk")
    scene.give_role(clerk, "reviewer")
    keyless = scene.city.new_person("qian", keyless=True)
    binding, origin = offered(scene, keyless)
    scene.city.do(clerk, AcceptKin(binding, origin, Code("in-person"), EVIDENCE))
    return attempt(scene.city, clerk, Second(*proposed(scene, ApproveKin(binding, origin))))


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def flags_for_nobody() -> Attempt:
    action = Attest(NOBODY, FAR_MS, FAR_MS, FAR_MS, ZERO_HASH)
    return propose(town(), "reviewer", action)


@refused(ErrorCode.UNKNOWN_RECIPIENT)
def training_of_nobody() -> Attempt:
    action = AttestGate(NOBODY, Code("training"), FAR_MS, ZERO_HASH)
    return propose(town(), "reviewer", action)


@refused(ErrorCode.SAME_PERSON)
def flags_of_oneself() -> Attempt:
    scene = town()
    me = scene.staff("reviewer")
    return propose(scene, me, Attest(me, FAR_MS, FAR_MS, FAR_MS, ZERO_HASH))
