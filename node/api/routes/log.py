"""The log as others' tools read it: hash tiles, entry bundles, consistency (C2SP ``tlog-tiles``)."""

import re
from base64 import b64encode
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from node.api.answers import BYTES, IMMUTABLE, PRIVATE
from node.api.errors import ApiCode, ApiFault
from node.api.openapi import SIGNED, answer, bytes_answer
from node.api.reading import may_read_log, read_as
from node.api.routes.parameters import services_of
from node.chain.types import UINT_MAX

router: Final = APIRouter(tags=["log"])
TILE_WIDTH: Final = 256
"""Hashes or entries of a full tile."""
LEVEL_MAX: Final = 5
"""Of tiles: each is eight levels of the tree, and 2^53 leaves have 53."""
_PLACE: Final = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
_THOUSAND: Final = 1_000

Level = Annotated[int, Path(ge=0, le=LEVEL_MAX, examples=[0])]
Place = Annotated[str, Path(max_length=64, examples=["x001/234.p/17"])]
Size = Annotated[int, Query(ge=0, le=UINT_MAX)]


@router.get(
    "/tile/entries/{place:path}",
    summary="A bundle of log entries, for authorities and auditors",
    responses=bytes_answer("Each entry after its length in two bytes."),
    openapi_extra=SIGNED,
)
async def entries(request: Request, place: Place) -> Response:
    """Transactions are pseudonymous records of persons: signed by an authority or auditor, and noted."""
    services = services_of(request)
    reader = read_as(request, services)
    index, width = _tile(place)
    may_read_log(services, reader)
    found = services.log.entries(index * TILE_WIDTH, width)
    if found is None:
        raise ApiFault(ApiCode.NO_SUCH_RECORD, "the log has not come so far")
    body = b"".join(len(entry).to_bytes(2, "big") + entry for entry in found)
    return Response(body, headers=PRIVATE, media_type=BYTES)


@router.get(
    "/tile/{level}/{place:path}",
    summary="A tile of log hashes",
    responses=bytes_answer("At most 256 hashes of 32 bytes."),
)
async def tile(request: Request, level: Level, place: Place) -> Response:
    """Leaf hashes hide their entries: each entry ends with a signature that nobody can guess."""
    index, width = _tile(place)
    found = services_of(request).log.hashes(level * 8, index * TILE_WIDTH, width)
    if found is None:
        raise ApiFault(ApiCode.NO_SUCH_RECORD, "the log has not come so far")
    return Response(b"".join(found), headers={"Cache-Control": IMMUTABLE}, media_type=BYTES)


@router.get(
    "/log/consistency",
    summary="That one size of the log continues another",
    responses=answer("2fc5...\n", "Hashes in base64, one a line.", media="text/plain"),
)
async def consistency(request: Request, old: Size, new: Size) -> Response:
    """The proof lines of a witness's request (RFC 6962 2.1.2)."""
    if old > new:
        raise ApiFault(ApiCode.BAD_PARAMETER, "old is larger than new")
    path = services_of(request).log.consistency(old, new)
    if path is None:
        raise ApiFault(ApiCode.NO_SUCH_RECORD, "the log has not come so far")
    return PlainTextResponse("".join(b64encode(node).decode("ascii") + "\n" for node in path))


def _tile(place: str) -> tuple[int, int]:
    """Index and width of a tile from the end of its path.

    Raises:
        ApiFault: ``BAD_PARAMETER``: another path than the one that the specification gives.
    """
    match = _PLACE.fullmatch(place)
    if match is None or place.startswith("x000/"):
        raise ApiFault(ApiCode.BAD_PARAMETER, "tile path")
    index = 0
    for digits in match[1].replace("x", "").split("/"):
        index = index * _THOUSAND + int(digits)
    width = TILE_WIDTH if match[2] is None else int(match[2])
    if index > UINT_MAX // TILE_WIDTH or (match[2] is not None and width >= TILE_WIDTH):
        raise ApiFault(ApiCode.BAD_PARAMETER, "tile path")
    return index, width
