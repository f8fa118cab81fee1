"""Service certificates: anybody checks a number; a person sees what of their service may be certified.

A check answers number, period, hours and status, and nothing else. Numbers are long enough that guessing one takes
millions of tries, and whoever asks for one that does not exist too often waits.
"""

import asyncio
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from node.api.answers import BYTES, PRIVATE, json_answer
from node.api.errors import ApiCode, ApiFault
from node.api.limits import CHECK_CLIENTS_MAX, CHECK_MISSES_MAX, CHECK_WINDOW_S
from node.api.openapi import SIGNED, answer, bytes_answer
from node.api.reading import person_for, read_as
from node.api.routes.parameters import IdInPath, services_of
from node.api.services import PublicServices
from node.api.views import view
from node.chain.policy import civil
from node.chain.records import KINDS, key_of
from node.chain.records.service_certificates import (
    ServiceCertificate,
    certificate_id,
    parse_number,
)
from node.chain.records.service_hours import IssuedCertificate, ServiceYear, service_year_id
from node.chain.types import Id

R = TypeVar("R", ServiceCertificate, ServiceYear)
router: Final = APIRouter(tags=["certificates"])
FIRST_YEAR: Final = 1970
NumberInPath = Annotated[
    str, Path(min_length=1, max_length=80, examples=["gulou-2026-000042-S34WNP"])
]
_CHECKED: Final = {
    "number": "gulou-2026-000042-S34WNP",
    "from_month": 202_601,
    "until_month": 202_606,
    "served_min": 3_600,
    "honour_min": 90,
    "status": "valid",
}
_SERVICE: Final = {
    "height": 7,
    "years": [
        {
            "year": 2026,
            "months": [
                {
                    "month": 6,
                    "served_min": 120,
                    "honour_min": 0,
                    "gap_min": 0,
                    "counted_ms": 1_782_000_000_000,
                    "objections": 0,
                }
            ],
        }
    ],
    "certificates": [_CHECKED],
}


class Misses:
    """Who asked for numbers that do not exist, and how often, in the present minute."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._window = 0
        self._counts: dict[str, int] = {}

    def admit(self, client: str, now_s: float) -> None:
        """Whether the client may ask now.

        Raises:
            ApiFault: ``TOO_MANY_CHECKS``.
        """
        window = int(now_s // CHECK_WINDOW_S)
        if window != self._window:
            self._window, self._counts = window, {}
        if self._counts.get(client, 0) >= CHECK_MISSES_MAX:
            raise ApiFault(ApiCode.TOO_MANY_CHECKS, f"{CHECK_MISSES_MAX} in {CHECK_WINDOW_S} s")

    def note(self, client: str) -> None:
        """One more that does not exist; when too many ask, the newest share one count."""
        known = client in self._counts or len(self._counts) < CHECK_CLIENTS_MAX
        name = client if known else ""
        self._counts[name] = self._counts.get(name, 0) + 1


@router.get(
    "/certificates/{number}",
    summary="Whether a service certificate stands",
    responses=answer(_CHECKED, "Number, period, hours and status; nothing else is public."),
)
async def certificate(request: Request, number: NumberInPath) -> Response:
    """For everybody. A number with a typing error is `E110`, one that does not exist `A14`."""
    found = _found(request, number)
    return json_answer(_checked(found), headers={"Cache-Control": "no-store"})


@router.get(
    "/certificates/{number}/proof",
    summary="The same as a proof file",
    responses=bytes_answer("A state proof of the certificate's record, at the tip."),
)
async def certificate_proof(request: Request, number: NumberInPath) -> Response:
    """Verified with nothing but the genesis hash; it says no more than the answer."""
    found = _found(request, number)
    proof = services_of(request).proofs.state(KINDS[ServiceCertificate], found.key_id)
    if proof is None:
        raise ApiFault(ApiCode.NOTHING_TO_PROVE)
    headers = PRIVATE | {"Content-Disposition": 'attachment; filename="certificate.bin"'}
    return Response(proof, headers=headers, media_type=BYTES)


@router.get(
    "/accounts/{id}/service",
    summary="What a person served, by months, and their certificates",
    responses=answer(_SERVICE, "Years with something in them; certificates that are not revoked."),
    openapi_extra=SIGNED,
)
async def service(request: Request, id: IdInPath) -> Response:  # noqa: A002 - the path's name
    """Who may see the account sees its service."""
    services = services_of(request)
    id_ = Id(bytes.fromhex(id))
    person_for(services, read_as(request, services), id_)
    now, _ = civil(services.records.time_ms)
    years = [
        year
        for number in range(FIRST_YEAR, now + 1)
        if (year := _record(services, ServiceYear, service_year_id(id_, number))) is not None
    ]
    issued = {one: None for year in years for one in year.issued}
    shown = {
        "height": services.records.height,
        "years": [{"year": y.year, "months": [view(month) for month in y.months]} for y in years],
        "certificates": [_checked(_issued(services, one)) for one in issued],
    }
    return json_answer(shown, headers=PRIVATE)


def _found(request: Request, text: str) -> ServiceCertificate:
    """The certificate of a number; who misses too often is not answered for a while.

    Raises:
        Malformed: ``BAD_FIELD``, a typing error.
        ApiFault: ``NO_SUCH_RECORD``, ``TOO_MANY_CHECKS``.
    """
    number = parse_number(text)
    misses, client = request.app.state.misses, request.client.host if request.client else ""
    assert isinstance(misses, Misses)
    misses.admit(client, asyncio.get_running_loop().time())
    found = _record(services_of(request), ServiceCertificate, number.key_id)
    if found is None or found.check != number.check:
        misses.note(client)
        raise ApiFault(ApiCode.NO_SUCH_RECORD, "no certificate has this number")
    return found


def _issued(services: PublicServices, issued: IssuedCertificate) -> ServiceCertificate:
    id_ = certificate_id(issued.district, issued.year, issued.serial)
    found = _record(services, ServiceCertificate, id_)
    assert found is not None
    return found


def _record(services: PublicServices, kind: type[R], id_: bytes) -> R | None:
    record = services.records.read(key_of(kind, id_))
    return record if isinstance(record, kind) else None


def _checked(found: ServiceCertificate) -> dict[str, str | int]:
    return {
        "number": found.number,
        "from_month": found.from_month,
        "until_month": found.until_month,
        "served_min": found.served_min,
        "honour_min": found.honour_min,
        "status": found.status,
    }
