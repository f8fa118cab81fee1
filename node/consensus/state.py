"""What one node remembers about the height it is deciding. Immutable; mappings are never changed in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final

from node.chain.certificate import AuthoritySet
from node.chain.types import NO_HASH, Hash, Height, Round
from node.consensus.polka import Polkas, chain
from node.consensus.schedule import Timeouts
from node.consensus.votes import RoundVotes, empty_round

NO_ROUND: Final = -1
"""The paper's initial lockedRound and validRound."""
WINDOW_ROUNDS: Final = 16
"""Rounds on either side of the current one whose messages are kept; a node further behind is carried by the highest
round of each authority, which is always kept, and by decided blocks."""


class Step(IntEnum):
    """Where the node stands in its round, in order."""

    IDLE = 0
    """The height has no work yet and no timer runs."""
    PROPOSE = 1
    PREVOTE = 2
    PRECOMMIT = 3
    DECIDED = 4


@dataclass(frozen=True, slots=True)
class State:
    """One height of one node; names follow the paper's Algorithm 1."""

    height: Height
    authorities: AuthoritySet
    me: int | None
    signing: bool
    timeouts: Timeouts
    round: Round
    step: Step = Step.IDLE
    locked_round: int = NO_ROUND
    locked_block: Hash = NO_HASH
    """The lock is the last own precommit that is not nil, and nothing else."""
    valid_round: int = NO_ROUND
    valid_block: Hash = NO_HASH
    work_due: bool = False
    asked_to_propose: bool = False
    polka_acted_on: bool = False
    prevote_timer_set: bool = False
    precommit_timer_set: bool = False
    """The four "for the first time" of this round."""
    rounds: Mapping[int, RoundVotes] = field(default_factory=dict)
    polkas: Polkas = field(default_factory=dict)
    """The accepted ones."""
    verdicts: Mapping[Hash, bool | None] = field(default_factory=dict)
    """Whether a block is valid; None while it is being checked."""
    accused: frozenset[int] = frozenset()
    """Authorities against whom this height has evidence already."""

    @property
    def current(self) -> RoundVotes:
        """The messages of the current round."""
        return self.at(self.round)

    def at(self, round_: int) -> RoundVotes:
        """The messages of a round, empty when none is known."""
        return self.rounds.get(round_) or empty_round(len(self.authorities.members))

    def with_round(self, round_: int, votes: RoundVotes) -> "State":
        """This state with other messages of one round."""
        return replace(self, rounds={**self.rounds, round_: votes})

    def highest_rounds(self) -> tuple[int, ...]:
        """For each authority the highest round of any of its messages, or NO_ROUND."""
        highest = [NO_ROUND] * len(self.authorities.members)
        for round_, entry in self.rounds.items():
            voters = [v.signer for v in (*entry.prevotes, *entry.precommits, entry.proposal) if v]
            for signer in voters:
                highest[signer] = max(highest[signer], round_)
        return tuple(highest)

    def in_window(self, round_: int) -> bool:
        """Whether messages of the round are kept whoever sent them."""
        return abs(round_ - self.round) <= WINDOW_ROUNDS or any(r == round_ for r, _ in self.polkas)


def pruned(state: State) -> State:
    """The state without what the bounds of the buffers do not allow.

    Kept: rounds in the window, rounds with an accepted polka, each authority's highest round; the polkas of the
    window and those that the lock or the valid value rests on; verdicts on blocks that these name.
    """
    needed = {
        (p.round, p.block_id)
        for key in (
            (state.locked_round, state.locked_block),
            (state.valid_round, state.valid_block),
        )
        for p in chain(state.polkas, *key)
    }
    oldest = state.round - WINDOW_ROUNDS
    polkas = {k: p for k, p in state.polkas.items() if k in needed or k[0] >= oldest}
    state = replace(state, polkas=polkas)
    highest = set(state.highest_rounds())
    rounds = {r: v for r, v in state.rounds.items() if state.in_window(r) or r in highest}
    named = {v.proposal.block_id for v in rounds.values() if v.proposal}
    named |= {state.locked_block, state.valid_block}
    verdicts = {b: v for b, v in state.verdicts.items() if b in named}
    return replace(state, rounds=rounds, verdicts=verdicts)
