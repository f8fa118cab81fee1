"""Accounts: an actor's record, its history, its next sequence number."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from node.api.answers import PRIVATE, json_answer, write_cursor
from node.api.errors import ApiCode, ApiFault
from node.api.openapi import SIGNED, answer
from node.api.reading import account_for, read_as
from node.api.routes.parameters import (
    DEFAULT_PAGE,
    Cursor,
    IdInPath,
    Lane,
    Limit,
    place_of,
    services_of,
)
from node.api.views import name_of, view
from node.chain.records import encode_record
from node.chain.types import Id

router: Final = APIRouter(tags=["accounts"])

_PERSON: Final = {
    "height": 7,
    "kind": "person",
    "record": "dc00264090...",
    "view": {
        "id": "0f" * 16,
        "home": "gulou",
        "status": "active",
        "available": {"debits_min": 60, "credits_min": 180, "balance_min": 120},
    },
}
_HISTORY: Final = {
    "items": [
        {
            "height": 7,
            "time_ms": 1_772_000_000_000,
            "index": 0,
            "tx_id": "a3" * 32,
            "kind": "request",
            "minutes": 0,
            "gained_min": 0,
            "lost_min": 0,
            "orders": ["0f" * 16],
            "persons": ["1e" * 16],
        }
    ],
    "next": None,
}


@router.get(
    "/actors/{id}/sequence",
    summary="The next free sequence number",
    responses=answer({"lane": 0, "next": 12}, "Counting pending transactions."),
)
async def sequence(request: Request, id: IdInPath, lane: Lane = 0) -> Response:  # noqa: A002 - the path's name
    """Public: it tells no more than how often the actor has signed."""
    number = services_of(request).transactions.next_number(Id(bytes.fromhex(id)), lane)
    return json_answer({"lane": lane, "next": number})


@router.get(
    "/accounts/{id}",
    summary="One person or operator",
    responses=answer(_PERSON, "The record in canonical bytes, and by field names."),
    openapi_extra=SIGNED,
)
async def account(request: Request, id: IdInPath) -> Response:  # noqa: A002 - the path's name
    """For the person, a bound agent, staff of the home district with a purpose, and operators."""
    services = services_of(request)
    actor = account_for(services, read_as(request, services), Id(bytes.fromhex(id)))
    shown = {
        "height": services.records.height,
        "kind": name_of(type(actor)),
        "record": encode_record(actor),
        "view": view(actor),
    }
    return json_answer(shown, headers=PRIVATE)


@router.get(
    "/accounts/{id}/history",
    summary="What happened to an account, newest first",
    responses=answer(_HISTORY, "Transactions, and timers (`tx_id` null)."),
    openapi_extra=SIGNED,
)
async def history(
    request: Request,
    id: IdInPath,  # noqa: A002 - the path's name
    cursor: Cursor = None,
    limit: Limit = DEFAULT_PAGE,
) -> Response:
    """Who may see the account sees its history."""
    services = services_of(request)
    id_ = Id(bytes.fromhex(id))
    account_for(services, read_as(request, services), id_)
    try:
        page = services.histories.of(id_, place_of(cursor), limit)
    except ValueError as error:
        raise ApiFault(ApiCode.BAD_CURSOR) from error
    following = None if page.next is None else write_cursor(page.next)
    return json_answer({"items": page.items, "next": following}, headers=PRIVATE)
