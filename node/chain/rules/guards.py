"""Questions that several families of rules ask about actors, roles and objects."""

from typing import Final

from node.chain.errors import ErrorCode, Rejected
from node.chain.hashing import derive_id
from node.chain.policy import Policy
from node.chain.records.actors import ACTIVE, CLOSED, Operator, Person
from node.chain.records.authorities import Merger
from node.chain.records.bindings import Site, site_id
from node.chain.state import Moment, View
from node.chain.tx.envelope import Body, Transaction
from node.chain.tx.governance import ProposeMotion
from node.chain.tx.identity import OfferKin, Register
from node.chain.tx.issuance import ProposeMint
from node.chain.tx.orders import Request
from node.chain.tx.organisation import Propose
from node.chain.tx.redemption import Redeem
from node.chain.tx.settlement import ProposeSettlement
from node.chain.tx.transfers import Donate
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Id

AGENT_VERBS: Final = frozenset({"request", "withdraw", "cancel", "confirm", "object", "redeem"})
"""What an agent may be allowed; never give, donate, bind or rotate."""
CREATING: Final = (
    Register,
    OfferKin,
    Propose,
    Request,
    ProposeMint,
    ProposeMotion,
    ProposeSettlement,
    Redeem,
)
"""Statements that always create an object of their own, number 0 of their transaction."""


def require(condition: bool, code: ErrorCode, detail: str = "") -> None:  # noqa: FBT001 - a guard's condition
    """One guard.

    Raises:
        Rejected: with this code, when the condition does not hold.
    """
    if not condition:
        raise Rejected(code, detail)


def creates(body: Body, policy: Policy) -> bool:
    """Whether a statement creates an object of its own; of donations, one that may be undone does."""
    if isinstance(body, Donate):
        return body.minutes > policy.persons.donation_undo_above_min
    return isinstance(body, CREATING)


def object_id(chain_id: Hash, tx: Transaction, index: int = 0) -> Id:
    """What the ``index``-th object of a transaction would be called."""
    lane, number = tx.sequence
    return derive_id(chain_id, tx.sender, lane, number, index)


def created_id(at: Moment, tx: Transaction, index: int = 0) -> Id:
    """Id of the ``index``-th object this transaction creates."""
    assert index > 0 or creates(tx.body, at.policy), f"{type(tx.body).__name__} creates nothing"
    return object_id(at.chain_id, tx, index)


def sending_person(view: View, tx: Transaction) -> Person:
    """The sender, who must be a person.

    Raises:
        Rejected: ``ROLE_MISSING`` for an operator.
    """
    person = view.get(Person, tx.sender)
    require(person is not None, ErrorCode.ROLE_MISSING, "the sender is not a person")
    assert person is not None
    return person


def sending_operator(view: View, tx: Transaction) -> Operator:
    """The sender, who must be an authority's operator.

    Raises:
        Rejected: ``NOT_AUTHORITY``.
    """
    operator = view.get(Operator, tx.sender)
    require(operator is not None, ErrorCode.NOT_AUTHORITY, "the sender is not an operator")
    assert operator is not None
    return operator


def known_person(view: View, id_: Id) -> Person:
    """A person who is not closed.

    Raises:
        Rejected: ``UNKNOWN_RECIPIENT``, ``CLOSED_ACCOUNT``.
    """
    person = view.get(Person, id_)
    if person is None:
        raise Rejected(ErrorCode.UNKNOWN_RECIPIENT, id_.hex())
    require(person.status != CLOSED, ErrorCode.CLOSED_ACCOUNT, id_.hex())
    return person


def active_person(view: View, id_: Id) -> Person:
    """A person whose registration is approved.

    Raises:
        Rejected: ``UNKNOWN_RECIPIENT``, ``CLOSED_ACCOUNT``, ``NOT_APPROVED``.
    """
    person = known_person(view, id_)
    require(person.status == ACTIVE, ErrorCode.NOT_APPROVED, id_.hex())
    return person


def require_role(person: Person, role: str, district: str, time_ms: EpochMs) -> None:
    """A staff role in a district, now.

    Raises:
        Rejected: ``ROLE_MISSING``.
    """
    held = person.has_role(role, district, time_ms)
    require(held, ErrorCode.ROLE_MISSING, f"{role} in {district}")


def require_any_role(
    person: Person, roles: tuple[str, ...], district: str, time_ms: EpochMs
) -> None:
    """One of several staff roles in a district, now.

    Raises:
        Rejected: ``ROLE_MISSING``.
    """
    held = any(person.has_role(role, district, time_ms) for role in roles)
    require(held, ErrorCode.ROLE_MISSING, f"{' or '.join(roles)} in {district}")


def require_site(view: View, district: str, site: str) -> None:
    """A known service point.

    Raises:
        Rejected: ``NO_SUCH_OBJECT``.
    """
    view.need(Site, site_id(district, site))


def require_not_merged(view: View, district: str) -> None:
    """A district of its own still: what begins there now begins at its successor.

    Raises:
        Rejected: ``WRONG_STATE``.
    """
    merged = view.get(Merger, district.encode()) is not None
    require(not merged, ErrorCode.WRONG_STATE, f"{district} is part of another district")


def require_origin(origin: Hash, named: Hash) -> None:
    """The statement names the transaction that created its object, so that an id cannot stand for other content.

    Raises:
        Rejected: ``STALE_OBJECT``.
    """
    require(origin == named, ErrorCode.STALE_OBJECT, "another origin")


def require_evidence(evidence: Hash) -> None:
    """The statement names evidence that stands behind it in a vault.

    Raises:
        Rejected: ``RECORD_FIELD_MISSING``.
    """
    require(evidence != ZERO_HASH, ErrorCode.RECORD_FIELD_MISSING, "evidence")


def require_unrelated(person: Person, other: Person) -> None:
    """Neither is bound kin or agent of the other.

    Raises:
        Rejected: ``RELATED_PERSONS``.
    """
    related = person.is_related(other.id) or other.is_related(person.id)
    require(not related, ErrorCode.RELATED_PERSONS, other.id.hex())


def require_agent_verbs(verbs: tuple[Code, ...]) -> None:
    """Only verbs that an agent may be allowed.

    Raises:
        Rejected: ``VERB_NOT_GRANTED``.
    """
    known = all(verb in AGENT_VERBS for verb in verbs)
    require(known, ErrorCode.VERB_NOT_GRANTED, " ".join(verbs))


def require_agent_room(person: Person, agent: Person, limit: int) -> None:
    """Neither too many agents of one person, nor too many persons of one agent.

    Raises:
        Rejected: ``AGENT_LIMIT``.
    """
    others = [a for a in person.agents if a.agent != agent.id]
    is_new = len(others) == len(person.agents)
    require(not is_new or agent.principals < limit, ErrorCode.AGENT_LIMIT, f"at most {limit}")
    require(len(others) < limit, ErrorCode.AGENT_LIMIT, f"at most {limit} agents")
