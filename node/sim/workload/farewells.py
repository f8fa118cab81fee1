"""Accounts that end or change their home, with what is in them.

People who never serve go at once and leave nothing. Others have minutes: they begin nothing new, wait until the last
of their orders is final, and then move house, leave the city, die, or turn out to be registered twice. What they had
goes with them to another district, to the pool of their home, to kin who have been bound for long enough, or to the
account that stays; each heir takes it up to the cap of a store.
"""

from collections.abc import Collection, Sequence
from enum import Enum
from typing import Final, NamedTuple

from node.chain.policy import DAY_MS
from node.chain.tx.leaving import ChangeHome, CloseAccount, FinishClosing, MergePersons
from node.chain.tx.organisation import AnyAction
from node.chain.tx.recovery import SetContacts
from node.chain.types import Code
from node.sim.workload import proportions
from node.sim.workload.books import Account, free
from node.sim.workload.bystanders import Bystanders
from node.sim.workload.hands import Hand
from node.sim.workload.people import Resident, draw
from node.sim.workload.scribe import Scribe


class Farewell(Enum):
    """What becomes of an account."""

    MOVE = "move"
    LEAVE = "leave"
    DEATH = "death"
    MERGE = "merge"


class _Ending(NamedTuple):
    """Whose account closes, once nobody has heard of them for so long, and who follows."""

    person: Resident
    due_ms: int
    heirs: tuple[Resident, ...] = ()
    survivor: Resident | None = None


OF_KIN_AGE_MS: Final = DAY_MS
"""Nearer than this to the age at which kin succeed, a life does not know whether they do, and waits."""


class Farewells:
    """Each person at most once, but for those who only move."""

    def __init__(
        self,
        scribe: Scribe,
        bystanders: Bystanders,
        residents: Sequence[Resident],
        staff: Collection[Resident],
    ) -> None:
        """Kin were bound just now."""
        self._scribe = scribe
        self._bystanders = bystanders
        policy = scribe.ground.genesis.policy.persons
        self._notice_ms, self._cap_min = policy.closing_notice_ms, policy.cap_min
        self._kin_from_ms = scribe.now_ms + policy.succession_kin_age_ms
        self._people = len(residents)
        acting = {r.agent for r in residents if r.agent is not None}
        self._candidates = [
            r
            for r in residents
            if r.has_key and (r.active or r.kin) and r.team is None and r not in staff
            if r not in acting
        ]
        self._waiting: list[tuple[Resident, Farewell]] = []
        self._ending: list[_Ending] = []

    @property
    def open(self) -> bool:
        """Whether an account is still to close."""
        return bool(self._ending)

    def day(self, *, beginning: bool) -> None:
        """Who may go goes; others begin to.

        Args:
            beginning: whether anybody says farewell; whoever is still busy after the last such day stays after all.
        """
        self._finish()
        if not beginning:
            self._stay()
            return
        for kind in Farewell:
            self._bid_quietly(kind)
            self._choose(kind)
        ready = [(person, kind) for person, kind in self._waiting if self._is_free(person)]
        self._waiting = [one for one in self._waiting if one not in ready]
        for kind in Farewell:
            self._bid(kind, [person for person, wish in ready if wish is kind])

    # --- Who goes ------------------------------------------------------------------------------------------------

    def _choose(self, kind: Farewell) -> None:
        """Somebody with minutes winds up."""
        scribe = self._scribe
        wanted, rest = divmod(self._people * proportions.FAREWELLS_A_DAY, proportions.FAREWELLS_OF)
        wanted += scribe.rng.randrange(proportions.FAREWELLS_OF) < rest
        for _ in range(wanted):
            fit = [r for r in self._candidates if self._fits(r, kind)]
            if not fit:
                return
            person = scribe.rng.choice(fit)
            person.unsettled = True
            if kind is not Farewell.MOVE:
                self._candidates.remove(person)
            self._waiting.append((person, kind))

    def _fits(self, person: Resident, kind: Farewell) -> bool:
        """Nobody whose kin are about to go: an heir must still be there."""
        has_some = self._scribe.books.store(person.hand.id, person.home) > 0
        mourned = bool(person.kin) or kind is not Farewell.DEATH
        return has_some and mourned and not any(r.unsettled for r in (person, *person.kin))

    def _is_free(self, person: Resident) -> bool:
        """Whether nothing of theirs is open."""
        held = self._scribe.books.balance(free(person.hand.id, person.home).held())
        return person.open_orders == 0 and held == 0

    def _stay(self) -> None:
        for person, _ in self._waiting:
            person.unsettled = False
        self._waiting = []

    # --- How they go ---------------------------------------------------------------------------------------------

    def _bid_quietly(self, kind: Farewell) -> None:
        """Bystanders, who leave nothing; a third of those who are said to leave are still there."""
        scribe = self._scribe
        if kind is Farewell.DEATH:
            return
        people = self._bystanders.some()
        self._bid(kind, people)
        if kind is not Farewell.LEAVE:
            return
        for person in people:
            if draw(scribe.rng, proportions.STAY):
                scribe.say(person.hand, SetContacts(()))
                scribe.books.done["closings-stopped"] += 1
                self._ending = [one for one in self._ending if one.person is not person]
        scribe.flush()

    def _bid(self, kind: Farewell, people: Sequence[Resident]) -> None:
        match kind:
            case Farewell.MOVE:
                self._move(people)
            case Farewell.MERGE:
                self._merge(people)
            case Farewell.LEAVE | Farewell.DEATH:
                self._close(kind, people)

    def _move(self, people: Sequence[Resident]) -> None:
        """To another district, which takes over what they have."""
        scribe, books = self._scribe, self._scribe.books
        districts = [(d.code, d.sites[0]) for d in scribe.ground.genesis.districts]
        actions: list[tuple[Hand, Hand, AnyAction]] = []
        for person in people:
            home, site = scribe.rng.choice([d for d in districts if d[0] != person.home])
            body = ChangeHome(person.hand.id, home, site, scribe.paper())
            recorder = scribe.turn(scribe.desk(person.home).recorders)
            actions.append((recorder, scribe.turn(scribe.desk(home).reviewers), body))
            old = free(person.hand.id, person.home)
            minutes = books.balance(old)
            books.move(old, free(person.hand.id, home), minutes)
            person.home, person.site = home, site
            person.unsettled = not (person.active or person.kin)
            books.done["moves"] += 1
            books.done["moves-with-minutes"] += minutes > 0
        scribe.agree(actions)

    def _merge(self, people: Sequence[Resident]) -> None:
        """Registered twice: the duplicate closes the next day."""
        scribe, actions = self._scribe, []
        for person in people:
            survivor = next(iter(self._bystanders.others(1)), None)
            if survivor is None:
                break
            body = MergePersons(person.hand.id, survivor.hand.id, scribe.paper())
            actions.append((*self._two(person), body))
            self._ending.append(_Ending(person, scribe.now_ms, survivor=survivor))
        scribe.agree(actions)

    def _close(self, kind: Farewell, people: Sequence[Resident]) -> None:
        """Two districts give notice."""
        scribe, actions = self._scribe, []
        for person in people:
            heirs = tuple(person.kin[:1]) if kind is Farewell.DEATH else ()
            names = tuple(heir.hand.id for heir in heirs)
            body = CloseAccount(person.hand.id, Code(kind.value), names, scribe.paper())
            actions.append((*self._two(person), body))
            due_ms = scribe.now_ms + self._notice_ms + DAY_MS
            self._ending.append(_Ending(person, due_ms, heirs))
        scribe.agree(actions)

    def _two(self, person: Resident) -> tuple[Hand, Hand]:
        """A recorder at home and a reviewer elsewhere."""
        scribe = self._scribe
        elsewhere = scribe.rng.choice([h for h in scribe.ground.desks if h != person.home])
        recorder = scribe.turn(scribe.desk(person.home).recorders)
        return recorder, scribe.turn(scribe.desk(elsewhere).reviewers)

    # --- The end -------------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        scribe = self._scribe
        ripe = [one for one in self._ending if self._is_ripe(one)]
        self._ending = [one for one in self._ending if one not in ripe]
        for one in ripe:
            reviewer = scribe.turn(scribe.desk(one.person.home).reviewers)
            scribe.say(reviewer, FinishClosing(one.person.hand.id))
            self._sweep(one)
            scribe.books.count("city", persons=-1)
            scribe.books.done["closings"] += 1
        scribe.flush()

    def _is_ripe(self, one: _Ending) -> bool:
        now_ms = self._scribe.now_ms
        unclear = bool(one.heirs) and abs(now_ms - self._kin_from_ms) < OF_KIN_AGE_MS
        return one.due_ms <= now_ms and not unclear

    def _sweep(self, one: _Ending) -> None:
        """To the survivor, or to heirs whose kinship is old enough, each up to the cap; the rest to the pool."""
        books, person = self._scribe.books, one.person
        source = free(person.hand.id, person.home)
        left = books.balance(source)
        followers = list(one.heirs) if self._kin_from_ms <= self._scribe.now_ms else []
        if one.survivor is not None:
            followers = [one.survivor]
            honour = books.honour.pop(person.hand.id.hex(), 0)
            books.honour[one.survivor.hand.id.hex()] += honour
            books.done["merges-with-minutes"] += left > 0
        elif left:
            books.done["deaths" if one.heirs else "exits-with-minutes"] += 1
        for follower in followers:
            room = max(0, self._cap_min - books.store(follower.hand.id, follower.home))
            part = min(left, room)
            books.move(source, free(follower.hand.id, follower.home), part)
            books.done["successions"] += one.survivor is None and part > 0
            left -= part
        books.move(source, Account("pool", person.home, person.home), left)
