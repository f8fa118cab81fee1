"""Prevotes sign what allows them: acceptance of polkas, and evidence (``docs/spec/consensus.md``)."""

import pytest

from node.chain.certificate import convicts, decode_message
from node.consensus.effects import Cast, ReportEvidence
from node.consensus.events import VoteReceived
from node.consensus.polka import chain, is_acceptable, polka_among, polka_fault
from node.consensus.schedule import Timeout
from node.consensus.state import NO_ROUND
from tests.unit.consensus.lab import (
    NIL,
    Lab,
    V,
    W,
    authorities,
    casts,
    decisions,
    polka,
    precommit,
    prevote,
    proposal,
    reasons,
)


def accusations(effects: list[object]) -> list[int]:
    return [e.signer for e in effects if isinstance(e, ReportEvidence)]


def test_a_polka_with_an_invented_justification_locks_nobody() -> None:
    """Two liars prevote w with jr=0 though no polka for w was in round 0; the third vote is honest."""
    lab = Lab()
    lab.to_round(1)
    lab.proposes(1, W)
    lab.valid(W)
    effects = lab.votes(prevote(0, 1, W, 0), prevote(1, 1, W, 0))
    assert casts(effects) == []
    assert lab.state.locked_round == NO_ROUND


def test_unjustified_prevotes_still_start_the_timer_and_move_rounds() -> None:
    """Liveness counts them, safety does not."""
    lab = Lab()
    lab.to_round(1)
    lab.fires(Timeout.PROPOSE)
    lab.votes(prevote(0, 1, W, 0), prevote(1, 1, W, 0))
    assert casts(lab.fires(Timeout.PREVOTE)) == [("Precommit", 1, NIL)]
    lab.votes(prevote(0, 9, W, 3), prevote(1, 9, W, 3))
    assert lab.state.round == 9


def test_an_attached_polka_justifies_votes_that_came_before_it() -> None:
    """The vote that carries the polka completes those that did not."""
    lab = Lab()
    lab.to_round(1)
    lab.proposes(1, V)
    lab.valid(V)
    lab.votes(prevote(0, 1, V, 0))
    effects = lab.give(VoteReceived(prevote(1, 1, V, 0), (polka(0, V),)))
    assert casts(effects) == [("Precommit", 1, V)]


def test_a_chain_of_polkas_is_accepted_from_its_lowest_round() -> None:
    """Whatever the order of arrival in one message."""
    lab = Lab()
    lab.to_round(3)
    lab.proposes(3, V, 2, (polka(2, V, jr=0), polka(0, V)))
    assert casts(lab.valid(V)) == [("Prevote", 3, V)]
    assert [p.round for p in chain(lab.state.polkas, 2, V)] == [0, 2]


def test_a_polka_whose_chain_is_broken_is_not_accepted() -> None:
    """It says so."""
    lab = Lab()
    lab.to_round(3)
    effects = lab.proposes(3, V, 2, (polka(2, V, jr=0),))
    assert "polka with an unjustified prevote" in reasons(effects)
    assert casts(lab.valid(V)) == []


def test_a_prevote_for_nil_with_a_justification_is_ignored() -> None:
    """So is one whose justification is not before its round."""
    lab = Lab()
    assert reasons(lab.votes(prevote(0, 1, NIL, 0))) == ["justification not before the round"]
    assert reasons(lab.votes(prevote(0, 1, V, 1))) == ["justification not before the round"]


def test_a_vote_carries_the_polka_that_it_refers_to() -> None:
    """Peers that missed the polka can count the vote."""
    lab = Lab()
    lab.lock_on(V)
    lab.to_round(1)
    cast = next(e for e in lab.proposes(1, V) if isinstance(e, Cast))
    assert [(p.round, p.block_id) for p in cast.polkas] == [(0, V)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (proposal(0, V), proposal(0, W)),
        (proposal(1, V, 0), proposal(1, V)),
        (prevote(1, 0, V), prevote(1, 0, W)),
        (prevote(1, 2, V, 0), prevote(1, 2, V, 1)),
        (prevote(1, 0, V), prevote(1, 0, NIL)),
        (precommit(1, 0, V), precommit(1, 0, NIL)),
        (precommit(1, 0, V), prevote(1, 1, W)),
        (precommit(1, 1, V), prevote(1, 3, W, 0)),
    ],
)
def test_each_pair_that_convicts_is_reported_in_either_order(one: object, other: object) -> None:
    """The evidence decodes to the two messages."""
    for first, second in ((one, other), (other, one)):
        lab = Lab()
        effects: list[object] = []
        for message in (first, second):
            if type(message).__name__ == "Proposal":
                effects += lab.proposes(message.round, message.block_id, message.valid_round - 1)
            else:
                effects += lab.votes(message)
        assert accusations(effects) == [one.signer]
        evidence = next(e.evidence for e in effects if isinstance(e, ReportEvidence))
        assert convicts(decode_message(evidence.first), decode_message(evidence.second))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (precommit(1, 0, V), prevote(1, 1, NIL)),
        (precommit(1, 0, NIL), prevote(1, 1, W)),
        (precommit(1, 1, V), prevote(1, 3, W, 1)),
        (precommit(1, 1, V), prevote(1, 0, W)),
        (precommit(1, 0, V), prevote(1, 1, V)),
    ],
)
def test_what_an_honest_node_may_sign_convicts_nobody(one: object, other: object) -> None:
    """Nil is never part of amnesia, nor is a vote that a polka allowed."""
    lab = Lab()
    assert accusations(lab.votes(one, other)) == []


def test_one_authority_is_accused_once_a_height() -> None:
    """A flood of offences is one piece of evidence."""
    lab = Lab()
    effects = lab.votes(prevote(1, 0, V), prevote(1, 0, W), prevote(1, 0, NIL))
    assert accusations(effects) == [1]


def test_the_second_vote_of_a_signer_is_not_counted() -> None:
    """Three precommits of two authorities decide nothing."""
    lab = Lab()
    lab.proposes(0, V)
    lab.valid(V)
    lab.votes(precommit(0, 0, V), precommit(1, 0, NIL), precommit(1, 0, V), precommit(0, 0, V))
    assert decisions(lab.log) == []


def test_evidence_hidden_in_a_polka_is_found() -> None:
    """The prevotes of a polka count as if they had come alone."""
    lab = Lab()
    lab.votes(prevote(1, 0, W))
    lab.to_round(1)
    lab.proposes(1, V, 0, (polka(0, V),))
    assert accusations(lab.log)[:1] == [1]


def test_a_polka_must_be_a_sorted_quorum_of_verified_prevotes() -> None:
    """Each way of not being one has its sentence."""
    four = authorities(4)
    good = polka(1, V)
    assert polka_fault(good, four, lambda _: True) is None
    assert "quorum" in str(polka_fault(polka(1, V, (0, 1)), four, lambda _: True))
    assert "sorted" in str(polka_fault(polka(1, V, (0, 0, 1)), four, lambda _: True))
    assert "authority 9" in str(polka_fault(polka(1, V, (0, 1, 9)), four, lambda _: True))
    assert "before" in str(polka_fault(polka(1, V, jr=1), four, lambda _: True))
    assert "verify" in str(polka_fault(good, four, lambda vote: vote.signer != 1))


def test_only_justified_prevotes_make_a_polka() -> None:
    """Two plain votes and one that refers to nothing are not three."""
    votes = (prevote(0, 2, V), prevote(1, 2, V), prevote(2, 2, V, 0), None)
    assert polka_among({}, votes, 3, V) is None
    base = polka(0, V)
    made = polka_among({(0, V): base}, votes, 3, V)
    assert made is not None
    assert is_acceptable({(0, V): base}, made)
    assert not is_acceptable({}, made)
