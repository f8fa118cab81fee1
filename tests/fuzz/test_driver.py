"""Whatever a peer sends, the driver answers with a fault at most, and goes on deciding."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.chain.types import Height, Round
from node.consensus.wire import (
    BlocksRequest,
    BodiesMessage,
    BodiesRequest,
    DecidedHeader,
    PeerMessage,
    StatusMessage,
    TransactionsMessage,
    encode_message,
)
from node.net.faults import FaultCode
from tests.unit.runtime.desk import (
    NAMES,
    Desk,
    certificate_of,
    make_block,
    precommit_of,
    prevote_of,
    proposal_of,
)


def frames_of(desk: Desk) -> list[tuple[int, bytes]]:
    """One honest frame of each kind, of the height in progress."""
    block = make_block(desk, 1, b"one")
    name = proposal_of(block, 1).proposal.block_id
    messages: list[PeerMessage] = [
        proposal_of(block, 1),
        prevote_of(block, 0),
        precommit_of(block, 2),
        BodiesRequest(Height(1), name, ()),
        BodiesMessage(name, (b"one",)),
        StatusMessage(Height(3), Round(1)),
        DecidedHeader(block.header, certificate_of(block)),
        BlocksRequest(Height(1), 2),
        TransactionsMessage((b"one", b"two")),
    ]
    return [encode_message(message) for message in messages]


changes = st.tuples(
    st.integers(0, 8),
    st.integers(0, 3),
    st.integers(0, 2_000),
    st.integers(0, 255),
    st.booleans(),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(changes, max_size=12))
def test_no_frame_stops_the_driver(story: list[tuple[int, int, int, int, bool]]) -> None:
    """Frames with a changed byte or cut short, from any peer, in any order; then an honest height is decided."""
    desk = Desk()
    frames = frames_of(desk)
    for which, peer, position, change, cut in story:
        kind, payload = frames[which]
        place = position % len(payload)
        raw = bytearray(payload[:place] if cut else payload)
        if raw:
            raw[place % len(raw)] ^= change
        desk.driver.on_message(NAMES[peer], kind, bytes(raw), desk.now)
    reported = {code for name, code in desk.notices if name in NAMES}
    assert reported <= {FaultCode.MESSAGE_MALFORMED, FaultCode.MESSAGE_SIGNATURE}
    if desk.tip() == 0:
        block = make_block(desk, 1)
        desk.hear(2, DecidedHeader(block.header, certificate_of(block)))
        desk.wait(10_000)
    assert desk.driver.state.height == desk.tip() + 1
