"""What a node says again, own or heard, is bounded, and enough for a node that has nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from node.chain.certificate import Polka, Prevote, Proposal
from node.chain.limits import AUTHORITIES_MAX
from node.chain.types import NO_HASH, Height
from node.consensus.core import enter_height, step
from node.consensus.events import (
    BlockChecked,
    Event,
    ProposalReceived,
    Start,
    TimeoutFired,
    VoteReceived,
)
from node.consensus.polka import is_acceptable
from node.consensus.schedule import Timeout
from node.consensus.state import State
from node.consensus.views import messages_to_resend
from node.consensus.wire import POLKAS_MAX, VOTES_MAX
from tests.unit.consensus.lab import V, W, authorities, polka, precommit, prevote, proposal

MEMBERS = 4
blocks = st.sampled_from((NO_HASH, V, W))
some_blocks = st.sampled_from((V, W))
near = st.integers(0, 6)
anywhere = near | st.integers(0, 2**40)
signers = st.integers(0, MEMBERS - 1)
justifications = st.integers(-1, 5)
polkas = st.lists(st.builds(polka, st.integers(0, 5), some_blocks), max_size=3).map(tuple)


def _histories(rounds: st.SearchStrategy[int]) -> st.SearchStrategy[list[Event]]:
    proposals = st.builds(proposal, rounds, some_blocks, justifications)
    prevotes = st.builds(prevote, signers, rounds, blocks, justifications)
    event: st.SearchStrategy[Event] = st.one_of(
        st.builds(ProposalReceived, proposals, st.booleans(), polkas),
        st.builds(VoteReceived, prevotes, polkas),
        st.builds(VoteReceived, st.builds(precommit, signers, rounds, blocks)),
        st.builds(BlockChecked, some_blocks, st.booleans()),
        st.builds(TimeoutFired, st.sampled_from(Timeout), st.just(Height(4)), near),
    )
    return st.lists(event, max_size=80)


def _observer(history: list[Event]) -> State:
    state, _ = enter_height(Start(Height(4), authorities(MEMBERS), None, signing=False))
    for event in history:
        state, _ = step(state, event)
    return state


@settings(max_examples=200, deadline=None)
@given(_histories(anywhere))
def test_what_is_said_again_is_bounded(history: list[Event]) -> None:
    """A proposal and two votes an authority for two rounds, whatever was heard; so it fits one message of the wire."""
    state = _observer(history)
    again = messages_to_resend(state)
    said = [message for message, _ in again]
    votes = [message for message in said if not isinstance(message, Proposal)]
    assert len(votes) <= 4 * MEMBERS
    assert 4 * AUTHORITIES_MAX <= VOTES_MAX
    assert len(said) - len(votes) <= 2
    assert {message.round for message in said} <= {state.round - 1, state.round}
    places = {(type(m), m.round, m.signer) for m in said}
    assert len(places) == len(said)


@settings(max_examples=200, deadline=None)
@given(_histories(anywhere))
def test_polkas_that_are_said_again_are_bounded_and_accepted_in_their_order(
    history: list[Event],
) -> None:
    """Each once, all of one block, lowest round first, so that whoever has nothing can accept them one by one."""
    for message, behind in messages_to_resend(_observer(history)):
        assert len(behind) <= min(POLKAS_MAX, message.round)
        accepted: dict[tuple[int, bytes], Polka] = {}
        for part in behind:
            assert part.block_id == message.block_id
            assert is_acceptable(accepted, part)
            accepted[part.round, part.block_id] = part
        assert [p.round for p in behind] == sorted({p.round for p in behind})


@settings(max_examples=200, deadline=None)
@given(_histories(near))
def test_a_node_that_has_nothing_learns_all_of_it(history: list[Event]) -> None:
    """Every vote of these two rounds arrives, within the window, and what justified it where it came from."""
    state = _observer(history)
    listener = _observer([])
    for message, behind in messages_to_resend(state):
        if not isinstance(message, Proposal):
            listener, _ = step(listener, VoteReceived(message, behind))
    for message, behind in messages_to_resend(state):
        if not isinstance(message, Proposal):
            assert listener.at(message.round).message_like(message) is not None
        if isinstance(message, Prevote) and behind:
            assert (message.justification - 1, message.block_id) in listener.polkas
