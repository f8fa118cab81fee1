"""How an event is opened: place, quotas and payer, by a recorder and a reviewer."""

from typing import Final

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.policy import MINUTE_MS, civil, month_of
from node.chain.records.accounts import fund_id
from node.chain.records.events import Event
from node.chain.records.settings import CatalogueEntry
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.guards import (
    require,
    require_site,
)
from node.chain.rules.payments import (
    count_hold,
    free_account,
    free_minutes,
    held_account,
    weighted,
)
from node.chain.rules.quotas import site_month
from node.chain.state import Leg, Moment, View, post
from node.chain.tx.events import OpenEvent
from node.chain.tx.organisation import MoneyAction
from node.chain.types import Code, EpochMs, Id, Minutes

PAYERS: Final = frozenset({"fund", "pool", "city-pool", "honour"})
HONOUR: Final = "honour"
OPEN: Final = Code("open")
CLOSED: Final = Code("closed")


def planned_end_ms(event: Event) -> EpochMs:
    """Start plus the minutes of a place."""
    return EpochMs(event.start_ms + event.minutes * MINUTE_MS)


def _check(view: View, at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case OpenEvent():
            _check_place(view, at, action)
            _check_quotas(view, at, action)
            _check_payer(view, action)
            return Scope(action.district, frozenset())
        case _:
            raise Bug(f"{type(action).__name__} is no action of events")


def _check_place(view: View, at: Moment, action: OpenEvent) -> None:
    require_site(view, action.district, action.site)
    entry = view.get(CatalogueEntry, action.service.encode())
    known = entry is not None and not entry.service.retired
    require(known, ErrorCode.UNKNOWN_SERVICE, action.service)
    service = at.policy.service
    whole = 0 < action.minutes <= service.day_max_min and action.minutes % service.quantum_min == 0
    require(whole, ErrorCode.MINUTES_OUT_OF_RANGE, str(action.minutes))
    latest = at.time_ms + at.policy.orders.publish_ahead_max_ms
    ahead = at.time_ms <= action.start_ms <= latest
    require(ahead, ErrorCode.WINDOW_OUT_OF_RANGE, f"{action.start_ms}, now {at.time_ms}")


def _check_quotas(view: View, at: Moment, action: OpenEvent) -> None:
    manual, code = at.policy.manual, ErrorCode.ENTRY_QUOTA
    fits = 0 < action.places <= manual.event_heads_max
    require(fits, code, f"{action.places} of {manual.event_heads_max} places")
    month = site_month(view, action.district, action.site, month_of(action.start_ms))
    require(month.events < manual.event_site_month_max, code, "events of the site and month")
    heads = month.heads + action.places
    require(heads <= manual.event_site_month_heads_max, code, f"{heads} heads of site and month")


def _payer(action: OpenEvent) -> bytes:
    match action.payer_kind:
        case "fund":
            year, _ = civil(action.start_ms)
            return fund_id(action.district, year, action.purpose)
        case "pool":
            return action.district.encode()
        case _:
            return b""


def _held_for(view: View, action: OpenEvent) -> int:
    """Places × weighted minutes."""
    weight = view.need(CatalogueEntry, action.service.encode()).service.weight_permille
    return action.places * weighted(action.minutes, weight)


def _check_payer(view: View, action: OpenEvent) -> None:
    kind = action.payer_kind
    require(kind in PAYERS, ErrorCode.BAD_FIELD, kind)
    require((kind == "fund") == (action.purpose != "-"), ErrorCode.PURPOSE_UNKNOWN, action.purpose)
    pooled = kind in {"pool", "city-pool"}
    require(not pooled or action.rule != "-", ErrorCode.RULE_MISSING, "a pool pays by a named rule")
    if kind == HONOUR:
        return
    free = free_minutes(view, free_account(kind, _payer(action)))
    code = ErrorCode.POOL_EMPTY if pooled else ErrorCode.INSUFFICIENT_MINUTES
    require(_held_for(view, action) <= free, code, f"{free} free")


def _perform(view: View, at: Moment, action: MoneyAction, seconded: Seconded) -> None:
    match action:
        case OpenEvent():
            _open(view, at, action, seconded)
        case _:
            raise Bug(f"{type(action).__name__} is no action of events")


def _open(view: View, at: Moment, action: OpenEvent, seconded: Seconded) -> None:
    kind, payer = action.payer_kind, _payer(action)
    hold = 0 if kind == HONOUR else _held_for(view, action)
    if hold:
        post(view, (Leg(free_account(kind, payer), held_account(kind, payer), hold),))
        count_hold(view, opened=hold, closed=0)
    month = site_month(view, action.district, action.site, month_of(action.start_ms))
    view.put(replace(month, events=month.events + 1, heads=month.heads + action.places))
    event = Event(
        id=seconded.proposal.id,
        origin=seconded.proposal.origin,
        proposer=seconded.proposal.proposer,
        district=action.district,
        site=action.site,
        service=action.service,
        payer_kind=kind,
        payer=payer,
        rule=action.rule,
        start_ms=action.start_ms,
        minutes=action.minutes,
        places=action.places,
        hold_min=Minutes(hold),
        weight_permille=view.need(CatalogueEntry, action.service.encode()).service.weight_permille,
        policy_version=at.policy.version,
        attendances=(),
        state=OPEN,
        reason=Code("-"),
        due_ms=EpochMs(0),
        touch=b"",
    )
    due = EpochMs(planned_end_ms(event) + at.policy.orders.unclosed_ms)
    view.create(replace(event, due_ms=due))


ACTIONS: Final = ActionFamily({OpenEvent: (("recorder",), ("reviewer",))}, _check, _perform)
