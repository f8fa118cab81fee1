"""What happens to few: suspensions, lost keys, moves of home, closed accounts.

Most of it happens to people who never serve and have no relatives, so that nobody's day depends on it; accounts with
minutes end or move once nothing of theirs is open.
"""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from node.chain.policy import DAY_MS
from node.chain.tx.safety import AppealSuspension, EndSuspension, Suspend
from node.chain.types import Code, EpochMs
from node.sim.workload import proportions
from node.sim.workload.bystanders import Bystanders
from node.sim.workload.farewells import Farewells
from node.sim.workload.keyloss import KeyLosses
from node.sim.workload.people import Resident, draw
from node.sim.workload.scribe import Scribe

SUSPENDED_MS: Final = 10 * DAY_MS
LIFTED: Final = Code("lifted")


class _Suspended(NamedTuple):
    person: Resident
    scope: Code
    appealed: bool


class Upheavals:
    """One a day of each kind for every thousand people, and fewer of those who have minutes."""

    def __init__(
        self, scribe: Scribe, residents: Sequence[Resident], staff: Collection[Resident]
    ) -> None:
        """Choose to whom it may happen: not to a provider's staff, nor to who speaks for a team."""
        self._scribe = scribe
        self._bystanders = Bystanders(scribe, residents, staff)
        self._key_losses = KeyLosses(scribe, self._bystanders)
        self._farewells = Farewells(scribe, self._bystanders, residents, staff)
        self._suspended: list[_Suspended] = []

    @property
    def open(self) -> bool:
        """Whether an account is still to close."""
        return self._farewells.open

    def day(self, *, beginning: bool) -> None:
        """The evening's part of it.

        Args:
            beginning: whether anything new happens; what has begun goes on.
        """
        self._end_suspensions()
        if beginning:
            self._suspend()
        self._key_losses.day(beginning=beginning)
        self._farewells.day(beginning=beginning)

    def _suspend(self) -> None:
        scribe = self._scribe
        for person in self._bystanders.some():
            scope = Code(scribe.rng.choice(("accept", "outgoing")))
            until = EpochMs(scribe.now_ms + SUSPENDED_MS)
            reviewer = scribe.turn(scribe.desk(person.home).reviewers)
            reason = Code("identical-times")
            body = Suspend(person.hand.id, scope, reason, until, scribe.paper())
            scribe.say(reviewer, body)
            appeals = draw(scribe.rng, proportions.APPEALS)
            self._suspended.append(_Suspended(person, scope, appeals))
            scribe.books.done["suspensions"] += 1
        scribe.flush()
        for one in self._suspended:
            if one.appealed:
                scribe.say(one.person.hand, AppealSuspension(one.scope, scribe.paper()))
        scribe.flush()

    def _end_suspensions(self) -> None:
        """A day later an arbiter lifts those that were appealed against; time ends the others."""
        scribe = self._scribe
        for one in self._suspended:
            if not one.appealed:
                continue
            arbiter = scribe.turn(scribe.desk(one.person.home).arbiters)
            ended = EndSuspension(one.person.hand.id, one.scope, LIFTED)
            scribe.say(arbiter, ended)
            scribe.books.done["suspensions-ended"] += 1
        scribe.flush()
        self._suspended = []
