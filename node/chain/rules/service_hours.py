"""Minutes that a certificate may count: where they are added, corrected and objected to.

Every rule that lets a service count calls ``add_service``, every rule that corrects one ``correct_service``; nothing
else changes the sums. A correction goes on to each certificate that had counted the service: its hours are put right
and its status says so.
"""

from typing import Final, NamedTuple

from msgspec.structs import replace

from node.chain.errors import Bug
from node.chain.lifecycle import State
from node.chain.policy import month_of
from node.chain.records.actors import Person
from node.chain.records.orders import Order
from node.chain.records.service_certificates import AMENDED, ServiceCertificate, certificate_id
from node.chain.records.service_hours import (
    MONTH_BASE,
    IssuedCertificate,
    ServiceMonth,
    ServiceYear,
    service_year_id,
)
from node.chain.records.settings import CatalogueEntry
from node.chain.rules.servicerecord import Sources, gap_of
from node.chain.state import Moment, View
from node.chain.types import EpochMs, Id, Minutes

SERVED: Final = "served_min"
HONOUR: Final = "honour_min"
GAP: Final = "gap_min"


class Service(NamedTuple):
    """What counts, once."""

    person: Id
    """Who served."""
    begun_ms: EpochMs
    """It belongs to the month of this time."""
    kind: str
    """``SERVED``, ``HONOUR`` or ``GAP``."""
    final_ms: EpochMs
    """Since when it counts; certificates issued before do not have it."""


def count_order(view: View, order: Order) -> None:
    """An order has become final; if it was served, its minutes count in the month of its check-in."""
    if order.state is State.SETTLED:
        add_service(view, _service_of(view, order, SERVED), order.agreed_min)
    elif order.state is State.VOID and order.verdict == "to-payer":
        add_service(view, _service_of(view, order, HONOUR), order.counted_min)


def correct_order(view: View, at: Moment, order: Order, change: int) -> None:
    """The right minutes of a settled order are so many more, or (negative) fewer, than was last said."""
    correct_service(view, at, _service_of(view, order, SERVED), change)


def _service_of(view: View, order: Order, kind: str) -> Service:
    """An order as it counts: a record with a gap is no record."""
    entry = view.get(CatalogueEntry, order.service.encode())
    if entry is None:
        raise Bug(f"an order of a service that the catalogue never had: {order.service}")
    volunteer = view.need(Person, order.volunteer)
    gap = gap_of(Sources(order, volunteer, entry.service, None))
    return Service(volunteer.id, order.checked_in_ms, GAP if gap else kind, order.final_ms)


def add_service(view: View, service: Service, minutes: int) -> None:
    """Count a service, in unweighted minutes, in the month in which it was done."""
    if minutes:
        year, month = _find(view, service.person, month_of(service.begun_ms))
        _put(view, year, _moved(month, service.kind, minutes, service.final_ms))


def correct_service(view: View, at: Moment, service: Service, change: int) -> None:
    """Change what a service counted by so many minutes, and every certificate that has it.

    The days of notice of its month begin again.
    """
    period = month_of(service.begun_ms)
    year, month = _find(view, service.person, period)
    _put(view, year, _moved(month, service.kind, change, at.time_ms))
    if service.kind == GAP:
        return
    for issued in year.issued:
        if issued.covers(period) and service.final_ms <= issued.issued_ms:
            certificate = certificate_of(view, issued)
            right = Minutes(getattr(certificate, service.kind) + change)
            view.put(replace(certificate, status=AMENDED, **{service.kind: right}))


def certificate_of(view: View, issued: IssuedCertificate) -> ServiceCertificate:
    """The certificate that a person's year names."""
    id_ = certificate_id(issued.district, issued.year, issued.serial)
    return view.need(ServiceCertificate, id_)


def object_to_service(view: View, order: Order) -> int:
    """Somebody complains of a service: until it is answered, its month is not certified.

    Returns:
        The month as year · 100 + month; 0 where nobody has served yet.
    """
    if not order.volunteer or not order.checked_in_ms:
        return 0
    period = month_of(order.checked_in_ms)
    _count_objection(view, order.volunteer, period, 1)
    return period


def answer_objection(view: View, volunteer: Id, period: int) -> None:
    """The complaint is answered."""
    if period:
        _count_objection(view, volunteer, period, -1)


def _count_objection(view: View, person: Id, period: int, change: int) -> None:
    year, month = _find(view, person, period)
    _put(view, year, replace(month, objections=month.objections + change))


def _find(view: View, person: Id, period: int) -> tuple[ServiceYear, ServiceMonth]:
    number, month = divmod(period, MONTH_BASE)
    year = view.get(ServiceYear, service_year_id(person, number))
    if year is None:
        year = ServiceYear(person, number, (), (), b"")
    none = Minutes(0)
    new = ServiceMonth(month, none, none, none, EpochMs(0), 0)
    return year, next((m for m in year.months if m.month == month), new)


def _moved(month: ServiceMonth, kind: str, change: int, counted_ms: int) -> ServiceMonth:
    minutes = getattr(month, kind) + change
    if minutes < 0:
        raise Bug(f"{minutes} minutes of service in a month")
    latest = EpochMs(max(month.counted_ms, counted_ms))
    return replace(month, counted_ms=latest, **{kind: Minutes(minutes)})


def _put(view: View, year: ServiceYear, month: ServiceMonth) -> None:
    months = (*(m for m in year.months if m.month != month.month), month)
    view.put(replace(year, months=tuple(sorted(months, key=lambda m: m.month))))
