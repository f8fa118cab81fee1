"""Statements are written down in waves: whatever does not depend on one another goes out together."""

from collections.abc import Iterable
from random import Random
from typing import Final

from node.chain.tx.envelope import Body, SignedTransaction
from node.chain.tx.organisation import AnyAction, Propose, Second
from node.chain.types import Hash, Id
from node.sim.workload.books import Books
from node.sim.workload.ground import Desk, Ground
from node.sim.workload.hands import Hand, seed_from
from node.sim.workload.world import World

POLICY_VERSION: Final = 1


class Scribe:
    """Signs for everybody, in front of a world.

    Attributes:
        ground: the city before its first person.
        books: what all of it did to minutes.
        rng: where chance comes from.
        seed: of it.
        now_ms: the world's time when the present wave began.
    """

    def __init__(self, ground: Ground, world: World, seed: int) -> None:
        """Nothing said yet."""
        self.ground = ground
        self.world = world
        self.books = Books()
        self.rng = Random(seed)
        self.now_ms = world.now_ms()
        self.said = 0
        self.seed = seed
        self._wave: list[SignedTransaction] = []
        self._papers = 0
        self._turns: dict[tuple[Hand, ...], int] = {}

    def say(self, hand: Hand, body: Body, seed: bytes = b"") -> Hash:
        """Add a statement to the wave, signed with another key if one is given; returns the transaction's id."""
        signed = hand.sign(body, self.now_ms, POLICY_VERSION, seed)
        self._wave.append(signed)
        return signed.tx_id

    def make(self, hand: Hand, body: Body) -> tuple[Id, Hash]:
        """``say`` something that creates an object: (its id, the transaction's id)."""
        created = hand.next_id()
        return created, self.say(hand, body)

    def flush(self) -> None:
        """Send the wave; all of it stands in blocks on return."""
        wave, self._wave = self._wave, []
        if wave:
            self.said += len(wave)
            self.world.submit(wave)
        self.now_ms = self.world.now_ms()

    def reach(self, time_ms: int) -> None:
        """Send the wave, then let time pass until at least this."""
        self.flush()
        self.world.reach(time_ms)
        self.now_ms = self.world.now_ms()

    def agree(self, actions: Iterable[tuple[Hand, Hand, AnyAction]]) -> list[Id]:
        """(proposer, second, action) each: two waves; returns the proposals' ids."""
        made = [
            (*self.make(proposer, Propose(action)), second) for proposer, second, action in actions
        ]
        self.flush()
        for proposal, origin, second in made:
            self.say(second, Second(proposal, origin))
        self.flush()
        return [proposal for proposal, _, _ in made]

    def paper(self) -> Hash:
        """A commitment to something in a vault that a workload does not have."""
        self._papers += 1
        return Hash(seed_from(self.seed, "paper", self._papers))

    def turn(self, hands: tuple[Hand, ...], without: Hand | None = None) -> Hand:
        """Somebody of these, each in turn, but not this one."""
        at = self._turns[hands] = self._turns.get(hands, -1) + 1
        chosen = hands[at % len(hands)]
        if chosen is without:
            assert len(hands) > 1, "two people for what needs two"
            chosen = hands[(at + 1) % len(hands)]
        return chosen

    def desk(self, district: str) -> Desk:
        """Staff of a district."""
        return next(desk for code, desk in self.ground.desks.items() if code == district)

    def reviewers(self, district: str) -> tuple[Hand, Hand]:
        """Two different reviewers of a district, each pair in turn."""
        reviewers = self.desk(district).reviewers
        first = self.turn(reviewers)
        return first, self.turn(reviewers, first)
