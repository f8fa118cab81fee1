"""Transactions: submitting one or many, and asking what became of one.

Submission is the door's busiest path: it reads the raw body itself and builds no model of it.
"""

from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from node.api.answers import BYTES, JSON, bounded_body, json_answer, media_type, plain_json
from node.api.errors import ApiCode, ApiFault
from node.api.limits import BATCH_BODY_MAX_BYTES, BATCH_MAX, SINGLE_BODY_MAX_BYTES
from node.api.openapi import answer, body_of
from node.api.routes.parameters import HashInPath, services_of
from node.api.services import Submission, View
from node.api.views import Json, render
from node.chain.errors import Rejected
from node.chain.tx.envelope import transaction_id
from node.chain.types import Hash

MESSAGE_PACK: Final = "application/msgpack"
REFUSED: Final = "REFUSED"
_ACCEPTED: Final = 202

T = TypeVar("T")
router: Final = APIRouter(tags=["transactions"])


class _Single(msgspec.Struct):
    transaction: str


class _Batch(msgspec.Struct):
    transactions: list[str]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The answer to one transaction of a batch."""

    id: Hash
    status: str
    """As for a single one, or ``REFUSED``."""
    height: int | None = None
    code: str | None = None
    detail: str | None = None


_single = msgspec.json.Decoder(_Single)
_batch = msgspec.json.Decoder(_Batch)
_packed = msgspec.msgpack.Decoder(list[Annotated[bytes, msgspec.Meta(min_length=1)]])


@router.post(
    "/transactions",
    status_code=_ACCEPTED,
    summary="Submit one signed transaction",
    responses=answer(
        {"id": "a3" * 32, "status": "PENDING"}, "Taken; final once a block holds it.", _ACCEPTED
    ),
    openapi_extra=body_of({BYTES: None, JSON: {"transaction": "9a0101..."}}),
)
async def submit(request: Request) -> Response:
    """The canonical bytes as they are, or hexadecimal in JSON. Submitting the same again does no harm."""
    raw = await bounded_body(request, SINGLE_BODY_MAX_BYTES)
    match media_type(request):
        case "application/octet-stream" | "":
            pass
        case "application/json":
            raw = _from_hex(_decoded(_single, raw).transaction)
        case other:
            raise ApiFault(ApiCode.MEDIA_TYPE, other)
    taken = services_of(request).transactions.submit(raw)
    return plain_json(_submission(taken), _ACCEPTED)


@router.post(
    "/transactions/batch",
    summary="Submit up to 500 signed transactions",
    responses=answer(
        {
            "results": [
                {"id": "a3" * 32, "status": "PENDING"},
                {"id": "b4" * 32, "status": REFUSED, "code": "E309", "detail": "..."},
            ]
        },
        "One result for each transaction, in order.",
    ),
    openapi_extra=body_of({JSON: {"transactions": ["9a0101..."]}, MESSAGE_PACK: None}),
)
async def submit_batch(request: Request) -> Response:
    """Hexadecimal in JSON, or a MessagePack array of byte strings. A refusal does not touch the others."""
    body = await bounded_body(request, BATCH_BODY_MAX_BYTES)
    match media_type(request):
        case "application/json":
            raws = [_from_hex(text) for text in _decoded(_batch, body).transactions]
        case "application/msgpack":
            raws = _decoded(_packed, body)
        case other:
            raise ApiFault(ApiCode.MEDIA_TYPE, other)
    if len(raws) > BATCH_MAX:
        raise ApiFault(ApiCode.LIMIT_TOO_LARGE, f"{len(raws)} transactions, at most {BATCH_MAX}")
    outcomes = services_of(request).transactions.submit_many(raws)
    results = [_result(raw, outcome) for raw, outcome in zip(raws, outcomes, strict=True)]
    return json_answer({"results": [_without_none(result) for result in results]})


@router.get(
    "/transactions/{id}",
    summary="What became of a transaction",
    responses=answer(
        {
            "id": "a3" * 32,
            "status": "COMMITTED",
            "height": 7,
            "index": 0,
            "kind": "request",
            "created": ["0f" * 16],
        },
        "`UNKNOWN`, `PENDING`, `COMMITTED`, `EXPIRED` or `SUPERSEDED`; `code` where this node refused it last.",
    ),
)
async def transaction_status(request: Request, id: HashInPath) -> Response:  # noqa: A002 - the path's name
    """Only a committed transaction is final."""
    found = services_of(request).transactions.status(Hash(bytes.fromhex(id)))
    return json_answer(_without_none(found))


def _submission(taken: Submission) -> bytes:
    height = "" if taken.height is None else f',"height":{taken.height}'
    return f'{{"id":"{taken.id.hex()}","status":"{taken.status}"{height}}}'.encode()


def _result(raw: bytes, outcome: Submission | Rejected) -> BatchResult:
    if isinstance(outcome, Rejected):
        code = f"E{outcome.code.value}"
        return BatchResult(transaction_id(raw), REFUSED, None, code, outcome.detail)
    return BatchResult(outcome.id, outcome.status, outcome.height)


def _without_none(value: View) -> dict[str, Json]:
    """What is not known is left out."""
    shown = render(value)
    assert isinstance(shown, dict)
    return {name: item for name, item in shown.items() if item is not None}


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ApiFault(ApiCode.BODY_UNREADABLE, "a transaction is not hexadecimal") from error


def _decoded(decoder: msgspec.json.Decoder[T] | msgspec.msgpack.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiFault(ApiCode.BODY_UNREADABLE, str(error)) from error
