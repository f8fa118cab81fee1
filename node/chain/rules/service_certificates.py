"""Service certificates (服务记录证明): what a person served in whole months, for anybody to check by its number.

Nobody states the hours: the chain has counted them (``service_hours``), each service on its own record. A certificate
is had for months that are over, when the days of notice since the last settlement or correction in them have run and
no complaint about them is open. It is free, and it stays: a later correction makes it ``amended``, the person or a
certifier may revoke it, and its number says which. Coin and honour hours never stand in one sum.
"""

from typing import Final, NamedTuple, assert_never

from msgspec.structs import replace

from node.chain.errors import ErrorCode, Rejected
from node.chain.policy import civil, month_of
from node.chain.records import touch_after
from node.chain.records.actors import Person
from node.chain.records.service_certificates import (
    REVOKED,
    VALID,
    ServiceCertificate,
    certificate_id,
    check_code,
)
from node.chain.records.service_hours import (
    MONTH_BASE,
    MONTHS,
    IssuedCertificate,
    ServiceMonth,
    ServiceYear,
    service_year_id,
)
from node.chain.rules.guards import (
    require,
    require_any_role,
    require_evidence,
    sending_person,
)
from node.chain.rules.service_hours import certificate_of
from node.chain.rules.tallies import count
from node.chain.state import Moment, View
from node.chain.tx.envelope import ServiceCertificateBody, Transaction
from node.chain.tx.service_certificates import IssueServiceCertificate, RevokeServiceCertificate
from node.chain.types import ZERO_HASH, Code, EpochMs, Id, Minutes

FIRST_MONTH: Final = 197_001
YEARS_MAX: Final = 10
"""Calendar years that one certificate covers a part of; each of them names it."""
YEAR_CERTIFICATES_MAX: Final = 6
"""Certificates, not revoked, that cover one year of a person: a correction puts all of them right at once."""
SERIALS: Final = b"certificate/"


def apply(view: View, at: Moment, tx: Transaction, body: ServiceCertificateBody) -> None:
    """Apply one transaction of this family.

    Raises:
        Rejected: the first guard that does not hold.
    """
    sender = sending_person(view, tx)
    match body:
        case IssueServiceCertificate():
            _issue(view, at, tx, sender, body)
        case RevokeServiceCertificate():
            _revoke(view, at, sender, body)
        case _:
            assert_never(body)


class _Hours(NamedTuple):
    """What a period adds up to, in minutes."""

    served: int
    honour: int


def _issue(
    view: View, at: Moment, tx: Transaction, sender: Person, body: IssueServiceCertificate
) -> None:
    person = _holder(view, body.person)
    if sender.id != person.id:
        require_any_role(sender, ("recorder", "certifier"), person.home, at.time_ms)
        require_evidence(body.evidence)
    require(person.number > 0, ErrorCode.NOT_APPROVED, person.status)
    committed = person.commitment != ZERO_HASH
    require(committed, ErrorCode.RECORD_FIELD_MISSING, "person.commitment")
    _require_period(at, body)
    years = _years(view, person.id, body.from_month, body.until_month)
    months = _months(years, body.from_month, body.until_month)
    _require_after_notice(at, months)
    hours = _Hours(sum(m.served_min for _, m in months), sum(m.honour_min for _, m in months))
    require(sum(hours) > 0, ErrorCode.MINUTES_OUT_OF_RANGE, "nothing served in these months")
    _require_new(view, years, body, hours)
    for year in years:
        free = len(year.issued) < YEAR_CERTIFICATES_MAX
        require(free, ErrorCode.CERTIFICATE_LIMIT, f"{YEAR_CERTIFICATES_MAX} for {year.year}")

    year_now, _ = civil(at.time_ms)
    serial = count(view, SERIALS + person.home.encode(), year_now).count
    touch = touch_after(at.chain_id, b"", tx.signature)
    certificate = ServiceCertificate(
        district=person.home,
        year=year_now,
        serial=serial,
        check=check_code(person.home, year_now, serial, touch),
        from_month=body.from_month,
        until_month=body.until_month,
        served_min=Minutes(hours.served),
        honour_min=Minutes(hours.honour),
        status=VALID,
        touch=b"",
    )
    view.create(certificate)
    _note(view, years, certificate, at.time_ms)
    # It concerns the person, whoever asked: so it stands in their history.
    view.put(person)


def _holder(view: View, id_: Id) -> Person:
    """The person of a certificate. A closed account keeps its hours and may be certified by staff.

    Raises:
        Rejected: ``UNKNOWN_RECIPIENT``.
    """
    person = view.get(Person, id_)
    if person is None:
        raise Rejected(ErrorCode.UNKNOWN_RECIPIENT, id_.hex())
    return person


def _require_period(at: Moment, body: IssueServiceCertificate) -> None:
    """Whole months in order, all of them over, of not too many years."""
    first, last = body.from_month, body.until_month
    months = all(1 <= month % MONTH_BASE <= MONTHS for month in (first, last))
    within = last // MONTH_BASE - first // MONTH_BASE < YEARS_MAX
    proper = months and FIRST_MONTH <= first <= last and within
    require(proper, ErrorCode.WINDOW_OUT_OF_RANGE, f"months {first} to {last}")
    now = month_of(at.time_ms)
    require(last < now, ErrorCode.TOO_EARLY, f"{now} is not over")


def _years(view: View, person: Id, first: int, last: int) -> list[ServiceYear]:
    """The years of a period in whose months of the period the person served."""
    numbers = range(first // MONTH_BASE, last // MONTH_BASE + 1)
    found = [view.get(ServiceYear, service_year_id(person, number)) for number in numbers]
    return [year for year in found if year is not None and _months([year], first, last)]


def _months(years: list[ServiceYear], first: int, last: int) -> list[tuple[int, ServiceMonth]]:
    """The counted months of a period, each with its name as year · 100 + month."""
    named = [(year.year * MONTH_BASE + m.month, m) for year in years for m in year.months]
    return [(period, month) for period, month in named if first <= period <= last]


def _require_after_notice(at: Moment, months: list[tuple[int, ServiceMonth]]) -> None:
    """The days of notice have run for every month of the period, and nobody objects."""
    for period, month in months:
        free = month.counted_ms + at.policy.orders.certifiable_after_ms
        counted = month.counted_ms == 0 or at.time_ms >= free
        require(counted, ErrorCode.UNDER_NOTICE, f"{period} until {free}")
        unopposed = month.objections == 0
        require(unopposed, ErrorCode.UNDER_NOTICE, f"an objection in {period}")


def _require_new(
    view: View, years: list[ServiceYear], body: IssueServiceCertificate, hours: _Hours
) -> None:
    """No valid certificate says the same: the paper can be printed again.

    Raises:
        Rejected: ``ALREADY_EXISTS``.
    """
    for issued in {issued for year in years for issued in year.issued}:
        if (issued.from_month, issued.until_month) != (body.from_month, body.until_month):
            continue
        found = certificate_of(view, issued)
        same = found.status == VALID and (found.served_min, found.honour_min) == hours
        require(not same, ErrorCode.ALREADY_EXISTS, found.key_id.decode())


def _note(
    view: View, years: list[ServiceYear], certificate: ServiceCertificate, issued_ms: EpochMs
) -> None:
    """Every year of the period names the certificate."""
    issued = IssuedCertificate(
        district=certificate.district,
        year=certificate.year,
        serial=certificate.serial,
        from_month=certificate.from_month,
        until_month=certificate.until_month,
        issued_ms=issued_ms,
    )
    for year in years:
        view.put(replace(year, issued=(*year.issued, issued)))


def _revoke(view: View, at: Moment, sender: Person, body: RevokeServiceCertificate) -> None:
    person = _holder(view, body.person)
    id_ = certificate_id(body.district, body.year, body.serial)
    certificate = view.need(ServiceCertificate, id_)
    if sender.id != person.id:
        places = {certificate.district, person.home}
        certifier = any(sender.has_role("certifier", place, at.time_ms) for place in places)
        require(certifier, ErrorCode.ROLE_MISSING, f"certifier in {person.home}")
        require_evidence(body.evidence)
    open_now = certificate.status != REVOKED
    require(open_now, ErrorCode.ALREADY_DONE, "revoked before")
    years = _years(view, person.id, certificate.from_month, certificate.until_month)
    naming = [year for year in years if any(_is(i, certificate) for i in year.issued)]
    require(bool(naming), ErrorCode.NOT_A_PARTY, "another person's certificate")

    view.put(replace(certificate, status=REVOKED))
    for year in naming:
        kept = tuple(issued for issued in year.issued if not _is(issued, certificate))
        view.put(replace(year, issued=kept))
    view.put(person)


def _is(issued: IssuedCertificate, certificate: ServiceCertificate) -> bool:
    named: tuple[Code, int, int] = (issued.district, issued.year, issued.serial)
    return named == (certificate.district, certificate.year, certificate.serial)
