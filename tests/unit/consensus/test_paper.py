"""One test for each rule of the Tendermint paper (arXiv 1807.04938, Algorithm 1), by the numbers of its lines."""

from node.consensus.effects import Cast, CheckBlock, Decide, KeepBlock, KeepPolka, RequestBlock
from node.consensus.schedule import Timeout
from node.consensus.state import NO_ROUND, Step
from tests.unit.consensus.lab import (
    NIL,
    Lab,
    V,
    W,
    cast_messages,
    casts,
    decisions,
    polka,
    precommit,
    prevote,
    reasons,
    timers,
)


def test_lines_14_to_18_the_proposer_asks_for_a_block_and_proposes_it_fresh() -> None:
    """A proposer without a valid value proposes a new one with valid round -1."""
    lab = Lab(me=0)
    assert [e for e in lab.log if isinstance(e, RequestBlock)] == [RequestBlock(4, 0)]
    effects = lab.built(V)
    assert casts(effects) == [("Proposal", 0, V), ("Prevote", 0, V)]
    assert cast_messages(effects)[0].valid_round == 0


def test_lines_15_to_16_a_proposer_with_a_valid_value_proposes_it_again_with_its_polka() -> None:
    """The valid value is proposed, not a new block, and carries the quorum that justifies it."""
    lab = Lab(me=1)
    lab.proposes(0, V)
    lab.valid(V)
    lab.votes(*(prevote(i, 0, V) for i in (0, 2, 3)))
    effects = lab.votes(*(precommit(i, 0, NIL) for i in (0, 2, 3)))
    assert casts(effects)[:2] == [("Proposal", 1, V), ("Prevote", 1, V)]
    first = next(e for e in effects if isinstance(e, Cast))
    assert first.message.valid_round == 1
    assert [p.round for p in first.polkas] == [0]
    assert not any(isinstance(e, RequestBlock) for e in effects)


def test_lines_20_and_21_who_is_not_the_proposer_waits_for_it() -> None:
    """StartRound sets timeoutPropose."""
    assert timers(Lab(me=3).log) == [(Timeout.PROPOSE, 0)]


def test_lines_22_to_24_a_valid_fresh_proposal_gets_a_prevote() -> None:
    """The block is executed before the vote."""
    lab = Lab()
    assert [e for e in lab.proposes(0, V) if isinstance(e, CheckBlock)] == [CheckBlock(V)]
    assert casts(lab.valid(V)) == [("Prevote", 0, V)]


def test_lines_22_to_26_an_invalid_or_untimely_fresh_proposal_gets_nil() -> None:
    """Valid and timely are both needed."""
    lab = Lab()
    lab.proposes(0, V)
    assert casts(lab.invalid(V)) == [("Prevote", 0, NIL)]
    lab = Lab()
    lab.proposes(0, V, timely=False)
    assert casts(lab.valid(V)) == [("Prevote", 0, NIL)]


def test_lines_22_to_26_a_locked_node_prevotes_nil_for_another_fresh_block() -> None:
    """The lock holds against a proposal without a justification."""
    lab = Lab()
    lab.lock_on(V)
    lab.votes(*(precommit(i, 0, NIL) for i in (0, 1, 2)))
    lab.proposes(1, W)
    assert casts(lab.valid(W)) == [("Prevote", 1, NIL)]


def test_lines_22_to_24_a_locked_node_prevotes_its_own_block_proposed_fresh() -> None:
    """The justification it signs is then its locked round."""
    lab = Lab()
    lab.lock_on(V)
    lab.votes(*(precommit(i, 0, NIL) for i in (0, 1, 2)))
    effects = lab.proposes(1, V)
    assert casts(effects) == [("Prevote", 1, V)]
    assert cast_messages(effects)[0].justification == 1


def test_lines_28_to_30_a_later_polka_frees_from_a_lock() -> None:
    """A re-proposal whose valid round is not below the lock gets a prevote."""
    lab = Lab()
    lab.lock_on(V)
    lab.to_round(2)
    lab.proposes(2, W, 1, (polka(1, W),))
    effects = lab.valid(W)
    assert casts(effects) == [("Prevote", 2, W)]
    assert cast_messages(effects)[0].justification == 2


def test_lines_28_to_32_an_earlier_polka_does_not_free_from_a_lock() -> None:
    """Locked in round 1, shown a polka of round 0: nil."""
    lab = Lab()
    lab.to_round(1)
    lab.lock_on(V, 1)
    lab.to_round(2)
    lab.proposes(2, W, 0, (polka(0, W),))
    assert casts(lab.valid(W)) == [("Prevote", 2, NIL)]


def test_line_28_a_re_proposal_waits_for_its_polka() -> None:
    """Without the polka there is no vote; with it there is."""
    lab = Lab()
    lab.to_round(1)
    lab.proposes(1, V, 0)
    assert casts(lab.valid(V)) == []
    assert casts(lab.proposes(1, V, 0, (polka(0, V),))) == [("Prevote", 1, V)]


def test_line_28_the_time_of_a_re_proposal_is_not_judged() -> None:
    """Else a locked chain with slow proposers would stand still."""
    lab = Lab()
    lab.to_round(1)
    lab.proposes(1, V, 0, (polka(0, V),), timely=False)
    assert casts(lab.valid(V)) == [("Prevote", 1, V)]


def test_lines_34_and_35_a_quorum_of_mixed_prevotes_starts_the_timer_once() -> None:
    """Only in step prevote, and only the first time."""
    lab = Lab()
    lab.votes(prevote(0, 0, V), prevote(1, 0, W))
    effects = lab.fires(Timeout.PROPOSE)
    assert timers(effects) == [(Timeout.PREVOTE, 0)]
    assert timers(lab.votes(prevote(2, 0, NIL))) == []


def test_lines_36_to_43_a_polka_locks_and_is_kept_before_the_precommit() -> None:
    """Body and polka are durable before the precommit leaves."""
    lab = Lab()
    lab.proposes(0, V)
    lab.valid(V)
    effects = lab.votes(prevote(0, 0, V), prevote(1, 0, V))
    kinds = [type(e) for e in effects if isinstance(e, KeepBlock | KeepPolka | Cast)]
    assert kinds == [KeepBlock, KeepPolka, Cast]
    assert casts(effects) == [("Precommit", 0, V)]
    assert (lab.state.locked_round, lab.state.locked_block) == (0, V)
    assert (lab.state.valid_round, lab.state.valid_block) == (0, V)


def test_lines_36_to_43_a_late_polka_sets_the_valid_value_only() -> None:
    """After a nil precommit there is no second one, but the value is remembered."""
    lab = Lab()
    lab.proposes(0, V)
    lab.valid(V)
    lab.votes(prevote(0, 0, NIL), prevote(1, 0, NIL))
    lab.fires(Timeout.PREVOTE)
    assert lab.state.step is Step.PRECOMMIT
    lab.votes(prevote(2, 0, V))
    assert lab.state.valid_block == NIL
    effects = lab.give()
    assert effects == []
    lab = Lab()
    lab.proposes(0, V)
    lab.valid(V)
    lab.votes(prevote(0, 0, V), prevote(1, 0, NIL))
    assert casts(lab.fires(Timeout.PREVOTE)) == [("Precommit", 0, NIL)]
    assert casts(lab.votes(prevote(2, 0, V))) == []
    assert lab.state.locked_round == NO_ROUND
    assert (lab.state.valid_round, lab.state.valid_block) == (0, V)


def test_lines_44_to_46_a_quorum_of_nil_prevotes_gets_a_nil_precommit_at_once() -> None:
    """Without waiting for timeoutPrevote (the liveness regression of 2018)."""
    lab = Lab()
    lab.fires(Timeout.PROPOSE)
    assert casts(lab.votes(prevote(0, 0, NIL), prevote(1, 0, NIL))) == [("Precommit", 0, NIL)]


def test_lines_47_and_48_a_quorum_of_mixed_precommits_starts_the_timer_once() -> None:
    """In any step of the round."""
    lab = Lab()
    effects = lab.votes(precommit(0, 0, V), precommit(1, 0, NIL), precommit(2, 0, NIL))
    assert timers(effects) == [(Timeout.PRECOMMIT, 0)]


def test_lines_49_to_54_a_quorum_of_precommits_decides() -> None:
    """The certificate holds exactly those who precommitted the block."""
    lab = Lab()
    lab.lock_on(V)
    effects = lab.votes(precommit(0, 0, V), precommit(2, 0, V))
    assert decisions(effects) == [V]
    certificate = next(e.certificate for e in effects if isinstance(e, Decide))
    assert [signer for signer, _ in certificate.signatures] == [0, 2, 3]


def test_line_49_a_round_that_has_passed_still_decides() -> None:
    """Precommits of round 0 that come in round 2 decide."""
    lab = Lab()
    lab.lock_on(V)
    lab.votes(precommit(0, 0, V))
    lab.votes(precommit(1, 0, NIL))
    lab.fires(Timeout.PRECOMMIT)
    lab.to_round(2)
    assert decisions(lab.votes(precommit(2, 0, V))) == [V]


def test_line_49_the_block_must_be_here_and_valid_to_decide() -> None:
    """A quorum of precommits asks for the block first."""
    lab = Lab()
    lab.votes(*(precommit(i, 0, V) for i in (0, 1, 2)))
    effects = lab.proposes(0, V)
    assert CheckBlock(V) in effects
    assert decisions(effects) == []
    assert decisions(lab.valid(V)) == [V]


def test_lines_55_and_56_messages_of_f_plus_1_move_to_the_round_that_an_honest_node_has_reached() -> (
    None
):
    """In rounds 5 and 7 two speak: round 5 is certain; one alone moves nobody."""
    lab = Lab()
    lab.votes(prevote(0, 7, NIL))
    assert lab.state.round == 0
    effects = lab.votes(precommit(1, 5, NIL))
    assert lab.state.round == 5
    assert timers(effects) == [(Timeout.PROPOSE, 5)]


def test_lines_57_to_60_timeout_propose_prevotes_nil() -> None:
    """Only while the node still waits for the proposal."""
    lab = Lab()
    assert casts(lab.fires(Timeout.PROPOSE)) == [("Prevote", 0, NIL)]
    assert reasons(lab.fires(Timeout.PROPOSE)) == ["timer of a step that has passed"]


def test_lines_61_to_64_timeout_prevote_precommits_nil() -> None:
    """Only in step prevote."""
    lab = Lab()
    lab.fires(Timeout.PROPOSE)
    lab.votes(prevote(0, 0, V), prevote(1, 0, NIL))
    assert casts(lab.fires(Timeout.PREVOTE)) == [("Precommit", 0, NIL)]
    assert casts(lab.fires(Timeout.PREVOTE)) == []


def test_beyond_the_paper_a_quorum_of_nil_precommits_starts_the_next_round_at_once() -> None:
    """No block can be decided in the round any more."""
    lab = Lab()
    lab.fires(Timeout.PROPOSE)
    effects = lab.votes(*(precommit(i, 0, NIL) for i in (0, 1, 2)))
    assert timers(effects) == [(Timeout.PROPOSE, 1)]


def test_lines_65_to_67_timeout_precommit_starts_the_next_round() -> None:
    """Lock and valid value survive."""
    lab = Lab()
    lab.lock_on(V)
    lab.votes(precommit(0, 0, NIL), precommit(1, 0, NIL))
    lab.fires(Timeout.PRECOMMIT)
    assert (lab.state.round, lab.state.step) == (1, Step.PROPOSE)
    assert (lab.state.locked_block, lab.state.valid_block) == (V, V)
