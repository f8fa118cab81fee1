"""Bodies out and in: JSON answers, problems, immutable answers, bodies with a bound, cursors."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from node.api.errors import ApiCode, ApiFault, Problem
from node.api.limits import CURSOR_MAX_BYTES
from node.api.views import render

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
BYTES: Final = "application/octet-stream"
PRIVATE: Final = {"Cache-Control": "private, no-store"}
"""Of every answer to a signed read."""
IMMUTABLE: Final = "public, max-age=31536000, immutable"
UNAVAILABLE: Final = 503
_UNAUTHORISED: Final = 401
_NOT_MODIFIED: Final = 304
_encoder: Final = msgspec.json.Encoder()


def json_answer(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in JSON; bytes in it become hexadecimal."""
    return Response(_encoder.encode(render(value)), status, headers, JSON)


def plain_json(body: bytes, status: int = 200) -> Response:
    """An answer that is JSON already."""
    return Response(body, status, media_type=JSON)


def problem_answer(problem: Problem) -> Response:
    """A refusal."""
    headers: dict[str, str] = {}
    if problem.status == UNAVAILABLE:
        headers["Retry-After"] = "1"
    if problem.status == _UNAUTHORISED:
        headers["WWW-Authenticate"] = "Timebank-Signature"
    return Response(_encoder.encode(problem), problem.status, headers, PROBLEM)


def immutable_answer(request: Request, value: object, tag: str) -> Response:
    """An answer that never changes: with a strong tag, and without a body for who has it."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": IMMUTABLE}
    known = request.headers.get("if-none-match", "")
    if known == "*" or headers["ETag"] in (part.strip() for part in known.split(",")):
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    return json_answer(value, headers=headers)


async def bounded_body(request: Request, size_max_bytes: int) -> bytes:
    """The request's body, refused before it is read where its length says enough.

    Raises:
        ApiFault: ``BODY_TOO_LARGE``.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > size_max_bytes:
        raise ApiFault(ApiCode.BODY_TOO_LARGE, f"{declared} bytes, at most {size_max_bytes}")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > size_max_bytes:
            raise ApiFault(ApiCode.BODY_TOO_LARGE, f"at most {size_max_bytes} bytes")
    return body


def media_type(request: Request) -> str:
    """The content type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def write_cursor(place: bytes) -> str:
    """A cursor of a place in a list; opaque to whoever gets it."""
    return base64.urlsafe_b64encode(place).rstrip(b"=").decode()


def read_cursor(cursor: str) -> bytes:
    """The place of a cursor.

    Raises:
        ApiFault: ``BAD_CURSOR``.
    """
    try:
        if len(cursor) > CURSOR_MAX_BYTES:
            raise ValueError(cursor)
        place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise ApiFault(ApiCode.BAD_CURSOR) from error
    return place
