"""Suspensions of persons and pauses of classes and sites: always by a named human, with a reason and an end.

Nothing suspends by itself. A reviewer stops a person for thirty days at most; another reviewer, an arbiter on appeal,
or time ends it. It goes on, or begins again before as many days have passed, only when two people decide so.
"""

from typing import Final, NamedTuple, assert_never

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.records.actors import Person
from node.chain.records.safety import ACTIVE, ENDED, Suspension, suspension_id
from node.chain.records.settings import CatalogueEntry
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.guards import (
    active_person,
    known_person,
    require,
    require_evidence,
    require_role,
    require_site,
    require_unrelated,
    sending_person,
)
from node.chain.rules.stops import ACCEPT, OUTGOING
from node.chain.state import Moment, View
from node.chain.tx.envelope import SafetyBody, Transaction
from node.chain.tx.organisation import MoneyAction
from node.chain.tx.safety import (
    AppealSuspension,
    EndSuspension,
    Pause,
    RenewSuspension,
    Resume,
    Suspend,
)
from node.chain.types import Code, EpochMs, Hash, Id

SCOPES: Final = frozenset({ACCEPT, OUTGOING})
KINDS: Final = frozenset({"class", "site"})
CITY: Final = "city"
LIFTED: Final = Code("lifted")
UPHELD: Final = Code("upheld")


def apply(view: View, at: Moment, tx: Transaction, body: SafetyBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    match body:
        case Suspend():
            _suspend(view, at, sender, body)
        case EndSuspension():
            _end(view, at, sender, body)
        case AppealSuspension():
            _appeal(view, at, sender, body)
        case Pause():
            _pause(view, at, sender, body)
        case Resume():
            _resume(view, at, sender, body)
        case _:
            assert_never(body)


class _Stop(NamedTuple):
    """What is stopped, why and how long."""

    subject: bytes
    scope: Code
    reason: Code
    until_ms: EpochMs
    evidence: Hash


def _require_end(at: Moment, until_ms: EpochMs) -> None:
    latest = at.time_ms + at.policy.persons.suspension_max_ms
    within = at.time_ms < until_ms <= latest
    require(within, ErrorCode.WINDOW_OUT_OF_RANGE, f"until {until_ms}, at most {latest}")


def _write(view: View, at: Moment, stop: _Stop, deciders: tuple[Id, ...]) -> None:
    view.put(
        Suspension(
            subject=stop.subject,
            scope=stop.scope,
            reason=stop.reason,
            evidence=stop.evidence,
            deciders=deciders,
            since_ms=at.time_ms,
            until_ms=stop.until_ms,
            appealed=0,
            verdict=Code("-"),
            state=ACTIVE,
            due_ms=stop.until_ms,
            touch=b"",
        )
    )


def _suspend(view: View, at: Moment, sender: Person, body: Suspend) -> None:
    person = active_person(view, body.person)
    require_role(sender, "reviewer", person.home, at.time_ms)
    require(sender.id != person.id, ErrorCode.SAME_PERSON, "nobody suspends themselves")
    require_unrelated(sender, person)
    require(body.scope in SCOPES, ErrorCode.BAD_FIELD, body.scope)
    _require_end(at, body.until_ms)
    require_evidence(body.evidence)
    before = view.get(Suspension, suspension_id(body.scope, person.id))
    if before is not None:
        require(not before.holds(at.time_ms), ErrorCode.ALREADY_DONE, "suspended")
        longest = at.policy.persons.suspension_max_ms
        fresh = at.time_ms >= before.until_ms + longest
        require(fresh, ErrorCode.NEEDS_ENDORSEMENT, "two people renew")

    stop = _Stop(person.id, body.scope, body.reason, body.until_ms, body.evidence)
    _write(view, at, stop, (sender.id,))


def _held(view: View, at: Moment, scope: str, subject: bytes) -> Suspension:
    found = view.need(Suspension, suspension_id(scope, subject))
    require(found.holds(at.time_ms), ErrorCode.WRONG_STATE, "it has ended")
    return found


def _lift(view: View, at: Moment, stopped: Suspension) -> None:
    ended = replace(stopped, state=ENDED, until_ms=at.time_ms, due_ms=EpochMs(0))
    view.put(ended)


def _end(view: View, at: Moment, sender: Person, body: EndSuspension) -> None:
    stopped = _held(view, at, body.scope, body.person)
    person = known_person(view, body.person)
    apart = sender.id not in {*stopped.deciders, person.id}
    require(apart, ErrorCode.SAME_PERSON, "who decided it, or whom it concerns")
    require(body.verdict in {LIFTED, UPHELD}, ErrorCode.BAD_FIELD, body.verdict)
    arbiter = any(sender.has_role("arbiter", d, at.time_ms) for d in (person.home, CITY))
    if stopped.appealed and arbiter:
        unanswered = stopped.verdict == "-"
        require(unanswered, ErrorCode.ALREADY_DONE, "the appeal is answered")
    else:
        require_role(sender, "reviewer", person.home, at.time_ms)
        require(body.verdict == LIFTED, ErrorCode.ROLE_MISSING, "only an arbiter upholds")

    answered = replace(stopped, verdict=body.verdict)
    if body.verdict == LIFTED:
        _lift(view, at, answered)
    else:
        view.put(answered)


def _appeal(view: View, at: Moment, sender: Person, body: AppealSuspension) -> None:
    stopped = _held(view, at, body.scope, sender.id)
    require(stopped.appealed == 0, ErrorCode.ALREADY_DONE, "one appeal")

    view.put(replace(stopped, appealed=1))


def _pause(view: View, at: Moment, sender: Person, body: Pause) -> None:
    require_role(sender, "reviewer", body.district, at.time_ms)
    require(body.kind in KINDS, ErrorCode.BAD_FIELD, body.kind)
    if body.kind == "site":
        require_site(view, body.district, body.code)
    else:
        known = view.get(CatalogueEntry, body.code.encode()) is not None
        require(known, ErrorCode.UNKNOWN_SERVICE, body.code)
    _require_end(at, body.until_ms)
    require_evidence(body.evidence)
    subject = f"{body.district}/{body.code}".encode()
    before = view.get(Suspension, suspension_id(body.kind, subject))
    again = before is not None and before.holds(at.time_ms)
    require(not again, ErrorCode.ALREADY_DONE, "paused")

    stop = _Stop(subject, body.kind, body.reason, body.until_ms, body.evidence)
    _write(view, at, stop, (sender.id,))


def _resume(view: View, at: Moment, sender: Person, body: Resume) -> None:
    require(body.kind in KINDS, ErrorCode.BAD_FIELD, body.kind)
    require_role(sender, "reviewer", body.district, at.time_ms)
    stopped = _held(view, at, body.kind, f"{body.district}/{body.code}".encode())
    apart = sender.id not in stopped.deciders
    require(apart, ErrorCode.SAME_PERSON, "who paused it")

    _lift(view, at, replace(stopped, verdict=LIFTED))


def end_suspension(view: View, suspension: Suspension) -> None:
    """Its time is over."""
    view.put(replace(suspension, state=ENDED, due_ms=EpochMs(0)))


def _check(view: View, at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case RenewSuspension():
            person = active_person(view, action.person)
            require(action.scope in SCOPES, ErrorCode.BAD_FIELD, action.scope)
            view.need(Suspension, suspension_id(action.scope, person.id))
            _require_end(at, action.until_ms)
            require_evidence(action.evidence)
            return Scope(person.home, frozenset({person.id}))
        case _:
            raise Bug(f"{type(action).__name__} is no action of safety")


def _perform(view: View, at: Moment, action: MoneyAction, seconded: Seconded) -> None:
    match action:
        case RenewSuspension():
            stop = _Stop(
                action.person, action.scope, action.reason, action.until_ms, action.evidence
            )
            _write(view, at, stop, (seconded.proposal.proposer, seconded.seconder))
        case _:
            raise Bug(f"{type(action).__name__} is no action of safety")


ACTIONS: Final = ActionFamily({RenewSuspension: (("reviewer",), ("reviewer",))}, _check, _perform)
