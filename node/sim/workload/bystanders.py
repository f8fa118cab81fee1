"""To whom something may happen: people whose day nobody else depends on, each of them once."""

from collections.abc import Collection, Sequence
from typing import Final

from node.sim.workload import proportions
from node.sim.workload.people import Resident, draw
from node.sim.workload.scribe import Scribe

MILLE: Final = 1_000


class Bystanders:
    """Volunteers with a key who never serve and have no relatives: they have no minutes, and nobody waits for them."""

    def __init__(
        self, scribe: Scribe, residents: Sequence[Resident], staff: Collection[Resident]
    ) -> None:
        """All of them but a provider's staff."""
        self._scribe = scribe
        self._count = len(residents)
        self._left = [
            r
            for r in residents
            if r.serves and r.has_key and not r.active and not r.kin and r not in staff
        ]

    def some(self) -> list[Resident]:
        """To whom it happens today; nothing else will."""
        wanted, rest = divmod(self._count * proportions.UPHEAVALS_A_DAY, MILLE)
        wanted += draw(self._scribe.rng, rest)
        chosen, self._left = self._left[:wanted], self._left[wanted:]
        for person in chosen:
            person.unsettled = True
        return chosen

    def others(self, count: int) -> list[Resident]:
        """So many who only help, or stay behind; fewer when there are not so many."""
        return self._left[-count:]
