"""A life of a city, day by day."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from node.chain.policy import DAY_MS, civil, day_of, month_of, year_start_ms
from node.sim.workload.affairs import Affairs
from node.sim.workload.amends import Amends
from node.sim.workload.books import Books
from node.sim.workload.demand import Demand, forget_month
from node.sim.workload.founding import found
from node.sim.workload.ground import Ground
from node.sim.workload.people import Resident, people_of
from node.sim.workload.schedule import (
    CLOSE_MS,
    DESK_MS,
    EVENING_MS,
    MORNING_MS,
    REQUESTS_MS,
    SLOTS_MS,
    Later,
    day_start_ms,
)
from node.sim.workload.scribe import Scribe
from node.sim.workload.services import Services
from node.sim.workload.upheavals import Upheavals
from node.sim.workload.world import World

PEOPLE_MIN: Final = 50
PEOPLE_MAX: Final = 1_000_000
DAYS_MAX: Final = 300
"""Funds are of one year, and so is a life."""
REST_DAYS_MAX: Final = 45
"""A month's notice of an account that closes, and a fortnight; everything else ends sooner."""
EDGE_DAYS: Final = 60
BUSY_KEPT_MS: Final = 3 * DAY_MS


class Progress(NamedTuple):
    """How far a life is."""

    day: int
    """0 for the founding, then 1 to the last; those of rest go on counting."""
    of: int
    said: int
    """Transactions so far."""


class Life:
    """One city from its founding to a day on which nothing is open."""

    def __init__(self, ground: Ground, world: World, people: int, seed: int) -> None:
        """Draw the people; nothing has happened.

        Args:
            ground: the city before its first person.
            world: in front of which it plays.
            people: how many, ``PEOPLE_MIN`` to ``PEOPLE_MAX``.
            seed: of all chance.
        """
        assert PEOPLE_MIN <= people <= PEOPLE_MAX, "too few or too many people"
        self._scribe = Scribe(ground, world, seed)
        self._people: Sequence[Resident] = people_of(ground, people, seed, self._scribe.rng)
        self._later = Later()
        self._month = 0

    @property
    def residents(self) -> Sequence[Resident]:
        """Everybody whose account is as it was founded; before the first day that is everybody."""
        return [resident for resident in self._people if not resident.unsettled]

    @property
    def books(self) -> Books:
        """What must come out."""
        return self._scribe.books

    @property
    def said(self) -> int:
        """Transactions so far."""
        return self._scribe.said

    def play(self, days: int) -> Iterator[Progress]:
        """All of it; yields when the founding, and when each day, is over."""
        assert 0 < days <= DAYS_MAX, "funds are of one year"
        scribe = self._scribe
        self._begin(days)
        provisions = found(scribe, self._people)
        services = Services(scribe, Demand(scribe, self._people), self._later)
        affairs = Affairs(scribe, self._people, provisions)
        staff = [provision.staff for provision in provisions.values()]
        staff += [p.team.steward for p in provisions.values() if p.team is not None]
        self._upheavals = Upheavals(scribe, self._people, staff)
        self._amends = Amends(scribe)
        midnight = day_start_ms(scribe.now_ms) + DAY_MS
        scribe.reach(midnight - DAY_MS + REQUESTS_MS)
        services.ask(midnight)
        self._close(midnight - DAY_MS)
        yield Progress(0, days, scribe.said)
        for day in range(1, days + REST_DAYS_MAX):
            busy = services.open or affairs.open
            if day > days and not (busy or len(self._later) or self._upheavals.open):
                break
            if day <= days or busy:
                self._day(midnight, services, affairs, last=day >= days)
            elif self._upheavals.open:
                scribe.reach(midnight + DESK_MS)
                self._upheavals.day(beginning=False)
            self._close(midnight)
            midnight += DAY_MS
            yield Progress(day, days, scribe.said)
        affairs.settle_districts()

    def _begin(self, days: int) -> None:
        """In the morning of a day from which the year is long enough."""
        scribe = self._scribe
        start = day_start_ms(scribe.now_ms) + DAY_MS
        year, _ = civil(start)
        if civil(start + (days + EDGE_DAYS) * DAY_MS)[0] > year:
            start = year_start_ms(year + 1)
        scribe.reach(start + MORNING_MS)

    def _day(self, midnight_ms: int, services: Services, affairs: Affairs, *, last: bool) -> None:
        scribe = self._scribe
        scribe.reach(midnight_ms + MORNING_MS)
        if month_of(scribe.now_ms) != self._month:
            self._month = month_of(scribe.now_ms)
            forget_month(self._people, midnight_ms - BUSY_KEPT_MS)
        services.morning()
        if not last:
            affairs.open_events(midnight_ms, (day_of(midnight_ms) + 3) % 7)
        morning, afternoon = SLOTS_MS
        services.serve(midnight_ms + morning)
        affairs.arrive(midnight_ms + afternoon)
        services.serve(midnight_ms + afternoon)
        scribe.reach(midnight_ms + EVENING_MS)
        services.evening()
        affairs.leave()
        scribe.reach(midnight_ms + DESK_MS)
        services.judge()
        affairs.desk(giving=not last)
        self._amends.day(services.take_settled())
        self._upheavals.day(beginning=not last)
        if not last:
            scribe.reach(midnight_ms + REQUESTS_MS)
            services.ask(midnight_ms + DAY_MS)

    def _close(self, midnight_ms: int) -> None:
        """The books follow what time alone has done; afterwards they and the ledger must agree."""
        self._scribe.reach(midnight_ms + CLOSE_MS)
        for act in self._later.ripe(midnight_ms + CLOSE_MS):
            act()
