"""Leaving, death, a new home, two accounts of one person: nothing is lost, and nobody is closed while alive."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.policy import DAY_MS, HOUR_MS
from node.chain.records.accounts import District, Position, position_id
from node.chain.records.leaving import Closing
from node.chain.tx.circle import DeclareHousehold
from node.chain.tx.identity import AcceptKin, GrantAgent, OfferKin
from node.chain.tx.leaving import ChangeHome, CloseAccount, FinishClosing, MergePersons
from node.chain.tx.organisation import ApproveKin, GrantRole, Propose, Second
from node.chain.tx.transfers import Donate, Give
from node.chain.types import NO_ID, ZERO_HASH, Code, Id, Minutes
from tests.full_sums import check_full_sums
from tests.kernel_city import FAR_MS, GULOU, JIANYE, SITE
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town
from tests.unit.chain.rules.slips import code_body, handed_out, slip

NOTICE_MS = 30 * DAY_MS


def audited() -> Scene:
    """Li has earned two hours; all sums are taken after every block."""
    scene = town()
    scene.city.audit = check_full_sums
    return scene.earn(scene.volunteer, 120)


def elsewhere(scene: Scene, name: str = "reviewer") -> Id:
    """Staff of another district."""
    return scene.city.staff(name, JIANYE)


def close(scene: Scene, person: Id, *heirs: Id, reason: str = "leave") -> None:
    """Proposed at home, seconded elsewhere."""
    action = CloseAccount(person, Code(reason), heirs, EVIDENCE)
    scene.city.two(scene.staff("recorder"), elsewhere(scene), action)


def finish(scene: Scene, person: Id) -> None:
    """By a reviewer at home."""
    scene.city.do(scene.staff("reviewer"), FinishClosing(person))


def closing(scene: Scene, person: Id) -> Closing:
    """As it stands."""
    return scene.city.get(Closing, person)


def pool(scene: Scene, district: Code = GULOU) -> int:
    """Free minutes of a pool."""
    return scene.city.get(District, district.encode()).pool_free.balance


@pytest.mark.feature("C7")
def test_what_is_left_goes_to_the_pool_and_the_account_ends_with_zero() -> None:
    """Thirty days after two people of two districts said so."""
    scene = audited()
    li = scene.volunteer
    close(scene, li)
    scene.city.wait(NOTICE_MS - DAY_MS)
    assert scene.city.refusal(scene.staff("reviewer"), FinishClosing(li)) == ErrorCode.WRONG_STATE
    scene.city.wait(DAY_MS)
    before = pool(scene)
    finish(scene, li)
    person = scene.city.person(li)
    assert (person.store_min, person.status) == (0, "closed")
    assert pool(scene) == before + 120
    assert closing(scene, li).state == "done"
    assert scene.city.refusal(li, Donate(Code("city"), Minutes(1))) == ErrorCode.SENDER_NOT_ACTIVE
    gone = scene.request_body(recipient=li, consent="in-person", consent_evidence=EVIDENCE)
    assert scene.city.refusal(scene.staff("recorder"), gone) == ErrorCode.CLOSED_ACCOUNT


@pytest.mark.feature("C7")
def test_kin_bound_for_long_enough_succeed_up_to_their_cap() -> None:
    """Those bound lately do not, however they were named."""
    scene = audited()
    li = scene.volunteer
    son, wife = scene.city.new_person("son"), scene.city.new_person("wife")
    scene.city.bind_kin(li, son, "child")
    scene.city.wait(181 * DAY_MS)
    scene.city.bind_kin(li, wife, "spouse")
    close(scene, li, wife, son, reason="death")
    scene.city.wait(NOTICE_MS)
    before = pool(scene)
    finish(scene, li)
    assert scene.city.person(wife).store_min == 0
    assert scene.city.person(son).store_min == 120
    assert pool(scene) == before


def test_any_act_of_the_person_ends_the_notice() -> None:
    """Also after the thirty days, until the account is swept."""
    for wait in (DAY_MS, NOTICE_MS + DAY_MS):
        scene = audited()
        li = scene.volunteer
        close(scene, li, reason="death")
        scene.city.wait(wait)
        scene.city.do(li, DeclareHousehold(scene.stranger, 1))
        assert closing(scene, li).state == "stopped"
        assert scene.city.person(li).status == "active"
        scene.city.wait(NOTICE_MS)
        code = scene.city.refusal(scene.staff("reviewer"), FinishClosing(li))
        assert code == ErrorCode.WRONG_STATE


def test_a_closing_needs_a_second_from_another_district() -> None:
    """One district's clerks do not bury their elders."""
    scene = audited()
    recorder, li = scene.staff("recorder"), scene.volunteer
    action = CloseAccount(li, Code("death"), (), EVIDENCE)
    receipt = scene.city.do(recorder, Propose(action))
    second = Second(Id(receipt.created[0][1:]), receipt.tx_id)
    here = scene.staff("reviewer")
    assert scene.city.refusal(here, second) == ErrorCode.WRONG_DISTRICT
    clerk = elsewhere(scene, "recorder")
    assert scene.city.refusal(clerk, second) == ErrorCode.WRONG_DISTRICT
    scene.city.do(elsewhere(scene), second)
    again = Propose(action)
    assert scene.city.refusal(recorder, again) == ErrorCode.ALREADY_DONE


def test_a_role_that_has_ended_seconds_nothing() -> None:
    """Wherever it was held."""
    scene = audited()
    city = scene.city
    until = city.now_ms + DAY_MS
    role = GrantRole(scene.stranger, Code("reviewer"), JIANYE, Code("-"), until)
    city.two(city.staff("recorder", JIANYE), city.staff("reviewer", JIANYE), role)
    receipt = city.do(
        scene.staff("recorder"), Propose(CloseAccount(scene.volunteer, Code("leave"), (), EVIDENCE))
    )
    city.wait(2 * DAY_MS)
    second = Second(Id(receipt.created[0][1:]), receipt.tx_id)
    assert city.refusal(scene.stranger, second) == ErrorCode.ROLE_MISSING


def test_an_heir_is_bound_kin_and_has_no_voice() -> None:
    """Nor is anything closed without evidence and a reason."""
    scene = audited()
    li, recorder = scene.volunteer, scene.staff("recorder")
    sound = CloseAccount(li, Code("death"), (), EVIDENCE)
    cases = (
        (replace(sound, heirs=(scene.stranger,)), ErrorCode.NOT_KIN),
        (replace(sound, reason=Code("moody")), ErrorCode.BAD_FIELD),
        (replace(sound, evidence=ZERO_HASH), ErrorCode.RECORD_FIELD_MISSING),
    )
    for action, code in cases:
        assert scene.city.refusal(recorder, Propose(action)) == code
    scene.city.bind_kin(li, recorder, "child")
    assert scene.city.refusal(recorder, Propose(sound)) == ErrorCode.SAME_PERSON


def test_an_heir_does_not_sweep() -> None:
    """Somebody else does, with a role at home."""
    scene = audited()
    li, reviewer = scene.volunteer, scene.staff("reviewer")
    scene.city.bind_kin(li, scene.staff("arbiter"), "child")
    role = GrantRole(scene.staff("arbiter"), Code("treasurer"), GULOU, Code("-"), FAR_MS)
    scene.city.two(scene.staff("recorder"), reviewer, role)
    close(scene, li, scene.staff("arbiter"))
    scene.city.wait(NOTICE_MS)
    body = FinishClosing(li)
    assert scene.city.refusal(scene.staff("arbiter"), body) == ErrorCode.SAME_PERSON
    assert scene.city.refusal(scene.staff("clerk"), body) == ErrorCode.ROLE_MISSING
    assert scene.city.refusal(elsewhere(scene), body) == ErrorCode.ROLE_MISSING


def test_open_orders_drain_before_the_sweep() -> None:
    """The elder's last order ends by the table; new ones are refused meanwhile."""
    scene = audited()
    elder, reviewer = scene.elder, scene.staff("reviewer")
    close(scene, elder, reason="death")
    scene.city.wait(NOTICE_MS - DAY_MS)
    recorder = scene.staff("recorder")
    far = scene.city.now_ms + 3 * DAY_MS
    scene.request(recorder, start_ms=far).publish()
    assert scene.city.person(elder).open_orders == 1
    scene.city.wait(DAY_MS)
    assert closing(scene, elder).state == "draining"
    assert scene.city.refusal(reviewer, FinishClosing(elder)) == ErrorCode.WRONG_STATE
    more = scene.request_body(consent="in-person", consent_evidence=EVIDENCE)
    assert scene.city.refusal(recorder, more) == ErrorCode.CLOSED_ACCOUNT
    scene.lapse()
    assert scene.now().state is State.EXPIRED
    finish(scene, elder)


def test_minutes_of_a_service_that_outlives_the_account_fill_the_pool() -> None:
    """A closed account gets nothing any more."""
    scene = audited()
    city, li = scene.city, scene.volunteer
    scene.request().publish().accept().check_in().check_out().object()
    close(scene, li, reason="death")
    city.wait(15 * DAY_MS)
    scene.rule("to-volunteer", by="city-arbiter")
    city.wait(15 * DAY_MS)
    assert scene.now().state is State.SETTLED
    finish(scene, li)
    assert city.person(li).store_min == 0


def test_held_minutes_and_claims_wait() -> None:
    """A hold of the person, or a claim on them, keeps the account open."""
    scene = audited()
    li, reviewer = scene.volunteer, scene.staff("reviewer")
    close(scene, li)
    scene.city.wait(NOTICE_MS)
    body = FinishClosing(li)
    for change in ({"claimed_min": Minutes(5)}, {"serving": scene.stranger}):
        other = scene.city.fork()
        other.audit = None
        other.ledger.records[b"\x40" + li] = replace(other.person(li), **change)
        assert other.refusal(reviewer, body) == ErrorCode.WRONG_STATE
    other = scene.city.fork()
    person = other.person(li)
    held = replace(person, held=person.available, available=person.held)
    other.ledger.records[b"\x40" + li] = held
    assert other.refusal(reviewer, body) == ErrorCode.WRONG_STATE


def test_what_a_closed_person_was_to_others_ends() -> None:
    """An agent has one elder less."""
    scene = audited()
    agent = scene.city.new_person("agent")
    scene.city.do(scene.volunteer, GrantAgent(agent, (Code("request"),)))
    assert scene.city.person(agent).principals == 1
    close(scene, scene.volunteer)
    scene.city.wait(NOTICE_MS)
    finish(scene, scene.volunteer)
    assert scene.city.person(agent).principals == 0


def test_a_new_home_takes_the_store_and_the_position_with_it() -> None:
    """No coin moves; the districts owe each other what the person has."""
    scene = audited()
    li = scene.volunteer
    action = ChangeHome(li, JIANYE, SITE, EVIDENCE)
    before = scene.city.get(District, b"jianye").next_number
    scene.city.two(scene.staff("recorder"), elsewhere(scene), action)
    person = scene.city.person(li)
    assert (person.home, person.store_min, person.number) == (JIANYE, 120, before)
    position = scene.city.get(Position, position_id(GULOU, JIANYE))
    assert position.flow.balance == -120
    assert scene.city.get(District, b"jianye").persons.balance == 120
    again = Propose(action)
    assert scene.city.refusal(elsewhere(scene, "recorder"), again) == ErrorCode.ALREADY_DONE


def test_a_new_home_is_a_known_site_and_agreed_there() -> None:
    """A third district has no say in it."""
    scene = audited()
    li, recorder = scene.volunteer, scene.staff("recorder")
    sound = ChangeHome(li, JIANYE, SITE, EVIDENCE)
    unknown = Propose(replace(sound, site=Code("site-9")))
    assert scene.city.refusal(recorder, unknown) == ErrorCode.NO_SUCH_OBJECT
    bare = Propose(replace(sound, evidence=ZERO_HASH))
    assert scene.city.refusal(recorder, bare) == ErrorCode.RECORD_FIELD_MISSING
    receipt = scene.city.do(recorder, Propose(sound))
    second = Second(Id(receipt.created[0][1:]), receipt.tx_id)
    third = scene.city.staff("reviewer", Code("xuanwu"))
    assert scene.city.refusal(third, second) == ErrorCode.WRONG_DISTRICT
    scene.city.do(elsewhere(scene), second)


def merge(scene: Scene, duplicate: Id, survivor: Id) -> None:
    """Seconded elsewhere."""
    action = MergePersons(duplicate, survivor, EVIDENCE)
    scene.city.two(scene.staff("recorder"), elsewhere(scene), action)


def test_two_accounts_of_one_person_become_one() -> None:
    """Minutes, hours and honour go over; the duplicate is closed."""
    scene = audited()
    li, again = scene.volunteer, scene.city.new_person("li-again")
    scene.earn(again, 60)
    merge(scene, again, li)
    finish(scene, again)
    survivor = scene.city.person(li)
    assert (survivor.store_min, survivor.earned_min, survivor.served_min) == (180, 180, 180)
    gone = scene.city.person(again)
    assert (gone.store_min, gone.status) == (0, "closed")


def test_a_duplicate_ends_what_is_open_and_begins_nothing() -> None:
    """It finishes its service, but takes none, gives nothing, and its acts do not stop the merge."""
    scene = audited().request().publish().accept().check_in()
    li = scene.volunteer
    other = scene.city.new_person("other")
    merge(scene, li, other)
    assert scene.city.refusal(scene.staff("reviewer"), FinishClosing(li)) == ErrorCode.WRONG_STATE
    scene.check_out().confirm().lapse()
    assert scene.now().state is State.SETTLED
    assert closing(scene, li).state == "draining"
    code = scene.city.refusal(li, Give(other, Minutes(1)))
    assert code == ErrorCode.CLOSED_ACCOUNT
    scene.request().publish()
    assert scene.city.refusal(li, scene.accept_body()) == ErrorCode.CLOSED_ACCOUNT
    finish(scene, li)
    assert scene.city.person(other).store_min == 180


def test_a_duplicate_is_bound_to_nobody_any_more() -> None:
    """An offer it has not answered, or a binding staff have not approved, comes to nothing."""
    scene = audited()
    city, recorder = scene.city, scene.staff("recorder")
    silent = city.new_person("silent", keyless=True)
    offers = [city.do(scene.volunteer, OfferKin(silent, Code("parent"))) for _ in range(2)]
    consents = [
        AcceptKin(Id(offer.created[0][1:]), offer.tx_id, Code("in-person"), EVIDENCE)
        for offer in offers
    ]
    city.do(recorder, consents[0])
    merge(scene, silent, scene.elder)
    approve = Propose(ApproveKin(consents[0].binding, consents[0].origin))
    assert city.refusal(recorder, approve) == ErrorCode.NOT_APPROVED
    assert city.refusal(recorder, consents[1]) == ErrorCode.NOT_APPROVED


def test_only_two_accounts_without_a_role_are_merged() -> None:
    """Staff roles are revoked first; nobody is merged with themselves."""
    scene = audited()
    li, recorder = scene.volunteer, scene.staff("recorder")
    cases = (
        (MergePersons(li, li, EVIDENCE), ErrorCode.SAME_PERSON),
        (MergePersons(li, scene.stranger, ZERO_HASH), ErrorCode.RECORD_FIELD_MISSING),
        (MergePersons(scene.staff("clerk"), li, EVIDENCE), ErrorCode.ROLE_MISSING),
    )
    for action, code in cases:
        assert scene.city.refusal(recorder, Propose(action)) == code


def test_a_sealed_code_is_a_sign_of_life() -> None:
    """Someone without a phone is not closed while they open their codes."""
    scene = audited()
    handed_out(scene)
    close(scene, scene.elder, reason="death")
    scene.city.wait(HOUR_MS)
    scene.request(scene.staff("recorder")).publish().accept().check_in().check_out()
    scene.city.do(scene.volunteer, code_body(scene, slip(0)))
    assert closing(scene, scene.elder).state == "stopped"
    assert scene.now().confirmer != NO_ID
