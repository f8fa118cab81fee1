"""What the routes say of themselves for OpenAPI: examples of answers, bodies, the headers of a signed read.

The document is OpenAPI 3.1; ``docs/openapi.json`` is written from it by ``scripts/gen_openapi.py``. Examples stand for
schemas: the views follow the records, whose fields ``docs/spec`` describes.
"""

from collections.abc import Mapping
from typing import Any, Final

from node.api.answers import BYTES, PROBLEM

Extra = dict[str, Any]
"""A part of an OpenAPI document, in the shape that FastAPI takes."""
Responses = dict[int | str, Extra]

_PROBLEM_EXAMPLE: Final = {
    "type": "/docs/errors#e309",
    "title": "The account has too few minutes.",
    "status": 409,
    "detail": "available of 0f0f... has 30, needs 60",
    "code": "E309",
    "name": "insufficient_minutes",
    "title_zh": "账户时间不足。",
}
_PROBLEM: Final[Extra] = {
    "description": "A problem of RFC 9457 with the code of `docs/spec/errors.md` or `/docs/errors`.",
    "content": {PROBLEM: {"schema": {"type": "object"}, "example": _PROBLEM_EXAMPLE}},
}


def answer(
    example: object, description: str, status: int = 200, media: str = "application/json"
) -> Responses:
    """The responses of a route: one example of success, and the problem."""
    schema = {"type": "object"} if media == "application/json" else {"type": "string"}
    content = {media: {"schema": schema, "example": example}}
    return {status: {"description": description, "content": content}, "default": _PROBLEM}


def bytes_answer(description: str) -> Responses:
    """The responses of a route that gives a file."""
    content = {BYTES: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": description, "content": content}, "default": _PROBLEM}


def body_of(examples: Mapping[str, object | None]) -> Extra:
    """The request body of a route that reads it itself: media type to an example, or None for bytes."""
    content: Extra = {}
    for media, example in examples.items():
        if example is None:
            content[media] = {"schema": {"type": "string", "format": "binary"}}
        else:
            content[media] = {"schema": {"type": "object"}, "example": example}
    return {"requestBody": {"required": True, "content": content}}


def _header(name: str, description: str, example: str, *, required: bool = True) -> Extra:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


SIGNED: Final[Extra] = {
    "parameters": [
        _header("Timebank-Actor", "Id of who reads.", "0f" * 16),
        _header("Timebank-Time", "The node's time, in milliseconds since 1970.", "1772000000000"),
        _header("Timebank-Signature", "Ed25519, in hexadecimal; see docs/spec/http.md.", "5c" * 64),
        _header("Timebank-Purpose", "Why; staff only.", "service-desk", required=False),
    ]
}
"""For ``openapi_extra`` of a signed read."""
