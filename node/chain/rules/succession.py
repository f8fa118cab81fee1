"""A change of the authority set takes effect: sets, voices, new districts, and what a merged district leaves.

At the start of block h + 2 the present set becomes a past one. Operators and seats that lost their place keep their
record without a key, so that their sequence goes on if they come back and no old statement can be used again.

A merged district's persons and free minutes go to its successor some at a time (``MoveHomes``), because their number
has no bound. Until then they are at home where they were, and every identity holds at every step: minutes of a person
who moves go from one district to the other like any transfer, and the position between the two with them.
"""

from typing import Final

from msgspec.structs import replace

from node.chain.certificate import AuthoritySet
from node.chain.errors import ErrorCode
from node.chain.records.accounts import EMPTY, District, Fund, Totals, fund_id, new_district
from node.chain.records.actors import Operator, Person, operator_id, seat_id
from node.chain.records.authorities import Merger, PastSet, RootMark, height_id
from node.chain.records.bindings import Site
from node.chain.records.motions import Motion
from node.chain.records.settings import AUTHORITIES_ID, AuthorityRecord
from node.chain.rules.guards import require, require_site
from node.chain.seats import schedule_of
from node.chain.state import (
    Account,
    Book,
    Leg,
    Moment,
    View,
    district_of,
    move_home_totals,
    post,
)
from node.chain.tx.authorities import AddAuthority, FundName, MergeDistrict, MoveHomes
from node.chain.types import Code, Hash, Height, Id

ROOTS_KEPT: Final = 1_000
"""Heights whose state root a new key may sign."""


def begin(view: View, at: Moment) -> None:
    """At a block's start: the set that waits for this height signs it; roots are kept while keys are to be proven."""
    schedule = schedule_of(view)
    if any(entry.unproven for entry in schedule.open):
        view.put(RootMark(Height(at.height - 1), at.previous_root, b""))
    oldest = at.height - 1 - ROOTS_KEPT
    mark = view.get(RootMark, height_id(oldest)) if oldest >= 0 else None
    if mark is not None:
        view.remove(mark)
    if schedule.waiting and schedule.waiting[0].effective_height == at.height:
        _take_effect(view, at)


def _take_effect(view: View, at: Moment) -> None:
    schedule = schedule_of(view)
    waiting = schedule.waiting[0]
    before = view.need(AuthorityRecord, AUTHORITIES_ID)
    view.create(PastSet(Height(before.effective_height), before.authorities, b""))
    after = replace(before, effective_height=at.height, authorities=waiting.authorities)
    view.put(after)
    past = (*schedule.past, before.effective_height)
    view.put(replace(schedule, past=past, waiting=()))
    give_voices(view, at.city_id, before.authorities, after.authorities)
    subject = view.need(Motion, waiting.motion).subject
    if isinstance(subject, AddAuthority):
        _begin_district(view, subject)
    elif isinstance(subject, MergeDistrict):
        merge(view, at, subject)


def give_voices(view: View, city_id: Hash, before: AuthoritySet, after: AuthoritySet) -> None:
    """Operators and seats have the keys of the new set, those without a place none."""
    old = {m.district: m for m in before.members}
    new = {m.district: m for m in after.members}
    for code in sorted(set(old) | set(new)):
        member = new.get(code)
        if member == old.get(code):
            continue
        keys = (b"", b"") if member is None else (member.operator_key, member.consensus_key)
        suite = (member or old[code]).suite
        ids = (operator_id(city_id, code), seat_id(city_id, code))
        for id_, key in zip(ids, keys, strict=True):
            _give_key(view, id_, code, suite, key)


def _give_key(view: View, id_: Id, district: Code, suite: int, key: bytes) -> None:
    voice = view.get(Operator, id_) or Operator(id_, district, suite, key, (0,), 0, 0, b"")
    view.put(replace(voice, suite=suite, key=key))


def _begin_district(view: View, subject: AddAuthority) -> None:
    code = subject.authority.district
    if view.get(District, code.encode()) is None:
        view.create(new_district(code))
        for site in subject.sites:
            view.create(Site(code, site, b""))


def merge(view: View, at: Moment, subject: MergeDistrict) -> None:
    """From now on a district is part of its successor, which gets its pool at once."""
    view.create(Merger(subject.district, subject.successor, at.height, b""))
    _move_pool(view, subject.district, subject.successor)


def _move_pool(view: View, district: Code, successor: Code) -> None:
    """The pool's free minutes; what is held comes when its holds end and somebody moves again."""
    free = district_of(view, district).pool_free.balance
    source, target = (Account(Book.POOL_FREE, code.encode()) for code in (district, successor))
    post(view, (Leg(source, target, free),))


def move_homes(view: View, body: MoveHomes) -> None:
    """Some persons of a merged district, its pool, and free minutes of some funds go to its successor.

    Raises:
        Rejected: ``NO_SUCH_OBJECT``, no merger, site, person or fund of that name; ``WRONG_DISTRICT``, a person who
            is not at home there.
    """
    merger = view.need(Merger, body.district.encode())
    require_site(view, merger.successor, body.site)
    for id_ in body.persons:
        person = view.need(Person, id_)
        require(person.home == body.district, ErrorCode.WRONG_DISTRICT, person.home)
        move_person(view, person, merger.successor, body.site)
    _move_pool(view, body.district, merger.successor)
    for name in body.funds:
        _move_fund(view, merger, name)


def move_person(view: View, person: Person, home: Code, site: Code) -> None:
    """The person with all units, under the successor's next volunteer number if they have one."""
    move_home_totals(view, person.home, home, "persons", person.store_min)
    _move_unit(view, person.home, home, "honour", person.honour.balance)
    _move_unit(view, person.home, home, "claims", person.claimed_min)
    district = district_of(view, home)
    number = district.next_number if person.number else 0
    view.put(replace(district, next_number=district.next_number + (1 if number else 0)))
    view.put(replace(person, home=home, site=site, number=number))


def _move_unit(view: View, source: Code, target: Code, name: str, amount: int) -> None:
    """A unit without positions: out of one district's totals, into the other's."""
    for code, debit, credit in ((source, amount, 0), (target, 0, amount)):
        if amount:
            district = district_of(view, code)
            totals: Totals = getattr(district, name)
            moved = Totals(totals.debits + debit, totals.credits + credit)
            view.put(replace(district, **{name: moved}))


def _move_fund(view: View, merger: Merger, name: FundName) -> None:
    """The free minutes; held ones come back to the old fund when their holds end, and move again from there."""
    fund = view.need(Fund, fund_id(merger.district, name.year, name.purpose))
    key = fund_id(merger.successor, name.year, name.purpose)
    if fund.due_ms == 0 or fund.free.balance == 0:
        return
    if view.get(Fund, key) is None:
        view.create(Fund(merger.successor, name.year, name.purpose, EMPTY, EMPTY, fund.due_ms, b""))
    source, target = Account(Book.FUND_FREE, fund.key_id), Account(Book.FUND_FREE, key)
    post(view, (Leg(source, target, fund.free.balance),))
