"""The messages of one round, and how votes are counted.

Votes stand in tuples indexed by authority, so one signer can never be counted twice. The first vote of a signer stays;
what contradicts it is evidence and not a vote.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, assert_never

from node.chain.certificate import Precommit, Prevote, Proposal, SignedMessage, Vote
from node.chain.types import Hash

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class RoundVotes:
    """What is known of one round."""

    prevotes: tuple[Prevote | None, ...]
    precommits: tuple[Precommit | None, ...]
    proposal: Proposal | None = None
    timely: bool = False
    """Whether the proposal's block time was accepted at its arrival."""

    def message_like(self, message: SignedMessage) -> SignedMessage | None:
        """The message of the same type and signer, if one is here."""
        match message:
            case Proposal():
                return self.proposal
            case Prevote():
                return self.prevotes[message.signer]
            case Precommit():
                return self.precommits[message.signer]
            case _:
                assert_never(message)

    def with_vote(self, vote: Vote) -> "RoundVotes":
        """This round with one more vote, the first of its kind and signer."""
        match vote:
            case Prevote():
                return replace(self, prevotes=_put(self.prevotes, vote.signer, vote))
            case Precommit():
                return replace(self, precommits=_put(self.precommits, vote.signer, vote))
            case _:
                assert_never(vote)

    def messages_of(self, signer: int) -> tuple[SignedMessage, ...]:
        """What one authority said in this round."""
        candidates = (self.proposal, self.prevotes[signer], self.precommits[signer])
        return tuple(m for m in candidates if m is not None and m.signer == signer)


def empty_round(size: int) -> RoundVotes:
    """A round of ``size`` authorities that have said nothing."""
    return RoundVotes((None,) * size, (None,) * size)


def count(votes: Sequence[Vote | None]) -> int:
    """How many authorities voted, for whatever."""
    return len(votes) - votes.count(None)


def leader(votes: Sequence[Vote | None], quorum: int) -> Hash | None:
    """The block id, empty for nil, that a quorum voted for; None when there is none."""
    tally: dict[Hash, int] = {}
    for vote in votes:
        if vote is not None:
            tally[vote.block_id] = votes_for = tally.get(vote.block_id, 0) + 1
            if votes_for >= quorum:
                return vote.block_id
    return None


def _put(votes: tuple[V | None, ...], index: int, vote: V) -> tuple[V | None, ...]:
    assert votes[index] is None, "the first vote of a signer stays"
    return (*votes[:index], vote, *votes[index + 1 :])
