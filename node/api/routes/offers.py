"""Lists of what the city offers and a person has under way: events, teams, providers, redemptions."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from node.api.openapi import SIGNED, answer
from node.api.routes.lists import facets_of, id_of, page_of
from node.api.routes.parameters import DEFAULT_PAGE, CodeQuery, Cursor, IdQuery, Limit
from node.chain.records.events import Event, Team
from node.chain.records.redemption import Capacity, Provider, Redemption

router: Final = APIRouter(tags=["lists"])
_ID: Final = "0f" * 16


@router.get(
    "/group-events",
    summary="Group events",
    responses=answer({"items": [{"id": _ID, "state": "open"}], "next": None}, "A page."),
    openapi_extra=SIGNED,
)
async def group_events(
    request: Request,
    district: CodeQuery = None,
    state: CodeQuery = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """For every person; who attends is shown to staff with a purpose and operators, and of oneself."""
    return page_of(request, Event, facets_of(district=district, state=state), cursor, limit)


@router.get(
    "/teams",
    summary="Teams",
    responses=answer({"items": [{"id": _ID, "district": "gulou"}], "next": None}, "A page."),
    openapi_extra=SIGNED,
)
async def teams(
    request: Request,
    district: CodeQuery = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """For every person."""
    return page_of(request, Team, facets_of(district=district), cursor, limit)


@router.get(
    "/providers",
    summary="Providers of limited services",
    responses=answer({"items": [{"id": _ID, "district": "gulou"}], "next": None}, "A page."),
    openapi_extra=SIGNED,
)
async def providers(
    request: Request,
    district: CodeQuery = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """For every person."""
    return page_of(request, Provider, facets_of(district=district), cursor, limit)


@router.get(
    "/capacities",
    summary="Contracted minutes of providers",
    responses=answer({"items": [{"id": _ID, "left_min": 600}], "next": None}, "A page."),
    openapi_extra=SIGNED,
)
async def capacities(
    request: Request,
    provider: IdQuery = None,
    district: CodeQuery = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """For every person, the one that lapses last first."""
    facets = facets_of(provider=id_of(provider), district=district)
    return page_of(request, Capacity, facets, cursor, limit)


@router.get(
    "/redemptions",
    summary="Minutes held for providers",
    responses=answer({"items": [{"id": _ID, "state": "held"}], "next": None}, "A page."),
    openapi_extra=SIGNED,
)
async def redemptions(
    request: Request,
    person: IdQuery = None,
    provider: IdQuery = None,
    state: CodeQuery = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """For the person, their agents, the provider's staff, staff with a purpose, and operators."""
    facets = facets_of(person=id_of(person), provider=id_of(provider), state=state)
    return page_of(request, Redemption, facets, cursor, limit)
