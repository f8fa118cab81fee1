"""Service certificates in the words of wallet and desk: what is shown, and the number that a new one was given."""

from collections.abc import Callable

from msgspec.structs import asdict

from node.chain.records.service_certificates import CertificateNumber
from node.chain.tx.service_certificates import IssueServiceCertificate, RevokeServiceCertificate
from node.chain.types import ZERO_HASH, Code, Hash, Id
from node.console.formats import duration
from node.console.language import t
from node.console.result import Column, Facts, Json, Result, Table
from node.console.service_certificates import CERTIFICATE_STATES, certificate_pairs, period
from node.console.words import word
from wallet.client.certificates import CertificateView, ServiceAnswer, service_of
from wallet.verbs.acting import Acting

ISSUED = t(zh="服务记录证明已开出，免费。", en="The service certificate is issued; it is free.")
REVOKED = t(zh="已注销：查询这个编号的人会看到。", en="Revoked: whoever checks the number is told.")
_MONTH_BASE = 100


def issue(act: Acting, person: Id, first: int, last: int, evidence: Hash = ZERO_HASH) -> None:
    """Have months certified, and say the number."""
    body = IssueServiceCertificate(person, first, last, evidence)
    act.perform(body, ISSUED, told=_number_of(act, person, first, last))


def _number_of(
    act: Acting, person: Id, first: int, last: int
) -> Callable[[], tuple[dict[str, Json], Facts]]:
    """Asked when it stands in a block: only there it gets a number."""

    def ask() -> tuple[dict[str, Json], Facts]:
        found = service_of(act.client, act.signer, person, act.flags.purpose).certificates
        same = [c for c in found if (c.from_month, c.until_month) == (first, last)]
        new = max(same, key=lambda one: one.number.rpartition("-")[0])
        return {"certificate": asdict(new)}, facts_of(new)

    return ask


def revoke(
    act: Acting, person: Id, number: CertificateNumber, reason: Code, evidence: Hash = ZERO_HASH
) -> None:
    """Give a certificate up, or declare it void."""
    name = (number.district, number.year, number.serial)
    act.perform(RevokeServiceCertificate(person, *name, reason, evidence), REVOKED)


def facts_of(found: CertificateView) -> Facts:
    """One certificate, for people."""
    hours = (found.served_min, found.honour_min)
    months = (found.from_month, found.until_month)
    return Facts(certificate_pairs(found.number, *months, hours, found.status))


def show_service(act: Acting, found: ServiceAnswer) -> None:
    """Months and certificates of a person."""
    act.console.emit(Result(found, (_months(found), _certificates(found))))


def _months(found: ServiceAnswer) -> Table:
    columns = (
        Column(t(zh="月份", en="Month")),
        Column(t(zh="服务时长", en="Served"), "right"),
        Column(t(zh="补录", en="Manual"), "right"),
        Column(t(zh="记录不全", en="Incomplete"), "right"),
        Column(t(zh="未答复的异议", en="Objections"), "right"),
    )
    rows = [
        (
            period(year.year * _MONTH_BASE + month.month, year.year * _MONTH_BASE + month.month),
            duration(month.served_min),
            duration(month.honour_min),
            duration(month.gap_min),
            month.objections,
        )
        for year in found.years
        for month in year.months
    ]
    return Table(columns, rows, empty=t(zh="还没有服务记录。", en="Nothing served yet."))


def _certificates(found: ServiceAnswer) -> Table:
    columns = (
        Column(t(zh="编号", en="Number")),
        Column(t(zh="服务月份", en="Months")),
        Column(t(zh="服务时长", en="Served"), "right"),
        Column(t(zh="补录", en="Manual"), "right"),
        Column(t(zh="状态", en="Status")),
    )
    rows = [
        (
            one.number,
            period(one.from_month, one.until_month),
            duration(one.served_min),
            duration(one.honour_min),
            word(CERTIFICATE_STATES, one.status),
        )
        for one in found.certificates
    ]
    return Table(columns, rows, empty=t(zh="没有证明。", en="No certificates."))
