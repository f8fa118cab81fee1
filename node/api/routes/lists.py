"""Lists of records: orders, proposals, mints, kin bindings, persons; each filtered to what the reader may see."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from node.api.answers import PRIVATE, json_answer, write_cursor
from node.api.errors import ApiCode, ApiFault
from node.api.openapi import SIGNED, answer
from node.api.reading import may_list, need_staff, note_list, only_own, order_for, read_as
from node.api.routes.parameters import (
    DEFAULT_PAGE,
    CodeQuery,
    Cursor,
    IdInPath,
    IdQuery,
    Limit,
    NeededCode,
    NeededId,
    place_of,
    services_of,
)
from node.api.services import PublicServices, RecordPage
from node.api.views import view
from node.chain.lifecycle import State
from node.chain.records import StateRecord, encode_record
from node.chain.records.actors import Person
from node.chain.records.bindings import KinBinding, Mint, Proposal
from node.chain.records.orders import Order
from node.chain.types import Id

router: Final = APIRouter(tags=["lists"])
StateQuery = Annotated[State | None, Query(description="State of the order machine.")]
_ORDER: Final = {"id": "0f" * 16, "state": "published", "service": "company", "district": "gulou"}


@router.get(
    "/orders/{id}",
    summary="One order",
    responses=answer({"height": 7, "record": "dc0033...", "view": _ORDER}, "The order."),
    openapi_extra=SIGNED,
)
async def order(request: Request, id: IdInPath) -> Response:  # noqa: A002 - the path's name
    """For its parties and agents, staff of its district with a purpose, operators; once published for any person."""
    services = services_of(request)
    found = order_for(services, read_as(request, services), Id(bytes.fromhex(id)))
    shown = {
        "height": services.records.height,
        "record": encode_record(found),
        "view": view(found),
    }
    return json_answer(shown, headers=PRIVATE)


@router.get(
    "/orders",
    summary="Orders by state, district and parties, latest start first",
    responses=answer(
        {"items": [_ORDER], "next": None}, "A page; it may be short and not the last."
    ),
    openapi_extra=SIGNED,
)
async def orders(  # noqa: PLR0913 - one argument for each parameter of the query
    request: Request,
    *,
    state: StateQuery = None,
    district: CodeQuery = None,
    recipient: IdQuery = None,
    volunteer: IdQuery = None,
    payer: IdQuery = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """Only what the reader may see; staff name a purpose to see more than their own and the published ones."""
    facets = facets_of(
        state=None if state is None else state.value,
        district=district,
        recipient=id_of(recipient),
        volunteer=id_of(volunteer),
        payer=id_of(payer),
    )
    return page_of(request, Order, facets, cursor, limit)


@router.get(
    "/proposals",
    summary="Proposals of a district's staff",
    responses=answer({"items": [{"id": "0f" * 16, "state": "open"}], "next": None}, "A page."),
    openapi_extra=SIGNED,
)
async def proposals(
    request: Request,
    district: CodeQuery = None,
    state: CodeQuery = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """For staff and operators."""
    return page_of(request, Proposal, facets_of(district=district, state=state), cursor, limit)


@router.get(
    "/mints",
    summary="New minutes on the way to a fund",
    responses=answer({"items": [{"id": "0f" * 16, "state": "open"}], "next": None}, "A page."),
    openapi_extra=SIGNED,
)
async def mints(
    request: Request,
    state: CodeQuery = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """For staff and operators."""
    return page_of(request, Mint, facets_of(state=state), cursor, limit)


@router.get(
    "/kin-bindings",
    summary="Kin bindings of a person",
    responses=answer({"items": [{"id": "0f" * 16, "state": "bound"}], "next": None}, "A page."),
    openapi_extra=SIGNED,
)
async def kin_bindings(
    request: Request,
    person: NeededId,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """For its two persons, staff with a purpose, and operators."""
    return page_of(request, KinBinding, facets_of(person=id_of(person)), cursor, limit)


@router.get(
    "/persons",
    summary="Persons of a district by status",
    responses=answer({"items": [{"id": "0f" * 16, "status": "pending"}], "next": None}, "A page."),
    openapi_extra=SIGNED,
)
async def persons(
    request: Request,
    district: NeededCode,
    status: NeededCode = "pending",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """For staff of the district with a purpose, and operators."""
    return page_of(request, Person, facets_of(district=district, status=status), cursor, limit)


def page_of(
    request: Request,
    kind: type[StateRecord],
    facets: Mapping[str, str | bytes],
    cursor: str | None,
    limit: int,
) -> Response:
    """One page of records of a kind: what its reader may see.

    Raises:
        ApiFault: as ``read_as`` and ``need_staff``; ``BAD_CURSOR``.
    """
    services = services_of(request)
    reader = read_as(request, services)
    if kind in {Proposal, Mint, Person}:
        need_staff(reader, kind)

    def visible(record: StateRecord) -> bool:
        return may_list(services, reader, record)

    found = find_page(services, kind, facets, visible, cursor, limit)
    note_list(services, reader, found.records)
    return page_answer([only_own(reader, record) for record in found.records], found.next)


def find_page(
    services: PublicServices,
    kind: type[StateRecord],
    facets: Mapping[str, str | bytes],
    visible: Callable[[StateRecord], bool],
    cursor: str | None,
    limit: int,
) -> RecordPage:
    """The next visible records of a kind.

    Raises:
        ApiFault: ``BAD_CURSOR``.
    """
    try:
        return services.lists.find(kind, facets, visible, place_of(cursor), limit)
    except ValueError as error:
        raise ApiFault(ApiCode.BAD_CURSOR) from error


def page_answer(records: Sequence[StateRecord], following: bytes | None) -> Response:
    """Records by name, and where the next page begins."""
    shown = {
        "items": [view(record) for record in records],
        "next": None if following is None else write_cursor(following),
    }
    return json_answer(shown, headers=PRIVATE)


def facets_of(**given: str | bytes | None) -> dict[str, str | bytes]:
    """The filters that were given."""
    return {name: value for name, value in given.items() if value is not None}


def id_of(text: str | None) -> bytes | None:
    """The id of a query, which has been checked for its form."""
    return None if text is None else bytes.fromhex(text)
