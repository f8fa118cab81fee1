"""Manual entries (补录): honour minutes with a recorder and a second, quotas and evidence, apart from every coin.

An entry can be corrected within its first days and is final after them. Honour minutes become coins only out of a
voted fund of the purpose ``honour``, whose budget is zero unless a city decides otherwise.
"""

from typing import Final

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.policy import civil, month_of
from node.chain.records.accounts import Fund, fund_id
from node.chain.records.actors import Person
from node.chain.records.entries import HonourEntry, RecorderMonth
from node.chain.records.settings import CatalogueEntry
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.guards import (
    active_person,
    require,
    require_evidence,
    require_origin,
    require_site,
    require_unrelated,
)
from node.chain.rules.quotas import site_month
from node.chain.rules.service_hours import HONOUR as HONOUR_HOURS
from node.chain.rules.service_hours import Service, add_service, correct_service
from node.chain.state import Account, Book, Leg, Moment, View, post
from node.chain.tx.entries import ConvertHonour, CorrectHonour, EnterHonour
from node.chain.tx.organisation import MoneyAction
from node.chain.types import Code, Id, Minutes
from node.chain.units import enter_honour, take_honour

HONOUR: Final = Code("honour")


def _check(view: View, at: Moment, action: MoneyAction, proposer: Id) -> Scope:
    match action:
        case EnterHonour():
            return _check_entry(view, at, action, proposer)
        case CorrectHonour():
            return _check_correction(view, at, action)
        case ConvertHonour():
            return _check_conversion(view, at, action)
        case _:
            raise Bug(f"{type(action).__name__} is no action of entries")


def _perform(view: View, at: Moment, action: MoneyAction, seconded: Seconded) -> None:
    match action:
        case EnterHonour():
            _enter(view, at, action, seconded)
        case CorrectHonour():
            entry = view.need(HonourEntry, action.entry)
            corrected = Minutes(entry.corrected_min + action.minutes)
            view.put(replace(entry, corrected_min=corrected))
            take_honour(view, entry.person, action.minutes)
            service = Service(entry.person, entry.served_ms, HONOUR_HOURS, entry.entered_ms)
            correct_service(view, at, service, -action.minutes)
        case ConvertHonour():
            person = view.need(Person, action.person)
            fund = Account(Book.FUND_FREE, fund_id(person.home, action.year, HONOUR))
            post(view, (Leg(fund, Account(Book.AVAILABLE, person.id), action.minutes),))
            take_honour(view, person.id, action.minutes)
        case _:
            raise Bug(f"{type(action).__name__} is no action of entries")


def _check_entry(view: View, at: Moment, action: EnterHonour, proposer: Id) -> Scope:
    policy = at.policy.manual
    person = active_person(view, action.person)
    require_unrelated(view.need(Person, proposer), person)
    require_site(view, action.district, action.site)
    known = view.get(CatalogueEntry, action.service.encode()) is not None
    require(known, ErrorCode.UNKNOWN_SERVICE, action.service)
    in_range = 0 < action.minutes <= policy.entry_max_min
    require(in_range, ErrorCode.MINUTES_OUT_OF_RANGE, f"{action.minutes} of {policy.entry_max_min}")
    require(action.served_ms <= at.time_ms, ErrorCode.TOO_EARLY, "the service lies ahead")
    require_evidence(action.evidence)
    entered = _recorder_month(view, at, proposer).entered_min + action.minutes
    own = policy.recorder_month_max_min
    require(entered <= own, ErrorCode.ENTRY_QUOTA, f"{own} minutes a recorder and month")
    month = site_month(view, action.district, action.site, month_of(at.time_ms))
    site = policy.site_month_max_min
    within = month.entered_min + action.minutes <= site
    require(within, ErrorCode.ENTRY_QUOTA, f"{site} minutes a site and month")
    return Scope(action.district, frozenset({person.id}))


def _recorder_month(view: View, at: Moment, recorder: Id) -> RecorderMonth:
    """The recorder's counts of the month of the entry, which is the present one."""
    month = month_of(at.time_ms)
    found = view.get(RecorderMonth, recorder)
    if found is None or found.month != month:
        return RecorderMonth(recorder, month, Minutes(0), b"")
    return found


def _enter(view: View, at: Moment, action: EnterHonour, seconded: Seconded) -> None:
    proposal = seconded.proposal
    own = _recorder_month(view, at, proposal.proposer)
    view.put(replace(own, entered_min=Minutes(own.entered_min + action.minutes)))
    site = site_month(view, action.district, action.site, month_of(at.time_ms))
    view.put(replace(site, entered_min=Minutes(site.entered_min + action.minutes)))
    view.create(
        HonourEntry(
            id=proposal.id,
            origin=proposal.origin,
            person=action.person,
            recorder=proposal.proposer,
            seconder=seconded.seconder,
            district=action.district,
            site=action.site,
            service=action.service,
            served_ms=action.served_ms,
            minutes=action.minutes,
            corrected_min=Minutes(0),
            entered_ms=at.time_ms,
            evidence=action.evidence,
            touch=b"",
        )
    )
    enter_honour(view, action.person, action.minutes)
    service = Service(action.person, action.served_ms, HONOUR_HOURS, at.time_ms)
    add_service(view, service, action.minutes)


def _check_correction(view: View, at: Moment, action: CorrectHonour) -> Scope:
    entry = view.need(HonourEntry, action.entry)
    require_origin(entry.origin, action.origin)
    last = entry.entered_ms + at.policy.manual.entry_final_ms
    require(at.time_ms < last, ErrorCode.TOO_LATE, f"final since {last}")
    left = entry.minutes - entry.corrected_min
    require(0 < action.minutes <= left, ErrorCode.MINUTES_OUT_OF_RANGE, f"{left} left")
    require_evidence(action.evidence)
    has = view.need(Person, entry.person).honour.balance
    require(action.minutes <= has, ErrorCode.INSUFFICIENT_MINUTES, f"{has} honour minutes")
    return Scope(entry.district, frozenset({entry.person, entry.recorder}))


def _check_conversion(view: View, at: Moment, action: ConvertHonour) -> Scope:
    person = active_person(view, action.person)
    year, _ = civil(at.time_ms)
    require(action.year == year, ErrorCode.YEAR_CLOSED, str(action.year))
    require(action.minutes > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "0")
    require_evidence(action.evidence)
    fund = view.get(Fund, fund_id(person.home, year, HONOUR))
    free = fund.free.balance if fund else 0
    require(action.minutes <= free, ErrorCode.BUDGET_EXCEEDED, f"{free} in the honour fund")
    has = person.honour.balance
    require(action.minutes <= has, ErrorCode.INSUFFICIENT_MINUTES, f"{has} honour minutes")
    cap = at.policy.persons.cap_min
    room = cap - person.store_min
    require(cap == 0 or action.minutes <= room, ErrorCode.CAP_REACHED, f"room for {room}")
    return Scope(person.home, frozenset({person.id}))


ACTIONS: Final = ActionFamily(
    {
        EnterHonour: (("recorder",), ("reviewer",)),
        CorrectHonour: (("recorder", "reviewer"), ("reviewer",)),
        ConvertHonour: (("treasurer",), ("arbiter", "treasurer")),
    },
    _check,
    _perform,
)
