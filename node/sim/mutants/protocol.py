"""Bugs of the agreement protocol: locks, polkas, justifications, rounds and their timers."""

from dataclasses import replace
from functools import partial
from typing import Final

import msgspec

from node.chain import certificate
from node.chain.certificate import AuthoritySet, Precommit, Prevote
from node.chain.types import NO_HASH, Hash
from node.consensus import core, polka, rules
from node.consensus.effects import Cast, Effect
from node.consensus.state import NO_ROUND, State, Step
from node.consensus.votes import leader
from node.runtime import signer
from node.sim.aging import aging
from node.sim.forgery import forgery
from node.sim.mutants.hunting import HONEST, LIAR, TWINS, Mutant, Patch, always, never

_prevote_fresh, _decide, _lock = rules.prevote_fresh, rules.decide, rules.lock
_prevote_again, _precommit_nil = rules.prevote_again, rules.precommit_nil
_cast_precommit, _cast_prevote = rules.cast_precommit, rules.cast_prevote


def _advance(original: rules.Rule, other: rules.Rule | None = None) -> Patch:
    """The list of rules without one of them, or with another in its place."""
    changed = (other if rule is original else rule for rule in rules.ADVANCE)
    return Patch(core, "ADVANCE", tuple(rule for rule in changed if rule is not None))


def _fresh_whatever_is_locked(state: State) -> rules.Move | None:
    move = _prevote_fresh(replace(state, locked_round=NO_ROUND, locked_block=NO_HASH))
    if move is None:
        return None
    moved = replace(move[0], locked_round=state.locked_round, locked_block=state.locked_block)
    return moved, move[1]


def _precommit_without_lock(state: State, block_id: Hash) -> rules.Move:
    moved, effects = _cast_precommit(state, block_id)
    lock = {"locked_round": state.locked_round, "locked_block": state.locked_block}
    return replace(moved, **lock), effects  # type: ignore[arg-type]


def _prevote_without_justification(state: State, block_id: Hash, valid_round: int) -> rules.Move:
    moved, effects = _cast_prevote(state, block_id, valid_round)
    return moved, tuple(_unjustified(effect) for effect in effects)


def _unjustified(effect: Effect) -> Effect:
    if isinstance(effect, Cast) and isinstance(effect.message, Prevote):
        return Cast(msgspec.structs.replace(effect.message, justification=0))
    return effect


def _lock_without_valid(state: State) -> rules.Move | None:
    move = _lock(state)
    if move is None:
        return None
    return replace(move[0], valid_round=NO_ROUND, valid_block=NO_HASH), move[1]


def _decide_this_round(state: State) -> rules.Move | None:
    move = _decide(replace(state, rounds={state.round: state.current}))
    return None if move is None else (replace(move[0], rounds=state.rounds), move[1])


def _again_without_polka(state: State) -> rules.Move | None:
    """The guard of line 28 without its polka."""
    proposal = state.current.proposal
    if state.step is not Step.PROPOSE or proposal is None or proposal.valid_round == 0:
        return None
    valid_round = proposal.valid_round - 1
    verdict = state.verdicts.get(proposal.block_id)
    if verdict is None:
        return None
    free = state.locked_round <= valid_round or state.locked_block == proposal.block_id
    block_id = proposal.block_id if verdict and free else NO_HASH
    return rules.cast_prevote(state, block_id, valid_round)


def _again_if_timely(state: State) -> rules.Move | None:
    move = _prevote_again(state)
    if move is None or state.current.timely:
        return move
    return rules.cast_prevote(state, NO_HASH, NO_ROUND)


def _smaller_polka(state: State) -> rules.Move | None:
    enough = state.authorities.quorum - 1
    for round_, entry in sorted(state.rounds.items()):
        block_id = leader(entry.prevotes, enough)
        if block_id and (round_, block_id) not in state.polkas:
            found = polka.polka_among(state.polkas, entry.prevotes, enough, block_id)
            if found is not None:
                return replace(state, polkas={**state.polkas, (round_, block_id): found}), ()
    return None


def _nil_unlocks(state: State) -> rules.Move | None:
    move = _precommit_nil(state)
    if move is None:
        return None
    return replace(move[0], locked_round=NO_ROUND, locked_block=NO_HASH), move[1]


def _any_amnesia(precommit: Precommit, prevote: Prevote) -> bool:
    blocks = {precommit.block_id, prevote.block_id}
    return precommit.round < prevote.round and NO_HASH not in blocks and len(blocks) > 1


def _first_always(_: AuthoritySet, __: int, ___: int) -> int:
    return 0


_TOO_FEW = property(lambda self: 2 * len(self.members) // 3)
_TRUSTING_SIGNER: Final = Patch(signer, "_breaks_lock", never)
"""The signer holds the lock rule by itself; where the core's own is broken it is told not to."""
_forgetful: Final = partial(Patch, value=_precommit_without_lock)

PROTOCOL: Final = (
    Mutant(
        "ignore-lock",
        "A fresh proposal gets a prevote whatever is locked.",
        TWINS,
        (_advance(_prevote_fresh, _fresh_whatever_is_locked), _TRUSTING_SIGNER),
    ),
    Mutant(
        "no-lock",
        "A precommit does not lock.",
        TWINS,
        (_forgetful(rules, "cast_precommit"), _forgetful(core, "cast_precommit"), _TRUSTING_SIGNER),
    ),
    Mutant(
        "quorum-minus-one",
        "One vote less than a quorum is enough.",
        TWINS,
        (Patch(AuthoritySet, "quorum", _TOO_FEW),),
    ),
    Mutant(
        "justification-constant",
        "Every prevote says that it needs no justification.",
        TWINS,
        (Patch(rules, "cast_prevote", _prevote_without_justification), _TRUSTING_SIGNER),
        seeds=200,
    ),
    Mutant(
        "amnesia-too-broad",
        "Evidence of amnesia does not look at the justification.",
        TWINS,
        (Patch(certificate, "_amnesia", _any_amnesia),),
        seeds=200,
    ),
    Mutant(
        "unjustified-jr",
        "A polka counts although a prevote in it names a polka that never was.",
        replace(LIAR, liars=2),
        (Patch(polka, "is_justified", always),),
        play=forgery,
    ),
    Mutant(
        "polka-minus-one",
        "One prevote less than a quorum is a polka.",
        HONEST,
        (_advance(rules.accept_polka, _smaller_polka),),
    ),
    Mutant(
        "no-polka-asked",
        "A block is prevoted again although nobody showed its polka.",
        LIAR,
        (_advance(_prevote_again, _again_without_polka),),
    ),
    Mutant(
        "timely-on-repropose",
        "The time of a block that is proposed again is judged again.",
        HONEST,
        (_advance(_prevote_again, _again_if_timely),),
        play=aging,
    ),
    Mutant(
        "nil-polka-ignored",
        "A quorum of nil prevotes is waited out like any other.",
        HONEST,
        (_advance(_precommit_nil),),
    ),
    Mutant(
        "nil-polka-unlocks",
        "A quorum of nil prevotes frees from a lock.",
        TWINS,
        (_advance(_precommit_nil, _nil_unlocks), _TRUSTING_SIGNER),
        seeds=200,
    ),
    Mutant(
        "first-always-proposes",
        "The proposer does not change with the round.",
        HONEST,
        (Patch(AuthoritySet, "proposer", _first_always),),
    ),
    Mutant(
        "no-round-skip",
        "Nobody follows f+1 authorities to their round.",
        HONEST,
        (_advance(rules.skip_rounds),),
    ),
    Mutant(
        "decide-current-round",
        "Precommits of a round that has passed decide nothing.",
        HONEST,
        (_advance(_decide, _decide_this_round),),
        seeds=200,
    ),
    Mutant(
        "no-valid-value",
        "A locked block is not proposed again.",
        HONEST,
        (_advance(_lock, _lock_without_valid),),
    ),
    Mutant(
        "no-prevote-timer",
        "Mixed prevotes are waited out for ever.",
        HONEST,
        (_advance(rules.await_prevotes),),
    ),
    Mutant(
        "no-precommit-timer",
        "Mixed precommits are waited out for ever.",
        HONEST,
        (_advance(rules.await_precommits),),
    ),
)
