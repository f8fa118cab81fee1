"""Kin: how many one person may have, how many a year may add, and what two staff approve.

A binding counts for the year in which it was approved even after it has ended, or unbinding would make room for the
next buyer of hours.
"""

from typing import Final

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.policy import civil
from node.chain.records.actors import Kin, Person
from node.chain.records.bindings import KinBinding
from node.chain.rules.actions import Scope
from node.chain.rules.guards import active_person, require, require_origin
from node.chain.rules.tallies import count, tally_of
from node.chain.state import Moment, View
from node.chain.tx.organisation import ApproveKin
from node.chain.types import Code, EpochMs, Id

RELATION_BACK: Final = {
    "parent": "child",
    "child": "parent",
    "spouse": "spouse",
    "sibling": "sibling",
    "friend": "friend",
}
"""What the first is to the second, from what the second is to the first."""


def _tally(person: Id) -> bytes:
    return b"kin/" + person


def require_kin_room(view: View, at: Moment, person: Person) -> None:
    """One more kin is within the number at a time and within that of this year (UTC+8).

    Raises:
        Rejected: ``KIN_LIMIT``.
    """
    policy = at.policy.persons
    room = len(person.kin) < policy.kin_max
    require(room, ErrorCode.KIN_LIMIT, f"at most {policy.kin_max}")
    year, _ = civil(at.time_ms)
    bound = tally_of(view, _tally(person.id), year).count
    fresh = bound < policy.kin_year_max
    require(fresh, ErrorCode.KIN_LIMIT, f"{bound} bound in {year}, at most {policy.kin_year_max}")


def check_kin(view: View, at: Moment, action: ApproveKin) -> Scope:
    """Whether staff may approve a binding now, whom it concerns and where.

    Raises:
        Rejected: the first guard that does not hold.
    """
    binding = view.need(KinBinding, action.binding)
    require(binding.state == "accepted", ErrorCode.WRONG_STATE, binding.state)
    require(at.time_ms < binding.due_ms, ErrorCode.PROPOSAL_EXPIRED)
    require_origin(binding.origin, action.origin)
    first, second = active_person(view, binding.first), active_person(view, binding.second)
    bound = any(k.other == second.id for k in first.kin)
    require(not bound, ErrorCode.ALREADY_EXISTS, "already bound")
    require_kin_room(view, at, first)
    require_kin_room(view, at, second)
    return Scope(first.home, frozenset({first.id, second.id}), recorder=binding.recorder)


def bind_kin(view: View, at: Moment, action: ApproveKin) -> None:
    """Each becomes the other's kin, and both have one more of this year."""
    binding = view.need(KinBinding, action.binding)
    year, _ = civil(at.time_ms)
    back = Code(RELATION_BACK.get(binding.relation, binding.relation))
    sides = (
        (binding.first, binding.second, binding.relation),
        (binding.second, binding.first, back),
    )
    for holder, other, relation in sides:
        person = view.need(Person, holder)
        kin = Kin(other, relation, binding.id, at.time_ms)
        view.put(replace(person, kin=(*person.kin, kin)))
        count(view, _tally(holder), year)
    view.put(replace(binding, state=Code("bound"), due_ms=EpochMs(0)))
