"""Taking messages in: what is kept, what is ignored, and what convicts its signer."""

from collections.abc import Iterable
from dataclasses import replace

from node.chain.certificate import (
    Polka,
    Prevote,
    Proposal,
    SignedMessage,
    Vote,
    convicts,
    make_evidence,
)
from node.consensus.effects import Effect, Ignore, ReportEvidence
from node.consensus.polka import is_acceptable
from node.consensus.state import State, pruned
from node.consensus.votes import RoundVotes

Taken = tuple[State, tuple[Effect, ...]]


def take_polkas(state: State, polkas: Iterable[Polka]) -> Taken:
    """Accept those that are justified, lowest round first; their prevotes count as if they had come alone."""
    effects: list[Effect] = []
    for polka in sorted(polkas, key=lambda p: p.round):
        key = (polka.round, polka.block_id)
        if polka.height != state.height:
            effects.append(Ignore("polka of another height"))
        elif key not in state.polkas and is_acceptable(state.polkas, polka):
            state = replace(state, polkas={**state.polkas, key: polka})
            for vote in polka.votes(state.authorities.members[0].suite):
                state, found = take_vote(state, vote)
                effects += [e for e in found if not isinstance(e, Ignore)]
        elif key not in state.polkas:
            effects.append(Ignore("polka with an unjustified prevote"))
    return state, tuple(effects)


def take_proposal(state: State, proposal: Proposal, *, timely: bool) -> Taken:
    """Keep the first proposal of a round if it comes from the round's proposer."""
    if proposal.height != state.height:
        return state, (Ignore("proposal of another height"),)
    if proposal.signer != state.authorities.proposer(state.height, proposal.round):
        return state, (Ignore("proposal of a node that is not the proposer"),)
    if proposal.valid_round > proposal.round:
        return state, (Ignore("valid round not before the round"),)
    entry = state.at(proposal.round)
    if entry.proposal is not None:
        return _second(state, proposal, entry.proposal)
    if not _kept(state, proposal):
        return state, (Ignore("round out of the window"),)
    return _stored(state, proposal.round, replace(entry, proposal=proposal, timely=timely)), ()


def take_vote(state: State, vote: Vote) -> Taken:
    """Keep the first vote of a signer in a round; report what contradicts another message of its signer."""
    if vote.height != state.height:
        return state, (Ignore("vote of another height"),)
    if vote.signer >= len(state.authorities.members):
        return state, (Ignore("no such authority"),)
    if isinstance(vote, Prevote) and not _sound_justification(vote):
        return state, (Ignore("justification not before the round"),)
    entry = state.at(vote.round)
    known = entry.message_like(vote)
    if known is not None:
        return _second(state, vote, known)
    state, effects = _against_amnesia(state, vote)
    if not _kept(state, vote):
        return state, (*effects, Ignore("round out of the window"))
    return _stored(state, vote.round, entry.with_vote(vote)), effects


def _sound_justification(vote: Prevote) -> bool:
    return vote.justification <= vote.round and (vote.block_id != b"" or vote.justification == 0)


def _kept(state: State, message: SignedMessage) -> bool:
    if state.in_window(message.round):
        return True
    return message.round >= max(state.round, state.highest_rounds()[message.signer])


def _stored(state: State, round_: int, entry: RoundVotes) -> State:
    stored = state.with_round(round_, entry)
    return stored if stored.in_window(round_) else pruned(stored)


def _second(state: State, message: SignedMessage, known: SignedMessage) -> Taken:
    if not convicts(message, known):
        return state, (Ignore("known already"),)
    state, effects = _accuse(state, message, known)
    return state, effects or (Ignore("another offence of one who is accused already"),)


def _against_amnesia(state: State, vote: Vote) -> Taken:
    for entry in state.rounds.values():
        for other in (entry.prevotes[vote.signer], entry.precommits[vote.signer]):
            if other is not None and type(other) is not type(vote) and convicts(vote, other):
                return _accuse(state, vote, other)
    return state, ()


def _accuse(state: State, one: SignedMessage, other: SignedMessage) -> Taken:
    if one.signer in state.accused:
        return state, ()
    accused = replace(state, accused=state.accused | {one.signer})
    return accused, (ReportEvidence(make_evidence(one, other), one.signer),)
