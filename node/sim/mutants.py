"""Bugs planted on purpose: a simulator that catches nothing proves nothing.

Each mutant replaces something in the running program, for the time of one run, and names the kind of world in which it
has to be caught. Production code has no switch for any of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import msgspec

from node.chain import certificate
from node.chain.certificate import AuthoritySet, Precommit, Prevote
from node.chain.types import NO_HASH, Hash
from node.consensus import core, polka, rules
from node.consensus.effects import Cast, Effect
from node.consensus.state import NO_ROUND, State
from node.runtime import driver, signer
from node.runtime.engine import Engine
from node.runtime.signer import Signer
from node.runtime.verifier import Verifier
from node.sim.forgery import forgery
from node.sim.outcome import run
from node.sim.toyblocks import ToyBlocks
from node.sim.world import Plan
from node.store.blocklog import BlockLog
from node.store.faults import StorageFault
from node.store.proposallog import ProposalLog
from node.store.votelog import VoteLog


@dataclass(frozen=True, slots=True)
class Patch:
    """One attribute of a module or class, and what stands there instead."""

    owner: object
    name: str
    value: object


@dataclass(frozen=True, slots=True)
class Mutant:
    """A planted bug."""

    name: str
    bug: str
    """What is wrong, in a sentence."""
    plan: Plan
    """Kind of world; seeds count up from its own."""
    patches: tuple[Patch, ...]
    seeds: int = 60
    """Within so many seeds it must be caught."""
    play: Callable[[Plan], object] = run
    """What is played: a random world, or a scripted one."""


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The program with the bug in it."""
    originals = [(p, vars(p.owner)[p.name]) for p in mutant.patches]
    try:
        for patch in mutant.patches:
            setattr(patch.owner, patch.name, patch.value)
        yield
    finally:
        for patch, original in originals:
            setattr(patch.owner, patch.name, original)


@dataclass(frozen=True, slots=True)
class Catch:
    """How a bug was caught."""

    seeds: int
    """How many it took."""
    reason: str


def hunt(mutant: Mutant) -> Catch | None:
    """Run seed after seed until the bug shows; None when it does not.

    A run catches a bug if it breaks an invariant, or if an assertion of the program itself fails.
    """
    with planted(mutant):
        for number in range(mutant.seeds):
            reason = _breaks(mutant, replace(mutant.plan, seed=mutant.plan.seed + number))
            if reason is not None:
                return Catch(number + 1, reason)
    return None


def _breaks(mutant: Mutant, plan: Plan) -> str | None:
    try:
        mutant.play(plan)
    except Exception as shown:  # noqa: BLE001 - whatever a planted bug raises is how it shows itself
        return f"{type(shown).__name__}: {shown}"
    return None


_prevote_fresh, _decide, _lock = rules.prevote_fresh, rules.decide, rules.lock
_cast_precommit, _cast_prevote = rules.cast_precommit, rules.cast_prevote
_engine_start, _flush = Engine.start, Signer.flush


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


def _flush_nothing(self: Signer) -> None:
    self._waiting = []


def _flush_if_possible(self: Signer) -> None:
    try:
        _flush(self)
    except StorageFault:
        self._waiting = []


def _signed_in_this_life(self: Signer, height: int) -> tuple[object, ...]:
    return tuple(m for m in self._waiting if m.height == height)


def _keep_polka_at_once(self: Engine, kept: object) -> None:
    self._ports.proposal_log.keep_polka(msgspec.msgpack.encode(kept))
    self._ports.proposal_log.sync()


def _start_and_rejoin_at_once(self: Engine) -> None:
    if self.signer.abstains:
        self._ports.vote_log.rejoin(self.tip.height)
    _engine_start(self)


def _has_a_file(self: VoteLog) -> bool:
    return self._file is not None


def _any_amnesia(precommit: Precommit, prevote: Prevote) -> bool:
    blocks = {precommit.block_id, prevote.block_id}
    return precommit.round < prevote.round and NO_HASH not in blocks and len(blocks) > 1


def _nothing(*_: object, **__: object) -> None:
    return None


def _always(*_: object, **__: object) -> bool:
    return True


def _never(*_: object, **__: object) -> bool:
    return False


_TOO_FEW = property(lambda self: 2 * len(self.members) // 3)
_HONEST: Final = Plan(seed=10_000)
_LIAR: Final = Plan(seed=20_000, liars=1)
_TWINS: Final = Plan(seed=30_000, liars=1, twins=True)
_TRUSTING_SIGNER: Final = Patch(signer, "_breaks_lock", _never)
"""The signer holds the lock rule by itself; where the core's own is broken it is told not to."""
_forgetful: Final = partial(Patch, value=_precommit_without_lock)

MUTANTS: Final = (
    Mutant(
        "ignore-lock",
        "A fresh proposal gets a prevote whatever is locked.",
        _TWINS,
        (_advance(_prevote_fresh, _fresh_whatever_is_locked), _TRUSTING_SIGNER),
    ),
    Mutant(
        "no-lock",
        "A precommit does not lock.",
        _TWINS,
        (_forgetful(rules, "cast_precommit"), _forgetful(core, "cast_precommit"), _TRUSTING_SIGNER),
    ),
    Mutant(
        "quorum-minus-one",
        "One vote less than a quorum is enough.",
        _TWINS,
        (Patch(AuthoritySet, "quorum", _TOO_FEW),),
    ),
    Mutant(
        "justification-constant",
        "Every prevote says that it needs no justification.",
        _TWINS,
        (Patch(rules, "cast_prevote", _prevote_without_justification), _TRUSTING_SIGNER),
        seeds=200,
    ),
    Mutant(
        "amnesia-too-broad",
        "Evidence of amnesia does not look at the justification.",
        _TWINS,
        (Patch(certificate, "_amnesia", _any_amnesia),),
        seeds=200,
    ),
    Mutant(
        "unjustified-jr",
        "A polka counts although a prevote in it names a polka that never was.",
        replace(_LIAR, liars=2),
        (Patch(polka, "is_justified", _always),),
        play=forgery,
    ),
    Mutant(
        "no-round-skip",
        "Nobody follows f+1 authorities to their round.",
        _HONEST,
        (_advance(rules.skip_rounds),),
    ),
    Mutant(
        "decide-current-round",
        "Precommits of a round that has passed decide nothing.",
        _HONEST,
        (_advance(_decide, _decide_this_round),),
        seeds=200,
    ),
    Mutant(
        "no-valid-value",
        "A locked block is not proposed again.",
        _HONEST,
        (_advance(_lock, _lock_without_valid),),
    ),
    Mutant(
        "no-prevote-timer",
        "Mixed prevotes are waited out for ever.",
        _HONEST,
        (_advance(rules.await_prevotes),),
    ),
    Mutant(
        "no-precommit-timer",
        "Mixed precommits are waited out for ever.",
        _HONEST,
        (_advance(rules.await_precommits),),
    ),
    Mutant(
        "vote-not-durable",
        "Votes leave before they are in the vote log.",
        _HONEST,
        (Patch(Signer, "flush", _flush_nothing),),
    ),
    Mutant(
        "failed-sync-ignored",
        "A vote leaves although the disk refused it.",
        replace(_HONEST, disk_faults=True),
        (Patch(Signer, "flush", _flush_if_possible),),
    ),
    Mutant(
        "restart-forgets",
        "What was signed before a restart is not asked for.",
        _HONEST,
        (Patch(Signer, "signed", _signed_in_this_life),),
    ),
    Mutant(
        "damaged-vote-log-trusted",
        "A node signs on a vote log that is not whole.",
        _HONEST,
        (Patch(VoteLog, "may_sign", property(_has_a_file)),),
    ),
    Mutant(
        "rejoin-at-once",
        "A node without its vote log signs at the height in progress.",
        _HONEST,
        (Patch(Engine, "start", _start_and_rejoin_at_once),),
    ),
    Mutant(
        "polka-before-vote",
        "A polka is kept before the own prevote in it is durable.",
        _HONEST,
        (Patch(Engine, "_keep_polka", _keep_polka_at_once),),
        seeds=200,
    ),
    Mutant(
        "block-not-kept",
        "A locked block's body is not kept.",
        _HONEST,
        (Patch(ProposalLog, "keep_block", _nothing),),
        seeds=200,
    ),
    Mutant(
        "block-log-not-synced",
        "A block is final before it is durable.",
        _HONEST,
        (Patch(BlockLog, "sync", _nothing),),
    ),
    Mutant(
        "roots-not-compared",
        "A block is valid whatever it executes to.",
        _LIAR,
        (Patch(ToyBlocks, "check", _nothing),),
    ),
    Mutant(
        "certificate-not-verified",
        "Decided blocks of others are taken on trust.",
        _LIAR,
        (Patch(Verifier, "certificate", _nothing),),
    ),
    Mutant(
        "no-repetition",
        "Nothing is ever said again.",
        _HONEST,
        (Patch(driver.Driver, "_say_again", _nothing),),
    ),
)
