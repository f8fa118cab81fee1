"""Who stands close to a person: guardians of those who act only with one, declared household, reviewed pairings.

A guarded person's orders are asked for and confirmed by a guardian, and nobody in the household, kin, agent or guardian
serves for minutes. The chain says that a person is guarded; it never says why.
"""

from typing import Final

from msgspec.structs import replace

from node.chain.errors import Bug, ErrorCode
from node.chain.policy import month_of
from node.chain.records.actors import Person
from node.chain.rules.actions import ActionFamily, Scope, Seconded
from node.chain.rules.guards import (
    active_person,
    known_person,
    require,
    require_evidence,
    require_unrelated,
    sending_person,
)
from node.chain.rules.pairs import pair_of
from node.chain.state import Moment, View
from node.chain.tx.circle import ApprovePairing, BindGuardian, DeclareHousehold
from node.chain.tx.envelope import Transaction
from node.chain.tx.organisation import MoneyAction
from node.chain.types import Id

GUARDIANS_MAX: Final = 2


def apply(view: View, at: Moment, tx: Transaction, body: DeclareHousehold) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    other = known_person(view, body.other)
    require(other.id != sender.id, ErrorCode.SAME_PERSON)
    elsewhere = tuple(id_ for id_ in sender.household if id_ != other.id)
    declared = len(elsewhere) < len(sender.household)
    require(declared != bool(body.together), ErrorCode.ALREADY_DONE, "declared so")
    most = at.policy.persons.household_max
    full = bool(body.together) and len(elsewhere) >= most
    require(not full, ErrorCode.KIN_LIMIT, f"at most {most} in a household")

    household = (*elsewhere, other.id) if body.together else elsewhere
    view.put(replace(sender, household=household))


def _check(view: View, _at: Moment, action: MoneyAction, _proposer: Id) -> Scope:
    match action:
        case BindGuardian():
            return _check_guardian(view, action)
        case ApprovePairing():
            volunteer = active_person(view, action.volunteer)
            recipient = active_person(view, action.recipient)
            require(volunteer.id != recipient.id, ErrorCode.SAME_PERSON)
            require_unrelated(volunteer, recipient)
            require_evidence(action.evidence)
            return Scope(recipient.home, frozenset({volunteer.id, recipient.id}))
        case _:
            raise Bug(f"{type(action).__name__} is no action of circle")


def _check_guardian(view: View, action: BindGuardian) -> Scope:
    person = active_person(view, action.person)
    guardian = known_person(view, action.guardian)
    require(guardian.id != person.id, ErrorCode.SAME_PERSON)
    require_evidence(action.evidence)
    bound = guardian.id in person.guardians
    if action.guarded:
        active_person(view, guardian.id)
        require(not guardian.guarded, ErrorCode.GUARDIAN_MISSING, "the guardian is guarded")
        require(not bound, ErrorCode.ALREADY_DONE, "guardian")
        full = len(person.guardians) >= GUARDIANS_MAX
        require(not full, ErrorCode.AGENT_LIMIT, f"at most {GUARDIANS_MAX} guardians")
    else:
        require(bound, ErrorCode.NO_SUCH_OBJECT, "no such guardian")
    return Scope(person.home, frozenset({person.id, guardian.id, *person.guardians}))


def _perform(view: View, at: Moment, action: MoneyAction, _seconded: Seconded) -> None:
    match action:
        case BindGuardian():
            person = view.need(Person, action.person)
            others = tuple(g for g in person.guardians if g != action.guardian)
            guardians = (*others, action.guardian) if action.guarded else others
            view.put(replace(person, guarded=int(bool(guardians)), guardians=guardians))
        case ApprovePairing():
            month = month_of(at.time_ms)
            pair = pair_of(view, at, action.volunteer, action.recipient, month)
            view.put(replace(pair, paired=action.paired))
        case _:
            raise Bug(f"{type(action).__name__} is no action of circle")


ACTIONS: Final = ActionFamily(
    {
        BindGuardian: (("recorder", "reviewer"), ("reviewer",)),
        ApprovePairing: (("recorder", "reviewer"), ("reviewer",)),
    },
    _check,
    _perform,
)
