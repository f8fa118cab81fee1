"""Services reported afterwards: bounded by what the phone had seen, by inclusion, by the plan, and endorsed."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS
from node.chain.records.actors import Interval
from node.chain.records.marks import TimeMark
from node.chain.rules.orders.presence import ServiceMoment
from node.chain.tx.identity import GrantAgent
from node.chain.tx.orders import Confirm, LateReport, Presence
from node.chain.types import NO_ID, ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from tests.unit.chain.rules.scene import EVIDENCE, Scene, town

pytestmark = pytest.mark.feature("B7")


def accepted() -> Scene:
    """Taken by Li, for two hours from now."""
    scene = town()
    scene.city.wait(4 * HOUR_MS)
    return scene.request().publish().accept()


def served_offline(hours: int = 4) -> Scene:
    """The planned hour has passed while the phone saw no network; the city went on."""
    scene = accepted()
    for _ in range(hours * 4):
        scene.city.wait(15 * MINUTE_MS)
    return scene


def claim(scene: Scene, start_ms: int, minutes: int = 60, **changes: object) -> LateReport:
    """Begun then, for so long."""
    end = EpochMs(start_ms + minutes * MINUTE_MS)
    values = {"started_ms": EpochMs(start_ms), "ended_ms": end} | changes
    seen = Height(scene.mark(start_ms))
    return scene.late_report_body(**({"seen_height": seen} | values))


def marks(scene: Scene) -> list[TimeMark]:
    """In order."""
    found = (r for r in scene.city.ledger.records.values() if isinstance(r, TimeMark))
    return sorted(found, key=lambda m: m.height)


def unclosed() -> Scene:
    """Nobody checked out."""
    return accepted().check_in("recipient-wallet").lapse()


def test_a_service_of_a_phone_without_network_is_reported_afterwards() -> None:
    """Its times are kept, it is a class of its own, needs an endorsement, and is paid."""
    scene = served_offline()
    start = scene.now().start_ms
    scene.city.do(scene.volunteer, claim(scene, start))
    order = scene.now()
    assert (order.state, order.report, order.needs_endorse) == (State.CHECKED_OUT, "late", 1)
    assert (order.checked_in_ms, order.counted_min) == (start, 60)
    scene.confirm().endorse().lapse()
    assert scene.now().state is State.SETTLED
    assert scene.city.person(scene.volunteer).available.balance == 60


def test_the_same_service_is_not_reported_twice() -> None:
    """No duplicate, whichever way."""
    scene = served_offline()
    body = claim(scene, scene.now().start_ms)
    scene.city.do(scene.volunteer, body)
    assert scene.city.refusal(scene.volunteer, body) == ErrorCode.WRONG_STATE


def test_a_late_report_lies_between_the_header_seen_and_its_inclusion() -> None:
    """Nobody claims to have served before the last header their phone has seen, nor in the future."""
    scene = served_offline()
    start = scene.now().start_ms
    later = Height(max(m.height for m in marks(scene)))
    volunteer = scene.volunteer
    cases = {
        "seen after": (claim(scene, start, seen_height=later), ErrorCode.TOO_EARLY),
        "never marked": (claim(scene, start, seen_height=Height(2)), ErrorCode.NO_SUCH_OBJECT),
        "future": (claim(scene, scene.city.now_ms), ErrorCode.WINDOW_OUT_OF_RANGE),
        "backwards": (
            claim(scene, start, ended_ms=EpochMs(start - 1)),
            ErrorCode.WINDOW_OUT_OF_RANGE,
        ),
        "before the plan": (claim(scene, start - 3 * HOUR_MS), ErrorCode.TOO_EARLY),
        "too short": (claim(scene, start, minutes=20), ErrorCode.MINUTES_OUT_OF_RANGE),
        "presence": (
            claim(scene, start, presence=Presence(Code("sworn"), NO_ID, b"")),
            ErrorCode.BAD_FIELD,
        ),
    }
    for name, (body, code) in cases.items():
        assert scene.city.refusal(volunteer, body) == code, name
    assert scene.city.refusal(scene.stranger, claim(scene, start)) == ErrorCode.NOT_A_PARTY


def test_a_late_report_takes_the_recipients_word_about_its_end() -> None:
    """Signed when the service ended, used when the network is back; for another end it proves nothing."""
    scene = served_offline()
    start = scene.now().start_ms
    met = scene.presence("recipient-wallet", ServiceMoment.END, start + 60 * MINUTE_MS)
    longer = claim(scene, start, minutes=90, presence=met)
    assert scene.city.refusal(scene.volunteer, longer) == ErrorCode.RECEIPT_INVALID
    scene.city.do(scene.volunteer, claim(scene, start, presence=met))
    assert scene.now().presence == "recipient-wallet"


def test_a_late_report_counts_the_expected_minutes_at_most() -> None:
    """Whatever is claimed."""
    scene = served_offline()
    scene.city.do(scene.volunteer, claim(scene, scene.now().start_ms, minutes=100))
    assert scene.now().counted_min == 60


def test_a_report_older_than_seven_days_is_refused() -> None:
    """The order has lapsed by then and goes back."""
    scene = accepted()
    start = scene.now().start_ms
    for _ in range(7):
        scene.city.wait(DAY_MS)
    body = claim(scene, start - HOUR_MS)
    fault = scene.city.refusal(scene.volunteer, body, after_ms=HOUR_MS + MINUTE_MS)
    assert fault == ErrorCode.TOO_LATE


def test_a_late_report_does_not_overlap_another_service() -> None:
    """Nobody is at two places, online or not."""
    scene = accepted()
    first = scene.order
    start = scene.now().start_ms
    scene.request(start_ms=EpochMs(start + 2 * HOUR_MS)).publish().accept().check_in().check_out()
    scene.order = first
    body = claim(scene, start + 90 * MINUTE_MS)
    assert scene.city.refusal(scene.volunteer, body) == ErrorCode.OVERLAP


def test_nobody_reports_late_while_checked_in_elsewhere() -> None:
    """The other service ends first."""
    scene = accepted()
    first, start = scene.order, scene.now().start_ms
    scene.request(start_ms=EpochMs(start + 2 * HOUR_MS)).publish().accept().check_in()
    scene.order = first
    assert scene.city.refusal(scene.volunteer, claim(scene, start)) == ErrorCode.OVERLAP


def test_a_late_report_meets_the_gates() -> None:
    """A volunteer whose admission has ended does not report a service."""
    scene = served_offline()
    ended = scene.city.fork()
    person = ended.person(scene.volunteer)
    ended.ledger.records[b"\x40" + scene.volunteer] = replace(person, may_serve_until_ms=EpochMs(0))
    code = ended.refusal(scene.volunteer, claim(scene, scene.now().start_ms))
    assert code == ErrorCode.NOT_MAY_SERVE


def test_after_a_check_in_only_the_end_is_reported() -> None:
    """The beginning stands as the chain has it."""
    scene = accepted().check_in()
    begun = scene.now().checked_in_ms
    scene.city.wait(90 * MINUTE_MS)
    other = claim(scene, begun - MINUTE_MS)
    assert scene.city.refusal(scene.volunteer, other) == ErrorCode.BAD_FIELD
    scene.city.do(scene.volunteer, claim(scene, begun))
    order = scene.now()
    assert (order.checked_in_ms, order.counted_min, order.report) == (begun, 60, "late")
    assert scene.city.person(scene.volunteer).serving == b""


def test_a_weak_confirmation_does_not_settle_a_late_report() -> None:
    """Medium at least."""
    scene = served_offline()
    scene.city.do(scene.volunteer, claim(scene, scene.now().start_ms))
    weak = scene.confirm_body(method="witness", proof=EVIDENCE)
    assert scene.city.refusal(scene.staff("clerk"), weak) == ErrorCode.METHOD_NOT_ALLOWED


def stopped() -> Scene:
    """The city stood still while Li served, and comes back some minutes before the report."""
    scene = accepted()
    scene.city.wait(100 * MINUTE_MS)
    scene.city.wait(3 * HOUR_MS)
    scene.city.wait(5 * MINUTE_MS)
    return scene


def test_a_service_within_a_visible_stop_is_as_good_as_live() -> None:
    """Everyone can see that nobody could have reported then."""
    scene = stopped()
    resumed = marks(scene)[-1]
    assert resumed.time_ms - resumed.since_ms == 3 * HOUR_MS
    body = claim(scene, scene.now().start_ms, resumed_height=resumed.height)
    scene.city.do(scene.volunteer, body)
    order = scene.now()
    assert (order.report, order.needs_endorse, order.counted_min) == ("live", 0, 60)


def test_a_claim_that_reaches_out_of_the_stop_is_late() -> None:
    """One of both: within the stop altogether, or a late report."""
    scene = stopped()
    resumed = marks(scene)[-1]
    before = claim(scene, resumed.since_ms - MINUTE_MS, resumed_height=resumed.height)
    assert scene.city.refusal(scene.volunteer, before) == ErrorCode.WINDOW_OUT_OF_RANGE
    hour = claim(scene, scene.now().start_ms, resumed_height=marks(scene)[0].height)
    assert scene.city.refusal(scene.volunteer, hour) == ErrorCode.WINDOW_OUT_OF_RANGE


def test_there_is_one_mark_an_hour_and_it_leaves_after_ten_days() -> None:
    """However many blocks there are."""
    scene = town()
    begin = scene.city.now_ms
    for _ in range(24):
        scene.city.wait(5 * MINUTE_MS)
    hours = {m.time_ms // HOUR_MS for m in marks(scene) if m.time_ms > begin}
    assert len([m for m in marks(scene) if m.time_ms > begin]) == len(hours) == 2
    scene.city.wait(11 * DAY_MS)
    assert len(marks(scene)) == 1


def test_a_recorder_states_the_time_of_a_service_that_nobody_checked_out_of() -> None:
    """With the recipient's word as evidence, at most the expected minutes; endorsed, and never by silence."""
    scene = unclosed()
    recorder = scene.staff("recorder")
    scene.city.do(recorder, scene.statement_body(60))
    order = scene.now()
    assert (order.state, order.report, order.needs_endorse) == (State.CHECKED_OUT, "late", 1)
    assert (order.timekeeper, order.counted_min) == (recorder, 60)
    assert order.presence == "none"
    scene.confirm().endorse().lapse()
    assert scene.now().state is State.SETTLED


def test_a_time_statement_has_its_bounds() -> None:
    """Evidence, whole quanta, the plan, a recorder, freshness."""
    scene = unclosed()
    recorder = scene.staff("recorder")
    sound = scene.statement_body(60)
    cases = (
        (recorder, replace(sound, evidence=ZERO_HASH), ErrorCode.RECORD_FIELD_MISSING),
        (recorder, replace(sound, minutes=Minutes(90)), ErrorCode.MINUTES_OUT_OF_RANGE),
        (recorder, replace(sound, minutes=Minutes(45)), ErrorCode.MINUTES_OUT_OF_RANGE),
        (recorder, replace(sound, count=0), ErrorCode.STALE_OBJECT),
        (scene.staff("reviewer"), sound, ErrorCode.ROLE_MISSING),
    )
    for sender, body, code in cases:
        assert scene.city.refusal(sender, body) == code


def test_who_states_the_time_does_not_confirm_it() -> None:
    """Nor does a person with another part state it."""
    scene = unclosed()
    recorder = scene.staff("recorder")
    scene.city.do(scene.elder, GrantAgent(recorder, (Code("confirm"),)))
    scene.city.do(recorder, scene.statement_body(60))
    body: Confirm = scene.confirm_body(method="agent")
    assert scene.city.refusal(recorder, body) == ErrorCode.SAME_PERSON


def test_a_time_statement_does_not_overlap_another_service() -> None:
    """The volunteer was somewhere else by then."""
    scene = accepted().check_in()
    first = scene.order
    scene.lapse()
    begun = scene.now().checked_in_ms
    scene.order = first
    city = scene.city.fork()
    person = city.person(scene.volunteer)
    other = Interval(
        Id(bytes(16)),
        EpochMs(begun + 30 * MINUTE_MS),
        EpochMs(begun + 90 * MINUTE_MS),
        Minutes(60),
        Code("site-1"),
    )
    changed = replace(person, intervals=(*person.intervals, other))
    city.ledger.records[b"\x40" + scene.volunteer] = changed
    code = city.refusal(scene.staff("recorder"), scene.statement_body(60))
    assert code == ErrorCode.OVERLAP
