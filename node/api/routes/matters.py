"""What waits for staff and what authorities decide: suspensions, complaints, closings, claims, motions, settlements.

The district of a person's matter is the person's home as it is now. Staff see those of their districts and name a
purpose; persons see their own; what concerns nobody's person (motions, runs, positions, capacity) all staff see.
"""

from collections.abc import Callable, Sequence
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from node.api.errors import ApiCode, ApiFault
from node.api.openapi import SIGNED, answer
from node.api.reading import CITY, Reader, note_list, read_as
from node.api.routes.lists import facets_of, find_page, id_of, page_answer
from node.api.routes.parameters import (
    DEFAULT_PAGE,
    CodeQuery,
    Cursor,
    IdQuery,
    Limit,
    services_of,
)
from node.api.services import PublicServices
from node.chain.records import StateRecord, key_of
from node.chain.records.accounts import Position
from node.chain.records.actors import Operator, Person
from node.chain.records.corrections import Claim, Correction, Donation
from node.chain.records.entries import HonourEntry
from node.chain.records.leaving import Closing
from node.chain.records.motions import Motion
from node.chain.records.orders import Order
from node.chain.records.recovery import Recovery
from node.chain.records.remarks import Complaint
from node.chain.records.safety import Suspension
from node.chain.records.settlement import SettlementRun
from node.chain.types import Id

router: Final = APIRouter(tags=["matters"])
NOUNS: Final[dict[str, type[StateRecord]]] = {
    "claims": Claim,
    "closings": Closing,
    "complaints": Complaint,
    "corrections": Correction,
    "donations": Donation,
    "entries": HonourEntry,
    "motions": Motion,
    "positions": Position,
    "recoveries": Recovery,
    "settlements": SettlementRun,
    "suspensions": Suspension,
}
"""Noun of the address to the kind of its records."""
FILTERS: Final[dict[str, frozenset[str]]] = {
    "claims": frozenset({"person"}),
    "closings": frozenset({"state", "person"}),
    "complaints": frozenset({"state", "order"}),
    "corrections": frozenset({"order"}),
    "donations": frozenset({"person"}),
    "entries": frozenset({"person"}),
    "motions": frozenset({"state"}),
    "positions": frozenset(),
    "recoveries": frozenset({"state", "person"}),
    "settlements": frozenset({"state"}),
    "suspensions": frozenset({"state", "person"}),
}
"""Noun to the filters it takes beside ``district``."""
_SHARED: Final = (Motion, SettlementRun, Position)
"""Kinds that name no person's affairs."""


def _listing(noun: str, kind: type[StateRecord]) -> Callable[..., object]:
    async def matters(  # noqa: PLR0913 - one argument for each parameter of the query
        request: Request,
        *,
        state: CodeQuery = None,
        district: CodeQuery = None,
        person: IdQuery = None,
        order: IdQuery = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_PAGE,
    ) -> Response:
        """Only what the reader may see; a filter that these records do not have is refused."""
        wanted = facets_of(state=state, person=id_of(person), order=id_of(order))
        strange = wanted.keys() - FILTERS[noun]
        if strange:
            raise ApiFault(ApiCode.BAD_PARAMETER, ", ".join(sorted(strange)))
        services = services_of(request)
        reader = read_as(request, services)

        def visible(record: StateRecord) -> bool:
            return _is_wanted(services, record, district) and _may_see(services, reader, record)

        found = find_page(services, kind, wanted, visible, cursor, limit)
        _note(services, reader, found.records)
        return page_answer(found.records, found.next)

    matters.__name__ = noun.replace("-", "_")
    return matters


def _person_of(services: PublicServices, record: StateRecord) -> Id | None:
    """Whose matter it is; None where it is no person's."""
    match record:
        case Suspension():
            return None if record.scope in {"class", "site"} else Id(record.subject)
        case Complaint():
            return record.complainant
        case Closing() | Recovery() | Claim() | Donation() | HonourEntry():
            return record.person
        case Correction():
            order = services.records.read(key_of(Order, record.order))
            order = order or services.records.final_order(record.order)
            return order.recipient if isinstance(order, Order) else None
        case _:
            return None


def _district_of(services: PublicServices, record: StateRecord) -> str:
    match record:
        case Suspension() if record.scope in {"class", "site"}:
            return record.subject.decode().partition("/")[0]
        case Complaint():
            return record.district
        case _:
            person = services.records.read(key_of(Person, _person_of(services, record) or b""))
            return person.home if isinstance(person, Person) else CITY


def _is_wanted(services: PublicServices, record: StateRecord, district: str | None) -> bool:
    return district is None or _district_of(services, record) == district


def _may_see(services: PublicServices, reader: Reader, record: StateRecord) -> bool:
    if isinstance(reader.actor, Operator) or reader.id == _person_of(services, record):
        return True
    if isinstance(record, _SHARED):
        return reader.is_staff
    here = reader.is_staff_of(_district_of(services, record)) or reader.is_staff_of(CITY)
    return bool(reader.purpose) and here


def _note(services: PublicServices, reader: Reader, records: Sequence[StateRecord]) -> None:
    """Note the persons whose matters staff or an operator read."""
    others = {who for record in records if (who := _person_of(services, record)) is not None}
    read = (services.records.read(key_of(Person, who)) for who in sorted(others - {reader.id}))
    note_list(services, reader, [person for person in read if person is not None])


for _noun, _kind in NOUNS.items():
    router.add_api_route(
        f"/{_noun}",
        _listing(_noun, _kind),
        methods=["GET"],
        summary=f"{_noun.replace('-', ' ').capitalize()}, the latest deadline first",
        responses=answer({"items": [{"state": "open"}], "next": None}, "A page."),
        openapi_extra=SIGNED,
    )
