"""The two applications: routers, one shape for every refusal, documents without outside addresses."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from node.api.answers import problem_answer
from node.api.errors import (
    ApiCode,
    ApiFault,
    problem_of_fault,
    problem_of_rejection,
)
from node.api.pages import errors_page, paths_page
from node.api.routes import (
    accounts,
    blocks,
    certificates,
    city,
    events,
    lists,
    log,
    matters,
    offences,
    offers,
    operations,
    proofs,
    transactions,
)
from node.api.services import OperationsServices, PublicServices
from node.chain.errors import Rejected

PREFIX: Final = "/v1"
PUBLIC_TITLE: Final = "时间银行节点 · Time bank node"
OPERATIONS_TITLE: Final = "时间银行节点运维 · Operations of a time bank node"
DESCRIPTION: Final = (
    "Identifiers, hashes and bytes are lower-case hexadecimal; instants are milliseconds since 1970 (`_ms`), "
    "service is whole minutes (`_min`). Refusals are problems of RFC 9457. See docs/spec/http.md."
)
_METHOD_NOT_ALLOWED: Final = 405
_NOT_FOUND: Final = 404


_PUBLIC: Final = (
    transactions.router,
    accounts.router,
    lists.router,
    offers.router,
    matters.router,
    blocks.router,
    proofs.router,
    certificates.router,
    offences.router,
    log.router,
    city.router,
    events.router,
)


def create_public_app(services: PublicServices) -> FastAPI:
    """The public door: everything under ``/v1``, ``/docs`` and ``/openapi.json``."""
    app = _create(PUBLIC_TITLE, _PUBLIC, PREFIX)
    app.state.services = services
    app.state.streams = events.Streams()
    app.state.misses = certificates.Misses()
    app.state.refused = services.accesses.refused
    return app


def create_operations_app(services: OperationsServices) -> FastAPI:
    """The operations door: for loopback only."""
    app = _create(OPERATIONS_TITLE, (operations.router,), "")
    app.state.services = services
    return app


def public_document() -> dict[str, Any]:
    """The OpenAPI document of the public door, which needs no node."""
    return _create(PUBLIC_TITLE, _PUBLIC, PREFIX).openapi()


def _create(title: str, routers: Sequence[APIRouter], prefix: str) -> FastAPI:
    # FastAPI's own pages load scripts from elsewhere; ours load nothing.
    app = FastAPI(
        title=title,
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    for router in routers:
        app.include_router(router, prefix=prefix)
    _add_documents(app)
    app.add_exception_handler(Rejected, _on_rejected)
    app.add_exception_handler(ApiFault, _on_fault)
    app.add_exception_handler(RequestValidationError, _on_parameters)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)
    return app


def _add_documents(app: FastAPI) -> None:
    async def document() -> Response:
        return JSONResponse(app.openapi())

    async def paths() -> HTMLResponse:
        return paths_page(app.openapi())

    async def errors() -> HTMLResponse:
        return errors_page()

    app.add_api_route("/openapi.json", document, include_in_schema=False)
    app.add_api_route("/docs", paths, include_in_schema=False)
    app.add_api_route("/docs/errors", errors, include_in_schema=False)


async def _on_rejected(request: Request, error: Exception) -> Response:
    assert isinstance(error, Rejected)
    return problem_answer(problem_of_rejection(error))


async def _on_fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiFault)
    return _refuse(request, error)


def _refuse(request: Request, fault: ApiFault) -> Response:
    """The problem; the public door counts it."""
    count: Callable[[str], None] | None = getattr(request.app.state, "refused", None)
    if count is not None:
        count(fault.code.label)
    return problem_answer(problem_of_fault(fault))


async def _on_parameters(request: Request, error: Exception) -> Response:
    """A parameter that does not fit; the value itself is not repeated."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = str(first["loc"][-1])
    too_large = name == "limit" and first["type"] in {"less_than_equal", "int_parsing_size"}
    code = ApiCode.LIMIT_TOO_LARGE if too_large else ApiCode.BAD_PARAMETER
    return _refuse(request, ApiFault(code, f"{name}: {first['msg']}"))


async def _on_http(request: Request, error: Exception) -> Response:
    """What the framework itself refuses."""
    assert isinstance(error, HTTPException)
    codes = {
        _NOT_FOUND: ApiCode.NO_SUCH_PATH,
        _METHOD_NOT_ALLOWED: ApiCode.METHOD_NOT_ALLOWED,
    }
    answer = _refuse(request, ApiFault(codes.get(error.status_code, ApiCode.BODY_UNREADABLE)))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _on_bug(request: Request, error: Exception) -> Response:
    """Ours; the server logs it with its traceback after this answer."""
    return _refuse(request, ApiFault(ApiCode.INTERNAL))
