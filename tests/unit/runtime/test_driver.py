"""The driver against peers played by hand; height 1, where authority 1 proposes round 0."""

import pytest
from msgspec.structs import replace

from node.chain.certificate import NO_SIGNATURE, Prevote
from node.chain.merkle import leaf_hash
from node.chain.types import NO_HASH, Height, Round
from node.consensus.wire import (
    BlocksMessage,
    BlocksRequest,
    BodiesMessage,
    BodiesRequest,
    DecidedHeader,
    ProposalMessage,
    StatusMessage,
    TransactionsMessage,
    VotesMessage,
)
from node.net.faults import FaultCode
from node.store.votelog import NAME as VOTE_LOG_NAME
from node.store.votelog import VoteLog
from tests.unit.runtime.desk import (
    CHAIN,
    Desk,
    certificate_of,
    make_block,
    precommit_of,
    prevote_of,
    proposal_of,
    signed,
)


def decide(desk: Desk, block: object) -> None:
    """Others decide a block and this node with them."""
    proposer = desk.driver.state.authorities.proposer(block.header.height, 0)
    desk.hear(proposer, proposal_of(block, proposer))
    for voter in range(4):
        if voter != desk.me:
            desk.hear(voter, prevote_of(block, voter))
            desk.hear(voter, precommit_of(block, voter))


def test_a_height_goes_from_a_proposal_to_a_durable_block() -> None:
    """Prevote, precommit, decision; all own votes are in the vote log."""
    desk = Desk()
    block = make_block(desk, 1, b"one", b"two")
    desk.pool.add(b"one")
    desk.pool.add(b"two")
    decide(desk, block)
    name = desk.blocks.decided(Height(1)).certificate.block_id
    assert desk.votes() == [("Prevote", 0, name), ("Precommit", 0, name)]
    assert [m.block_id for m in desk.vote_log.messages(Height(1))] == [name, name]
    assert desk.tip() == 1
    assert ("decided", 1) in desk.notices


def test_nothing_is_sent_before_it_is_durable() -> None:
    """At each send the vote log on disk holds the vote."""
    desk = Desk()
    checked = []
    send = desk.send

    def check_and_send(peer: str, kind: int, payload: bytes) -> None:
        send(peer, kind, payload)
        message = desk.sent[-1][1]
        if isinstance(message, VotesMessage) and message.votes[0].signer == desk.me:
            stored = VoteLog(desk.files, CHAIN, Height(0)).messages(Height(1))
            assert message.votes[0] in stored
            checked.append(message)

    desk.send = check_and_send
    decide(desk, make_block(desk, 1))
    assert len(checked) == 2


def test_the_proposer_builds_when_a_transaction_is_pending_and_names_it_by_id() -> None:
    """Bodies travel once; proposal and prevote leave together."""
    desk = Desk(me=1)
    desk.pool.add(b"mine")
    desk.driver.share([b"mine"])
    desk.wait(20)
    assert ("all", TransactionsMessage((b"mine",))) in desk.sent
    assert ("d2", TransactionsMessage((b"mine",))) in desk.sent
    (message,) = desk.said(ProposalMessage)
    assert message.transaction_ids == (leaf_hash(b"mine"),)
    assert [kind for kind, _, _ in desk.votes()] == ["Prevote"]


def test_missing_bodies_are_asked_of_the_proposer_and_then_the_block_is_checked() -> None:
    """Others' answers with foreign bodies change nothing."""
    desk = Desk()
    block = make_block(desk, 1, b"one", b"two")
    desk.pool.add(b"one")
    desk.driver.on_connected("d1", Height(0))
    desk.hear(1, proposal_of(block, 1))
    (request,) = desk.said(BodiesRequest)
    assert desk.sent[-1] == ("d1", request)
    assert request.transaction_ids == (leaf_hash(b"two"),)
    desk.hear(2, BodiesMessage(request.block_id, (b"three",)))
    assert desk.votes() == []
    desk.hear(1, BodiesMessage(request.block_id, (b"two",)))
    assert desk.votes() == [("Prevote", 0, request.block_id)]


def test_missing_bodies_are_asked_of_everybody_when_the_proposer_is_gone() -> None:
    """At the next repetition; who holds the block or the transactions answers."""
    desk = Desk()
    block = make_block(desk, 1, b"one")
    desk.driver.on_connected("d1", Height(0))
    desk.hear(1, proposal_of(block, 1))
    desk.driver.on_disconnected("d1")
    desk.wait(1_000)
    asked = [peer for peer, message in desk.sent if isinstance(message, BodiesRequest)]
    assert asked == ["d1", "all"]
    holder = Desk(me=2)
    holder.pool.add(b"one")
    holder.hear(3, desk.said(BodiesRequest)[0])
    assert holder.sent[-1] == ("d3", BodiesMessage(desk.said(BodiesRequest)[0].block_id, (b"one",)))


def test_a_block_that_was_garbled_by_one_proposer_is_judged_again_from_another() -> None:
    """The second list replaces the first."""
    desk = Desk()
    block = make_block(desk, 1, b"one", b"two")
    for raw in (b"one", b"two", b"three"):
        desk.pool.add(raw)
    good = proposal_of(block, 1)
    desk.hear(1, replace(good, transaction_ids=(leaf_hash(b"three"),)))
    assert desk.votes() == [("Prevote", 0, NO_HASH)]
    nil = [signed(Prevote(1, Height(1), Round(1), NO_HASH, 0, i, NO_SIGNATURE)) for i in (0, 1)]
    desk.hear(0, VotesMessage((nil[0],), ()))
    desk.hear(1, VotesMessage((nil[1],), ()))
    again = replace(good.proposal, round=Round(1), signer=2, signature=NO_SIGNATURE, valid_round=1)
    polka_votes = tuple(prevote_of(block, i).votes[0] for i in (0, 1, 2))
    desk.hear(0, VotesMessage(polka_votes, ()))
    desk.hear(2, replace(good, proposal=signed(again)))
    assert desk.votes()[-1] == ("Prevote", 1, good.proposal.block_id)


def test_a_proposal_is_taken_only_from_its_proposer() -> None:
    """Whoever else passes it on could garble what its id does not name."""
    desk = Desk()
    desk.hear(2, proposal_of(make_block(desk, 1), 1))
    assert desk.driver.state.current.proposal is None


@pytest.mark.parametrize("what", ["signature", "header", "polka", "bytes", "kind"])
def test_whatever_is_wrong_in_the_bytes_is_the_peers_fault(what: str) -> None:
    """It is reported and changes nothing."""
    desk = Desk()
    message = proposal_of(make_block(desk, 1), 1)
    before = desk.driver.state
    match what:
        case "signature":
            bad = replace(message.proposal, signature=bytes(64))
            desk.hear(1, replace(message, proposal=bad))
        case "header":
            desk.hear(1, replace(message, header=replace(message.header, maker=2)))
        case "polka":
            vote = prevote_of(make_block(desk, 1), 0).votes[0]
            desk.hear(0, VotesMessage((vote, replace(vote, height=Height(2))), ()))
        case "bytes":
            desk.driver.on_message("d1", 17, b"\x91\x00", desk.now)
        case _:
            desk.driver.on_message("d1", 99, b"", desk.now)
    assert len(desk.notices) == 1
    assert desk.notices[0][1] in {FaultCode.MESSAGE_SIGNATURE, FaultCode.MESSAGE_MALFORMED}
    assert desk.driver.state == before


def test_an_early_message_waits_for_its_height_with_its_arrival_time() -> None:
    """A node that is a moment late does not wait for the repetition."""
    desk = Desk()
    block = make_block(desk, 1)
    ahead = Desk(me=0)
    decide(ahead, block)
    ahead.now += 50
    second = make_block(ahead, 2)
    desk.hear(2, proposal_of(second, 2), at_ms=ahead.now)
    assert desk.votes() == []
    desk.now += 100
    certified = second.last_commit[0]
    decide(desk, block)
    assert certified.block_id == desk.blocks.tip.block_id
    assert desk.votes()[-1][2] == proposal_of(second, 2).proposal.block_id


def test_an_old_height_is_answered_with_its_decision_once_a_second() -> None:
    """Two hundred bytes do not buy many blocks."""
    desk = Desk()
    block = make_block(desk, 1)
    decide(desk, block)
    for _ in range(3):
        desk.hear(0, precommit_of(block, 0))
    answer = ("d0", DecidedHeader(block.header, desk.blocks.tip.certificate))
    assert desk.sent.count(answer) == 1
    desk.wait(1_000)
    desk.hear(0, precommit_of(block, 0))
    assert desk.sent.count(answer) == 2


def test_a_decided_header_finishes_a_height_whose_block_is_here() -> None:
    """And a height whose block is not here by asking for it."""
    desk = Desk()
    block = make_block(desk, 1)
    desk.hear(1, proposal_of(block, 1))
    desk.hear(0, DecidedHeader(block.header, certificate_of(block)))
    assert desk.tip() == 1
    desk = Desk()
    desk.hear(0, DecidedHeader(block.header, certificate_of(block)))
    assert ("d0", BlocksRequest(Height(1), 1)) in desk.sent
    desk.hear(0, BlocksMessage(((block, certificate_of(block)),)))
    assert desk.tip() == 1


def test_a_forged_certificate_moves_nothing() -> None:
    """Two signatures are no quorum, and the peer is reported."""
    desk = Desk()
    block = make_block(desk, 1)
    desk.hear(0, StatusMessage(Height(5), Round(0)))
    assert desk.said(BlocksRequest) == [BlocksRequest(Height(1), 5)]
    desk.hear(0, BlocksMessage(((block, certificate_of(block, (0, 1))),)))
    assert desk.tip() == 0
    assert desk.notices == [("d0", FaultCode.MESSAGE_SIGNATURE)]


def test_a_peer_that_does_not_answer_is_replaced_by_another() -> None:
    """A height that somebody made up holds nobody up."""
    desk = Desk()
    desk.hear(0, StatusMessage(Height(900), Round(0)))
    desk.hear(1, StatusMessage(Height(2), Round(0)))
    desk.wait(3_100)
    asked = [peer for peer, message in desk.sent if isinstance(message, BlocksRequest)]
    assert asked == ["d0", "d1"]


def test_blocks_are_served_in_ranges() -> None:
    """As many as there are."""
    desk = Desk()
    block = make_block(desk, 1)
    decide(desk, block)
    desk.hear(2, BlocksRequest(Height(1), 10))
    (answer,) = desk.said(BlocksMessage)
    assert [b.header.height for b, _ in answer.blocks] == [1]


def test_a_message_under_our_own_key_that_we_did_not_sign_stops_the_signing() -> None:
    """Another copy of this node is at work."""
    desk = Desk()
    block = make_block(desk, 1)
    desk.hear(0, prevote_of(block, 3))
    assert desk.notices[0][0] == "second copy"
    decide(desk, block)
    assert desk.votes() == []
    assert desk.tip() == 1


def test_a_node_without_its_vote_log_abstains_until_its_rejoin_is_decided() -> None:
    """It signs at the height after."""
    desk = Desk()
    decide(desk, make_block(desk, 1))
    desk.files.remove(VOTE_LOG_NAME)
    desk = Desk(files=desk.files)
    assert desk.pool.pending(1_000) != ()
    desk.now += 100
    decide(desk, make_block(desk, 2))
    assert desk.votes() == []
    desk.now += 100
    block = make_block(desk, 3, *desk.pool.pending(1_000))
    assert desk.rejoining.stands_in(block)
    desk.hear(0, DecidedHeader(block.header, certificate_of(block)))
    desk.hear(0, BlocksMessage(((block, certificate_of(block)),)))
    assert desk.tip() == 3
    assert desk.vote_log.may_sign
    assert desk.driver.state.signing


def test_a_restarted_node_stands_by_what_it_signed() -> None:
    """Same round, same lock, and the same bytes again."""
    desk = Desk()
    block = make_block(desk, 1)
    desk.hear(1, proposal_of(block, 1))
    for voter in (0, 1):
        desk.hear(voter, prevote_of(block, voter))
    before = {m for message in desk.said(VotesMessage) for m in message.votes if m.signer == 3}
    again = Desk(files=desk.files)
    assert again.driver.state.locked_block == again.driver.state.valid_block != NO_HASH
    again.wait(1_000)
    repeated = {m for message in again.said(VotesMessage) for m in message.votes if m.signer == 3}
    assert repeated == before
    for voter in (0, 1):
        again.hear(voter, precommit_of(block, voter))
    assert again.tip() == 1


def test_an_idle_node_waits_for_the_heartbeat_and_then_says_whom_it_waits_for() -> None:
    """No round before there is work."""
    desk = Desk()
    decide(desk, make_block(desk, 1))
    before = desk.votes()
    desk.wait(59_000)
    assert desk.driver.waiting_for() == ()
    desk.wait(1_500)
    assert desk.driver.waiting_for() == ("d2",)
    desk.wait(1_000)
    assert desk.votes() == [*before, ("Prevote", 0, NO_HASH)]


def test_a_block_time_far_from_the_clock_gets_nil_judged_at_arrival() -> None:
    """Not when the block was executed."""
    desk = Desk()
    desk.hear(1, proposal_of(make_block(desk, 1, time_ms=desk.now + 501), 1))
    assert desk.votes() == [("Prevote", 0, NO_HASH)]
    desk = Desk()
    desk.hear(1, proposal_of(make_block(desk, 1, time_ms=desk.now + 501), 1), at_ms=desk.now + 1)
    assert desk.votes()[0][2] != NO_HASH


def test_of_a_block_that_is_here_the_own_body_becomes_final() -> None:
    """A peer may answer with another body under the same header and a true certificate."""
    desk = Desk()
    block = make_block(desk, 1, b"one", b"two")
    for raw in block.transactions:
        desk.pool.add(raw)
    desk.hear(1, proposal_of(block, 1))
    desk.hear(2, StatusMessage(Height(5), Round(0)))
    garbled = replace(block, transactions=block.transactions[1:])
    desk.hear(2, BlocksMessage(((garbled, certificate_of(block)),)))
    assert desk.blocks.decided(Height(1)).block == block


def test_a_garbled_body_of_a_decided_block_is_refused() -> None:
    """The next peer is asked."""
    desk = Desk()
    block = make_block(desk, 1, b"one", b"two")
    desk.hear(0, StatusMessage(Height(3), Round(0)))
    desk.hear(2, StatusMessage(Height(2), Round(0)))
    garbled = replace(block, transactions=block.transactions[1:])
    desk.hear(0, BlocksMessage(((garbled, certificate_of(block)),)))
    assert desk.tip() == 0
    assert desk.notices[0][0] == "refused"
    assert [peer for peer, m in desk.sent if isinstance(m, BlocksRequest)] == ["d0", "d2"]
