"""Properties of the core over arbitrary histories, and its counting against the naive twin."""

from hypothesis import given, settings
from hypothesis import strategies as st

from node.chain.certificate import Precommit, Prevote, convicts
from node.chain.types import NO_HASH, Height
from node.consensus.core import enter_height, step
from node.consensus.effects import Cast
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
from node.consensus.rules import skip_rounds
from node.consensus.schedule import Timeout
from node.consensus.state import NO_ROUND, State
from node.consensus.votes import leader
from tests.reference.naive_quorum import (
    certain_round,
    quorums_share_an_honest_member,
    smallest_quorum,
    value_of_quorum,
)
from tests.unit.consensus.lab import Lab, V, W, authorities, polka, precommit, prevote, proposal

blocks = st.sampled_from((NO_HASH, V, W))
some_blocks = st.sampled_from((V, W))
rounds = st.integers(0, 4)
signers = st.integers(0, 2)
justifications = st.integers(-1, 3)
polkas = st.lists(st.builds(polka, rounds, some_blocks), max_size=2).map(tuple)
events: st.SearchStrategy[Event] = st.one_of(
    st.just(WorkDue(Height(4))),
    st.builds(
        ProposalReceived,
        st.builds(proposal, rounds, some_blocks, justifications),
        st.booleans(),
        polkas,
    ),
    st.builds(VoteReceived, st.builds(prevote, signers, rounds, blocks, justifications), polkas),
    st.builds(VoteReceived, st.builds(precommit, signers, rounds, blocks)),
    st.builds(BlockChecked, some_blocks, st.booleans()),
    st.builds(TimeoutFired, st.sampled_from(Timeout), st.just(Height(4)), rounds),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(events, max_size=60))
def test_replay_is_exact_and_no_round_or_lock_goes_back(history: list[Event]) -> None:
    """Folding the same events twice gives equal states and effects; (round, step), lock and valid round only grow."""
    start = Start(Height(4), authorities(4), 3, signing=True)
    (state, _), (again, _) = enter_height(start), enter_height(start)
    for event in history:
        following, effects = step(state, event)
        again, again_effects = step(again, event)
        assert (following, effects) == (again, again_effects)
        _assert_forward(state, following)
        state = following


@settings(max_examples=150, deadline=None)
@given(st.lists(events, max_size=60))
def test_a_node_never_signs_two_messages_that_convict_it(history: list[Event]) -> None:
    """Whatever f liars and the network do; own votes come back at once. A restart in the middle changes nothing."""
    lab = Lab()
    said = []
    for number, event in enumerate(history):
        effects = lab.give(event)
        if any(
            getattr(e, "height", None) == 4 and type(e).__name__ == "RequestBlock" for e in effects
        ):
            lab.give(BlockBuilt(lab.state.height, lab.state.round, V))
        if number == len(history) // 2:
            said += [e.message for e in lab.log if isinstance(e, Cast)]
            kept = tuple(lab.state.polkas.values())
            lab = Lab(restored=tuple(said), polkas=kept, blocks=(V,))
    said += [e.message for e in lab.log if isinstance(e, Cast)]
    assert not any(convicts(a, b) for a in said for b in said)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 7), st.data())
def test_quorums_are_those_of_the_naive_twin(n: int, data: st.DataObject) -> None:
    """Size and value."""
    assert authorities(n).quorum == smallest_quorum(n)
    assert quorums_share_an_honest_member(n)
    votes = data.draw(st.dictionaries(st.integers(0, n - 1), blocks))
    ours: list[Prevote | Precommit | None] = [None] * n
    for signer, block in votes.items():
        ours[signer] = precommit(signer, 0, block)
    assert leader(ours, authorities(n).quorum) == value_of_quorum(votes, n)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from((4, 5, 7)), st.data())
def test_round_skips_go_where_the_naive_twin_is_certain(n: int, data: st.DataObject) -> None:
    """The (f+1)-th highest of the highest rounds is the furthest that an honest node has surely reached."""
    reached = data.draw(st.dictionaries(st.integers(0, n - 1), st.integers(1, 12)))
    lab = Lab(me=None, n=n, idle=True)
    state = lab.state
    for signer, round_ in reached.items():
        state = state.with_round(round_, state.at(round_).with_vote(prevote(signer, round_, V)))
    expected = certain_round(reached, n)
    move = skip_rounds(state)
    assert (move[0].round if move else NO_ROUND) == (expected if expected > 0 else NO_ROUND)


def _assert_forward(before: State, after: State) -> None:
    assert (after.round, after.step) >= (before.round, before.step)
    assert after.locked_round >= before.locked_round
    assert after.valid_round >= before.valid_round
    assert after.locked_round <= after.valid_round
