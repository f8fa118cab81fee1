"""What is public of the city and its node: status, genesis, totals, catalogue, policy, districts, checkpoint."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from node.api.answers import immutable_answer, json_answer
from node.api.errors import ApiCode, ApiFault
from node.api.openapi import answer
from node.api.routes.parameters import services_of
from node.api.supply import city_supply, district_supply
from node.api.views import view

router: Final = APIRouter(tags=["city"])
_STATUS: Final = {
    "chain_id": "a3" * 32,
    "city": "nanjing",
    "district": "gulou",
    "height": 7,
    "now_ms": 1_772_000_000_000,
    "round": 0,
    "step": "idle",
    "waiting_for": [],
    "ready": True,
    "reasons": [],
    "pending": 0,
    "blocks_from": 1,
    "chain_from": 1,
    "offences": 0,
    "protocol": 1,
    "protocol_known": 1,
    "protocol_next": 0,
    "protocol_next_height": 0,
}


@router.get(
    "/status", summary="Where the node stands", responses=answer(_STATUS, "The node's view.")
)
async def status(request: Request) -> Response:
    """`now_ms` is the time to sign with; `waiting_for` names the districts that a stalled height waits for."""
    return json_answer(services_of(request).status.status())


@router.get(
    "/genesis",
    summary="The genesis document",
    responses=answer({"format": "timebank-genesis/1", "chain_id": "a3" * 32}, "Never changes."),
)
async def genesis(request: Request) -> Response:
    """Compare its hash with one you trust."""
    services = services_of(request)
    tag = services.records.chain_id.hex()
    return immutable_answer(request, services.city.genesis(), tag)


@router.get(
    "/supply",
    summary="Minutes of the city and of each district",
    responses=answer({"height": 7, "city": {}, "districts": []}, "Totals, no persons."),
)
async def supply(request: Request) -> Response:
    """What was issued, where it is, and what was done with it."""
    services = services_of(request)
    shown = {
        "height": services.records.height,
        "time_ms": services.records.time_ms,
        "city": city_supply(services.city.city()),
        "districts": [district_supply(d) for d in services.city.district_totals()],
    }
    return json_answer(shown)


@router.get(
    "/catalogue",
    summary="The catalogue of services",
    responses=answer({"height": 7, "items": [{"code": "company"}]}, "Every class, by code."),
)
async def catalogue(request: Request) -> Response:
    """The current version of every service class."""
    services = services_of(request)
    items = [view(service) for service in services.city.catalogue()]
    return json_answer({"height": services.records.height, "items": items})


@router.get(
    "/policy",
    summary="The active policy",
    responses=answer({"height": 7, "policy": {"version": 1}}, "Every parameter with its unit."),
)
async def policy(request: Request) -> Response:
    """Every number that the city may tune."""
    services = services_of(request)
    shown = {"height": services.records.height, "policy": view(services.city.policy())}
    return json_answer(shown)


@router.get(
    "/districts",
    summary="The districts and their service points",
    responses=answer(
        {"items": [{"code": "gulou", "name_zh": "鼓楼区", "name_en": "Gulou", "sites": []}]},
        "By code.",
    ),
)
async def districts(request: Request) -> Response:
    """As genesis names them."""
    return json_answer({"items": services_of(request).city.districts()})


@router.get(
    "/checkpoint",
    summary="The newest checkpoint",
    responses=answer("timebank/nanjing/...", "A C2SP note.", media="text/plain"),
)
async def checkpoint(request: Request) -> Response:
    """The log's size and root, signed by the districts' checkpoint keys."""
    note = services_of(request).city.checkpoint()
    if note is None:
        raise ApiFault(ApiCode.NO_CHECKPOINT)
    return PlainTextResponse(note, headers={"Cache-Control": "no-cache"})
