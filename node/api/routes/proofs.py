"""Proof files: what the node says, verifiable with nothing but the genesis hash."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from node.api.answers import BYTES, PRIVATE
from node.api.errors import ApiCode, ApiFault
from node.api.openapi import SIGNED, bytes_answer
from node.api.reading import Reader, may_see_any, order_for, person_for, read_as
from node.api.routes.parameters import services_of
from node.api.services import PublicServices
from node.api.views import name_of
from node.chain.hashing import ID_BYTES
from node.chain.records import KINDS, StateRecord
from node.chain.records.accounts import Budget, City, District, Fund, Position
from node.chain.records.actors import Operator, Person
from node.chain.records.bindings import Proposal, Site
from node.chain.records.orders import Order
from node.chain.records.settings import AuthorityRecord, CatalogueEntry, CitySettings, PolicyRecord
from node.chain.types import UINT_MAX, Hash, Height, Id

router: Final = APIRouter(tags=["proofs"])
PUBLIC_KINDS: Final = {
    name_of(kind): number
    for kind, number in KINDS.items()
    if kind
    in {
        AuthorityRecord,
        Budget,
        CatalogueEntry,
        City,
        CitySettings,
        District,
        Fund,
        Operator,
        PolicyRecord,
        Position,
        Site,
    }
}
"""Kinds whose records anybody may see, with their kind numbers."""
_HEX_OF_HASH: Final = 64

IdOrHash = Annotated[str, Path(pattern="^(?:[0-9a-f]{32}|[0-9a-f]{64})$", examples=["a3" * 32])]
KindInPath = Annotated[str, Path(pattern="^[a-z_]{1,32}$", examples=["person"])]
StateHeight = Annotated[int | None, Query(ge=1, le=UINT_MAX, examples=[12])]
KeyInPath = Annotated[str, Path(pattern="^(?:[0-9a-f]{2}){1,128}$", examples=["0f" * 16])]


@router.get(
    "/proofs/record/{id}",
    summary="That a transaction is final, or an order",
    responses=bytes_answer("A proof file."),
    openapi_extra=SIGNED,
)
async def record_proof(request: Request, id: IdOrHash) -> Response:  # noqa: A002 - the path's name
    """64 digits name a transaction, 32 a final order; for whomever it concerns."""
    services = services_of(request)
    reader = read_as(request, services)
    if len(id) == _HEX_OF_HASH:
        tx_id = Hash(bytes.fromhex(id))
        concerned = services.transactions.concerned(tx_id)
        if concerned is None:
            raise ApiFault(ApiCode.NO_SUCH_RECORD, "no final transaction of this id here")
        if not _may_second(services, reader, tx_id):
            may_see_any(services, reader, concerned)
        return _file(services.proofs.transaction(tx_id))
    order = order_for(services, reader, Id(bytes.fromhex(id)))
    return _file(services.proofs.final_order(order.id))


@router.get(
    "/proofs/state/{kind}/{id}",
    summary="That the state has a record, or has none",
    responses=bytes_answer(
        "A proof file of presence or absence, at the tip or after another block."
    ),
    openapi_extra=SIGNED,
)
async def state_proof(
    request: Request,
    kind: KindInPath,
    id: KeyInPath,  # noqa: A002 - the path's name
    height: StateHeight = None,
) -> Response:
    """Persons and orders for whoever may see them; city, districts and what else is public for everybody, unsigned.

    Going back to an earlier height costs the node work; so then whoever asks signs.
    """
    services = services_of(request)
    key = bytes.fromhex(id)
    if kind not in PUBLIC_KINDS:
        number = _private_kind(request, services, kind, key)
    else:
        number = PUBLIC_KINDS[kind]
        if height is not None:
            read_as(request, services)
    at = None if height is None else Height(height)
    if at is not None and at < services.proofs.oldest_state:
        raise ApiFault(ApiCode.STATE_NOT_KEPT, f"from height {services.proofs.oldest_state} on")
    return _file(services.proofs.state(number, key, at))


def _may_second(services: PublicServices, reader: Reader, tx_id: Hash) -> bool:
    """Whether it made a proposal that is open: its second may be of any district, and staff find it in their list."""
    if not (reader.is_staff and reader.purpose):
        return False
    made = services.lists.find(
        Proposal, {"state": "open"}, lambda found: _origin(found) == tx_id, None, 1
    )
    return bool(made.records)


def _origin(record: StateRecord) -> Hash | None:
    return record.origin if isinstance(record, Proposal) else None


def _private_kind(request: Request, services: PublicServices, kind: str, key: bytes) -> int:
    """The kind number, once the reader may see the record; its absence anybody who signs may see.

    Raises:
        ApiFault: as the reads of the record itself, ``BAD_PARAMETER`` for other kinds.
    """
    if kind not in {name_of(Person), name_of(Order)} or len(key) != ID_BYTES:
        raise ApiFault(ApiCode.BAD_PARAMETER, "kind or id")
    reader = read_as(request, services)
    see = person_for if kind == name_of(Person) else order_for
    try:
        see(services, reader, Id(key))
    except ApiFault as fault:
        if fault.code is not ApiCode.NO_SUCH_RECORD:
            raise
    return KINDS[Person if kind == name_of(Person) else Order]


def _file(proof: bytes | None) -> Response:
    if proof is None:
        raise ApiFault(ApiCode.NOTHING_TO_PROVE)
    headers = PRIVATE | {"Content-Disposition": 'attachment; filename="proof.bin"'}
    return Response(proof, headers=headers, media_type=BYTES)
