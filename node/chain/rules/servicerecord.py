"""The record of one service as the national rule asks for it: person, service, training, honours, evaluation.

What identifies the person, and what a rating says, is in the vault; the record holds their commitments and everything
that the chain knows. A record with a gap is no record: whoever asks for one learns the name of the missing field.
Sources: the civil affairs ministry's measures on volunteer service records (Order 67), article 4.
"""

from dataclasses import dataclass

from node.chain.errors import ErrorCode, Rejected
from node.chain.lifecycle import State
from node.chain.policy import Policy, ServiceClass
from node.chain.records.actors import Gate, Person
from node.chain.records.orders import Order
from node.chain.records.remarks import Rating
from node.chain.types import ZERO_HASH, Code, EpochMs, Hash, Id, Minutes


@dataclass(frozen=True, slots=True)
class PersonGroup:
    """Who served."""

    person: Id
    number: int
    """Volunteer number within the home district."""
    home: Code
    commitment: Hash
    """To the person's entry in the vault."""


@dataclass(frozen=True, slots=True)
class ServiceGroup:
    """What was done, where, when and for how long."""

    order: Id
    service: Code
    district: Code
    site: Code
    begun_ms: EpochMs
    ended_ms: EpochMs
    served_min: Minutes
    """Unweighted: what stars and certificates go by."""
    paid_min: Minutes
    honour_min: Minutes
    report: Code
    """``live`` or ``late``."""
    on_behalf: bool
    """Whether a recorder asked for it."""


@dataclass(frozen=True, slots=True)
class TrainingGroup:
    """Training and qualifications that the person has shown."""

    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True)
class HonoursGroup:
    """Stars and the hours they go by; honour minutes stand apart."""

    stars: int
    served_min: Minutes
    honour_min: int


@dataclass(frozen=True, slots=True)
class EvaluationGroup:
    """What the recipient's side, or an arbiter, says of it."""

    kind: Code
    """``rating``; without one the ``confirmation``, or the ``verdict``."""
    method: Code
    """How it was confirmed, or what the verdict was; ``-`` for a rating."""
    commitment: Hash
    """To the rating in the vault; zero without one."""


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """The five groups, with who is in charge and who recorded."""

    person: PersonGroup
    service: ServiceGroup
    training: TrainingGroup
    honours: HonoursGroup
    evaluation: EvaluationGroup
    in_charge: Id
    recorder: Id
    certifiable_from_ms: EpochMs
    """When the days of notice after settlement are over."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a record is made from, all of it in the state."""

    order: Order
    volunteer: Person
    service: ServiceClass
    rating: Rating | None
    """The recipient's."""


def gap_of(sources: Sources) -> str:
    """The first field that the record of a service lacks, the person's own group aside; empty for none."""
    order = sources.order
    try:
        _service(order)
        _training(sources)
        _evaluation(order, sources.rating)
        _in_charge(order)
        _recorder(order)
    except Rejected as gap:
        return gap.detail
    return ""


def service_record(sources: Sources, policy: Policy) -> ServiceRecord:
    """The record of a service that counts.

    Args:
        sources: the order, its volunteer, its class, its rating.
        policy: in force; its star thresholds and days of notice.

    Raises:
        Rejected: ``WRONG_STATE`` for an order that does not count (yet), ``RECORD_FIELD_MISSING`` naming the field.
    """
    order = sources.order
    served_unpaid = order.state is State.VOID and order.verdict == "to-payer"
    if order.state is not State.SETTLED and not served_unpaid:
        raise Rejected(ErrorCode.WRONG_STATE, order.state)
    return ServiceRecord(
        person=_person(sources.volunteer),
        service=_service(order),
        training=_training(sources),
        honours=HonoursGroup(
            stars=policy.persons.star_level(sources.volunteer.served_min),
            served_min=sources.volunteer.served_min,
            honour_min=sources.volunteer.honour.balance,
        ),
        evaluation=_evaluation(order, sources.rating),
        in_charge=_in_charge(order),
        recorder=_recorder(order),
        certifiable_from_ms=EpochMs(order.final_ms + policy.orders.certifiable_after_ms),
    )


def _missing(field: str) -> Rejected:
    return Rejected(ErrorCode.RECORD_FIELD_MISSING, field)


def _first(field: str, *parts: bytes) -> Id:
    found = next((part for part in parts if part), None)
    if found is None:
        raise _missing(field)
    return Id(found)


def _in_charge(order: Order) -> Id:
    return _first("person_in_charge", order.reviewer, order.endorser, order.arbiter)


def _recorder(order: Order) -> Id:
    """Who wrote it down: staff before the person who confirmed, and that one before who asked."""
    requester = order.requester if order.requester_role == "recorder" else b""
    parts = (order.timekeeper, order.starter, requester, order.confirmer, order.requester)
    return _first("recorder", *parts)


def _person(volunteer: Person) -> PersonGroup:
    if volunteer.number == 0:
        raise _missing("person.number")
    if volunteer.commitment == ZERO_HASH:
        raise _missing("person.commitment")
    return PersonGroup(volunteer.id, volunteer.number, volunteer.home, volunteer.commitment)


def _service(order: Order) -> ServiceGroup:
    for field, value in (
        ("service.begun", order.checked_in_ms),
        ("service.ended", order.checked_out_ms),
        ("service.minutes", order.agreed_min or order.counted_min),
    ):
        if not value:
            raise _missing(field)
    paid = order.state is State.SETTLED
    return ServiceGroup(
        order=order.id,
        service=order.service,
        district=order.district,
        site=order.site,
        begun_ms=order.checked_in_ms,
        ended_ms=order.checked_out_ms,
        served_min=order.agreed_min if paid else order.counted_min,
        paid_min=order.paid_min,
        honour_min=order.honour_min,
        report=order.report,
        on_behalf=order.requester_role == "recorder",
    )


def _training(sources: Sources) -> TrainingGroup:
    """A class that asks for training shows it; for others the group may be empty."""
    gates = sources.volunteer.gates
    if sources.service.training and not any(g.gate == "training" for g in gates):
        raise _missing("training")
    return TrainingGroup(gates)


def _evaluation(order: Order, rating: Rating | None) -> EvaluationGroup:
    none = Code("-")
    if rating is not None:
        return EvaluationGroup(Code("rating"), none, rating.commitment)
    if order.verdict != none:
        return EvaluationGroup(Code("verdict"), order.verdict, ZERO_HASH)
    if order.method == none:
        raise _missing("evaluation")
    return EvaluationGroup(Code("confirmation"), order.method, ZERO_HASH)
