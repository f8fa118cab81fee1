"""The rules of the paper's Algorithm 1 (arXiv 1807.04938), one function each.

A rule looks at the state and returns None if its guard does not hold, else the next state and what to do. ``ADVANCE``
is tried from the top after every event, again and again until no guard holds; every rule makes its own guard false, so
that ends. Line numbers are those of Algorithm 1.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from node.chain.certificate import (
    NO_SIGNATURE,
    Precommit,
    Prevote,
    Proposal,
    make_certificate,
)
from node.chain.types import NO_HASH, Hash, Round
from node.consensus.effects import (
    Cast,
    CheckBlock,
    Decide,
    Effect,
    KeepBlock,
    KeepPolka,
    RequestBlock,
    ScheduleTimeout,
)
from node.consensus.polka import chain, polka_among
from node.consensus.schedule import Timeout
from node.consensus.state import NO_ROUND, State, Step, pruned
from node.consensus.votes import count, leader

Move = tuple[State, tuple[Effect, ...]]
Rule = Callable[[State], Move | None]


def accept_polka(state: State) -> Move | None:
    """A quorum of justified prevotes for a block is an accepted polka, in whatever round."""
    quorum = state.authorities.quorum
    for round_ in sorted(state.rounds):
        prevotes = state.rounds[round_].prevotes
        block_id = leader(prevotes, quorum)
        if not block_id or (round_, block_id) in state.polkas:
            continue
        polka = polka_among(state.polkas, prevotes, quorum, block_id)
        if polka is not None:
            return replace(state, polkas={**state.polkas, (round_, block_id): polka}), ()
    return None


def decide(state: State) -> Move | None:
    """Line 49: a quorum of precommits of any round for a valid block decides it."""
    for round_ in sorted(state.rounds):
        precommits = state.rounds[round_].precommits
        block_id = leader(precommits, state.authorities.quorum)
        if block_id and state.verdicts.get(block_id):
            votes = [v for v in precommits if v is not None and v.block_id == block_id]
            return replace(state, step=Step.DECIDED), (Decide(make_certificate(votes)),)
    return None


def skip_rounds(state: State) -> Move | None:
    """Line 55: f+1 authorities speak of higher rounds, so an honest one is there: join the highest such round.

    Several of them need not be in one round: the (f+1)-th highest of the authorities' highest rounds is the furthest
    that an honest node has certainly reached.
    """
    reached = sorted(state.highest_rounds(), reverse=True)[state.authorities.faults]
    return enter_round(state, reached) if reached > state.round else None


def begin_work(state: State) -> Move | None:
    """An idle height begins by work of one's own, by a proposal, or by f+1 authorities that vote in it."""
    if state.step is not Step.IDLE:
        return None
    entry = state.current
    voices = {v.signer for v in (*entry.prevotes, *entry.precommits) if v is not None}
    enough = len(voices) > state.authorities.faults
    return enter_round(state, 0) if state.work_due or entry.proposal or enough else None


def propose(state: State) -> Move | None:
    """Line 14: the proposer puts its valid value forward again, with the polkas behind it, or asks for a new block."""
    if (
        state.step is not Step.PROPOSE
        or not state.signing
        or state.asked_to_propose
        or state.current.proposal is not None
        or state.authorities.proposer(state.height, state.round) != state.me
        or not (state.work_due or state.round > 0)
    ):
        return None
    asked = replace(state, asked_to_propose=True)
    if state.valid_block == NO_HASH:
        return asked, (RequestBlock(state.height, state.round),)
    return asked, cast_proposal(state, state.valid_block, state.valid_round)


def examine(state: State) -> Move | None:
    """The proposal of this round, and whatever a quorum has precommitted, must be executed here."""
    wanted = [state.current.proposal] if state.step not in (Step.IDLE, Step.DECIDED) else []
    for entry in state.rounds.values():
        block_id = leader(entry.precommits, state.authorities.quorum)
        if block_id and entry.proposal and entry.proposal.block_id == block_id:
            wanted.append(entry.proposal)
    for proposal in wanted:
        if proposal is not None and proposal.block_id not in state.verdicts:
            verdicts = {**state.verdicts, proposal.block_id: None}
            return replace(state, verdicts=verdicts), (CheckBlock(proposal.block_id),)
    return None


def prevote_fresh(state: State) -> Move | None:
    """Line 22: a fresh proposal gets a prevote if it is timely and valid and no lock on another block forbids it."""
    proposal = state.current.proposal
    if state.step is not Step.PROPOSE or proposal is None or proposal.valid_round > 0:
        return None
    verdict = state.verdicts.get(proposal.block_id)
    if verdict is None:
        return None
    free = state.locked_round == NO_ROUND or state.locked_block == proposal.block_id
    good = verdict and state.current.timely and free
    return cast_prevote(state, proposal.block_id if good else NO_HASH, NO_ROUND)


def prevote_again(state: State) -> Move | None:
    """Line 28: a re-proposal with an accepted polka unlocks what is locked in an earlier round. Its time is not judged.

    Judging the time again would stop a locked chain whose proposers are slow (the rule of proposer-based timestamps).
    """
    proposal = state.current.proposal
    if state.step is not Step.PROPOSE or proposal is None or proposal.valid_round == 0:
        return None
    valid_round = proposal.valid_round - 1
    verdict = state.verdicts.get(proposal.block_id)
    if verdict is None or (valid_round, proposal.block_id) not in state.polkas:
        return None
    free = state.locked_round <= valid_round or state.locked_block == proposal.block_id
    return cast_prevote(state, proposal.block_id if verdict and free else NO_HASH, valid_round)


def lock(state: State) -> Move | None:
    """Line 36: an accepted polka of this round for a valid block locks it, and becomes the valid value in any case."""
    if not Step.PREVOTE <= state.step < Step.DECIDED or state.polka_acted_on:
        return None
    block_id = next((b for r, b in sorted(state.polkas) if r == state.round), None)
    if block_id is None or not state.verdicts.get(block_id):
        return None
    behind = chain(state.polkas, state.round, block_id)
    kept: tuple[Effect, ...] = (KeepBlock(block_id), *(KeepPolka(p) for p in behind))
    valid = replace(state, valid_round=state.round, valid_block=block_id, polka_acted_on=True)
    if state.step is Step.PREVOTE:
        valid, cast = cast_precommit(valid, block_id)
        return valid, (*kept, *cast)
    return valid, kept


def precommit_nil(state: State) -> Move | None:
    """Line 44: a quorum of nil prevotes ends the round's hope."""
    if state.step is not Step.PREVOTE:
        return None
    if leader(state.current.prevotes, state.authorities.quorum) != NO_HASH:
        return None
    return cast_precommit(state, NO_HASH)


def await_prevotes(state: State) -> Move | None:
    """Line 34: after a quorum of prevotes for whatever, wait once for the rest."""
    if state.step is not Step.PREVOTE or state.prevote_timer_set:
        return None
    if count(state.current.prevotes) < state.authorities.quorum:
        return None
    return replace(state, prevote_timer_set=True), (timer(state, Timeout.PREVOTE),)


def await_precommits(state: State) -> Move | None:
    """Line 47: after a quorum of precommits for whatever, wait once for the rest."""
    if state.step in (Step.IDLE, Step.DECIDED) or state.precommit_timer_set:
        return None
    if count(state.current.precommits) < state.authorities.quorum:
        return None
    return replace(state, precommit_timer_set=True), (timer(state, Timeout.PRECOMMIT),)


def leave_round(state: State) -> Move | None:
    """A quorum of nil precommits: no block can be decided in this round any more, so nobody waits for its end.

    Not in the paper, which waits for timeoutPrecommit here too. Entering a round is always safe, and a silent proposer
    then costs its propose timeout and no more.
    """
    if state.step in (Step.IDLE, Step.DECIDED):
        return None
    if leader(state.current.precommits, state.authorities.quorum) != NO_HASH:
        return None
    return next_round(state)


ADVANCE: Final[tuple[Rule, ...]] = (
    accept_polka,
    decide,
    skip_rounds,
    begin_work,
    propose,
    examine,
    prevote_fresh,
    prevote_again,
    lock,
    precommit_nil,
    await_prevotes,
    leave_round,
    await_precommits,
)


def enter_round(state: State, round_: int) -> Move:
    """Line 11, StartRound: forget what was done for the first time, keep lock and valid value.

    A block that was found wanting is judged again when another proposer brings it: who proposed it may have garbled
    the parts that its id does not name.
    """
    assert round_ >= state.round, "rounds do not go back"
    entered = replace(
        state,
        round=Round(round_),
        step=Step.PROPOSE,
        asked_to_propose=False,
        polka_acted_on=False,
        prevote_timer_set=False,
        precommit_timer_set=False,
        verdicts={b: verdict for b, verdict in state.verdicts.items() if verdict is not False},
    )
    return pruned(entered), (timer(entered, Timeout.PROPOSE),)


def next_round(state: State) -> Move:
    """Line 67, with both votes given in the round that is left, nil where they are missing.

    Others may lack just these votes. The paper lets a node leave a round in which it has not voted, because gossip
    brings the votes that moved it to all others; but a node that stops forgets the votes of others. With exactly a
    quorum of authorities left, a node alone in the next round would then leave the others behind for ever.
    """
    effects: tuple[Effect, ...] = ()
    if state.step is Step.PROPOSE:
        state, effects = cast_prevote(state, NO_HASH, NO_ROUND)
    if state.step is Step.PREVOTE:
        state, more = cast_precommit(state, NO_HASH)
        effects += more
    state, entered = enter_round(state, state.round + 1)
    return state, effects + entered


def timer(state: State, kind: Timeout) -> ScheduleTimeout:
    """OnTimeout of this round after timeoutX(round)."""
    delay_ms = state.timeouts.delay_ms(kind, state.round)
    return ScheduleTimeout(kind, state.height, state.round, delay_ms)


def cast_proposal(state: State, block_id: Hash, valid_round: int) -> tuple[Effect, ...]:
    """Line 19: the proposal of this round."""
    assert state.me is not None
    suite = state.authorities.members[state.me].suite
    proposal = Proposal(
        suite, state.height, state.round, valid_round + 1, block_id, state.me, NO_SIGNATURE
    )
    return (Cast(proposal, chain(state.polkas, valid_round, block_id)),)


def cast_prevote(state: State, block_id: Hash, valid_round: int) -> Move:
    """The first vote; its justification is max(valid round, locked round if the lock is this block).

    So every earlier own precommit for another block is in a round that the justification is not below: no pair of an
    honest node's messages looks like amnesia.
    """
    assert state.step is Step.PROPOSE
    moved = replace(state, step=Step.PREVOTE)
    if state.me is None or not state.signing:
        return moved, ()
    justification = 0
    if block_id != NO_HASH:
        locked_round = state.locked_round if state.locked_block == block_id else NO_ROUND
        justification = max(valid_round, locked_round) + 1
        assert state.locked_block in (NO_HASH, block_id) or justification > state.locked_round
    suite = state.authorities.members[state.me].suite
    vote = Prevote(
        suite, state.height, state.round, block_id, justification, state.me, NO_SIGNATURE
    )
    return moved, (Cast(vote, chain(state.polkas, justification - 1, block_id)),)


def cast_precommit(state: State, block_id: Hash) -> Move:
    """The second vote; for a block it is the lock."""
    assert state.step is Step.PREVOTE
    assert not block_id or (state.round, block_id) in state.polkas, "precommit without a polka"
    moved = replace(state, step=Step.PRECOMMIT)
    if state.me is None or not state.signing:
        return moved, ()
    if block_id:
        moved = replace(moved, locked_round=int(state.round), locked_block=block_id)
    suite = state.authorities.members[state.me].suite
    vote = Precommit(suite, state.height, state.round, block_id, state.me, NO_SIGNATURE)
    return moved, (Cast(vote),)
