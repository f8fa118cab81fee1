"""The operations door: health, readiness, metrics, the archive, a rehearsal's clock. It listens on loopback."""

from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from node.api.answers import BYTES, UNAVAILABLE, bounded_body, json_answer
from node.api.errors import ApiCode, ApiFault
from node.api.limits import CONTROL_BODY_MAX_BYTES, LEAP_MAX_MS
from node.api.openapi import answer, body_of, bytes_answer
from node.api.services import OperationsServices

router: Final = APIRouter(tags=["operations"])
METRICS: Final = "text/plain; version=0.0.4; charset=utf-8"


class _Leap(msgspec.Struct):
    leap_ms: int


_leap = msgspec.json.Decoder(_Leap)


def _services(request: Request) -> OperationsServices:
    services = request.app.state.services
    assert isinstance(services, OperationsServices)
    return services


@router.get("/healthz", summary="Does the process answer?", responses=answer("ok", "It does."))
async def healthz() -> Response:
    """Says nothing about the chain."""
    return PlainTextResponse("ok\n")


@router.get(
    "/readyz",
    summary="Does the node take part?",
    responses=answer({"ready": True, "reasons": []}, "503 with reasons while it does not."),
)
async def readyz(request: Request) -> Response:
    """Reasons are codes."""
    status = _services(request).status.status()
    shown = {"ready": status.ready, "reasons": status.reasons}
    return json_answer(shown, 200 if status.ready else UNAVAILABLE)


@router.get(
    "/metrics",
    summary="Measurements",
    responses=answer("timebank_height 7", "The Prometheus text format.", media="text/plain"),
)
async def metrics(request: Request) -> Response:
    """For Prometheus."""
    return Response(_services(request).metrics(), media_type=METRICS)


@router.get("/export", summary="The archive", responses=bytes_answer("Up to the present tip."))
async def export(request: Request) -> Response:
    """The whole chain as one file, streamed; `timebank audit verify` checks it."""
    status = _services(request).status.status()
    if status.blocks_from > status.chain_from:
        raise ApiFault(ApiCode.NOT_WHOLE, f"blocks from {status.blocks_from}")
    headers = {"Content-Disposition": 'attachment; filename="archive.bin"'}
    return StreamingResponse(_services(request).exports.archive(), 200, headers, BYTES)


@router.get(
    "/clock",
    summary="The node's clock",
    responses=answer({"now_ms": 1_772_000_000_000, "leap_ms": 0, "rate": 1_200}, "Now."),
)
async def clock(request: Request) -> Response:
    """``rate`` is 1 and ``leap_ms`` 0 in a real city."""
    return _clock_answer(_services(request))


@router.post(
    "/clock",
    summary="Leap ahead in a rehearsal",
    responses=answer({"now_ms": 1_772_086_400_000, "leap_ms": 86_400_000, "rate": 1_200}, "Now."),
    openapi_extra=body_of({"application/json": {"leap_ms": 86_400_000}}),
)
async def leap(request: Request) -> Response:
    """``leap_ms`` is the sum of all leaps, so that saying it twice, or to a node that was away, leaps once.

    Refused in a real city, where time is nobody's.
    """
    body = await bounded_body(request, CONTROL_BODY_MAX_BYTES)
    try:
        leap_ms = _leap.decode(body).leap_ms
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiFault(ApiCode.BODY_UNREADABLE, str(error)) from error
    if not 0 <= leap_ms <= LEAP_MAX_MS:
        raise ApiFault(ApiCode.BAD_PARAMETER, f"leap_ms from 0 to {LEAP_MAX_MS}")
    services = _services(request)
    if not services.rehearsal.leap_to(leap_ms):
        raise ApiFault(ApiCode.NOT_A_REHEARSAL)
    return _clock_answer(services)


def _clock_answer(services: OperationsServices) -> Response:
    clock = services.rehearsal
    shown = {"now_ms": clock.now_ms(), "leap_ms": clock.leap_ms, "rate": clock.rate}
    return json_answer(shown)
