"""Statements that are wrong in a known way, tried again and again in other surroundings.

The register of refusals (``tests/unit/chain/rules/refusals``) says of some three hundred statements with which code
each must be refused. Here each is tried on another device (lane), with another time to live, in a block in which
strangers have said right things before, or with an envelope that is wrong too. The code must stay, except that an
envelope is looked at first; and whatever is refused leaves no trace.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final

import pytest
from msgspec.structs import replace

from node.chain.errors import ErrorCode, Rejected
from node.chain.limits import LANES_MAX
from node.chain.policy import HOUR_MS
from node.chain.records.actors import Person
from node.chain.rules.envelope import next_number
from node.chain.transition import BlockRun
from node.chain.tx.envelope import SignedTransaction, Transaction
from node.chain.tx.identity import Register
from node.chain.types import EpochMs, Hash, Height
from node.sim.workload.hands import signed_with
from node.sim.workload.mutations import ENVELOPE
from tests.kernel_city import SITE
from tests.kernel_genesis import DISTRICTS
from tests.unit.chain.rules.refusals.cases import Attempt
from tests.unit.chain.rules.test_refusals import CASES

ABOUT_ENVELOPES: Final = "envelope-"
"""Cases of this family are about the envelope itself: it is left as it is."""
STRANGERS: Final = DISTRICTS[2:]
"""Districts of whom no case is about."""
TWICE_WRONG: Final = 4
"""One attempt of so many has a wrong envelope too."""
UNTOUCHED: Final = frozenset({ErrorCode.SEQUENCE_USED})
"""Wrong envelopes that another lane would make right."""


@dataclass
class Tried:
    """One case, prepared once, and everything that was tried with it."""

    name: str
    code: ErrorCode
    attempt: Attempt


@dataclass
class Search:
    """Counts what came back.

    Attributes:
        confirmed: how often each code was required and came back.
        admitted: right statements of strangers in the same blocks.
    """

    rng: Random
    confirmed: Counter[ErrorCode] = field(default_factory=Counter)
    admitted: int = 0

    def run(self, wanted: int) -> None:
        """So many wrong statements, as evenly over the register as it goes."""
        left = wanted
        for place, (name, case) in enumerate(CASES.items()):
            times = -(-left // (len(CASES) - place))
            if times:
                self._try(Tried(name, case.code, case.prepare()), times)
            left -= times

    def _try(self, tried: Tried, times: int) -> None:
        """All in one block, which fills with what strangers say in between."""
        city, signed, after_ms = tried.attempt
        time_ms = EpochMs(city.now_ms + after_ms)
        run = BlockRun(city.ledger, Height(city.ledger.height + 1), time_ms)
        for _ in range(times):
            self._stranger(tried, run)
            wrong, code = self._varied(tried, signed, time_ms)
            before = dict(run.view.changes)
            with pytest.raises(Rejected) as refusal:
                run.add(wrong)
            said = refusal.value
            assert said.code is code, f"{tried.name}: {said}, but {code.name} is right"
            assert run.view.changes == before, f"{tried.name} has left a trace"
            self.confirmed[code] += 1
        city.ledger.unstage()

    def _stranger(self, tried: Tried, run: BlockRun) -> None:
        """Somebody comes to the desk of another district, of which the case knows nothing."""
        city, home = tried.attempt.city, self.rng.choice(STRANGERS)
        if home not in city.ledger.districts or tried.code is ErrorCode.BLOCK_FULL:
            return
        clerk = city.staff("clerk", home)
        person = run.view.get(Person, clerk)
        if person is None or clerk == tried.attempt.signed.tx.sender:
            return
        commitment = Hash(self.rng.randbytes(32))
        body = Register(home, SITE, 1, b"", b"", b"", b"", commitment)
        until = EpochMs(run.at.time_ms + self.rng.randrange(1, HOUR_MS))
        number = next_number(person, 0)
        run.add(city.sign(clerk, body, sequence=(0, number), valid_until_ms=until))
        self.admitted += 1

    def _varied(
        self, tried: Tried, signed: SignedTransaction, time_ms: EpochMs
    ) -> tuple[SignedTransaction, ErrorCode]:
        """The statement in another envelope, and the code it must be refused with."""
        city, tx = tried.attempt.city, signed.tx
        seed = city.seeds.get(tx.sender)
        if tried.name.startswith(ABOUT_ENVELOPES) or seed is None:
            return signed, tried.code
        again = signed_with(seed, city.chain_id, tx)
        if again.raw != signed.raw:
            return signed, tried.code
        varied, code = self._envelope(tx, time_ms), tried.code
        if not self.rng.randrange(TWICE_WRONG):
            code = self.rng.choice([c for c in ENVELOPE if c not in UNTOUCHED])
            varied = ENVELOPE[code](varied, time_ms)
        return signed_with(seed, city.chain_id, varied), code

    def _envelope(self, tx: Transaction, time_ms: EpochMs) -> Transaction:
        """Another device, another time to live."""
        lane, number = tx.sequence
        if self.rng.randrange(2):
            lane, number = self.rng.randrange(1, LANES_MAX), 0
        until = EpochMs(time_ms + self.rng.randrange(1, HOUR_MS))
        return replace(tx, sequence=(lane, number), valid_until_ms=until)
