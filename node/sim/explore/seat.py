"""One honest node between two of its steps, and the production core that takes it from one to the next.

``Local`` is what is left of a ``State`` when everything is forgotten that the node can be told again: votes, proposals
and polkas of others. ``Bench.react`` makes a ``State`` of it, gives it events through ``core.step`` or
``core.enter_height``, and forgets again. The same question is never put to the core twice.
"""

from dataclasses import replace
from typing import NamedTuple, assert_never

from node.chain.certificate import Proposal
from node.chain.types import Hash, Round
from node.consensus.core import enter_height, step
from node.consensus.effects import Cast, CheckBlock, Effect
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
from node.consensus.schedule import Timeout
from node.consensus.state import State, Step
from node.sim.explore.statements import (
    Bundle,
    Said,
    Voiced,
    authorities_of,
    height_of,
    message_of,
    polka_of,
    said_in,
)


class Local(NamedTuple):
    """Names as in ``node.consensus.state.State``."""

    round: int
    step: Step
    locked_round: int
    locked_block: Hash
    valid_round: int
    valid_block: Hash
    asked_to_propose: bool = False
    polka_acted_on: bool = False


def rested(local: Local, round_: int) -> Local:
    """A node at the end of a round, whatever it has or has not done in it."""
    return local._replace(
        round=round_, step=Step.PRECOMMIT, asked_to_propose=False, polka_acted_on=False
    )


class Tell(NamedTuple):
    """Messages arrive, one after the other, each with these polkas."""

    messages: tuple[Voiced, ...]
    polkas: tuple[Bundle, ...] = ()


class Fire(NamedTuple):
    """A timer of the current round runs out."""

    kind: Timeout


class Build(NamedTuple):
    """The block that was asked for is there."""

    block: Hash


class Restart(NamedTuple):
    """The node stops, and starts with what it signed and with some of the polkas."""

    signed: tuple[Said, ...]
    polkas: tuple[Bundle, ...]


Stimulus = Tell | Fire | Build | Restart


Reaction = tuple[Local, tuple[Said, ...]]
"""What a node is after a stimulus, and what it says."""


class Bench:
    """Runs the production core for any honest node, with a memory."""

    def __init__(self, count: int, valid: tuple[Hash, ...]) -> None:
        """A height of ``count`` authorities at which the blocks of ``valid`` are good and all others are not."""
        self.count = count
        self.valid = valid
        self.authorities = authorities_of(count)
        self.height = height_of(count)
        self.asked = 0
        """How many different questions the core was asked."""
        self._known: dict[tuple[Local, int, Stimulus], Reaction] = {}
        starts = (Start(self.height, self.authorities, me, signing=True) for me in range(count))
        self._fresh = [self._with_work(start) for start in starts]

    def first(self, me: int) -> Reaction:
        """A node at the beginning of the height, with work to do."""
        return _forgotten(*self._fresh[me])

    def react(self, local: Local, me: int, stimulus: Stimulus) -> Reaction:
        """What the core makes of a stimulus."""
        key = (local, me, stimulus)
        known = self._known.get(key)
        if known is None:
            self.asked += 1
            known = self._known[key] = _forgotten(*self._run(local, me, stimulus))
        return known

    def _run(self, local: Local, me: int, stimulus: Stimulus) -> tuple[State, list[Effect]]:
        if isinstance(stimulus, Restart):
            return self._restarted(me, stimulus)
        state = self._remembered(local, me)
        effects: list[Effect] = []
        waiting = list(self._events(state, stimulus))
        while waiting:
            state, more = step(state, waiting.pop(0))
            effects += more
            waiting += [
                BlockChecked(e.block_id, valid=e.block_id in self.valid)
                for e in more
                if isinstance(e, CheckBlock)
            ]
        return state, effects

    def _events(self, state: State, stimulus: Tell | Fire | Build) -> list[Event]:
        match stimulus:
            case Tell():
                return self._told(stimulus)
            case Fire():
                return [TimeoutFired(stimulus.kind, self.height, state.round)]
            case Build():
                return [BlockBuilt(self.height, state.round, stimulus.block)]
            case _:
                assert_never(stimulus)

    def _told(self, stimulus: Tell) -> list[Event]:
        polkas = tuple(polka_of(bundle, self.count) for bundle in stimulus.polkas)
        events: list[Event] = []
        for voiced in stimulus.messages:
            message = message_of(voiced, self.count)
            if isinstance(message, Proposal):
                events.append(ProposalReceived(message, timely=True, polkas=polkas))
            else:
                events.append(VoteReceived(message, polkas))
        return events

    def _restarted(self, me: int, stimulus: Restart) -> tuple[State, list[Effect]]:
        return self._with_work(
            Start(
                self.height,
                self.authorities,
                me,
                signing=True,
                restored=tuple(message_of((me, said), self.count) for said in stimulus.signed),
                polkas=tuple(polka_of(bundle, self.count) for bundle in stimulus.polkas),
                blocks=self.valid,
            )
        )

    def _with_work(self, start: Start) -> tuple[State, list[Effect]]:
        state, effects = enter_height(start)
        state, more = step(state, WorkDue(self.height))
        return state, [*effects, *more]

    def _remembered(self, local: Local, me: int) -> State:
        return replace(
            self._fresh[me][0],
            round=Round(local.round),
            step=local.step,
            locked_round=local.locked_round,
            locked_block=local.locked_block,
            valid_round=local.valid_round,
            valid_block=local.valid_block,
            asked_to_propose=local.asked_to_propose,
            polka_acted_on=local.polka_acted_on,
            verdicts=dict.fromkeys(self.valid, True),
        )


def _forgotten(state: State, effects: list[Effect]) -> Reaction:
    local = Local(
        int(state.round),
        state.step,
        state.locked_round,
        state.locked_block,
        state.valid_round,
        state.valid_block,
        state.asked_to_propose,
        state.polka_acted_on,
    )
    said = tuple(said_in(e.message) for e in effects if isinstance(e, Cast))
    return local, said
