"""The order machine as a table: every pair of state and event that is allowed, and where it may lead.

Rules: a pair not in ``TABLE`` is refused. The rules of ``node.chain.rules.orders`` choose among the listed outcomes and
assert that their choice is one of them. Every live state has a timer; timers never convict: a missed start lapses,
only a person reports a no-show. Finals accept no event. The diagram in the documentation is generated from this table.
"""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an order stands."""

    NONE = "none"
    REQUESTED = "requested"
    PUBLISHED = "published"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    CHECKED_IN = "checked_in"
    UNCLOSED = "unclosed"
    CHECKED_OUT = "checked_out"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    RULED = "ruled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ABORTED = "aborted"
    SETTLED = "settled"
    VOID = "void"


class Event(StrEnum):
    """What may happen to an order."""

    REQUEST = "request"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    GIVE_BACK = "give_back"
    CANCEL = "cancel"
    CHECK_IN = "check_in"
    REPORT_NO_SHOW = "report_no_show"
    LATE_REPORT = "late_report"
    CHECK_OUT = "check_out"
    EXTEND = "extend"
    OBJECT = "object"
    TIME_STATEMENT = "time_statement"
    CONFIRM = "confirm"
    REDUCE = "reduce"
    ENDORSE = "endorse"
    RULE = "rule"
    APPEAL = "appeal"
    TIMER = "timer"


S = State
E = Event

FINALS: Final[frozenset[State]] = frozenset(
    {S.REJECTED, S.WITHDRAWN, S.EXPIRED, S.CANCELLED, S.NO_SHOW, S.ABORTED, S.SETTLED, S.VOID}
)
HOLDING: Final[frozenset[State]] = frozenset(
    {
        S.PUBLISHED,
        S.ACCEPTED,
        S.LAPSED,
        S.CHECKED_IN,
        S.UNCLOSED,
        S.CHECKED_OUT,
        S.CONFIRMED,
        S.DISPUTED,
        S.RULED,
    }
)
"""States in which the payer's minutes are held."""

TABLE: Final[dict[tuple[State, Event], tuple[State, ...]]] = {
    (S.NONE, E.REQUEST): (S.REQUESTED, S.PUBLISHED),
    (S.REQUESTED, E.APPROVE): (S.PUBLISHED,),
    (S.REQUESTED, E.REJECT): (S.REJECTED,),
    (S.REQUESTED, E.WITHDRAW): (S.WITHDRAWN,),
    (S.REQUESTED, E.TIMER): (S.EXPIRED,),
    (S.PUBLISHED, E.ACCEPT): (S.ACCEPTED,),
    (S.PUBLISHED, E.WITHDRAW): (S.WITHDRAWN,),
    (S.PUBLISHED, E.TIMER): (S.EXPIRED,),
    (S.ACCEPTED, E.GIVE_BACK): (S.PUBLISHED,),
    (S.ACCEPTED, E.CANCEL): (S.CANCELLED,),
    (S.ACCEPTED, E.CHECK_IN): (S.CHECKED_IN,),
    (S.ACCEPTED, E.REPORT_NO_SHOW): (S.NO_SHOW,),
    (S.ACCEPTED, E.LATE_REPORT): (S.CHECKED_OUT,),
    (S.ACCEPTED, E.TIMER): (S.LAPSED,),
    (S.LAPSED, E.CHECK_IN): (S.CHECKED_IN,),
    (S.LAPSED, E.CANCEL): (S.CANCELLED,),
    (S.LAPSED, E.REPORT_NO_SHOW): (S.NO_SHOW,),
    (S.LAPSED, E.LATE_REPORT): (S.CHECKED_OUT,),
    (S.LAPSED, E.TIMER): (S.EXPIRED,),
    (S.CHECKED_IN, E.CHECK_OUT): (S.CHECKED_OUT, S.ABORTED),
    (S.CHECKED_IN, E.EXTEND): (S.CHECKED_IN,),
    (S.CHECKED_IN, E.LATE_REPORT): (S.CHECKED_OUT,),
    (S.CHECKED_IN, E.OBJECT): (S.DISPUTED,),
    (S.CHECKED_IN, E.TIMER): (S.UNCLOSED,),
    (S.UNCLOSED, E.LATE_REPORT): (S.CHECKED_OUT,),
    (S.UNCLOSED, E.TIME_STATEMENT): (S.CHECKED_OUT,),
    (S.UNCLOSED, E.OBJECT): (S.DISPUTED,),
    (S.UNCLOSED, E.TIMER): (S.ABORTED,),
    (S.CHECKED_OUT, E.CONFIRM): (S.CONFIRMED,),
    (S.CHECKED_OUT, E.REDUCE): (S.CHECKED_OUT, S.ABORTED),
    (S.CHECKED_OUT, E.OBJECT): (S.DISPUTED,),
    (S.CHECKED_OUT, E.ENDORSE): (S.CHECKED_OUT,),
    (S.CHECKED_OUT, E.TIMER): (S.CONFIRMED, S.DISPUTED),
    (S.CONFIRMED, E.OBJECT): (S.DISPUTED,),
    (S.CONFIRMED, E.ENDORSE): (S.CONFIRMED,),
    (S.CONFIRMED, E.TIMER): (S.SETTLED, S.DISPUTED),
    (S.DISPUTED, E.CONFIRM): (S.CONFIRMED,),
    (S.DISPUTED, E.ENDORSE): (S.CONFIRMED,),
    (S.DISPUTED, E.RULE): (S.RULED, S.SETTLED, S.VOID),
    (S.DISPUTED, E.TIMER): (S.VOID,),
    (S.RULED, E.APPEAL): (S.DISPUTED,),
    (S.RULED, E.TIMER): (S.SETTLED, S.VOID),
}


def outcomes(state: State, event: Event) -> tuple[State, ...]:
    """Where an event may lead from a state; empty when the pair is refused."""
    return TABLE.get((state, event), ())
