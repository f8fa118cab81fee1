"""The order machine as it is published: every state against every event, through signed transactions only."""

from collections.abc import Callable
from functools import cache

import pytest
from msgspec import structs

from node.chain.errors import ErrorCode
from node.chain.lifecycle import FINALS, TABLE, Event, State, outcomes
from node.chain.policy import HOUR_MS, MINUTE_MS, OrderPolicy, Policy
from node.chain.tx.envelope import Body
from node.chain.tx.orders import (
    Appeal,
    Cancel,
    Endorse,
    GiveBack,
    Reduce,
    RejectOrder,
    ReportNoShow,
    Withdraw,
)
from node.chain.types import Code, Height, Id, Minutes
from tests.unit.chain.rules.scene import NOBODY, Scene, town

pytestmark = pytest.mark.feature("D1")

LIVE = [state for state in State if state not in FINALS and state is not State.NONE]
SPOKEN = [event for event in Event if event is not Event.TIMER]
OF_AN_ORDER = [event for event in SPOKEN if event is not Event.REQUEST]

# A late report needs an endorsement, so that ENDORSE has something to do in every state of the table.
PATHS: dict[State, Callable[[], Scene]] = {
    State.REQUESTED: lambda: town().request(),
    State.PUBLISHED: lambda: at(State.REQUESTED).publish(),
    State.ACCEPTED: lambda: at(State.PUBLISHED).accept(),
    State.LAPSED: lambda: at(State.ACCEPTED).lapse(),
    State.CHECKED_IN: lambda: at(State.ACCEPTED).check_in(late=True),
    State.UNCLOSED: lambda: at(State.CHECKED_IN).lapse(),
    State.CHECKED_OUT: lambda: at(State.CHECKED_IN).check_out(),
    State.CONFIRMED: lambda: at(State.CHECKED_OUT).confirm(),
    State.DISPUTED: lambda: at(State.CHECKED_OUT).object(),
    State.RULED: lambda: at(State.DISPUTED).rule("split", 30),
    State.REJECTED: lambda: after(State.REQUESTED, Event.REJECT),
    State.WITHDRAWN: lambda: after(State.PUBLISHED, Event.WITHDRAW),
    State.EXPIRED: lambda: at(State.PUBLISHED).lapse(),
    State.CANCELLED: lambda: after(State.ACCEPTED, Event.CANCEL),
    State.NO_SHOW: lambda: after(State.LAPSED, Event.REPORT_NO_SHOW),
    State.ABORTED: lambda: at(State.CHECKED_IN).check_out(10),
    State.SETTLED: lambda: at(State.CONFIRMED).endorse().lapse(),
    State.VOID: lambda: at(State.DISPUTED).rule("void").lapse(),
}


@cache
def _built(state: State) -> Scene:
    return PATHS[state]()


def at(state: State) -> Scene:
    """A scene of one's own whose order is in a state."""
    return _built(state).fork()


def unendorsed() -> Scene:
    """Disputed because the endorsement was missing when the minutes had cooled."""
    return at(State.CONFIRMED).lapse()


def said(scene: Scene, event: Event) -> tuple[Id, Body]:
    """Who says what to make an event happen, if the order's state has room for it."""
    elder, volunteer = scene.elder, scene.volunteer
    counted = int(scene.now().counted_min)
    sayings: dict[Event, tuple[Id, Body]] = {
        Event.APPROVE: (scene.staff("second"), scene.approve_body()),
        Event.REJECT: (scene.staff("second"), RejectOrder(scene.order, Code("no-capacity"))),
        Event.WITHDRAW: (elder, Withdraw(scene.order, Code("changed-mind"))),
        Event.ACCEPT: (volunteer, scene.accept_body()),
        Event.GIVE_BACK: (volunteer, GiveBack(scene.order, Code("ill"))),
        Event.CANCEL: (elder, Cancel(scene.order, Code("changed-mind"))),
        Event.CHECK_IN: (volunteer, scene.check_in_body()),
        Event.REPORT_NO_SHOW: (elder, ReportNoShow(scene.order)),
        Event.CHECK_OUT: (volunteer, scene.check_out_body()),
        Event.EXTEND: (scene.staff("reviewer"), scene.extend_body()),
        Event.OBJECT: (elder, scene.object_body()),
        Event.CONFIRM: (elder, scene.confirm_body(counted)),
        Event.REDUCE: (volunteer, Reduce(scene.order, Minutes(30))),
        Event.ENDORSE: (scene.staff("reviewer"), Endorse(*scene.fresh())),
        Event.RULE: (scene.staff("arbiter"), scene.rule_body("split", 30)),
        Event.APPEAL: (elder, Appeal(scene.order, Code("unfair"))),
        Event.LATE_REPORT: (volunteer, scene.late_report_body()),
        Event.TIME_STATEMENT: (scene.staff("recorder"), scene.statement_body()),
    }
    return sayings[event]


def after(state: State, event: Event) -> Scene:
    """The scene after one event in a state, by the right party at a time when it may happen."""
    scene = unendorsed() if (state, event) == (State.DISPUTED, Event.ENDORSE) else at(state)
    if event is Event.TIMER:
        return scene.lapse()
    if (state, event) == (State.ACCEPTED, Event.REPORT_NO_SHOW):
        scene.city.wait(scene.now().start_ms + 30 * MINUTE_MS - scene.city.now_ms)
    if event is Event.LATE_REPORT:
        scene.city.wait(max(1, scene.now().start_ms + HOUR_MS - scene.city.now_ms))
    sender, body = said(scene, event)
    scene.city.do(sender, body)
    return scene


def test_every_event_of_the_table_can_be_said() -> None:
    """Each has its transaction and is tried below."""
    scene = at(State.REQUESTED)
    for event in OF_AN_ORDER:
        assert said(scene, event)
    assert set(PATHS) == set(State) - {State.NONE}


@pytest.mark.parametrize("state", list(PATHS), ids=str)
def test_every_state_is_reached_by_transactions(state: State) -> None:
    """No state of the table is only on paper."""
    assert at(state).now().state is state


@pytest.mark.parametrize(
    ("state", "event"),
    [
        pytest.param(state, event, id=f"{state}-{event}")
        for state, event in TABLE
        if state is not State.NONE
    ],
)
def test_a_pair_of_the_table_leads_to_one_of_its_states(state: State, event: Event) -> None:
    """And counts as one event."""
    scene = after(state, event)
    assert scene.now().state in outcomes(state, event)


@pytest.mark.parametrize(
    ("state", "event"),
    [
        pytest.param(state, event, id=f"{state}-{event}")
        for state in PATHS
        for event in OF_AN_ORDER
        if not outcomes(state, event)
    ],
)
def test_every_other_pair_is_refused_and_changes_nothing(state: State, event: Event) -> None:
    """Whoever says it: the state alone refuses it, and the state root stays."""
    scene = _built(state)
    sender, body = said(scene, event)
    assert scene.city.refusal(sender, body) == ErrorCode.WRONG_STATE


@pytest.mark.parametrize("event", OF_AN_ORDER, ids=str)
def test_nothing_happens_to_an_order_that_nobody_asked_for(event: Event) -> None:
    """Before the request there is only the request."""
    scene = at(State.REQUESTED)
    sender, body = said(scene, event)
    unknown = structs.replace(body, order=NOBODY)
    assert scene.city.refusal(sender, unknown) == ErrorCode.NO_SUCH_OBJECT


@pytest.mark.parametrize("state", [State.NONE, *PATHS], ids=str)
def test_a_request_begins_an_order_of_its_own(state: State) -> None:
    """However another order stands."""
    scene = town() if state is State.NONE else at(state)
    first = scene.order
    before = scene.now() if first else None
    scene.request()
    assert scene.order != first
    assert scene.now().state is State.REQUESTED
    assert not before or scene.city.order(first) == before


@pytest.mark.parametrize("state", sorted(FINALS), ids=str)
def test_a_final_order_leaves_the_tree_in_the_end(state: State) -> None:
    """Its one timer takes it out of the state; no other event reaches it before."""
    scene = at(state)
    final = scene.now()
    assert final.due_ms == final.final_ms + OrderPolicy().kept_final_ms
    scene.lapse()
    assert scene.order not in {key[1:] for key in scene.city.ledger.records}


@pytest.mark.feature("D5")
@pytest.mark.parametrize("state", LIVE, ids=str)
def test_time_alone_ends_every_order(state: State) -> None:
    """From every live state the timers lead to a final one; the hold is gone by then."""
    scene = at(state)
    for _ in range(10):
        if scene.now().state in FINALS:
            break
        due = scene.now().due_ms
        assert due > scene.city.now_ms
        scene.lapse()
    assert scene.now().state in FINALS
    assert scene.now().hold_min == 0


def _exempt() -> Scene:
    policy = Policy(1, Height(0), orders=OrderPolicy(review_exempt=(Code("company"),)))
    return town(policy).request()


def _silent() -> Scene:
    scene = town()
    payer = scene.city.new_person("sun")
    scene.earn(payer, 60)
    scene.request(payer, recipient=payer, payer_kind="person", payer=payer).publish().accept()
    return scene.check_in("site-reader").check_out().lapse()


def _reduced() -> Scene:
    scene = at(State.CHECKED_OUT)
    scene.city.do(scene.volunteer, Reduce(scene.order, Minutes(0)))
    return scene


OTHER_OUTCOMES: dict[tuple[State, Event, State], Callable[[], Scene]] = {
    (State.NONE, Event.REQUEST, State.REQUESTED): lambda: at(State.REQUESTED),
    (State.NONE, Event.REQUEST, State.PUBLISHED): _exempt,
    (State.CHECKED_IN, Event.CHECK_OUT, State.ABORTED): lambda: at(State.ABORTED),
    (State.CHECKED_IN, Event.CHECK_OUT, State.CHECKED_OUT): lambda: at(State.CHECKED_OUT),
    (State.CHECKED_OUT, Event.REDUCE, State.ABORTED): _reduced,
    (State.CHECKED_OUT, Event.TIMER, State.CONFIRMED): _silent,
    (State.CHECKED_OUT, Event.TIMER, State.DISPUTED): lambda: at(State.CHECKED_OUT).lapse(),
    (State.CONFIRMED, Event.TIMER, State.SETTLED): lambda: at(State.SETTLED),
    (State.CONFIRMED, Event.TIMER, State.DISPUTED): unendorsed,
    (State.DISPUTED, Event.RULE, State.SETTLED): lambda: appealed("split", 30),
    (State.DISPUTED, Event.RULE, State.VOID): lambda: appealed("to-payer"),
    (State.RULED, Event.TIMER, State.SETTLED): lambda: at(State.RULED).lapse(),
    (State.RULED, Event.TIMER, State.VOID): lambda: at(State.VOID),
}


def appealed(verdict: str, minutes: int = 0) -> Scene:
    """Ruled again after an appeal, by the city's arbiter."""
    return at(State.RULED).appeal().rule(verdict, minutes, by="city-arbiter")


@pytest.mark.parametrize(
    "key", list(OTHER_OUTCOMES), ids=lambda key: "-".join(str(part) for part in key)
)
def test_each_of_several_outcomes_is_reached(key: tuple[State, Event, State]) -> None:
    """Where the table lists more than one next state, none of them is idle."""
    assert OTHER_OUTCOMES[key]().now().state is key[2]


def test_every_outcome_of_the_table_is_tried() -> None:
    """Pairs with one outcome above, pairs with several by name."""
    listed = {
        (state, event, to)
        for (state, event), several in TABLE.items()
        if len(several) > 1
        for to in several
    }
    reduced_once = (State.CHECKED_OUT, Event.REDUCE, State.CHECKED_OUT)
    ruled_once = (State.DISPUTED, Event.RULE, State.RULED)
    assert listed == set(OTHER_OUTCOMES) | {reduced_once, ruled_once}
    assert after(State.CHECKED_OUT, Event.REDUCE).now().state is State.CHECKED_OUT
    assert after(State.DISPUTED, Event.RULE).now().state is State.RULED


def test_a_transaction_fires_the_orders_due_timer_first() -> None:
    """State never depends on how far the sweep of timers has come: what is due has happened."""
    scene = at(State.ACCEPTED)
    wait = scene.now().due_ms + 2 * HOUR_MS - scene.city.now_ms
    sender, body = said(scene, Event.GIVE_BACK)
    assert scene.city.refusal(sender, body, wait) == ErrorCode.WRONG_STATE
