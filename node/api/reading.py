"""Signed reads: who asks, and what they may see.

An id is no password: whoever learns one from an order could ask for a balance for ever. A person's data is therefore
given only to a signature over

``domain("read", chain_id) ‖ method ‖ 0x00 ‖ path with query ‖ 0x00 ‖ time (8) ‖ actor (16) ‖ purpose``

by the actor's present key. The time may differ by sixty real seconds from the node's clock, which is all the time in
which a copied request is of use; within it the same request gives the same answer, so nothing is remembered. Ids are
derived and cannot be guessed, and that a record exists is public: who asks for one that is not there is told so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace
from starlette.requests import Request

from node.api.errors import ApiCode, ApiFault
from node.api.limits import READ_WINDOW_MS
from node.api.services import PublicServices
from node.chain import keys
from node.chain.hashing import domain
from node.chain.lifecycle import State
from node.chain.records import StateRecord, key_of
from node.chain.records.actors import ACTIVE, Actor, Operator, Person
from node.chain.records.bindings import KinBinding
from node.chain.records.events import Event, Team
from node.chain.records.orders import Order
from node.chain.records.redemption import Capacity, Provider, Redemption
from node.chain.rules.orders.parties import paying_person
from node.chain.rules.organisation import AUDITOR
from node.chain.types import CODE_PATTERN, EpochMs, Hash, Id

CITY: Final = "city"
"""District of roles that hold in every district."""
OPERATOR_PURPOSE: Final = "operator"
"""Noted where an authority's operator names no purpose."""
_TIME: Final = re.compile(r"[0-9]{1,16}", re.ASCII)
_ACTOR: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SIGNATURE: Final = re.compile(r"[0-9a-f]{128}", re.ASCII)
_PURPOSE: Final = re.compile(CODE_PATTERN)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, proven by a signature."""

    actor: Actor
    purpose: str
    now_ms: EpochMs

    @property
    def id(self) -> Id:
        """The actor's id."""
        return self.actor.id

    @property
    def is_active(self) -> bool:
        """An operator, or a person whose registration is approved."""
        return isinstance(self.actor, Operator) or self.actor.status == ACTIVE

    def is_staff_of(self, district: str) -> bool:
        """Whether the reader has any role in a district, now."""
        if isinstance(self.actor, Operator) or not self.is_active:
            return False
        return any(r.district == district and self.now_ms < r.until_ms for r in self.actor.roles)

    @property
    def is_auditor(self) -> bool:
        """Whether the reader audits the city, now."""
        if isinstance(self.actor, Operator) or not self.is_active:
            return False
        return self.actor.has_role(AUDITOR, CITY, self.now_ms)

    @property
    def is_staff(self) -> bool:
        """Whether the reader has any role anywhere, now."""
        if isinstance(self.actor, Operator) or not self.is_active:
            return False
        return any(self.now_ms < r.until_ms for r in self.actor.roles)


def read_bytes(
    chain_id: Hash, method: str, target: bytes, time_ms: int, actor: bytes, purpose: str
) -> bytes:
    """What a signed read signs; ``target`` is the path with its query, as sent."""
    said = method.encode() + b"\x00" + target + b"\x00" + time_ms.to_bytes(8, "big")
    return domain("read", chain_id) + said + actor + purpose.encode()


def read_as(request: Request, services: PublicServices) -> Reader:
    """The reader that a request's signature proves.

    Raises:
        ApiFault: ``SIGNATURE_MISSING``, ``SIGNATURE_STALE`` or ``SIGNATURE_INVALID``.
    """
    headers = request.headers
    actor_hex = headers.get("timebank-actor", "")
    time_text = headers.get("timebank-time", "")
    signature = headers.get("timebank-signature", "")
    purpose = headers.get("timebank-purpose", "")
    if not (actor_hex and time_text and signature):
        raise ApiFault(ApiCode.SIGNATURE_MISSING)
    sound = _ACTOR.fullmatch(actor_hex) and _TIME.fullmatch(time_text)
    if not sound or not _SIGNATURE.fullmatch(signature):
        raise ApiFault(ApiCode.SIGNATURE_INVALID, "not of the right form")
    if purpose and not _PURPOSE.fullmatch(purpose):
        raise ApiFault(ApiCode.SIGNATURE_INVALID, "the purpose is no code")
    now_ms, time_ms = services.clock.now_ms(), int(time_text)
    if abs(now_ms - time_ms) > READ_WINDOW_MS * services.clock.rate:
        raise ApiFault(ApiCode.SIGNATURE_STALE, f"the node's clock is {now_ms}")
    actor = _actor(services, Id(bytes.fromhex(actor_hex)))
    message = read_bytes(
        services.records.chain_id, request.method, target_of(request), time_ms, actor.id, purpose
    )
    if not keys.verify(actor.suite, actor.key, message, bytes.fromhex(signature)):
        raise ApiFault(ApiCode.SIGNATURE_INVALID)
    return Reader(actor, purpose, now_ms)


def target_of(request: Request) -> bytes:
    """The path with its query, as it was sent."""
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return path + b"?" + query if query else path


def _actor(services: PublicServices, id_: Id) -> Actor:
    """The record of who claims to read; a person or operator with a key."""
    for kind in (Person, Operator):
        record = services.records.read(key_of(kind, id_))
        if isinstance(record, Person | Operator) and record.key:
            return record
    raise ApiFault(ApiCode.SIGNATURE_INVALID)


def account_for(services: PublicServices, reader: Reader, id_: Id) -> Actor:
    """A person or operator whom the reader may see; operators act in public.

    Raises:
        ApiFault: as ``person_for``.
    """
    operator = services.records.read(key_of(Operator, id_))
    return operator if isinstance(operator, Operator) else person_for(services, reader, id_)


def person_for(services: PublicServices, reader: Reader, id_: Id) -> Person:
    """A person whom the reader may see; a reading by others than the person and agents is noted.

    Raises:
        ApiFault: ``MAY_NOT_READ``, ``PURPOSE_MISSING``, ``NO_SUCH_RECORD``.
    """
    record = services.records.read(key_of(Person, id_))
    if not isinstance(record, Person):
        raise ApiFault(ApiCode.NO_SUCH_RECORD)
    if reader.id == id_ or (reader.is_active and any(a.agent == reader.id for a in record.agents)):
        return record
    if reader.is_staff_of(record.home):
        need_purpose(reader)
    elif not isinstance(reader.actor, Operator):
        raise ApiFault(ApiCode.MAY_NOT_READ)
    _note(services, reader, id_)
    return record


def order_for(services: PublicServices, reader: Reader, id_: Id) -> Order:
    """An order that the reader may see, also one that is final and has left the state.

    Raises:
        ApiFault: ``MAY_NOT_READ``, ``PURPOSE_MISSING``, ``NO_SUCH_RECORD``.
    """
    record = services.records.read(key_of(Order, id_)) or services.records.final_order(id_)
    if not isinstance(record, Order):
        raise ApiFault(ApiCode.NO_SUCH_RECORD)
    if is_open_to(services, reader, record):
        return record
    if _is_staff_for(reader, record):
        need_purpose(reader)
    elif not isinstance(reader.actor, Operator):
        raise ApiFault(ApiCode.MAY_NOT_READ)
    _note(services, reader, id_)
    return record


def may_read_log(services: PublicServices, reader: Reader) -> None:
    """Transactions are pseudonymous records of persons: authorities and auditors read them, each reading noted.

    Raises:
        ApiFault: ``MAY_NOT_READ``, or ``PURPOSE_MISSING`` for an auditor.
    """
    if reader.is_auditor:
        need_purpose(reader)
    elif not isinstance(reader.actor, Operator):
        raise ApiFault(ApiCode.MAY_NOT_READ, "an authority's operator or an auditor of the city")
    _note(services, reader, reader.id)


def may_see_any(services: PublicServices, reader: Reader, persons: Sequence[Id]) -> None:
    """The reader is one of these, or may see one of them, or is an auditor; operators are seen by everybody.

    Raises:
        ApiFault: ``MAY_NOT_READ`` or ``PURPOSE_MISSING``.
    """
    if reader.id in persons:
        return
    fault = ApiFault(ApiCode.MAY_NOT_READ)
    for person in persons:
        try:
            account_for(services, reader, person)
        except ApiFault as refusal:
            if refusal.code is ApiCode.PURPOSE_MISSING:
                fault = refusal
            continue
        return
    if not reader.is_auditor:
        raise fault
    need_purpose(reader)
    for person in persons:
        _note(services, reader, person)


def may_list(services: PublicServices, reader: Reader, record: StateRecord) -> bool:
    """Whether a record belongs into a list for this reader.

    Of persons, and of orders that concern the reader only as staff, a list shows nothing without a purpose.
    """
    if isinstance(reader.actor, Operator):
        return True
    match record:
        case Order():
            staff = bool(reader.purpose) and _is_staff_for(reader, record)
            return staff or is_open_to(services, reader, record)
        case KinBinding():
            staff = bool(reader.purpose) and reader.is_staff
            return staff or reader.id in {record.first, record.second}
        case Person():
            return reader.is_staff_of(record.home)
        case Event() | Team() | Provider() | Capacity():
            return reader.is_active
        case Redemption():
            staff = bool(reader.purpose) and reader.is_staff
            return staff or _owns(services, reader, record)
        case _:
            return reader.is_staff


def _owns(services: PublicServices, reader: Reader, record: Redemption) -> bool:
    """Whether it is the reader's own: as the person, an agent, or the provider's staff."""
    person = services.records.read(key_of(Person, record.person))
    agents = person.agents if isinstance(person, Person) and reader.is_active else ()
    if reader.id == record.person or any(a.agent == reader.id for a in agents):
        return True
    provider = services.records.read(key_of(Provider, record.provider))
    return isinstance(provider, Provider) and reader.id in provider.staff


def only_own(reader: Reader, record: StateRecord) -> StateRecord:
    """A record as a list shows it: who else attends an event is for the district's staff and operators."""
    if not isinstance(record, Event) or isinstance(reader.actor, Operator):
        return record
    if reader.is_staff_of(record.district) and reader.purpose:
        return record
    own = tuple(a for a in record.attendances if a.person == reader.id)
    return replace(record, attendances=own)


def need_staff(reader: Reader, kind: type[StateRecord]) -> None:
    """Some lists are for staff and operators only; that of persons needs a purpose.

    Raises:
        ApiFault: ``MAY_NOT_READ`` or ``PURPOSE_MISSING``.
    """
    if isinstance(reader.actor, Operator):
        return
    if not reader.is_staff:
        raise ApiFault(ApiCode.MAY_NOT_READ)
    if kind is Person:
        need_purpose(reader)


def note_list(services: PublicServices, reader: Reader, records: Sequence[StateRecord]) -> None:
    """Note whose data staff or an operator read in a list; what was open to the reader anyway is nobody's business."""
    for record in records:
        match record:
            case Person():
                subjects: tuple[Id, ...] = (record.id,)
            case KinBinding():
                subjects = () if reader.id in {record.first, record.second} else (record.id,)
            case Order():
                subjects = () if is_open_to(services, reader, record) else (record.id,)
            case Redemption():
                subjects = () if _owns(services, reader, record) else (record.id,)
            case _:
                subjects = ()
        for subject in subjects:
            _note(services, reader, subject)


def is_open_to(services: PublicServices, reader: Reader, order: Order) -> bool:
    """Whether the reader sees an order without a purpose: as a party, an agent, or because it is published."""
    parties = {order.recipient, order.requester, order.volunteer, order.invited}
    if reader.id in parties | {paying_person(order)}:
        return True
    if not reader.is_active or isinstance(reader.actor, Operator):
        return False
    if order.state is State.PUBLISHED and not order.invited:
        return True
    recipient = services.records.read(key_of(Person, order.recipient))
    return isinstance(recipient, Person) and any(a.agent == reader.id for a in recipient.agents)


def need_purpose(reader: Reader) -> None:
    """Staff read for a named purpose.

    Raises:
        ApiFault: ``PURPOSE_MISSING``.
    """
    if not reader.purpose:
        raise ApiFault(ApiCode.PURPOSE_MISSING)


def _is_staff_for(reader: Reader, order: Order) -> bool:
    return reader.is_staff_of(order.district) or reader.is_staff_of(CITY)


def _note(services: PublicServices, reader: Reader, subject: Id) -> None:
    purpose = reader.purpose or OPERATOR_PURPOSE
    services.accesses.note(reader.id, subject, purpose, reader.now_ms)
