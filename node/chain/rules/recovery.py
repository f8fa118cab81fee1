"""A lost key: the printed card, two of three contacts, or the desk; then a delay in which the owner may object.

During the delay nothing goes out of the account (``node.chain.rules.standing``). The old key ends an attempt once; the
next one begins at the desk, in person before two staff of two sites, and only an arbiter ends it. So neither a thief
with the phone nor one with the card can keep the owner out for ever, and staff alone never hold a person's key: the
person makes the new one and proves to have it.
"""

from typing import Final, NamedTuple, assert_never

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.records.actors import CLOSED, Person
from node.chain.records.recovery import IDLE, PENDING, Recovery, Support
from node.chain.rules.actions import ActionFamily, Scope, Seconded, SecondPlace
from node.chain.rules.guards import (
    active_person,
    known_person,
    require,
    require_evidence,
    sending_person,
)
from node.chain.rules.newkeys import check_new_key
from node.chain.state import Moment, View
from node.chain.tx.envelope import RecoveryBody, Transaction
from node.chain.tx.organisation import MoneyAction
from node.chain.tx.recovery import (
    Recover,
    RecoverAtDesk,
    SetContacts,
    SupportRecovery,
    VetoRecovery,
)
from node.chain.types import Code, EpochMs, Id

DESK: Final = Code("desk")
CITY: Final = "city"


def apply(view: View, at: Moment, tx: Transaction, body: RecoveryBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    match body:
        case Recover():
            check_new_key(at, body.suite, body.key, body.possession, sender.id)
            _begin(view, at, sender, _Attempt(Code("card"), body.suite, body.key))
        case SetContacts():
            _set_contacts(view, at, sender, body)
        case SupportRecovery():
            _support(view, at, sender, body)
        case VetoRecovery():
            _veto(view, at, sender, body)
        case _:
            assert_never(body)


class _Attempt(NamedTuple):
    """What an attempt would put in force, and which staff brought it."""

    route: Code
    suite: int
    key: bytes
    staff: tuple[Id, ...] = ()


def recovery_of(view: View, person: Id) -> Recovery:
    """The account's record of attempts; an empty one before the first."""
    blank = Recovery(person, IDLE, Code("-"), 0, b"", (), (), (), EpochMs(0), EpochMs(0), b"")
    return view.get(Recovery, person) or blank


def _require_may_begin(view: View, at: Moment, person: Person, attempt: _Attempt) -> Recovery:
    policy = at.policy.persons
    before = recovery_of(view, person.id)
    require(before.state != PENDING, ErrorCode.RECOVERY_PENDING, "an attempt is under way")
    in_use = attempt.key in {person.key, person.recovery_key}
    require(not in_use, ErrorCode.ALREADY_DONE, "the key is in force")
    oldest = at.time_ms - policy.recovery_window_ms
    if attempt.route != DESK:
        free = before.vetoed_ms == 0 or before.vetoed_ms < oldest
        require(free, ErrorCode.METHOD_NOT_ALLOWED, "after a veto only at the desk")
    recent = tuple(began for began in before.attempts if began >= oldest)
    most = policy.recovery_attempts_max
    require(len(recent) < most, ErrorCode.RESTING_PERIOD, f"{most} attempts in the window")
    return replace(before, attempts=recent)


def _begin(view: View, at: Moment, person: Person, attempt: _Attempt) -> None:
    before = _require_may_begin(view, at, person, attempt)

    view.put(
        replace(
            before,
            state=PENDING,
            route=attempt.route,
            suite=attempt.suite,
            key=attempt.key,
            supports=(),
            staff=attempt.staff,
            attempts=(*before.attempts, at.time_ms),
            due_ms=EpochMs(at.time_ms + at.policy.persons.recovery_delay_ms),
        )
    )


def _set_contacts(view: View, at: Moment, sender: Person, body: SetContacts) -> None:
    most = at.policy.persons.contacts_max
    require(len(body.contacts) <= most, ErrorCode.AGENT_LIMIT, f"at most {most} contacts")
    distinct = len(set(body.contacts)) == len(body.contacts)
    require(distinct, ErrorCode.ALREADY_EXISTS, "a contact twice")
    require(sender.id not in body.contacts, ErrorCode.SAME_PERSON, "one's own contact")
    for contact in body.contacts:
        active_person(view, contact)

    view.put(replace(sender, contacts=body.contacts))


def _support(view: View, at: Moment, sender: Person, body: SupportRecovery) -> None:
    person = active_person(view, body.person)
    require(sender.id in person.contacts, ErrorCode.NOT_A_PARTY, "not a contact")
    check_new_key(at, body.suite, body.key, body.possession, person.id)
    attempt = _Attempt(Code("contacts"), body.suite, body.key)
    before = _require_may_begin(view, at, person, attempt)

    oldest = at.time_ms - at.policy.ledger.proposal_ms
    others = tuple(
        s
        for s in before.supports
        if s.contact != sender.id and s.contact in person.contacts and s.given_ms >= oldest
    )
    supports = (*others, Support(sender.id, body.key, at.time_ms))
    view.put(replace(before, supports=supports))
    agreed = sum(1 for s in supports if s.key == body.key)
    if agreed >= at.policy.persons.contacts_needed:
        _begin(view, at, person, attempt)


def _veto(view: View, at: Moment, sender: Person, body: VetoRecovery) -> None:
    recovery = recovery_of(view, body.person)
    require(recovery.state == PENDING, ErrorCode.WRONG_STATE, recovery.state)
    if sender.id == body.person:
        by_key = recovery.route != DESK
        require(by_key, ErrorCode.METHOD_NOT_ALLOWED, "only an arbiter ends an attempt at the desk")
        vetoed_ms = at.time_ms
    else:
        home = known_person(view, body.person).home
        arbiter = any(sender.has_role("arbiter", d, at.time_ms) for d in (home, CITY))
        require(arbiter, ErrorCode.ROLE_MISSING, f"arbiter in {home}")
        apart = sender.id not in recovery.staff
        require(apart, ErrorCode.SAME_PERSON, "has brought the attempt")
        vetoed_ms = recovery.vetoed_ms

    ended = replace(recovery, state=Code("vetoed"), vetoed_ms=vetoed_ms, due_ms=EpochMs(0))
    view.put(ended)


def fire_recovery(view: View, recovery: Recovery) -> None:
    """The delay is over: the new key is in force; the sequence goes on."""
    ended = replace(recovery, state=Code("done"), vetoed_ms=EpochMs(0), due_ms=EpochMs(0))
    view.put(ended)
    person = view.need(Person, recovery.person)
    if person.status != CLOSED:
        view.put(replace(person, suite=recovery.suite, key=recovery.key))


def _check(view: View, at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case RecoverAtDesk():
            person = active_person(view, action.person)
            check_new_key(at, action.suite, action.key, action.possession, person.id)
            require_evidence(action.evidence)
            _require_may_begin(view, at, person, _Attempt(DESK, action.suite, action.key))
            subjects = frozenset({person.id, *person.contacts})
            return Scope(person.home, subjects, SecondPlace.OTHER_SITE)
        case _:
            raise Bug(f"{type(action).__name__} is no action of recovery")


def _perform(view: View, at: Moment, action: MoneyAction, seconded: Seconded) -> None:
    match action:
        case RecoverAtDesk():
            staff = (seconded.proposal.proposer, seconded.seconder)
            person = view.need(Person, action.person)
            _begin(view, at, person, _Attempt(DESK, action.suite, action.key, staff))
        case _:
            raise Bug(f"{type(action).__name__} is no action of recovery")


ACTIONS: Final = ActionFamily(
    {RecoverAtDesk: (("recorder", "reviewer"), ("reviewer",))}, _check, _perform
)
