"""Guarded persons on orders: a guardian asks and confirms for them, and serves beside them."""

from typing import Final

from node.chain.errors import ErrorCode
from node.chain.lifecycle import State
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.rules.guards import require
from node.chain.state import Moment, View

PRESENT: Final = "guardian_present"
TAKEN: Final = frozenset({State.ACCEPTED, State.LAPSED, State.CHECKED_IN})


def require_guardian(recipient: Person, sender: Person) -> None:
    """What a guarded recipient asks for or confirms, a guardian says for them.

    Raises:
        Rejected: ``GUARDIAN_MISSING``.
    """
    with_one = not recipient.guarded or sender.id in recipient.guardians
    require(with_one, ErrorCode.GUARDIAN_MISSING, "the recipient acts with a guardian")


def require_guardian_beside(view: View, at: Moment, order: Order, volunteer: Person) -> None:
    """A guarded volunteer serves only beside a guardian, who has taken, and begun, a sibling order of the job.

    Raises:
        Rejected: ``GUARDIAN_MISSING``.
    """
    if not volunteer.guarded:
        return
    mode = at.policy.persons.minor_mode
    require(mode == PRESENT, ErrorCode.GUARDIAN_MISSING, f"guarded persons serve: {mode}")
    head = view.need(Order, order.job) if order.job else order
    siblings = [head, *(view.need(Order, member) for member in head.members)]
    begun = frozenset({State.CHECKED_IN})
    needed = TAKEN if order.state is State.PUBLISHED else begun
    beside = any(s.volunteer in volunteer.guardians and s.state in needed for s in siblings)
    require(beside, ErrorCode.GUARDIAN_MISSING, "no guardian on a sibling order")
