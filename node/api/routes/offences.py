"""Who broke the protocol, for everybody: the list, and the file that convicts."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from node.api.answers import BYTES, json_answer
from node.api.errors import ApiCode, ApiFault
from node.api.openapi import answer, bytes_answer
from node.api.routes.parameters import services_of
from node.chain.types import UINT_MAX, Code, Height

router: Final = APIRouter(tags=["offences"])
_OFFENCE: Final = {
    "district": "gulou",
    "height": 7,
    "round": 0,
    "kind": "prevote",
    "block_height": 9,
    "evidence": "a3" * 32,
}

HeightInQuery = Annotated[int, Query(ge=1, le=UINT_MAX)]
DistrictInQuery = Annotated[str | None, Query(pattern="^[a-z0-9._-]{1,32}$")]


@router.get(
    "/offences",
    summary="Which districts broke the protocol",
    responses=answer({"height": 9, "items": [_OFFENCE]}, "Every offence on the chain, by height."),
)
async def offences(request: Request) -> Response:
    """`height` of an item is that of the two messages, `block_height` that of the block that holds them."""
    services = services_of(request)
    shown = {"height": services.records.height, "items": services.offences.offences()}
    return json_answer(shown)


@router.get(
    "/evidence",
    summary="A file that convicts a district of what it said at a height",
    responses=bytes_answer("Two signed messages that exclude each other, with who was seated."),
)
async def evidence(
    request: Request, height: HeightInQuery, district: DistrictInQuery = None
) -> Response:
    """Check it offline: `timebank audit verify-proof FILE --genesis GENESIS`. 404 when nobody is convicted."""
    named = None if district is None else Code(district)
    raw = services_of(request).offences.conviction(Height(height), named)
    if raw is None:
        raise ApiFault(ApiCode.NO_SUCH_RECORD, f"no evidence of height {height}")
    headers = {"Content-Disposition": f'attachment; filename="evidence-{height}.bin"'}
    return Response(raw, headers=headers, media_type=BYTES)
