"""What of a person's service may be certified, by the months in which it was done.

A service belongs to the month of its check-in, as limits and allowances have it; a manual entry to that of its service.
The sums stay when the orders have long left the state, so a certificate can be had for any year.
"""

from typing import Annotated, Final

from msgspec import Meta

from node.chain.codec import Record
from node.chain.types import CodeF, EpochMsF, Id, IdF, MinutesF, UintF

MONTHS: Final = 12
MONTH_BASE: Final = 100
"""A month is written year · 100 + month."""
YEAR_BYTES: Final = 2


class ServiceMonth(Record, frozen=True):
    """Minutes of one month, unweighted, each in one sum only."""

    month: Annotated[int, Meta(ge=1, le=MONTHS)]
    served_min: MinutesF
    """Settled services and paid attendance, whether or not the hold covered all of them."""
    honour_min: MinutesF
    """Manual entries (补录), honour attendance, and services that a verdict left unpaid."""
    gap_min: MinutesF
    """Of neither: services whose record lacks a field that the national rule asks for."""
    counted_ms: EpochMsF
    """When something was last added or corrected; the days of notice run from it."""
    objections: UintF
    """Complaints about services of this month that nobody has answered."""


class IssuedCertificate(Record, frozen=True):
    """A service certificate that covers a month of the year and is not revoked."""

    district: CodeF
    year: UintF
    serial: UintF
    from_month: UintF
    """year · 100 + month."""
    until_month: UintF
    """The last month covered."""
    issued_ms: EpochMsF
    """It counts what was final by then."""

    def covers(self, month: int) -> bool:
        """Whether a month, as year · 100 + month, is within the period."""
        return self.from_month <= month <= self.until_month


class ServiceYear(Record, frozen=True, tag=106):
    """One person's service of one year."""

    person: IdF
    year: UintF
    months: Annotated[tuple[ServiceMonth, ...], Meta(max_length=MONTHS)]
    """Those in which something was counted, in order."""
    issued: tuple[IssuedCertificate, ...]
    touch: bytes

    @property
    def key_id(self) -> bytes:
        """The person's id and the year, two bytes big endian."""
        return service_year_id(self.person, self.year)


def service_year_id(person: Id, year: int) -> bytes:
    """The person's id and the year, two bytes big endian."""
    return person + year.to_bytes(YEAR_BYTES, "big")
