"""What happens to few, and moves no minute: suspensions, lost keys, moves of home, closed accounts.

It happens to people who never serve and have no relatives, each at most once, so that nobody's day depends on it.
Whoever has recovered a key speaks with the new one afterwards.
"""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from node.chain import keys
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.policy import DAY_MS
from node.chain.tx.leaving import ChangeHome, CloseAccount, FinishClosing, MergePersons
from node.chain.tx.recovery import SetContacts, SupportRecovery
from node.chain.tx.safety import AppealSuspension, EndSuspension, Suspend
from node.chain.types import Code, EpochMs
from node.sim.workload import proportions
from node.sim.workload.people import Resident, draw
from node.sim.workload.scribe import Scribe

SUSPENDED_MS: Final = 10 * DAY_MS
CONTACTS: Final = 2
LIFTED: Final = Code("lifted")


class _Suspended(NamedTuple):
    person: Resident
    scope: Code
    appealed: bool


class _Recovering(NamedTuple):
    """Whose new key is in force from when."""

    person: Resident
    seed: bytes
    due_ms: int


class _Leaving(NamedTuple):
    """Whose account closes, once nobody has heard of them for so long."""

    person: Resident
    due_ms: int


class Upheavals:
    """One a day for every few hundred people."""

    def __init__(
        self, scribe: Scribe, residents: Sequence[Resident], staff: Collection[Resident]
    ) -> None:
        """Choose to whom it may happen: not to a provider's staff."""
        self._scribe = scribe
        self._count = len(residents)
        self._quiet = [
            r
            for r in residents
            if r.serves and r.has_key and not r.active and not r.kin and r not in staff
        ]
        policy = scribe.ground.genesis.policy.persons
        self._delay_ms, self._notice_ms = policy.recovery_delay_ms, policy.closing_notice_ms
        self._suspended: list[_Suspended] = []
        self._recovering: list[_Recovering] = []
        self._leaving: list[_Leaving] = []

    def day(self, *, beginning: bool) -> None:
        """The evening's part of it.

        Args:
            beginning: whether anything new happens; what has begun goes on.
        """
        self._use_new_keys()
        self._end_suspensions()
        self._close()
        if beginning:
            self._suspend()
            self._lose_keys()
            self._move()
            self._leave()
            self._merge()

    def _some(self) -> list[Resident]:
        """To whom it happens today."""
        wanted, rest = divmod(self._count * proportions.UPHEAVALS_A_DAY, 1_000)
        wanted += draw(self._scribe.rng, rest)
        chosen, self._quiet = self._quiet[:wanted], self._quiet[wanted:]
        for person in chosen:
            person.unsettled = True
        return chosen

    def _suspend(self) -> None:
        scribe = self._scribe
        for person in self._some():
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

    def _lose_keys(self) -> None:
        """Two contacts name the new key; nothing goes out of the account for three days."""
        scribe, chosen = self._scribe, self._some()
        helped = []
        for person in chosen:
            if len(self._quiet) < CONTACTS:
                break
            friends = self._quiet[-CONTACTS:]
            scribe.say(person.hand, SetContacts(tuple(friend.hand.id for friend in friends)))
            helped.append((person, friends, bytes(scribe.paper())))
        scribe.flush()
        for place in range(CONTACTS):
            for person, friends, seed in helped:
                key = keys.public_key(seed)
                context = keys.possession_bytes(scribe.ground.chain_id, key, person.hand.id)
                proof = keys.sign(seed, context)
                body = SupportRecovery(person.hand.id, SUITE_ED25519_SHA256, key, proof)
                scribe.say(friends[place].hand, body)
            scribe.flush()
        due_ms = scribe.now_ms + self._delay_ms
        for person, _, seed in helped:
            self._recovering.append(_Recovering(person, seed, due_ms))

    def _use_new_keys(self) -> None:
        scribe = self._scribe
        ripe = [one for one in self._recovering if one.due_ms <= scribe.now_ms]
        self._recovering = [one for one in self._recovering if one.due_ms > scribe.now_ms]
        for one in ripe:
            one.person.hand.seed = one.seed
            scribe.say(one.person.hand, SetContacts(()))
            scribe.books.done["recoveries"] += 1
        scribe.flush()

    def _move(self) -> None:
        """With what they have, which is nothing, to the next district."""
        scribe = self._scribe
        districts = [(d.code, d.sites[0]) for d in scribe.ground.genesis.districts]
        actions = []
        for person in self._some():
            home, site = scribe.rng.choice([d for d in districts if d[0] != person.home])
            body = ChangeHome(person.hand.id, home, site, scribe.paper())
            recorder = scribe.turn(scribe.desk(person.home).recorders)
            reviewer = scribe.turn(scribe.desk(home).reviewers)
            actions.append((recorder, reviewer, body))
            person.home, person.site = home, site
            scribe.books.done["moves"] += 1
        scribe.agree(actions)

    def _leave(self) -> None:
        """Two districts give notice; a third of those who leave are still there, and say so."""
        scribe, actions, stay = self._scribe, [], []
        for person in self._some():
            body = CloseAccount(person.hand.id, Code("leave"), (), scribe.paper())
            elsewhere = scribe.rng.choice([h for h in scribe.ground.desks if h != person.home])
            reviewer = scribe.turn(scribe.desk(elsewhere).reviewers)
            actions.append((scribe.turn(scribe.desk(person.home).recorders), reviewer, body))
            if draw(scribe.rng, proportions.STAY):
                stay.append(person)
            else:
                due_ms = scribe.now_ms + self._notice_ms + DAY_MS
                self._leaving.append(_Leaving(person, due_ms))
        scribe.agree(actions)
        for person in stay:
            scribe.say(person.hand, SetContacts(()))
            scribe.books.done["closings-stopped"] += 1
        scribe.flush()

    def _merge(self) -> None:
        """Somebody was registered twice; the duplicate has nothing open and closes the next day."""
        scribe, actions = self._scribe, []
        for person in self._some():
            if not self._quiet:
                break
            survivor = self._quiet[-1]
            body = MergePersons(person.hand.id, survivor.hand.id, scribe.paper())
            elsewhere = scribe.rng.choice([h for h in scribe.ground.desks if h != person.home])
            reviewer = scribe.turn(scribe.desk(elsewhere).reviewers)
            actions.append((scribe.turn(scribe.desk(person.home).recorders), reviewer, body))
            self._leaving.append(_Leaving(person, scribe.now_ms))
        scribe.agree(actions)

    def _close(self) -> None:
        scribe = self._scribe
        ripe = [one for one in self._leaving if one.due_ms <= scribe.now_ms]
        self._leaving = [one for one in self._leaving if one.due_ms > scribe.now_ms]
        for one in ripe:
            reviewer = scribe.turn(scribe.desk(one.person.home).reviewers)
            scribe.say(reviewer, FinishClosing(one.person.hand.id))
            scribe.books.count("city", persons=-1)
            scribe.books.done["closings"] += 1
        scribe.flush()
