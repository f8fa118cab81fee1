"""One execution at random, message by message, without any of the explorer's reductions.

Nodes keep all that they hear, start their timers themselves, check blocks when the core asks, take their own votes back
when these are durable, decide, crash and start again. What honest nodes have said after each round must be among what
the explorer found there; if the explorer's arguments were wrong, a walk would step outside.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Final, assert_never

from node.chain.certificate import Polka, Proposal, SignedMessage
from node.chain.types import Hash
from node.consensus.core import enter_height, step
from node.consensus.effects import (
    Cast,
    CheckBlock,
    Decide,
    Effect,
    Ignore,
    KeepBlock,
    KeepPolka,
    ReportEvidence,
    RequestBlock,
    ScheduleTimeout,
)
from node.consensus.events import (
    BlockBuilt,
    BlockChecked,
    Event,
    ProposalReceived,
    Start,
    TimeoutFired,
    VoteReceived,
    WorkDue,
)
from node.consensus.state import State
from node.sim.explore.ears import Ears
from node.sim.explore.judge import Violation
from node.sim.explore.statements import (
    BLOCKS,
    NIL,
    NONE,
    Kind,
    Said,
    Voiced,
    authorities_of,
    height_of,
    message_of,
    polka_of,
    said_in,
)
from node.sim.explore.world import Heard, PolkaKey

STEPS: Final = 200
"""Events of a walk; most have ended or stand still by then."""
CRASH_CHANCE: Final = 0.01
LATE_CHANCE: Final = 0.02
LIE_CHANCE: Final = 0.3
TIMER_CHANCE: Final = 0.12


@dataclass(slots=True)
class _Walker:
    """One honest node; ``waiting`` are events that only it can have: its own votes, verdicts, blocks, timers."""

    me: int
    state: State = field(init=False)
    signed: list[SignedMessage] = field(default_factory=list)
    waiting: list[Event] = field(default_factory=list)
    timers: list[Event] = field(default_factory=list)
    blocks: list[Hash] = field(default_factory=list)
    polkas: dict[PolkaKey, Polka] = field(default_factory=dict)
    decided: Hash = NIL

    def keep(self, effect: KeepBlock | KeepPolka) -> None:
        """What survives a crash besides what was signed."""
        if isinstance(effect, KeepBlock):
            self.blocks.append(effect.block_id)
        else:
            self.polkas[effect.polka.round, effect.polka.block_id] = effect.polka


class Walk:
    """One walk; the seed decides everything."""

    def __init__(self, seed: int, ears: Ears, rounds: int) -> None:
        """Start all honest nodes."""
        self._rng = Random(seed)
        self._ears = ears
        self._rounds = rounds
        self._nodes = len(ears.honest) + len(ears.liars)
        self._authorities = authorities_of(self._nodes)
        self._height = height_of(self._nodes)
        self._walkers = [self._started(_Walker(me)) for me in ears.honest]

    def run(self) -> list[Heard]:
        """Walk.

        Returns:
            After each round, what honest nodes have said that still matters.

        Raises:
            Violation: two honest nodes decided different blocks, or an honest one is accused.
        """
        for _ in range(STEPS):
            walker = self._rng.choice(self._walkers)
            if walker.decided == NIL and walker.state.round < self._rounds:
                self._happen(walker)
        if len({w.decided for w in self._walkers} - {NIL}) > 1:
            raise Violation("agreement: two blocks are decided")
        return self._remembered()

    def _happen(self, walker: _Walker) -> None:
        chance = self._rng.random()
        if chance < CRASH_CHANCE:
            self._started(walker)
        elif chance < CRASH_CHANCE + LIE_CHANCE:
            self._give(walker, self._event(self._lie(walker.state.round)))
        elif walker.timers and chance > 1 - TIMER_CHANCE:
            self._give(walker, self._taken(walker.timers))
        elif walker.waiting and self._rng.getrandbits(1):
            self._give(walker, self._taken(walker.waiting))
        else:
            said = [(w.me, said_in(m)) for w in self._walkers if w is not walker for m in w.signed]
            if said:
                self._give(walker, self._event(self._rng.choice(said)))

    def _taken(self, events: list[Event]) -> Event:
        return events.pop(self._rng.randrange(len(events)))

    def _lie(self, round_: int) -> Voiced:
        rng = self._rng
        round_ = max(0, min(self._rounds - 1, round_ + rng.choice((-1, 0, 0, 0, 1))))
        liar, kind = rng.choice(self._ears.liars), rng.choice(list(Kind))
        block = rng.choice(BLOCKS if kind is Kind.PROPOSAL else (*BLOCKS, NIL))
        refers = kind is not Kind.PRECOMMIT and block != NIL
        return liar, Said(kind, round_, block, rng.randrange(NONE, round_) if refers else NONE)

    def _event(self, voiced: Voiced) -> Event:
        """The message, with one of the polkas that can be made for what it refers to, or sometimes with any."""
        said = voiced[1]
        refers = said.earlier if said.earlier != NONE else self._rng.randrange(self._rounds)
        chains = self._ears.chains(self._heard(), refers, said.block) if said.block else ()
        bundles = self._rng.choice(chains) if chains else ()
        polkas = tuple(polka_of(bundle, self._nodes) for bundle in bundles)
        timely = self._rng.random() > LATE_CHANCE
        return _arrival(message_of(voiced, self._nodes), polkas, timely=timely)

    def _give(self, walker: _Walker, event: Event) -> None:
        walker.state, effects = step(walker.state, event)
        for effect in effects:
            self._execute(walker, effect)

    def _execute(self, walker: _Walker, effect: Effect) -> None:
        match effect:
            case Cast():
                message = message_of((walker.me, said_in(effect.message)), self._nodes)
                walker.signed.append(message)
                walker.waiting.append(_arrival(message, effect.polkas, timely=True))
            case CheckBlock():
                walker.waiting.append(BlockChecked(effect.block_id, valid=True))
            case RequestBlock():
                block = self._rng.choice(BLOCKS)
                walker.waiting.append(BlockBuilt(effect.height, effect.round, block))
            case ScheduleTimeout():
                walker.timers.append(TimeoutFired(effect.kind, effect.height, effect.round))
            case KeepBlock() | KeepPolka():
                walker.keep(effect)
            case Decide():
                walker.decided = effect.certificate.block_id
            case ReportEvidence():
                self._accused(walker, effect.signer)
            case Ignore():
                pass
            case _:
                assert_never(effect)

    def _accused(self, walker: _Walker, signer: int) -> None:
        if signer in self._ears.honest:
            raise Violation(f"node {walker.me} accuses the honest authority {signer}")

    def _started(self, walker: _Walker) -> _Walker:
        """Start, or stop and start again; everything that was kept is durable."""
        walker.waiting, walker.timers = [], []
        walker.state, effects = enter_height(self._start(walker))
        for effect in effects:
            self._execute(walker, effect)
        self._give(walker, WorkDue(self._height))
        return walker

    def _start(self, walker: _Walker) -> Start:
        return Start(
            self._height,
            self._authorities,
            walker.me,
            signing=True,
            restored=tuple(walker.signed),
            polkas=tuple(walker.polkas.values()),
            blocks=tuple(walker.blocks),
        )

    def _heard(self) -> Heard:
        """All that honest nodes have said."""
        return Heard(tuple(tuple(said_in(m) for m in w.signed) for w in self._walkers))

    def _remembered(self) -> list[Heard]:
        """What the explorer would remember of this after each round."""
        found: list[Heard] = []
        heard = Heard(tuple(() for _ in self._walkers))
        for round_ in range(self._rounds):
            speech = tuple(
                old + tuple(said for said in all_ if said.round == round_)
                for old, all_ in zip(heard.speech, self._heard().speech, strict=True)
            )
            heard = self._ears.trimmed(self._ears.tallied(Heard(speech, heard.polkas), round_))
            found.append(heard)
        return found


def _arrival(message: SignedMessage, polkas: tuple[Polka, ...], *, timely: bool) -> Event:
    if isinstance(message, Proposal):
        return ProposalReceived(message, timely, polkas)
    return VoteReceived(message, polkas)
