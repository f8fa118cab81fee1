"""A service certificate as people and machines are told of it: number, period, hours, status, and nothing else."""

from typing import Final

from node.chain.records.service_certificates import ServiceCertificate
from node.chain.records.service_hours import MONTH_BASE
from node.console.formats import duration
from node.console.language import Text, t
from node.console.result import Cell, Json
from node.console.words import word

CERTIFICATE_STATES: Final[dict[str, Text]] = {
    "valid": t(zh="有效", en="valid"),
    "amended": t(zh="已更正：时长以此处为准", en="amended: these are the right hours"),
    "revoked": t(zh="已注销", en="revoked"),
}


def certificate_data(found: ServiceCertificate) -> dict[str, Json]:
    """The machine's form."""
    return {
        "number": found.number,
        "from_month": found.from_month,
        "until_month": found.until_month,
        "served_min": found.served_min,
        "honour_min": found.honour_min,
        "status": found.status,
    }


def certificate_pairs(
    number: str, first: int, last: int, hours: tuple[int, int], status: str
) -> list[tuple[Text, Cell]]:
    """The people's form; served and honour minutes apart."""
    served, honour = hours
    return [
        (t(zh="服务记录证明", en="Service certificate"), number),
        (t(zh="服务月份", en="Months"), period(first, last)),
        (t(zh="服务时长", en="Served"), duration(served)),
        (t(zh="补录（荣誉时长）", en="Manual entries (honour)"), duration(honour)),
        (t(zh="状态", en="Status"), word(CERTIFICATE_STATES, status)),
    ]


def record_pairs(found: ServiceCertificate) -> list[tuple[Text, Cell]]:
    """The same of a record."""
    hours = (found.served_min, found.honour_min)
    return certificate_pairs(found.number, found.from_month, found.until_month, hours, found.status)


def period(first: int, last: int) -> str:
    """Months of year · 100 + month: ``2026-01`` or ``2026-01 – 2026-06``."""
    begin, end = (f"{month // MONTH_BASE}-{month % MONTH_BASE:02}" for month in (first, last))
    return begin if begin == end else f"{begin} – {end}"
