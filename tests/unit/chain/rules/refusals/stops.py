"""Refused because somebody or something is stopped: suspended, paused, recovering, guarded, leaving, closed."""

from node.chain.errors import ErrorCode
from node.chain.hashing import derive_id
from node.chain.policy import DAY_MS, PersonPolicy, Policy
from node.chain.tx.circle import BindGuardian
from node.chain.tx.identity import GrantAgent, RotateKey
from node.chain.tx.leaving import CloseAccount, FinishClosing, MergePersons
from node.chain.tx.organisation import GrantRole, Propose, Second
from node.chain.tx.recovery import Recover, SetContacts
from node.chain.tx.safety import Pause, Suspend
from node.chain.tx.transfers import Donate
from node.chain.types import Code, EpochMs, Height, Id, Minutes
from tests.kernel_city import FAR_MS, GULOU, JIANYE, SITE, seed_of
from tests.kernel_genesis import DISTRICTS, STAFF
from tests.unit.chain.rules.refusals.cases import Attempt, attempt, refused
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town

REASON = Code("identical-times")
MINUTE = Minutes(1)
REQUEST = (Code("request"),)
AGENTS_MAX = 32
"""The most agents that a policy may allow."""


def _suspend(scene: Scene, scope: str, days: int = 30) -> Suspend:
    until = EpochMs(scene.city.now_ms + days * DAY_MS)
    return Suspend(scene.volunteer, Code(scope), REASON, until, EVIDENCE)


def suspended(scope: str) -> Scene:
    """Li, by a reviewer."""
    scene = town()
    scene.city.do(scene.staff("reviewer"), _suspend(scene, scope))
    return scene


@refused(ErrorCode.SUSPENDED)
def accepted_while_suspended() -> Attempt:
    scene = suspended("accept").request().publish()
    return attempt(scene.city, scene.volunteer, scene.accept_body())


@refused(ErrorCode.SUSPENDED)
def given_out_while_suspended() -> Attempt:
    scene = suspended("outgoing")
    return attempt(scene.city, scene.volunteer, Donate(Code("city"), MINUTE))


@refused(ErrorCode.SUSPENDED)
def power_given_while_suspended() -> Attempt:
    scene = suspended("outgoing")
    return attempt(scene.city, scene.volunteer, GrantAgent(scene.elder, REQUEST))


@refused(ErrorCode.NEEDS_ENDORSEMENT)
def suspended_again_by_one_reviewer() -> Attempt:
    scene = suspended("accept")
    scene.city.wait(31 * DAY_MS)
    return attempt(scene.city, scene.staff("reviewer"), _suspend(scene, "accept"))


def _paused(kind: str, code: str) -> Scene:
    scene = town().request().publish()
    until = EpochMs(scene.city.now_ms + DAY_MS)
    body = Pause(Code(kind), GULOU, Code(code), Code("gas-leak"), until, EVIDENCE)
    scene.city.do(scene.staff("second"), body)
    return scene


@refused(ErrorCode.PAUSED)
def accepted_while_the_class_is_paused() -> Attempt:
    scene = _paused("class", "company")
    return attempt(scene.city, scene.volunteer, scene.accept_body())


@refused(ErrorCode.PAUSED)
def accepted_while_the_site_is_paused() -> Attempt:
    scene = _paused("site", SITE)
    return attempt(scene.city, scene.volunteer, scene.accept_body())


def _recovering() -> tuple[Scene, Id]:
    """Mei, whose card has asked for a new key."""
    scene = town()
    city, mei = scene.city, scene.city.new_person("mei", card=True)
    body = Recover(1, *city.new_key("mei/new", mei))
    city.block(city.sign(mei, body, seed=seed_of("mei/card")))
    return scene, mei


@refused(ErrorCode.RECOVERY_PENDING)
def given_out_while_a_key_is_recovered() -> Attempt:
    scene, mei = _recovering()
    return attempt(scene.city, mei, Donate(Code("city"), MINUTE))


@refused(ErrorCode.RECOVERY_PENDING)
def a_hold_extended_while_the_payer_recovers_a_key() -> Attempt:
    scene = town()
    mei = scene.city.new_person("mei", card=True)
    own = {"recipient": mei, "payer_kind": "person", "payer": mei}
    scene.earn(mei, 120).request(mei, **own).publish().accept().check_in()
    body = Recover(1, *scene.city.new_key("mei/new", mei))
    scene.city.block(scene.city.sign(mei, body, seed=seed_of("mei/card")))
    return attempt(scene.city, mei, scene.extend_body())


@refused(ErrorCode.RECOVERY_PENDING)
def a_key_changed_while_one_is_recovered() -> Attempt:
    scene, mei = _recovering()
    return attempt(scene.city, mei, RotateKey(1, *scene.city.new_key("mei/other", mei)))


@refused(ErrorCode.RECOVERY_PENDING)
def friends_changed_while_a_key_is_recovered() -> Attempt:
    scene, mei = _recovering()
    return attempt(scene.city, mei, SetContacts(()))


@refused(ErrorCode.RECOVERY_PENDING)
def recovered_twice_at_once() -> Attempt:
    scene, mei = _recovering()
    body = Recover(1, *scene.city.new_key("mei/other", mei))
    return attempt(scene.city, mei, body, seed=seed_of("mei/card"))


def _guarded(person: Id, scene: Scene) -> Id:
    guardian = scene.city.new_person("guardian")
    action = BindGuardian(person, guardian, 1, EVIDENCE)
    scene.city.two(scene.staff("recorder"), scene.staff("reviewer"), action)
    return guardian


@refused(ErrorCode.GUARDIAN_MISSING)
def asked_for_without_the_guardian() -> Attempt:
    scene = town()
    _guarded(scene.elder, scene)
    return attempt(scene.city, scene.elder, scene.request_body())


@refused(ErrorCode.GUARDIAN_MISSING)
def confirmed_without_the_guardian() -> Attempt:
    scene = town()
    guardian = _guarded(scene.elder, scene)
    scene.request(guardian, consent="agent").publish().accept().check_in().check_out()
    return attempt(scene.city, scene.elder, scene.confirm_body())


@refused(ErrorCode.GUARDIAN_MISSING)
def served_by_a_guarded_person() -> Attempt:
    scene = town().request().publish()
    _guarded(scene.volunteer, scene)
    return attempt(scene.city, scene.volunteer, scene.accept_body())


def _merging() -> Scene:
    """Li was registered twice; this account drains."""
    scene = town()
    action = MergePersons(scene.volunteer, scene.stranger, EVIDENCE)
    scene.city.two(scene.staff("recorder"), scene.city.staff("reviewer", JIANYE), action)
    return scene


@refused(ErrorCode.CLOSED_ACCOUNT)
def given_out_of_a_duplicate() -> Attempt:
    scene = _merging()
    return attempt(scene.city, scene.volunteer, Donate(Code("city"), MINUTE))


@refused(ErrorCode.CLOSED_ACCOUNT)
def accepted_with_a_duplicate() -> Attempt:
    scene = _merging().request().publish()
    return attempt(scene.city, scene.volunteer, scene.accept_body())


@refused(ErrorCode.CLOSED_ACCOUNT)
def asked_for_somebody_who_has_left() -> Attempt:
    scene = _merging()
    scene.city.do(scene.staff("reviewer"), FinishClosing(scene.volunteer))
    body = scene.request_body(
        recipient=scene.volunteer, consent="in-person", consent_evidence=EVIDENCE
    )
    return attempt(scene.city, scene.staff("recorder"), body)


@refused(ErrorCode.TOO_MANY_KEYS)
def closed_with_more_agents_than_one_statement_may_touch() -> Attempt:
    """They are to be revoked first."""
    persons = PersonPolicy(agent_elders_max=AGENTS_MAX)
    scene = town(Policy(1, Height(0), persons=persons))
    city, li = scene.city, scene.volunteer
    for district in DISTRICTS[1:]:
        for name in STAFF:
            city.do(li, GrantAgent(city.staff(name, district), REQUEST))
    action = CloseAccount(li, Code("leave"), (), EVIDENCE)
    city.two(scene.staff("recorder"), city.staff("reviewer", JIANYE), action)
    city.wait(31 * DAY_MS)
    return attempt(city, scene.staff("reviewer"), FinishClosing(li))


@refused(ErrorCode.WRONG_DISTRICT)
def a_notice_of_leaving_seconded_at_home() -> Attempt:
    scene = town()
    city, recorder = scene.city, scene.staff("recorder")
    action = CloseAccount(scene.volunteer, Code("leave"), (), EVIDENCE)
    number = city.next_number(recorder)
    receipt = city.do(recorder, Propose(action))
    proposal = derive_id(city.chain_id, recorder, 0, number, 0)
    return attempt(city, scene.staff("reviewer"), Second(proposal, receipt.tx_id))


@refused(ErrorCode.METHOD_NOT_ALLOWED)
def called_back_by_a_caller_of_the_same_site() -> Attempt:
    scene = town().request().publish().accept().check_in().check_out()
    city = scene.city
    action = GrantRole(scene.stranger, Code("caller"), GULOU, SITE, FAR_MS)
    city.two(scene.staff("recorder"), scene.staff("reviewer"), action)
    body = scene.confirm_body(method="call-back", proof=EVIDENCE)
    return attempt(city, scene.stranger, body)
