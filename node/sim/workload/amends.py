"""What is put right afterwards: a few settled orders paid too much, and a few elders are compensated from the pool.

An arbiter says so and a treasurer seconds. The minutes go back from the volunteer to whoever paid; only orders are
corrected whose volunteer still has them, so that nothing is claimed.
"""

from collections.abc import Sequence
from typing import Final

from node.chain.tx.corrections import Compensate, Correct
from node.chain.tx.organisation import AnyAction
from node.chain.types import Code, Minutes
from node.sim.workload import proportions
from node.sim.workload.books import Account, free
from node.sim.workload.errands import Errand
from node.sim.workload.hands import Hand
from node.sim.workload.people import draw
from node.sim.workload.scribe import Scribe

QUANTUM_MIN: Final = 30
SOURCE: Final = Code("payer")
REASON: Final = Code("counted-wrong")
RULE: Final = Code("pool.harm")


class Amends:
    """Looks at what settled since yesterday."""

    def __init__(self, scribe: Scribe) -> None:
        """Nothing has settled."""
        self._scribe = scribe

    def day(self, settled: Sequence[Errand]) -> None:
        """Half an hour of some was never served; some recipients get half an hour for the trouble."""
        scribe = self._scribe
        actions: list[tuple[Hand, Hand, AnyAction]] = []
        for errand in settled:
            if draw(scribe.rng, proportions.CORRECTIONS) and self._is_there(errand):
                actions.append((*self._two(errand.district), self._correct(errand)))
            elif draw(scribe.rng, proportions.COMPENSATIONS) and self._may_have(errand):
                actions.append((*self._two(errand.district), self._compensate(errand)))
        scribe.agree(actions)

    def _two(self, district: Code) -> tuple[Hand, Hand]:
        desk = self._scribe.desk(district)
        return self._scribe.turn(desk.arbiters), self._scribe.turn(desk.treasurers)

    def _is_there(self, errand: Errand) -> bool:
        """Whether everybody on it lives where they did, and the volunteer has what was paid."""
        volunteer = errand.volunteer
        assert volunteer is not None, "it has settled"
        stayed = errand.recipient.home == errand.district
        settled = not any(person.unsettled for person in errand.people)
        balance = self._scribe.books.balance(free(volunteer.hand.id, volunteer.home))
        return stayed and settled and 0 < errand.paid_min <= balance

    def _correct(self, errand: Errand) -> Correct:
        books, volunteer = self._scribe.books, errand.volunteer
        assert volunteer is not None, "it has settled"
        right = Minutes(errand.settled_min - QUANTUM_MIN)
        wrong = errand.paid_min - errand.weighted(right)
        books.move(free(volunteer.hand.id, volunteer.home), errand.account, wrong)
        books.done["corrections"] += 1
        paper = self._scribe.paper()
        return Correct(errand.id, errand.id, errand.origin, right, SOURCE, REASON, paper)

    def _may_have(self, errand: Errand) -> bool:
        pool = Account("pool", errand.district, errand.district)
        here = errand.recipient.home == errand.district and not errand.recipient.unsettled
        return here and self._scribe.books.balance(pool) >= QUANTUM_MIN

    def _compensate(self, errand: Errand) -> Compensate:
        books, person = self._scribe.books, errand.recipient
        pool = Account("pool", person.home, person.home)
        books.move(pool, free(person.hand.id, person.home), QUANTUM_MIN)
        books.done["compensations"] += 1
        return Compensate(person.hand.id, Minutes(QUANTUM_MIN), RULE, self._scribe.paper())
