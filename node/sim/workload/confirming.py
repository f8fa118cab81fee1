"""How services are confirmed: by the recipient's key, an agent, a code of a sheet, a recorded call."""

from typing import Final, NamedTuple

from node.chain.policy import OrderPolicy, day_of
from node.chain.tx.orders import Confirm
from node.chain.types import Code, Minutes
from node.sim.workload.errands import Errand
from node.sim.workload.hands import Hand
from node.sim.workload.scribe import Scribe

OWN_KEY: Final = Code("own-key")
AGENT: Final = Code("agent")
CODE: Final = Code("code")
CALL_BACK: Final = Code("call-back")


class _Word(NamedTuple):
    """Whose word it is, and how long the minutes cool after it."""

    sender: Hand
    method: Code
    proof: bytes
    cooling_ms: int


class Confirmations:
    """One for each service, by whoever can."""

    def __init__(self, scribe: Scribe) -> None:
        """Nobody has called anybody back."""
        self._scribe = scribe
        self._policy: OrderPolicy = scribe.ground.genesis.policy.orders
        self._calls: dict[tuple[Hand, int], int] = {}

    def confirm(self, errand: Errand) -> int:
        """Say it; returns how long the minutes cool."""
        scribe = self._scribe
        word = self._word(errand)
        minutes = Minutes(errand.served_min)
        body = Confirm(errand.id, errand.origin, errand.events, minutes, word.method, word.proof)
        scribe.say(word.sender, body)
        scribe.books.done[f"confirmed-{word.method}"] += 1
        if not self._is_drawn(errand):
            return word.cooling_ms
        scribe.books.done["drawn"] += 1
        return self._policy.cooling_weak_ms

    def _word(self, errand: Errand) -> _Word:
        policy, recipient, scribe = self._policy, errand.recipient, self._scribe
        if recipient.has_key:
            return _Word(recipient.hand, OWN_KEY, b"", policy.cooling_strong_ms)
        if errand.payer not in {None, recipient}:
            assert errand.payer is not None, "just asked"
            return _Word(errand.payer.hand, OWN_KEY, b"", policy.cooling_strong_ms)
        if recipient.agent is not None:
            return _Word(recipient.agent.hand, AGENT, b"", policy.cooling_medium_ms)
        sheet = recipient.sheet
        if sheet is not None and not sheet.used_up:
            assert errand.volunteer is not None, "a service has a volunteer"
            sender = errand.volunteer.hand
            proof = sheet.scratch(scribe, errand.id, sender)
            return _Word(sender, CODE, proof, policy.cooling_medium_ms)
        caller = scribe.turn(scribe.desk(errand.district).callers)
        errand.needs_endorse |= self._count_call(caller)
        return _Word(caller, CALL_BACK, bytes(scribe.paper()), policy.cooling_weak_ms)

    def _count_call(self, caller: Hand) -> bool:
        """Whether this recorded call is beyond what one caller's word is enough for."""
        key = caller, day_of(self._scribe.now_ms)
        self._calls[key] = self._calls.get(key, 0) + 1
        return self._calls[key] > self._policy.call_back_day_max

    def _is_drawn(self, errand: Errand) -> bool:
        """Nobody can foresee it: the life looks it up."""
        if errand.payer_kind != "fund" or not self._policy.sample_permille:
            return False
        assert errand.volunteer is not None, "a service has a volunteer"
        return self._scribe.world.is_drawn(errand.id, errand.volunteer.hand)
