"""Registration, kin, agents and keys."""

from typing import assert_never

from msgspec.structs import replace

from node.chain.errors import ErrorCode
from node.chain.records.actors import Agency, Person, new_person
from node.chain.records.bindings import KinBinding
from node.chain.rules.guards import (
    active_person,
    created_id,
    require,
    require_agent_room,
    require_agent_verbs,
    require_not_merged,
    require_origin,
    require_role,
    require_site,
    sending_person,
)
from node.chain.rules.kinship import require_kin_room
from node.chain.rules.newkeys import check_new_key
from node.chain.state import Moment, View
from node.chain.tx.envelope import IdentityBody, Transaction
from node.chain.tx.identity import (
    AcceptKin,
    GrantAgent,
    OfferKin,
    Register,
    RevokeAgent,
    RotateKey,
    Unbind,
)
from node.chain.types import ZERO_HASH, ZERO_ID, Code, EpochMs, Hash


def apply(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: IdentityBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    match body:
        case Register():
            _register(view, at, tx, tx_id, body)
        case OfferKin():
            _offer_kin(view, at, tx, tx_id, body)
        case AcceptKin():
            _accept_kin(view, at, tx, body)
        case Unbind():
            _unbind(view, tx, body)
        case RotateKey():
            _rotate_key(view, at, tx, body)
        case GrantAgent():
            _grant_agent(view, at, tx, body)
        case RevokeAgent():
            _revoke_agent(view, tx, body)
        case _:
            assert_never(body)


def _register(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: Register) -> None:
    recorder = sending_person(view, tx)
    require_role(recorder, "recorder", body.home, at.time_ms)
    require_site(view, body.home, body.site)
    require_not_merged(view, body.home)
    context = body.home.encode()
    check_new_key(at, body.suite, body.key, body.possession, context)
    check_new_key(at, body.suite, body.recovery_key, body.recovery_possession, context)

    apart = not body.key or body.key != body.recovery_key
    require(apart, ErrorCode.BAD_FIELD, "the recovery card has a key of its own")

    view.create(
        new_person(
            created_id(at, tx),
            tx_id,
            body.home,
            body.site,
            suite=body.suite,
            key=body.key,
            recovery_key=body.recovery_key,
            recorder=tx.sender,
            commitment=body.commitment,
        )
    )


def _offer_kin(view: View, at: Moment, tx: Transaction, tx_id: Hash, body: OfferKin) -> None:
    sender = sending_person(view, tx)
    other = active_person(view, body.other)
    policy = at.policy.persons
    require(sender.id != other.id, ErrorCode.SAME_PERSON)
    admitted = body.relation in policy.kin_types
    require(admitted, ErrorCode.TRANSFER_TYPE_NOT_ADMITTED, body.relation)
    require(all(k.other != other.id for k in sender.kin), ErrorCode.ALREADY_EXISTS, "already bound")
    require_kin_room(view, at, sender)
    require_kin_room(view, at, other)

    view.create(
        KinBinding(
            id=created_id(at, tx),
            origin=tx_id,
            first=sender.id,
            second=other.id,
            relation=body.relation,
            state=Code("offered"),
            method=Code("-"),
            evidence=ZERO_HASH,
            recorder=ZERO_ID,
            due_ms=EpochMs(at.time_ms + at.policy.ledger.proposal_ms),
            touch=b"",
        )
    )


def _accept_kin(view: View, at: Moment, tx: Transaction, body: AcceptKin) -> None:
    sender = sending_person(view, tx)
    binding = view.need(KinBinding, body.binding)
    require(binding.state == "offered", ErrorCode.WRONG_STATE, binding.state)
    require(at.time_ms < binding.due_ms, ErrorCode.PROPOSAL_EXPIRED)
    require_origin(binding.origin, body.origin)
    recorder = ZERO_ID
    if sender.id == binding.second:
        require(body.method == "own-key", ErrorCode.METHOD_NOT_ALLOWED, body.method)
    else:
        second = active_person(view, binding.second)
        require(sender.id != binding.first, ErrorCode.SAME_PERSON, "the offering side")
        require_role(sender, "recorder", second.home, at.time_ms)
        require(
            body.method in {"in-person", "call-back"}, ErrorCode.METHOD_NOT_ALLOWED, body.method
        )
        require(body.evidence != ZERO_HASH, ErrorCode.RECORD_FIELD_MISSING, "evidence")
        require(not second.key, ErrorCode.METHOD_NOT_ALLOWED, "the person has a key of their own")
        recorder = sender.id

    view.put(
        replace(
            binding,
            state=Code("accepted"),
            method=body.method,
            evidence=body.evidence,
            recorder=recorder,
            due_ms=EpochMs(at.time_ms + at.policy.ledger.proposal_ms),
        )
    )


def _unbind(view: View, tx: Transaction, body: Unbind) -> None:
    binding = view.need(KinBinding, body.binding)
    require(tx.sender in {binding.first, binding.second}, ErrorCode.NOT_A_PARTY)
    live = binding.state in {"offered", "accepted", "bound"}
    require(live, ErrorCode.WRONG_STATE, binding.state)

    for side in (binding.first, binding.second):
        person = view.need(Person, side)
        kin = tuple(k for k in person.kin if k.binding != binding.id)
        if kin != person.kin:
            view.put(replace(person, kin=kin))
    view.put(replace(binding, state=Code("ended"), due_ms=EpochMs(0)))


def _rotate_key(view: View, at: Moment, tx: Transaction, body: RotateKey) -> None:
    sender = sending_person(view, tx)
    require(body.key != sender.key, ErrorCode.ALREADY_DONE, "the key is in force")
    require(body.key != sender.recovery_key, ErrorCode.ALREADY_DONE, "the recovery card's key")
    check_new_key(at, body.suite, body.key, body.possession, tx.sender)

    view.put(replace(sender, suite=body.suite, key=body.key))


def _grant_agent(view: View, at: Moment, tx: Transaction, body: GrantAgent) -> None:
    sender = sending_person(view, tx)
    agent = active_person(view, body.agent)
    require(sender.id != agent.id, ErrorCode.SAME_PERSON)
    require_agent_verbs(body.verbs)
    require_agent_room(sender, agent, at.policy.persons.agent_elders_max)

    elsewhere = [a for a in sender.agents if a.agent != agent.id]
    is_new = len(elsewhere) == len(sender.agents)
    agency = Agency(agent.id, tuple(sorted(set(body.verbs))))
    view.put(replace(sender, agents=(*elsewhere, agency)))
    if is_new:
        view.put(replace(agent, principals=agent.principals + 1))


def _revoke_agent(view: View, tx: Transaction, body: RevokeAgent) -> None:
    require(tx.sender in {body.person, body.agent}, ErrorCode.NOT_A_PARTY)
    person = view.need(Person, body.person)
    remaining = tuple(a for a in person.agents if a.agent != body.agent)
    require(remaining != person.agents, ErrorCode.NO_SUCH_OBJECT, "no such agency")

    view.put(replace(person, agents=remaining))
    agent = view.need(Person, body.agent)
    view.put(replace(agent, principals=agent.principals - 1))


def expire_binding(view: View, binding: KinBinding) -> None:
    """The timer of an offer or consent that staff never approved."""
    view.put(replace(binding, state=Code("expired"), due_ms=EpochMs(0)))
