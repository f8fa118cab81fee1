"""What a node knows after it stopped: the vote log's messages, and kept blocks and polkas."""

import pytest

from node.consensus.effects import CheckBlock, RequestBlock
from node.consensus.schedule import Timeout
from node.consensus.state import NO_ROUND, Step
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
    timers,
)


def test_the_lock_is_the_last_precommit_that_is_not_nil() -> None:
    """Nil precommits after it do not release it."""
    own = (precommit(3, 0, V), precommit(3, 1, W), prevote(3, 2, NIL), precommit(3, 2, NIL))
    lab = Lab(restored=own, polkas=(polka(0, V), polka(1, W)), blocks=(W,))
    assert (lab.state.locked_round, lab.state.locked_block) == (1, W)
    assert (lab.state.valid_round, lab.state.valid_block) == (1, W)


@pytest.mark.parametrize(
    ("own", "step"),
    [
        ((prevote(3, 5, V),), Step.PREVOTE),
        ((prevote(3, 5, V), precommit(3, 5, NIL)), Step.PRECOMMIT),
        ((prevote(3, 2, V), precommit(3, 5, NIL)), Step.PRECOMMIT),
        ((proposal(7, V),), Step.PROPOSE),
    ],
)
def test_the_node_stands_where_its_last_message_put_it(own: tuple, step: Step) -> None:
    """Round and step of the newest slot; nothing is signed again."""
    lab = Lab(restored=own, idle=True)
    assert (lab.state.round, lab.state.step) == (own[-1].round, step)
    assert casts(lab.log) == []


def test_a_restarted_proposer_neither_proposes_nor_builds_again() -> None:
    """Its stored proposal is the only one of the round; the body has to be checked again."""
    lab = Lab(restored=(proposal(7, V),))
    assert not any(isinstance(e, RequestBlock) for e in lab.log)
    assert CheckBlock(V) in lab.log
    assert timers(lab.log) == [(Timeout.PROPOSE, 7)]
    assert casts(lab.valid(V)) == [("Prevote", 7, V)]


def test_a_restored_prevote_still_leads_to_a_precommit_and_a_decision() -> None:
    """The votes of the others are sent again."""
    lab = Lab(restored=(prevote(3, 0, V),), idle=True)
    lab.proposes(0, V)
    lab.valid(V)
    assert casts(lab.votes(prevote(0, 0, V), prevote(1, 0, V))) == [("Precommit", 0, V)]
    assert decisions(lab.votes(precommit(0, 0, V), precommit(1, 0, V))) == [V]


def test_a_lock_without_its_body_still_forbids_another_block() -> None:
    """Loss of the proposal log costs liveness only."""
    lab = Lab(restored=(prevote(3, 0, V), precommit(3, 0, V)))
    lab.to_round(1)
    lab.proposes(1, W)
    assert casts(lab.valid(W)) == [("Prevote", 1, NIL)]
    assert lab.state.valid_round == NO_ROUND


def test_a_node_that_abstains_follows_and_signs_nothing() -> None:
    """It decides with the others."""
    lab = Lab(me=0, signing=False)
    lab.proposes(0, V)
    lab.valid(V)
    lab.votes(*(prevote(i, 0, V) for i in (1, 2, 3)))
    effects = lab.votes(*(precommit(i, 0, V) for i in (1, 2, 3)))
    assert casts(lab.log) == []
    assert not any(isinstance(e, RequestBlock) for e in lab.log)
    assert lab.state.locked_round == NO_ROUND
    assert decisions(effects) == [V]


def test_an_observer_follows_rounds_and_decides() -> None:
    """It has no index and no vote."""
    lab = Lab(me=None)
    lab.votes(*(prevote(i, 0, NIL) for i in (0, 1, 2)), *(precommit(i, 0, NIL) for i in (0, 1, 2)))
    lab.proposes(1, V)
    lab.valid(V)
    assert decisions(lab.votes(*(precommit(i, 1, V) for i in (0, 1, 2)))) == [V]
    assert casts(lab.log) == []
