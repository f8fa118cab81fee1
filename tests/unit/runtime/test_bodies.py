"""Bodies of a block that is proposed a second time."""

from msgspec.structs import replace

from node.chain.certificate import NO_SIGNATURE, Prevote
from node.chain.types import NO_HASH, Height, Round
from node.consensus.wire import BodiesRequest, VotesMessage
from tests.unit.runtime.desk import Desk, make_block, proposal_of, signed


def test_bodies_are_asked_of_whoever_proposes_the_block_again_and_at_once() -> None:
    """The first proposer never answered; waiting for the next repetition would cost the round."""
    desk = Desk()
    first = proposal_of(make_block(desk, 1, b"one"), 1)
    for peer in ("d1", "d2"):
        desk.driver.on_connected(peer, Height(0))
    desk.hear(1, first)
    for signer in (0, 1):
        nil = Prevote(1, Height(1), Round(1), NO_HASH, 0, signer, NO_SIGNATURE)
        desk.hear(signer, VotesMessage((signed(nil),), ()))
    again = replace(first.proposal, round=Round(1), signer=2, signature=NO_SIGNATURE, valid_round=1)
    desk.hear(2, replace(first, proposal=signed(again)))
    asked = [peer for peer, message in desk.sent if isinstance(message, BodiesRequest)]
    assert asked == ["d1", "d2"]
