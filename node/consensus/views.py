"""What others may ask of a state: whom it waits for, and what a peer that lost messages needs."""

from typing import assert_never

from node.chain.certificate import Polka, Precommit, Prevote, Proposal, SignedMessage
from node.consensus.polka import chain
from node.consensus.state import State, Step


def waiting_for(state: State) -> tuple[int, ...]:
    """Indices of the authorities whose message the current step waits for."""
    entry = state.current
    match state.step:
        case Step.IDLE | Step.DECIDED:
            return ()
        case Step.PROPOSE:
            proposer = state.authorities.proposer(state.height, state.round)
            return () if entry.proposal is not None else (proposer,)
        case Step.PREVOTE:
            return tuple(i for i, vote in enumerate(entry.prevotes) if vote is None)
        case Step.PRECOMMIT:
            return tuple(i for i, vote in enumerate(entry.precommits) if vote is None)
        case _:
            assert_never(state.step)


def messages_to_resend(state: State) -> tuple[tuple[SignedMessage, tuple[Polka, ...]], ...]:
    """Everything held of this round and the one before, with the polkas that it refers to.

    The paper relies on gossip: what one honest node has, all get in time. Own messages alone do not give that: a node
    may have moved on because of votes that a peer, since silent, sent to it only. At this size sending what one has
    again, others' votes included, replaces a gossip layer.
    """
    entries = [state.at(r) for r in (state.round - 1, state.round)]
    held = [m for e in entries for m in (e.proposal, *e.prevotes, *e.precommits) if m is not None]
    return tuple((message, _polkas_of(state, message)) for message in held)


def _polkas_of(state: State, message: SignedMessage) -> tuple[Polka, ...]:
    match message:
        case Proposal():
            return chain(state.polkas, message.valid_round - 1, message.block_id)
        case Prevote():
            return chain(state.polkas, message.justification - 1, message.block_id)
        case Precommit():
            return ()
        case _:
            assert_never(message)
