"""Group events: everybody's attendance counts once, for the place that somebody pays."""

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS, ManualPolicy, PersonPolicy, Policy
from node.chain.records import key_of
from node.chain.records.accounts import City, District, Fund, fund_id
from node.chain.records.events import Event
from node.chain.tx.events import AttendEvent, CloseEvent, CreditAttendance, LeaveEvent
from node.chain.tx.orders import NO_PRESENCE, Accept, CheckIn, CheckOut
from node.chain.tx.organisation import AttestGate, Propose
from node.chain.tx.safety import Pause
from node.chain.tx.transfers import Donate
from node.chain.types import ZERO_HASH, Code, EpochMs, Height, Id, Minutes
from tests.kernel_city import FAR_MS, GULOU
from tests.money_city import EVIDENCE, MoneyCity

NOBODY = Id(bytes([9]) * 16)


class Hall(MoneyCity):
    """Gulou's pool has 600 minutes, given by a generous donor."""

    def __init__(self, policy: Policy | None = None) -> None:
        super().__init__(policy)
        self.donor = self.new_person("donor")
        for _ in range(2):
            self.earn(self.donor, 300)
            self.wait(DAY_MS)
        self.do(self.donor, Donate(Code("district"), Minutes(self.person(self.donor).store_min)))
        self.clerk = self.staff("clerk", GULOU)
        self.li, self.wang = self.new_person("li"), self.new_person("wang")

    def again(self, event: Event) -> Event:
        """The event as it stands now."""
        return self.get(Event, event.id)

    def credit(self, event: Event, person: Id, minutes: int = 60) -> CreditAttendance:
        """One attendance confirmed."""
        return CreditAttendance(event.id, person, Minutes(minutes))

    def begun(self, **changes: object) -> Event:
        """An event at whose start the time now is."""
        event = self.open_event(**changes)
        self.wait(event.start_ms - self.now_ms)
        return event


def refused(city: Hall, action: object, part: str = "recorder") -> ErrorCode:
    """Why a proposal is refused."""
    return city.refusal(city.staff(part, GULOU), Propose(action))  # type: ignore[arg-type]


@pytest.mark.feature("D8")
def test_approval_holds_places_times_minutes_and_closing_gives_the_rest_back() -> None:
    """Three places of an hour: 180 held; two come and are paid; 60 go back to the pool."""
    city = Hall()
    before = city.get(District, b"gulou").pool_free.balance
    event = city.begun()
    gulou = city.get(District, b"gulou")
    assert (gulou.pool_free.balance, gulou.pool_held.balance) == (before - 180, 180)
    for person in (city.li, city.wang):
        city.do(person, AttendEvent(event.id, person))
    city.wait(HOUR_MS - 10_000)
    for person in (city.li, city.wang):
        city.do(person, LeaveEvent(event.id, person))
        city.do(city.clerk, city.credit(event, person))
    assert city.again(event).hold_min == 60
    city.do(city.staff("reviewer", GULOU), CloseEvent(event.id, Code("done")))
    gulou = city.get(District, b"gulou")
    assert (gulou.pool_free.balance, gulou.pool_held.balance) == (before - 120, 0)
    assert [city.person(p).available.balance for p in (city.li, city.wang)] == [60, 60]
    assert city.person(city.li).served_min == 60
    assert (city.again(event).state, city.again(event).hold_min) == ("closed", 0)


@pytest.mark.feature("D8")
def test_each_attendee_gets_at_most_one_credit() -> None:
    """No second check-in, no second check-out, no second credit."""
    city = Hall()
    event = city.begun()
    city.attend(event.id, city.li)
    assert city.refusal(city.li, LeaveEvent(event.id, city.li)) is ErrorCode.ALREADY_DONE
    city.do(city.clerk, city.credit(event, city.li))
    assert city.refusal(city.clerk, city.credit(event, city.li)) is ErrorCode.ALREADY_DONE
    other = city.staff("second", GULOU)
    assert city.refusal(other, city.credit(event, city.li)) is ErrorCode.ALREADY_DONE
    event = city.begun(minutes=Minutes(120))
    city.do(city.li, AttendEvent(event.id, city.li))
    assert city.refusal(city.li, AttendEvent(event.id, city.li)) is ErrorCode.ALREADY_DONE


@pytest.mark.feature("D8")
def test_an_event_names_a_paying_fund_or_pool_or_is_of_the_honour_class() -> None:
    """Anyone else, a pool without a rule, a fund without a purpose, a pool that has too little."""
    city = Hall()
    cases = (
        ({"payer_kind": "person"}, ErrorCode.BAD_FIELD),
        ({"rule": "-"}, ErrorCode.RULE_MISSING),
        ({"payer_kind": "city-pool", "rule": "-"}, ErrorCode.RULE_MISSING),
        ({"payer_kind": "city-pool"}, ErrorCode.POOL_EMPTY),
        ({"payer_kind": "fund"}, ErrorCode.PURPOSE_UNKNOWN),
        ({"purpose": "key-elders"}, ErrorCode.PURPOSE_UNKNOWN),
        ({"payer_kind": "fund", "purpose": "starter"}, ErrorCode.NO_SUCH_OBJECT),
        ({"payer_kind": "fund", "purpose": "key-elders"}, ErrorCode.INSUFFICIENT_MINUTES),
        ({"places": 20}, ErrorCode.POOL_EMPTY),
    )
    for changes, code in cases:
        assert refused(city, city.event_of(**changes)) is code


@pytest.mark.feature("D8")
def test_a_fund_pays_for_an_event_and_has_the_rest_again() -> None:
    """The fund of the district and year named by its purpose."""
    city = Hall()
    city.mint(GULOU, 600)
    key = fund_id(GULOU, 2026, Code("key-elders"))
    event = city.begun(payer_kind="fund", purpose="key-elders", rule="-")
    assert city.get(Fund, key).held.balance == 180
    city.attend(event.id, city.li)
    city.do(city.clerk, city.credit(event, city.li))
    city.wait(8 * DAY_MS)
    assert city.again(event).state == "closed"
    fund = city.get(Fund, key)
    assert (fund.free.balance, fund.held.balance) == (540, 0)
    assert city.get(District, b"gulou").funded_min == 600 + 60


@pytest.mark.feature("D8")
def test_an_event_of_the_honour_class_moves_no_coin() -> None:
    """Its minutes are honour minutes and count for no star."""
    city = Hall()
    supply = city.get(City, b"city").paid
    event = city.begun(payer_kind="honour", rule="-")
    assert event.hold_min == 0
    city.attend(event.id, city.li)
    city.do(city.clerk, city.credit(event, city.li))
    li = city.person(city.li)
    assert (li.honour.balance, li.available.balance, li.served_min) == (60, 0, 0)
    assert city.get(City, b"city").paid == supply


@pytest.mark.feature("D3")
@pytest.mark.feature("D8")
def test_attendance_overlaps_no_other_service() -> None:
    """Not with an order taken before, not with one taken after, not while checked in elsewhere."""
    city = Hall()
    elder = city.new_person("elder")
    city.earn(elder, 240)
    event = city.open_event(start_ms=EpochMs(city.now_ms + 3 * HOUR_MS))
    order = city.request(elder, elder, start_ms=event.start_ms, expected_min=Minutes(60))
    city.publish(order)
    city.accept(order, city.li)
    city.wait(event.start_ms - city.now_ms)
    assert city.refusal(city.li, AttendEvent(event.id, city.li)) is ErrorCode.OVERLAP
    city.do(city.li, CheckIn(order, EpochMs(city.now_ms + 1_000), NO_PRESENCE))
    assert city.refusal(city.li, AttendEvent(event.id, city.li)) is ErrorCode.OVERLAP

    city.do(city.wang, AttendEvent(event.id, city.wang))
    later = city.request(elder, elder, start_ms=EpochMs(city.now_ms + 30 * MINUTE_MS))
    city.publish(later)
    found = city.order(later)
    accept = Accept(later, found.origin, found.events, Code("self"), 1, ZERO_HASH)
    assert city.refusal(city.wang, accept) is ErrorCode.OVERLAP


@pytest.mark.feature("D3")
def test_a_service_begun_during_an_event_stops_its_check_out() -> None:
    """Who checks in elsewhere before leaving gets no credit for both."""
    city = Hall()
    elder = city.new_person("elder")
    city.earn(elder, 60)
    event = city.begun()
    city.do(city.li, AttendEvent(event.id, city.li))
    end = event.start_ms + 60 * MINUTE_MS
    order = city.request(elder, elder, start_ms=EpochMs(end))
    city.publish(order)
    city.accept(order, city.li)
    city.do(city.li, CheckIn(order, EpochMs(city.now_ms + 1_000), NO_PRESENCE))
    leave = LeaveEvent(event.id, city.li)
    assert city.refusal(city.li, leave) is ErrorCode.OVERLAP
    out = CheckOut(order, EpochMs(city.now_ms + 40 * MINUTE_MS), Code("done"), NO_PRESENCE)
    city.do(city.li, out, after_ms=40 * MINUTE_MS)
    assert city.refusal(city.li, leave) is ErrorCode.OVERLAP


def test_day_and_week_limits_include_events() -> None:
    """Eight hours a day, twenty-eight a week, whatever they were spent on."""
    city = Hall(Policy(1, Height(0), manual=ManualPolicy(event_site_month_heads_max=10_000)))
    free = {"payer_kind": "honour", "rule": "-"}
    for _ in range(3):
        event = city.begun(minutes=Minutes(480), **free)
        assert city.fault(city.li, AttendEvent(event.id, city.li)) is None
        city.attend(event.id, city.li, 480)
        second = city.open_event(start_ms=EpochMs(city.now_ms + 60_000), **free)
        city.wait(60_000)
        assert city.refusal(city.li, AttendEvent(second.id, city.li)) is ErrorCode.DAY_LIMIT
        city.wait(DAY_MS - 11 * HOUR_MS)
    event = city.begun(minutes=Minutes(480), **free)
    assert city.refusal(city.li, AttendEvent(event.id, city.li)) is ErrorCode.WEEK_LIMIT


def test_who_attends_and_when() -> None:
    """In time, with the flag and the training, own key or recorder, not the organiser, while there are places."""
    city = Hall()
    training = city.open_event(service="medical", start_ms=EpochMs(city.now_ms + 4 * HOUR_MS))
    event = city.open_event(places=1, start_ms=EpochMs(city.now_ms + 4 * HOUR_MS))
    attend = AttendEvent(event.id, city.li)
    assert city.refusal(city.li, attend) is ErrorCode.TOO_EARLY
    city.wait(event.start_ms - city.now_ms)
    assert city.refusal(city.li, replace(attend, event=NOBODY)) is ErrorCode.NO_SUCH_OBJECT
    assert city.refusal(city.wang, attend) is ErrorCode.ROLE_MISSING
    assert city.refusal(city.clerk, replace(attend, person=NOBODY)) is ErrorCode.UNKNOWN_RECIPIENT
    idle = city.new_person("idle", serve=False)
    assert city.refusal(idle, replace(attend, person=idle)) is ErrorCode.NOT_MAY_SERVE
    own = replace(attend, person=event.proposer)
    assert city.refusal(event.proposer, own) is ErrorCode.SAME_PERSON
    untrained = replace(attend, event=training.id)
    assert city.refusal(city.li, untrained) is ErrorCode.GATE_MISSING
    gate = AttestGate(city.li, Code("training"), FAR_MS, ZERO_HASH)
    city.agree(gate, by=("recorder", "second"))  # type: ignore[arg-type]
    assert city.fault(city.li, untrained) is None
    city.do(city.clerk, attend)
    full = replace(attend, person=city.wang)
    assert city.refusal(city.wang, full) is ErrorCode.ENTRY_QUOTA
    assert city.refusal(city.wang, LeaveEvent(event.id, city.wang)) is ErrorCode.NOT_A_PARTY
    city.wait(HOUR_MS)
    assert city.refusal(city.wang, full) is ErrorCode.TOO_LATE
    city.wait(8 * DAY_MS)
    assert city.refusal(city.wang, full) is ErrorCode.WRONG_STATE


def test_who_credits_and_how_much() -> None:
    """Staff who neither opened nor attend nor are kin, after the check-out, at most what was counted."""
    city = Hall()
    event = city.begun()
    one = city.credit(event, city.li)
    assert city.refusal(city.clerk, one) is ErrorCode.NOT_A_PARTY
    nobody = replace(one, person=NOBODY)
    assert city.refusal(city.clerk, nobody) is ErrorCode.UNKNOWN_RECIPIENT
    city.do(city.li, AttendEvent(event.id, city.li))
    assert city.refusal(city.clerk, one) is ErrorCode.TOO_EARLY
    city.do(city.li, LeaveEvent(event.id, city.li), after_ms=40 * MINUTE_MS)
    assert city.again(event).attendances[0].counted_min == 30
    for minutes in (0, 15, 60):
        wrong = replace(one, minutes=Minutes(minutes))
        assert city.refusal(city.clerk, wrong) is ErrorCode.MINUTES_OUT_OF_RANGE
    right = replace(one, minutes=Minutes(30))
    assert city.refusal(city.wang, right) is ErrorCode.ROLE_MISSING
    assert city.refusal(event.proposer, right) is ErrorCode.SAME_PERSON
    city.bind_kin(city.clerk, city.li)
    assert city.refusal(city.clerk, right) is ErrorCode.RELATED_PERSONS
    city.do(city.staff("second", GULOU), right)
    assert city.person(city.li).available.balance == 30
    close = CloseEvent(event.id, Code("done"))
    assert city.refusal(city.clerk, close) is ErrorCode.ROLE_MISSING
    city.do(city.staff("reviewer", GULOU), close)
    assert city.refusal(city.staff("reviewer", GULOU), close) is ErrorCode.WRONG_STATE


@pytest.mark.feature("E3")
def test_an_event_pays_up_to_the_cap_and_the_pool_gets_the_rest() -> None:
    """A store of 45 takes 45 of an hour."""
    city = Hall(Policy(1, Height(0), persons=PersonPolicy(cap_min=Minutes(45))))
    city.wait(1_000)
    city_record = city.get(City, b"city")
    event = city.begun(places=1)
    free = city.get(District, b"gulou").pool_free.balance
    city.attend(event.id, city.li)
    city.do(city.clerk, city.credit(event, city.li))
    assert city.person(city.li).store_min == 45
    assert city.get(District, b"gulou").pool_free.balance == free + 15
    assert city.get(City, b"city").overflow == city_record.overflow + 15


def test_quotas_of_events_and_heads_a_site_and_month() -> None:
    """At most so many places, events and heads; the next month and the other site have their own."""
    manual = ManualPolicy(event_heads_max=4, event_site_month_max=2, event_site_month_heads_max=6)
    city = Hall(Policy(1, Height(0), manual=manual))
    free = {"payer_kind": "honour", "rule": "-"}
    for places in (0, 5):
        assert refused(city, city.event_of(places=places, **free)) is ErrorCode.ENTRY_QUOTA
    city.open_event(places=4, **free)
    assert refused(city, city.event_of(places=3, **free)) is ErrorCode.ENTRY_QUOTA
    waiting = city.propose(city.staff("recorder", GULOU), city.event_of(places=2, **free))
    city.open_event(places=2, **free)
    assert city.refusal(city.staff("second", GULOU), waiting) is ErrorCode.ENTRY_QUOTA
    assert refused(city, city.event_of(places=1, **free)) is ErrorCode.ENTRY_QUOTA
    other_site = city.event_of(site=Code("site-2"), places=1, **free)
    assert city.fault(city.staff("recorder", GULOU), Propose(other_site)) is None
    city.wait(20 * DAY_MS)
    assert refused(city, city.event_of(places=1, **free)) is ErrorCode.ENTRY_QUOTA
    next_month = city.event_of(start_ms=EpochMs(city.now_ms + 13 * DAY_MS), places=1, **free)
    assert city.fault(city.staff("recorder", GULOU), Propose(next_month)) is None


def test_an_event_must_make_sense() -> None:
    """A known site and class, whole quanta, not in the past, not too far ahead."""
    city = Hall()
    cases = (
        ({"site": "nowhere"}, ErrorCode.NO_SUCH_OBJECT),
        ({"service": "nothing"}, ErrorCode.UNKNOWN_SERVICE),
        ({"service": "retired-class"}, ErrorCode.UNKNOWN_SERVICE),
        ({"minutes": Minutes(45)}, ErrorCode.MINUTES_OUT_OF_RANGE),
        ({"minutes": Minutes(510)}, ErrorCode.MINUTES_OUT_OF_RANGE),
        ({"start_ms": EpochMs(city.now_ms)}, ErrorCode.WINDOW_OUT_OF_RANGE),
        ({"start_ms": EpochMs(city.now_ms + 15 * DAY_MS)}, ErrorCode.WINDOW_OUT_OF_RANGE),
    )
    for changes, code in cases:
        assert refused(city, city.event_of(**changes)) is code
    assert refused(city, city.event_of(), "reviewer") is ErrorCode.ROLE_MISSING


def test_a_closed_event_leaves_the_state_long_after() -> None:
    """By its own timer, like every final object."""
    city = Hall()
    event = city.begun()
    city.wait(8 * DAY_MS)
    assert (city.again(event).state, city.again(event).reason) == ("closed", "time")
    city.wait(400 * DAY_MS)
    assert city.ledger.read(key_of(Event, event.id)) is None


def test_nobody_checks_in_while_the_class_or_the_site_is_paused() -> None:
    """Paused for safety after the event was opened; once it is over, people may come."""
    city = Hall()
    event = city.begun(minutes=Minutes(120))
    until = EpochMs(city.now_ms + HOUR_MS)
    pause = Pause(Code("class"), GULOU, Code("company"), Code("safety"), until, ZERO_HASH)
    city.do(city.staff("reviewer", GULOU), replace(pause, evidence=EVIDENCE))
    attend = AttendEvent(event.id, city.li)
    assert city.refusal(city.li, attend) is ErrorCode.PAUSED
    city.wait(HOUR_MS)
    assert city.fault(city.li, attend) is None
