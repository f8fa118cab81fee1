"""The method table: sealed codes, cards, call-backs and witnesses, with their strengths and limits."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.lifecycle import State
from node.chain.policy import DAY_MS, HOUR_MS, OrderPolicy, Policy
from node.chain.records.sheets import CodeSheet, sheet_id
from node.chain.tx.identity import GrantAgent
from node.chain.tx.orders import Confirm
from node.chain.tx.organisation import GrantRole, Propose, Second
from node.chain.tx.sheets import BindSheet, CancelSheet, RegisterSheet, Slip, parse_opened
from node.chain.types import NO_ID, ZERO_HASH, Code, Height, Id, Minutes
from tests.kernel_city import FAR_MS, GULOU, SITE
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town
from tests.unit.chain.rules.slips import (
    SHEET,
    code_body,
    handed_out,
    issuer,
    opened,
    register,
    slip,
)

pytestmark = pytest.mark.feature("D4")


def served(scene: Scene, by: Id | None = None) -> Scene:
    """An hour of company, ended."""
    return scene.request(by).publish().accept().check_in().check_out()


def test_a_sealed_code_confirms_one_order_once() -> None:
    """Submitted by the volunteer, of medium strength, and never for a second order."""
    scene = served(handed_out())
    scene.city.do(scene.volunteer, code_body(scene, slip(0)))
    order = scene.now()
    assert (order.state, order.method, order.needs_endorse) == (State.CONFIRMED, "code", 0)
    assert order.due_ms == scene.city.now_ms + 72 * HOUR_MS
    scene.lapse()
    assert scene.now().state is State.SETTLED

    served(scene)
    again = code_body(scene, slip(0))
    assert scene.city.refusal(scene.volunteer, again) == ErrorCode.CODE_USED
    scene.city.do(scene.volunteer, code_body(scene, slip(1)))
    assert scene.city.get(CodeSheet, sheet_id(SHEET)).used == (0, 1)


@pytest.mark.feature("I1")
def test_an_elder_without_a_phone_asks_at_the_desk_and_confirms_with_a_code() -> None:
    """The recorder who wrote the order cannot submit the code; anybody else can."""
    scene = handed_out()
    recorder = scene.staff("recorder")
    served(scene, recorder)
    assert scene.now().requester_role == "recorder"
    code = scene.city.refusal(recorder, code_body(scene, slip(3), recorder))
    assert code == ErrorCode.SAME_PERSON
    clerk = scene.staff("clerk")
    scene.city.do(clerk, code_body(scene, slip(3), clerk))
    assert (scene.now().confirmer, scene.now().requester) == (clerk, recorder)


def test_a_copied_code_is_of_no_use_to_who_reads_it_in_a_waiting_transaction() -> None:
    """Neither in another name, nor for another order of the same elder; the one it was opened for still takes it."""
    scene = served(handed_out())
    waiting = code_body(scene, slip(0))
    assert slip(0).code not in encode(waiting)
    clerk = scene.staff("clerk")
    for thief in (clerk, scene.stranger):
        assert scene.city.refusal(thief, waiting) == ErrorCode.RECEIPT_INVALID
    first = scene.order
    served(scene)
    elsewhere = replace(scene.confirm_body(method="code"), proof=waiting.proof)
    assert scene.city.refusal(scene.volunteer, elsewhere) == ErrorCode.RECEIPT_INVALID
    scene.order = first
    scene.city.do(scene.volunteer, waiting)
    assert scene.now().state is State.CONFIRMED


def test_a_sheets_keys_are_sound() -> None:
    """A key of small order would be opened by anybody, and not by every library."""
    scene = town()
    weak = replace(register(scene.city), keys=(bytes(32), *register(scene.city).keys[1:]))
    assert scene.city.refusal(issuer(scene), weak) == ErrorCode.BAD_PUBLIC_KEY


def test_a_code_is_of_the_recipients_own_sheet() -> None:
    """Whatever number somebody writes on it."""
    scene = handed_out()
    city = scene.city
    city.do(issuer(scene), register(city, 701))
    city.two(
        scene.staff("recorder"), scene.staff("second"), BindSheet(701, scene.stranger, EVIDENCE)
    )
    city.do(issuer(scene), register(city, 702))
    served(scene)
    wrong = code_body(scene, slip(0))
    cases = (
        (opened(scene, slip(0, 701)), ErrorCode.METHOD_NOT_ALLOWED),
        (opened(scene, slip(0, 702)), ErrorCode.METHOD_NOT_ALLOWED),
        (opened(scene, slip(0, 703)), ErrorCode.NO_SUCH_OBJECT),
        (opened(scene, Slip(SHEET, 1, slip(0).code)), ErrorCode.RECEIPT_INVALID),
        (opened(scene, slip(0))[:-1], ErrorCode.BAD_FIELD),
        (opened(scene, Slip(SHEET, 12, slip(0).code)), ErrorCode.BAD_FIELD),
        (b"", ErrorCode.BAD_FIELD),
    )
    for proof, code in cases:
        assert city.refusal(scene.volunteer, replace(wrong, proof=proof)) == code, proof


def test_a_code_confirms_only_what_has_just_ended() -> None:
    """A dispute is not closed by it."""
    scene = served(handed_out()).object()
    code = scene.city.refusal(scene.elder, code_body(scene, slip(0), scene.elder))
    assert code == ErrorCode.WRONG_STATE


@pytest.mark.feature("I3")
def test_a_lost_sheet_ends_within_a_block_and_costs_nothing() -> None:
    """Another one is handed out."""
    scene = served(handed_out())
    before = scene.city.person(scene.elder).store_min
    volunteer = scene.volunteer
    cancel = CancelSheet(SHEET)
    assert scene.city.refusal(volunteer, cancel) == ErrorCode.ROLE_MISSING
    used = scene.city.sign(volunteer, code_body(scene, slip(0)))
    scene.city.do(scene.elder, cancel)
    fault = scene.city.attempt(used)
    assert fault is not None
    assert fault.code == ErrorCode.METHOD_NOT_ALLOWED
    assert scene.city.refusal(scene.elder, cancel) == ErrorCode.ALREADY_DONE
    handed_out(scene, 800)
    scene.city.do(scene.volunteer, code_body(scene, slip(5, 800)))
    assert scene.city.person(scene.elder).store_min == before


def test_the_desk_and_the_issuer_may_cancel_a_sheet() -> None:
    """The elder has no phone."""
    for name in ("recorder", "city-arbiter"):
        scene = handed_out()
        scene.city.do(scene.staff(name), CancelSheet(SHEET))
        assert scene.city.get(CodeSheet, sheet_id(SHEET)).state == "cancelled"


def test_only_the_citys_issuer_registers_sheets() -> None:
    """Each number once, each code once."""
    scene = town()
    city = scene.city
    action = GrantRole(scene.stranger, Code("issuer"), GULOU, Code("-"), FAR_MS)
    city.two(scene.staff("recorder"), scene.staff("reviewer"), action)
    assert city.refusal(scene.stranger, register(city)) == ErrorCode.ROLE_MISSING
    doubled = RegisterSheet(SHEET, (slip(0).key(city.chain_id),) * 12)
    assert city.refusal(issuer(scene), doubled) == ErrorCode.ALREADY_EXISTS
    city.do(issuer(scene), register(city))
    assert city.refusal(issuer(scene), register(city)) == ErrorCode.ALREADY_EXISTS


def test_a_sheet_is_handed_out_sealed_and_once() -> None:
    """By two staff, with the person's receipt, and not by who printed it."""
    scene = handed_out()
    recorder = scene.staff("recorder")
    again = Propose(BindSheet(SHEET, scene.stranger, EVIDENCE))
    assert scene.city.refusal(recorder, again) == ErrorCode.WRONG_STATE
    scene.city.do(issuer(scene), register(scene.city, 701))
    bare = Propose(BindSheet(701, scene.stranger, ZERO_HASH))
    assert scene.city.refusal(recorder, bare) == ErrorCode.RECORD_FIELD_MISSING
    action = GrantRole(issuer(scene), Code("reviewer"), GULOU, Code("-"), FAR_MS)
    scene.city.two(recorder, scene.staff("reviewer"), action)
    receipt = scene.city.do(recorder, Propose(BindSheet(701, scene.stranger, EVIDENCE)))
    second = Second(Id(receipt.created[0][1:]), receipt.tx_id)
    assert scene.city.refusal(issuer(scene), second) == ErrorCode.SAME_PERSON


def test_a_registered_sheet_shows_no_code() -> None:
    """Sixty random bits behind a key; sheets are salted against each other."""
    city = town().city
    same = [slip(0, sheet).key(city.chain_id) for sheet in (1, 2)]
    assert same[0] != same[1]
    assert slip(0).code not in encode(register(city))


def test_a_card_at_a_site_reader_is_weak_and_endorsed() -> None:
    """Whoever scanned it once has it for ever."""
    scene = served(town())
    card = scene.confirm_body(method="card", proof=EVIDENCE)
    assert scene.city.refusal(scene.stranger, card) == ErrorCode.ROLE_MISSING
    bare = replace(card, proof=b"")
    assert scene.city.refusal(scene.staff("clerk"), bare) == ErrorCode.RECORD_FIELD_MISSING
    scene.city.do(scene.staff("clerk"), card)
    assert scene.now().needs_endorse == 1
    assert scene.now().due_ms == scene.city.now_ms + 168 * HOUR_MS


def test_an_agent_confirms_for_three_elders_at_most() -> None:
    """With medium strength; the fourth elder is refused."""
    scene = served(town())
    agent = scene.city.new_person("daughter")
    scene.city.do(scene.elder, GrantAgent(agent, (Code("confirm"),)))
    for name in ("one", "two"):
        other = scene.city.new_person(name)
        scene.city.do(other, GrantAgent(agent, (Code("confirm"),)))
    fourth = scene.city.new_person("three")
    code = scene.city.refusal(fourth, GrantAgent(agent, (Code("confirm"),)))
    assert code == ErrorCode.AGENT_LIMIT
    scene.city.do(agent, scene.confirm_body(method="agent"))
    assert scene.now().due_ms == scene.city.now_ms + 72 * HOUR_MS
    assert scene.now().needs_endorse == 0


def test_a_call_back_needs_no_endorsement_up_to_the_days_limit() -> None:
    """Beyond it somebody else looks."""
    scene = town(Policy(1, Height(0), orders=OrderPolicy(call_back_day_max=1)))
    needed = []
    for _ in range(2):
        served(scene)
        body = scene.confirm_body(method="call-back", proof=EVIDENCE)
        scene.city.do(scene.staff("clerk"), body)
        needed.append(scene.now().needs_endorse)
    assert needed == [0, 1]
    scene.city.wait(DAY_MS)
    served(scene)
    scene.city.do(scene.staff("clerk"), scene.confirm_body(method="call-back", proof=EVIDENCE))
    assert scene.now().needs_endorse == 0


def test_a_caller_is_of_another_site() -> None:
    """Nobody calls back about their own site's services."""
    scene = served(town())
    city = scene.city
    action = GrantRole(scene.stranger, Code("caller"), GULOU, SITE, FAR_MS)
    city.two(scene.staff("recorder"), scene.staff("reviewer"), action)
    body = scene.confirm_body(method="call-back", proof=EVIDENCE)
    assert city.refusal(scene.stranger, body) == ErrorCode.METHOD_NOT_ALLOWED
    nobody = city.new_person("nobody")
    assert city.refusal(nobody, body) == ErrorCode.ROLE_MISSING


def test_staff_witness_a_fifth_of_a_sites_minutes_at_most() -> None:
    """A month begins with a little room; then the share counts."""
    orders = OrderPolicy(witness_free_min=Minutes(60))
    scene = town(Policy(1, Height(0), orders=orders))
    clerk = scene.staff("clerk")

    def witness() -> Confirm:
        return scene.confirm_body(method="witness", proof=EVIDENCE)

    served(scene)
    scene.city.do(clerk, witness())
    assert scene.now().needs_endorse == 1
    served(scene)
    assert scene.city.refusal(clerk, witness()) == ErrorCode.METHOD_LIMIT
    scene.confirm()
    for _ in range(7):
        served(scene)
        scene.confirm()
    served(scene)
    scene.city.do(clerk, witness())


@given(st.binary(max_size=80))
@example(slip(11).opened(ZERO_HASH, ZERO_HASH, NO_ID, NO_ID))
def test_whatever_stands_as_proof_is_a_slip_or_a_malformed_field(proof: bytes) -> None:
    """The decoder has one documented fault."""
    with suppress(Malformed):
        assert parse_opened(proof).proof() == proof


def test_an_unknown_method_is_refused() -> None:
    """The table is closed."""
    scene = served(town())
    body = scene.confirm_body(method="telepathy", proof=EVIDENCE)
    assert scene.city.refusal(scene.elder, body) == ErrorCode.METHOD_NOT_ALLOWED
