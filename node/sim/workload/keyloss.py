"""Lost keys come back by two contacts, by the printed card, or at the desk; and what a thief begins is vetoed.

For three days nothing goes out of the account; then its owner speaks with the new key, or, after a veto, goes on with
the old one.
"""

from typing import Final, NamedTuple

from node.chain import keys
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.tx.recovery import (
    Recover,
    RecoverAtDesk,
    SetContacts,
    SupportRecovery,
    VetoRecovery,
)
from node.sim.workload import proportions
from node.sim.workload.bystanders import Bystanders
from node.sim.workload.people import Resident, draw
from node.sim.workload.scribe import Scribe

CONTACTS: Final = 2


class _Lost(NamedTuple):
    """Whose key is to be replaced, and by which."""

    person: Resident
    seed: bytes
    friends: tuple[Resident, ...] = ()


class _Pending(NamedTuple):
    """Whose new key is in force from when; 0 after a veto, which leaves the old one."""

    lost: _Lost
    due_ms: int


class KeyLosses:
    """Of bystanders, each by one way."""

    def __init__(self, scribe: Scribe, bystanders: Bystanders) -> None:
        """Nobody has lost a key."""
        self._scribe = scribe
        self._bystanders = bystanders
        self._delay_ms = scribe.ground.genesis.policy.persons.recovery_delay_ms
        self._pending: list[_Pending] = []

    def day(self, *, beginning: bool) -> None:
        """New keys that are in force are used; others are lost."""
        self._use_new_keys()
        if not beginning:
            return
        lost = [_Lost(person, bytes(self._scribe.paper())) for person in self._bystanders.some()]
        carded = [one for one in lost if one.person.card]
        rest = [one for one in lost if not one.person.card]
        self._by_card(carded)
        self._at_desk(rest[::2])
        self._by_contacts(rest[1::2])

    def _proof(self, one: _Lost) -> tuple[int, bytes, bytes]:
        """(suite, new key, proof that somebody has it)."""
        key = keys.public_key(one.seed)
        chain_id = self._scribe.ground.chain_id
        proof = keys.sign(one.seed, keys.possession_bytes(chain_id, key, one.person.hand.id))
        return SUITE_ED25519_SHA256, key, proof

    def _by_card(self, lost: list[_Lost]) -> None:
        scribe = self._scribe
        for one in lost:
            scribe.say(one.person.hand, Recover(*self._proof(one)), seed=one.person.card)
        scribe.flush()
        self._wait("card", lost)

    def _at_desk(self, lost: list[_Lost]) -> None:
        """Two of the staff have seen the person: one of the district, one of a site."""
        scribe, actions = self._scribe, []
        for one in lost:
            desk = scribe.desk(one.person.home)
            body = RecoverAtDesk(one.person.hand.id, *self._proof(one), scribe.paper())
            actions.append((scribe.turn(desk.recorders), desk.reviewers[-1], body))
        scribe.agree(actions)
        self._wait("desk", lost, vetoed=False)

    def _by_contacts(self, lost: list[_Lost]) -> None:
        scribe, helped = self._scribe, []
        for one in lost:
            friends = self._bystanders.others(CONTACTS)
            if len(friends) < CONTACTS:
                break
            contacts = SetContacts(tuple(friend.hand.id for friend in friends))
            scribe.say(one.person.hand, contacts)
            helped.append(one._replace(friends=tuple(friends)))
        scribe.flush()
        for place in range(CONTACTS):
            for one in helped:
                body = SupportRecovery(one.person.hand.id, *self._proof(one))
                scribe.say(one.friends[place].hand, body)
            scribe.flush()
        self._wait("contacts", helped)

    def _wait(self, way: str, lost: list[_Lost], *, vetoed: bool = True) -> None:
        """Three days; but some keys were not lost, and their owners say so at once."""
        scribe = self._scribe
        due_ms = scribe.now_ms + self._delay_ms
        for one in lost:
            scribe.books.done[f"recoveries-{way}"] += 1
            thief = vetoed and draw(scribe.rng, proportions.VETOES)
            if thief:
                scribe.say(one.person.hand, VetoRecovery(one.person.hand.id))
                scribe.books.done["vetoes"] += 1
            self._pending.append(_Pending(one, 0 if thief else due_ms))
        scribe.flush()

    def _use_new_keys(self) -> None:
        scribe = self._scribe
        ripe = [one for one in self._pending if one.due_ms <= scribe.now_ms]
        self._pending = [one for one in self._pending if one.due_ms > scribe.now_ms]
        for lost, due_ms in ripe:
            if due_ms:
                lost.person.hand.seed = lost.seed
            scribe.say(lost.person.hand, SetContacts(()))
            scribe.books.done["recoveries"] += 1
        scribe.flush()
