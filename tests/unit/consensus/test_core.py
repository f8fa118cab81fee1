"""Idle heights, bounded buffers, views, and what a late or foreign message does."""

from collections.abc import Callable

import pytest

from node.consensus.effects import Effect, RequestBlock
from node.consensus.events import ProposalReceived, TimeoutFired, VoteReceived, WorkDue
from node.consensus.schedule import TIMEOUT_MAX_MS, Timeout, Timeouts, is_timely
from node.consensus.state import WINDOW_ROUNDS, Step
from node.consensus.views import messages_to_resend, waiting_for
from tests.unit.consensus.lab import (
    NIL,
    Lab,
    V,
    W,
    casts,
    decisions,
    polka,
    precommit,
    prevote,
    proposal,
    reasons,
    timers,
)


def test_an_idle_height_sets_no_timer() -> None:
    """Rounds do not climb while the city sleeps."""
    lab = Lab(idle=True)
    assert lab.log == []
    assert lab.state.step is Step.IDLE


@pytest.mark.parametrize(
    "wake",
    [
        lambda lab: lab.give(WorkDue(4)),
        lambda lab: lab.proposes(0, V),
        lambda lab: lab.votes(prevote(0, 0, NIL), prevote(1, 0, NIL)),
    ],
)
def test_work_a_proposal_or_f_plus_1_votes_begin_a_height(
    wake: Callable[[Lab], list[Effect]],
) -> None:
    """Each of them starts timeoutPropose once."""
    lab = Lab(idle=True)
    assert timers(wake(lab)) == [(Timeout.PROPOSE, 0)]
    assert timers(lab.give(WorkDue(4))) == []


def test_one_vote_does_not_begin_a_height() -> None:
    """One liar cannot make a city work for nothing."""
    lab = Lab(idle=True)
    lab.votes(prevote(0, 0, NIL))
    assert lab.state.step is Step.IDLE


def test_a_proposer_woken_by_votes_proposes_when_it_has_work_itself() -> None:
    """Others' timers alone make no block in round 0."""
    lab = Lab(me=0, idle=True)
    lab.votes(prevote(1, 0, NIL), prevote(2, 0, NIL))
    assert RequestBlock(4, 0) not in lab.log
    assert RequestBlock(4, 0) in lab.give(WorkDue(4))


def test_messages_of_another_height_are_ignored() -> None:
    """Whatever their kind."""
    lab = Lab()
    before = lab.state
    foreign = prevote(0, 0, V, height=5)
    effects = lab.give(
        VoteReceived(foreign), WorkDue(3), TimeoutFired(Timeout.PROPOSE, 3, 0), WorkDue(5)
    )
    assert len(reasons(effects)) == len(effects) == 4
    assert lab.state == before


def test_only_the_proposer_of_the_round_may_propose() -> None:
    """A proposal of anybody else has no effect."""
    lab = Lab(n=5)
    of_another_set = ProposalReceived(proposal(0, V, n=4), timely=True)
    assert reasons(lab.give(of_another_set)) == ["proposal of a node that is not the proposer"]


@pytest.mark.slow
def test_a_flood_of_far_rounds_keeps_one_round_an_authority() -> None:
    """The highest one, so that a round skip of any distance works."""
    lab = Lab()
    for round_ in range(100, 2_000):
        lab.votes(prevote(0, round_, NIL), precommit(0, round_, NIL))
    assert len(lab.state.rounds) <= 1
    assert lab.state.round == 0
    lab.votes(precommit(1, 40, NIL))
    assert lab.state.round == 40


def test_what_is_kept_is_bounded_in_a_long_height() -> None:
    """Rounds come and go; the window stays."""
    lab = Lab()
    lab.lock_on(V)
    for round_ in range(1, 5 * WINDOW_ROUNDS, 3):
        lab.votes(precommit(0, round_, NIL), precommit(1, round_, NIL))
        lab.proposes(lab.state.round, W)
    assert len(lab.state.rounds) <= 2 * WINDOW_ROUNDS + 4
    assert len(lab.state.verdicts) <= 2 * WINDOW_ROUNDS + 4
    assert (0, V) in lab.state.polkas


def test_nothing_happens_after_the_decision() -> None:
    """The height is over until the driver starts the next."""
    lab = Lab()
    lab.lock_on(V)
    lab.votes(precommit(0, 0, V), precommit(1, 0, V))
    assert decisions(lab.log) == [V]
    assert reasons(lab.votes(precommit(2, 0, V))) == ["the height is decided"]


def test_it_says_whom_it_waits_for() -> None:
    """Proposer, then those whose vote is missing."""
    lab = Lab(idle=True)
    assert waiting_for(lab.state) == ()
    lab.give(WorkDue(4))
    assert waiting_for(lab.state) == (0,)
    lab.proposes(0, V)
    assert waiting_for(lab.state) == ()
    lab.valid(V)
    assert waiting_for(lab.state) == (0, 1, 2)
    lab.votes(prevote(0, 0, V), prevote(2, 0, V))
    assert waiting_for(lab.state) == (0, 1, 2)
    lab.votes(precommit(1, 0, NIL))
    assert waiting_for(lab.state) == (0, 2)


def test_votes_of_others_and_of_the_round_before_are_sent_again() -> None:
    """A peer may miss what one who is now silent told us only."""
    lab = Lab()
    lab.to_round(1)
    lab.proposes(1, V, 0, (polka(0, V),))
    sent = messages_to_resend(lab.state)
    assert (precommit(2, 0, NIL), ()) in sent
    assert [p.round for m, ps in sent if m == proposal(1, V, 0) for p in ps] == [0]


def test_a_block_that_nobody_waits_for_is_ignored() -> None:
    """A verdict comes once."""
    lab = Lab()
    assert reasons(lab.valid(V)) == ["nobody waits for this block"]
    lab.proposes(0, V)
    lab.valid(V)
    assert reasons(lab.invalid(V)) == ["nobody waits for this block"]
    assert casts(lab.log) == [("Prevote", 0, V)]


def test_timeouts_grow_by_the_round_and_stop_at_the_cap() -> None:
    """Linear, not doubling: real chains have waited for hours in round 10."""
    timeouts = Timeouts(propose_ms=1_000, vote_ms=500, growth_ms=500)
    assert timeouts.delay_ms(Timeout.PROPOSE, 0) == 1_000
    assert timeouts.delay_ms(Timeout.PRECOMMIT, 3) == 2_000
    assert timeouts.delay_ms(Timeout.PREVOTE, 10**6) == TIMEOUT_MAX_MS


@pytest.mark.parametrize(
    ("time_ms", "arrival_ms", "round_", "expected"),
    [
        (1_001, 1_001, 0, True),
        (1_000, 1_001, 0, False),
        (1_501, 1_001, 0, True),
        (1_502, 1_001, 0, False),
        (1_001, 1_001 + 15_500, 0, True),
        (1_001, 1_001 + 15_501, 0, False),
        (1_001, 1_001 + 30_500, 1, True),
        (1_001, 5, 0, True),
        (1_002, 5, 0, False),
    ],
)
def test_a_fresh_block_time_is_near_the_clock_or_one_millisecond_on(
    time_ms: int, arrival_ms: int, round_: int, *, expected: bool
) -> None:
    """The block before has time 1,000; a chain ahead of the clocks goes on a millisecond a block."""
    assert is_timely(1_000, time_ms, arrival_ms, round_) is expected
