"""Service certificates the long way: a certificate remembers every service it counted, and is read again each time.

The project's ledger keeps sums of months and moves them; here nothing is summed until somebody asks. Every move is
answered with the name of the code that refuses it, or with an empty string.
"""

from dataclasses import dataclass, field

from tests.reference.naive_ledger import DAY, month_of

NOTICE = 14 * DAY
YEARS = 10
LIVE_A_YEAR = 6


@dataclass
class Service:
    """One service that counts: what it counts as now, and when that was last said."""

    month: int
    kind: str
    minutes: int
    said: int
    complaints: int = 0


@dataclass
class Certificate:
    """What one certificate counted."""

    first: int
    last: int
    services: list[Service]
    revoked: list[int] | None = None
    """Served and honour minutes when it was revoked."""

    def hours(self) -> list[int]:
        """Served and honour minutes as they are right now."""
        if self.revoked is not None:
            return self.revoked
        return [sum(s.minutes for s in self.services if s.kind == k) for k in ("served", "honour")]


@dataclass
class NaiveRegister:
    """One person's services and certificates."""

    services: list[Service] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    amended: set[int] = field(default_factory=set)

    def serve(self, begun: int, kind: str, minutes: int, now: int) -> Service:
        """A service counts from now on."""
        service = Service(month_of(begun), kind, minutes, now)
        self.services.append(service)
        return service

    def correct(self, service: Service, minutes: int, now: int) -> None:
        """What is right is another number of minutes."""
        service.minutes, service.said = minutes, now
        for number, certificate in enumerate(self.certificates):
            counted = any(one is service for one in certificate.services)
            if counted and certificate.revoked is None:
                self.amended.add(number)

    def status(self, number: int) -> str:
        """valid, amended or revoked."""
        if self.certificates[number].revoked is not None:
            return "revoked"
        return "amended" if number in self.amended else "valid"

    def issue(self, first: int, last: int, now: int) -> str:
        """A certificate of these months."""
        months = {month % 100 for month in (first, last)} <= set(range(1, 13))
        if not months or first > last or last // 100 - first // 100 >= YEARS:
            return "WINDOW_OUT_OF_RANGE"
        if last >= month_of(now):
            return "TOO_EARLY"
        within = [s for s in self.services if first <= s.month <= last]
        if any(now < s.said + NOTICE or s.complaints for s in within):
            return "UNDER_NOTICE"
        new = Certificate(first, last, within)
        fault = self._fault(new)
        if not fault:
            self.certificates.append(new)
        return fault

    def _fault(self, new: Certificate) -> str:
        """Why there is no such certificate to have."""
        if new.hours() == [0, 0]:
            return "MINUTES_OUT_OF_RANGE"
        for number, old in enumerate(self.certificates):
            period = (old.first, old.last) == (new.first, new.last)
            if period and self.status(number) == "valid" and old.hours() == new.hours():
                return "ALREADY_EXISTS"
        live = [old for old in self.certificates if old.revoked is None]
        for year in {s.month // 100 for s in new.services}:
            if sum(self._names(old, year) for old in live) >= LIVE_A_YEAR:
                return "CERTIFICATE_LIMIT"
        return ""

    def _names(self, certificate: Certificate, year: int) -> bool:
        return any(s.month // 100 == year for s in certificate.services)

    def revoke(self, number: int) -> str:
        """Given up."""
        certificate = self.certificates[number]
        if certificate.revoked is not None:
            return "ALREADY_DONE"
        certificate.revoked = certificate.hours()
        return ""
