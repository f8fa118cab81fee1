"""Blocks: one with its certificate, or a row of headers."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from node.api.answers import immutable_answer, json_answer
from node.api.errors import ApiCode, ApiFault
from node.api.limits import HEADERS_MAX
from node.api.openapi import answer
from node.api.routes.parameters import HeaderLimit, HeightInPath, services_of
from node.api.views import view
from node.chain.block import decode_header
from node.chain.types import UINT_MAX, Height

router: Final = APIRouter(tags=["blocks"])
_HEADER: Final = {"height": 7, "time_ms": 1_772_000_000_000, "transaction_count": 1}
_BLOCK: Final = {
    "header": _HEADER,
    "header_raw": "dc001102...",
    "id": "a3" * 32,
    "certificate": "960801...",
    "transaction_ids": ["b4" * 32],
    "summary": "990407...",
}


@router.get(
    "/blocks/{height}",
    summary="One final block",
    responses=answer(_BLOCK, "Never changes; carries a strong ETag."),
)
async def block(request: Request, height: HeightInPath) -> Response:
    """Header, certificate, ids of the transactions, and the log leaf that closes the block."""
    found = services_of(request).blocks.block(Height(height))
    if found is None:
        raise ApiFault(ApiCode.NO_SUCH_RECORD, f"no block {height} here")
    shown = {
        "header": view(decode_header(found.header_raw)),
        "header_raw": found.header_raw,
        "id": found.id,
        "certificate": found.certificate,
        "transaction_ids": found.transaction_ids,
        "summary": found.summary,
    }
    return immutable_answer(request, shown, found.id.hex())


@router.get(
    "/blocks",
    summary="Consecutive headers",
    responses=answer(
        {"items": [{"header": _HEADER, "header_raw": "dc0011...", "id": "a3" * 32}]},
        "As many as there are, at most 100.",
    ),
)
async def headers(
    request: Request,
    first: Annotated[int, Query(alias="from", ge=1, le=UINT_MAX)] = 1,
    limit: HeaderLimit = HEADERS_MAX,
) -> Response:
    """Headers from a height on; an empty list beyond the tip."""
    found = services_of(request).blocks.headers(Height(first), limit)
    items = [
        {"header": view(decode_header(h.header_raw)), "header_raw": h.header_raw, "id": h.id}
        for h in found
    ]
    return json_answer({"items": items})
