"""Parameters that several routes take, and what all of them share."""

from typing import Annotated, Final

from fastapi import Path, Query
from starlette.requests import Request

from node.api.answers import read_cursor
from node.api.limits import CURSOR_MAX_BYTES, HEADERS_MAX, PAGE_DEFAULT, PAGE_MAX
from node.api.services import PublicServices
from node.chain.limits import LANES_MAX
from node.chain.types import CODE_PATTERN, UINT_MAX

_CODE: Final = CODE_PATTERN.replace(r"\A", "^").replace(r"\Z", "$")
_EXAMPLE_ID: Final = "0f" * 16
_EXAMPLE_HASH: Final = "a3" * 32

IdInPath = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=[_EXAMPLE_ID])]
HashInPath = Annotated[str, Path(pattern="^[0-9a-f]{64}$", examples=[_EXAMPLE_HASH])]
HeightInPath = Annotated[int, Path(ge=1, le=UINT_MAX, examples=[7])]
Lane = Annotated[int, Query(ge=0, lt=LANES_MAX, description="Device of the actor.")]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX, description="Items in the page.")]
HeaderLimit = Annotated[int, Query(ge=1, le=HEADERS_MAX, description="Headers in the page.")]
Cursor = Annotated[
    str | None, Query(max_length=CURSOR_MAX_BYTES, description="`next` of the page before.")
]
CodeQuery = Annotated[str | None, Query(pattern=_CODE, examples=["gulou"])]
NeededCode = Annotated[str, Query(pattern=_CODE, examples=["gulou"])]
IdQuery = Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", examples=[_EXAMPLE_ID])]
NeededId = Annotated[str, Query(pattern="^[0-9a-f]{32}$", examples=[_EXAMPLE_ID])]

DEFAULT_PAGE: Final = PAGE_DEFAULT


def services_of(request: Request) -> PublicServices:
    """The services behind the public door."""
    services = request.app.state.services
    assert isinstance(services, PublicServices)
    return services


def place_of(cursor: str | None) -> bytes | None:
    """The place of a cursor, or None for the first page.

    Raises:
        ApiFault: ``BAD_CURSOR``.
    """
    return None if cursor is None else read_cursor(cursor)
