"""A world in which somebody tries something wrong before every right statement, and every refusal is looked at."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest

from node.chain.errors import ErrorCode, Malformed, Rejected
from node.chain.keys import public_key
from node.chain.records.actors import Operator, Person
from node.chain.rules.envelope import next_number
from node.chain.state import View
from node.chain.transition import BlockRun, apply_transaction, execute
from node.chain.tx.envelope import SignedTransaction, parse
from node.chain.types import EpochMs, Hash, Height, Id
from node.sim.workload.ground import Ground
from node.sim.workload.hands import Hand
from node.sim.workload.mutations import BYTES, Change, Mutant, Mutator
from node.sim.workload.people import Resident
from node.sim.workload.world import KernelWorld
from tests.reference.naive_refusals import required, required_of_another


class LawWorld(KernelWorld):
    """Refuses one wrong statement for each right one.

    Attributes:
        codes: how often each code was the answer.
        harmless: changed statements that one may make.
    """

    def __init__(self, ground: Ground, seed: int) -> None:
        super().__init__(ground.genesis)
        self.codes: Counter[ErrorCode] = Counter()
        self.harmless = 0
        self.residents: Sequence[Resident] = ()
        self._rng = Random(seed)
        self._mutator = Mutator(ground.chain_id, self._rng)
        desks = ground.desks.values()
        self._staff = [hand for d in desks for hand in (*d.recorders, *d.reviewers, d.operator)]
        others = [hand for d in desks for hand in (*d.callers, *d.arbiters, *d.treasurers)]
        self._staff += [*others, *ground.city_arbiters]
        self._hands: dict[Id, Hand] = {}

    def _hand(self, sender: Id) -> Hand | None:
        if sender not in self._hands:
            residents = (r.hand for r in self.residents)
            self._hands = {hand.id: hand for hand in (*self._staff, *residents)}
        return self._hands.get(sender)

    def _block(self, time_ms: EpochMs, block: Sequence[SignedTransaction]) -> None:
        """What was refused in between must not matter to the root."""
        height = Height(self.ledger.height + 1)
        run = BlockRun(self.ledger, height, time_ms)
        for signed in block:
            self._try_wrong(run, signed)
            run.add(signed)
        root = run.close().staged.root
        clean = execute(self.ledger, height, time_ms, block, _known)
        assert clean.staged.root == root, "a refusal has changed the state"
        super()._block(time_ms, block)
        assert self.ledger.state_root == root

    def _try_wrong(self, run: BlockRun, signed: SignedTransaction) -> None:
        hand = self._hand(signed.tx.sender)
        if hand is None:
            self._malformed(signed)
            return
        way = self._rng.randrange(10)
        if way == 0:
            self._malformed(signed)
        elif way <= 6 and self._refused(run, self._said_wrongly(run, hand, signed)):
            return
        else:
            wrong = self._mutator.envelope(hand, signed, run.at.time_ms)
            assert self._refused(run, wrong), f"{wrong.expects} was admitted"

    def _said_wrongly(self, run: BlockRun, hand: Hand, signed: SignedTransaction) -> Mutant:
        if self._rng.randrange(2):
            return self._mutator.statement(hand, signed)
        other = self._rng.choice([*self._hands.values()])
        actor = run.view.get(Person, other.id) or run.view.get(Operator, other.id)
        if actor is None or other is hand or actor.key not in {b"", public_key(other.seed)}:
            return self._mutator.statement(hand, signed)
        return self._mutator.speaker(other, next_number(actor, 0), signed)

    def _malformed(self, signed: SignedTransaction) -> None:
        code, change = self._rng.choice(BYTES)
        with pytest.raises(Malformed) as refusal:
            parse(change(signed.raw))
        assert refusal.value.code is code
        self.codes[code] += 1

    def _refused(self, run: BlockRun, wrong: Mutant) -> bool:
        """Whether the rules say no, with a code that the twin requires; twice the same, and nothing stays of it."""
        code = self._answer(run, wrong.signed)
        name = "" if code is None else code.name
        right = self._required(run.view, wrong)
        assert name in right, f"{wrong.expects}: {name or 'admitted'}, but right is {sorted(right)}"
        if code is None:
            self.harmless += 1
            return False
        self.codes[code] += 1
        return True

    def _answer(self, run: BlockRun, tried: SignedTransaction) -> ErrorCode | None:
        try:
            signed = parse(tried.raw)
        except Malformed as fault:
            return fault.code
        before = dict(run.view.changes)
        try:
            apply_transaction(View(run.view), run.at, signed)
        except Rejected as fault:
            first = fault.code
        else:
            return None
        with pytest.raises(Rejected) as again:
            run.add(signed)
        assert again.value.code is first
        assert run.view.changes == before
        return first

    def _required(self, view: View, wrong: Mutant) -> frozenset[str]:
        """What the twin says about it."""
        match wrong.expects:
            case ErrorCode() as code:
                return frozenset({code.name})
            case Change(kind, "", "other"):
                sender = wrong.signed.tx.sender
                person = view.get(Person, sender)
                if person is None:
                    return required_of_another(kind, "active", has_key=True, is_authority=True)
                key, status = bool(person.key), person.status
                return required_of_another(kind, status, has_key=key, is_authority=False)
            case Change(kind, field, way):
                return required(kind, field, way)


def _known(tx_id: Hash, key: bytes) -> bool:
    """Verified in the run before."""
    return len(tx_id) == len(key)
