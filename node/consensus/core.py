"""The consensus core: a pure function from (state, event) to (state, effects).

Theory of operation. An event first changes what is known (``intake``, or a verdict on a block, or a timer), then the
rules of Algorithm 1 (``rules``) run until none applies. So no rule depends on which message made it true or on the
order of arrival, and a message that comes early waits in the state until its round does.

  1. No clock, no randomness, no keys, no bodies: time, signatures and verdicts arrive in events.
  2. Effects are executed in order; what a vote depends on is kept before it is cast.
  3. An own vote is counted when it comes back as an event, which is after it is durable.
  4. What is late, early or wrong changes nothing and says so in an ``Ignore``.
"""

from dataclasses import replace
from typing import assert_never

from node.chain.certificate import Precommit, Prevote, Proposal, SignedMessage
from node.chain.types import NO_HASH, Round
from node.consensus.effects import Effect, Ignore
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
from node.consensus.intake import take_polkas, take_proposal, take_vote
from node.consensus.rules import (
    ADVANCE,
    Move,
    cast_precommit,
    cast_prevote,
    cast_proposal,
    next_round,
    timer,
)
from node.consensus.schedule import Timeout
from node.consensus.state import NO_ROUND, State, Step


def step(state: State, event: Event) -> Move:
    """Advance by one event.

    Returns:
        The next state and the effects to execute, in order.
    """
    if state.step is Step.DECIDED:
        return state, (Ignore("the height is decided"),)
    following, effects = _handle(state, event)
    return _advance(following, effects)


def enter_height(start: Start) -> Move:
    """The state at the start of a height, or as it was when the node stopped in it.

    After a restart the node stands where its last signed message put it: the lock is its last precommit that is not
    nil, and no round before its last is entered again.
    """
    assert start.me is not None or not start.signing, "an observer does not sign"
    assert start.signing or not start.restored, "who abstains does not know what it signed"
    round_ = max((m.round for m in start.restored), default=Round(0))
    state = State(
        start.height,
        start.authorities,
        start.me,
        start.signing,
        start.timeouts,
        round_,
        step=_step_of(start.restored, round_),
        verdicts=dict.fromkeys(start.blocks, True),
    )
    for message in start.restored:
        state, _ = _take_own(state, message)
    state, effects = take_polkas(state, start.polkas)
    state = _with_lock(state, start.restored)
    if state.step is Step.PROPOSE:
        effects = (*effects, timer(state, Timeout.PROPOSE))
    return _advance(state, effects)


def _handle(state: State, event: Event) -> Move:
    match event:
        case WorkDue():
            return _on_work_due(state, event)
        case ProposalReceived():
            state, effects = take_polkas(state, event.polkas)
            state, more = take_proposal(state, event.proposal, timely=event.timely)
            return state, effects + more
        case VoteReceived():
            state, effects = take_polkas(state, event.polkas)
            state, more = take_vote(state, event.vote)
            return state, effects + more
        case BlockBuilt():
            return _on_built(state, event)
        case BlockChecked():
            return _on_checked(state, event)
        case TimeoutFired():
            return _on_timeout(state, event)
        case _:
            assert_never(event)


def _advance(state: State, effects: tuple[Effect, ...]) -> Move:
    moved = True
    while moved and state.step is not Step.DECIDED:
        moved = False
        for rule in ADVANCE:
            move = rule(state)
            if move is not None:
                state, more = move
                effects += more
                moved = True
                break
    return state, effects


def _on_work_due(state: State, event: WorkDue) -> Move:
    if event.height != state.height:
        return state, (Ignore("work of another height"),)
    return replace(state, work_due=True), ()


def _on_built(state: State, event: BlockBuilt) -> Move:
    if (event.height, event.round, state.step) != (state.height, state.round, Step.PROPOSE):
        return state, (Ignore("a block for a round that has passed"),)
    assert state.asked_to_propose, "nobody asked for a block"
    verdicts = {**state.verdicts, event.block_id: True}
    return replace(state, verdicts=verdicts), cast_proposal(state, event.block_id, NO_ROUND)


def _on_checked(state: State, event: BlockChecked) -> Move:
    if state.verdicts.get(event.block_id, False) is not None:
        return state, (Ignore("nobody waits for this block"),)
    return replace(state, verdicts={**state.verdicts, event.block_id: event.valid}), ()


def _on_timeout(state: State, event: TimeoutFired) -> Move:
    """Lines 57, 61 and 65: a timer counts only in the round and step that set it."""
    if (event.height, event.round) != (state.height, state.round):
        return state, (Ignore("timer of another round"),)
    match event.kind:
        case Timeout.PROPOSE if state.step is Step.PROPOSE:
            return cast_prevote(state, NO_HASH, NO_ROUND)
        case Timeout.PREVOTE if state.step is Step.PREVOTE:
            return cast_precommit(state, NO_HASH)
        case Timeout.PRECOMMIT if state.step is not Step.IDLE:
            return next_round(state)
        case _:
            return state, (Ignore("timer of a step that has passed"),)


def _take_own(state: State, message: SignedMessage) -> Move:
    if isinstance(message, Proposal):
        return take_proposal(state, message, timely=True)
    return take_vote(state, message)


def _step_of(messages: tuple[SignedMessage, ...], round_: int) -> Step:
    kinds = {type(m) for m in messages if m.round == round_}
    if Precommit in kinds:
        return Step.PRECOMMIT
    if Prevote in kinds:
        return Step.PREVOTE
    return Step.PROPOSE if kinds else Step.IDLE


def _with_lock(state: State, restored: tuple[SignedMessage, ...]) -> State:
    locks = [m for m in restored if isinstance(m, Precommit) and m.block_id != NO_HASH]
    if locks:
        last = max(locks, key=lambda m: m.round)
        state = replace(state, locked_round=int(last.round), locked_block=last.block_id)
    known = [(r, b) for r, b in state.polkas if state.verdicts.get(b)]
    if known:
        valid_round, valid_block = max(known)
        state = replace(state, valid_round=valid_round, valid_block=valid_block)
    return state
