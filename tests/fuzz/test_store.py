"""Arbitrary bytes in place of our files: only a storage fault comes out, and nothing is invented."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from node.chain.types import Hash, Height
from node.store import frames, voteslot
from node.store.blocklog import BlockLog, segment_name
from node.store.blockrepair import repair_block_log
from node.store.faults import StorageFault
from node.store.memoryfiles import MemoryFiles
from node.store.migration import migrate
from node.store.numberfile import CHECKPOINT, LEAP, pack, read_number
from node.store.proposallog import NAME as PROPOSALS
from node.store.proposallog import ProposalLog
from node.store.segment import RECORD_MAGIC, header_bytes
from node.store.votelog import NAME as VOTES
from node.store.votelog import VoteLog

CHAIN = Hash(bytes(range(32)))
HEADER = header_bytes(Height(1), CHAIN)

FRAMED = st.builds(
    frames.pack,
    st.sampled_from([RECORD_MAGIC, b"TBp1", b"TBq1", b"????"]),
    st.integers(0, 3) | st.integers(0, 2**64 - 1),
    st.integers(0, 300) | st.integers(0, 2**64 - 1),
    st.binary(max_size=40),
)
PIECES = st.lists(FRAMED | st.binary(max_size=80) | st.just(bytes(512)), max_size=5).map(b"".join)
SLOT = st.builds(
    lambda number, height, durable: voteslot.pack(
        CHAIN, number, voteslot.Slot(voteslot.Mark(Height(height)), durable)
    ).ljust(4_096, b"\x00"),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 3),
)
SLOTS = st.lists(SLOT | st.binary(max_size=600) | st.just(bytes(4_096)), max_size=4).map(b"".join)


@given(data=PIECES | st.builds(HEADER.__add__, PIECES))
def test_any_block_log_opens_or_is_a_fault(data: bytes) -> None:
    """What opens reads the same again afterwards."""
    files = MemoryFiles({segment_name(1): data})
    with contextlib.suppress(StorageFault):
        log = BlockLog(files, CHAIN)
        blocks = list(log.iterate(Height(0)))
        log.scrub(1 << 20)
        assert list(BlockLog(files, CHAIN).iterate(Height(0))) == blocks


@given(data=PIECES | st.builds(HEADER.__add__, PIECES))
def test_any_block_log_can_be_repaired(data: bytes) -> None:
    """Whatever is there, a repair ends with a log that opens without a gap."""
    files = MemoryFiles({segment_name(1): data})
    repair_block_log(files, CHAIN, lambda _: (b"b", b"c"), Height(1), Height(3))
    log = BlockLog(files, CHAIN)
    assert log.first_height == 1
    assert (log.last_height or 0) >= 3


@given(data=SLOTS, tip=st.integers(0, 3))
def test_any_vote_log_has_a_condition(data: bytes, tip: int) -> None:
    """Never an exception; what is usable reaches the tip."""
    files = MemoryFiles({VOTES: data})
    log = VoteLog(files, CHAIN, Height(tip))
    assert log.may_sign != bool(log.reason)
    if log.may_sign:
        again = VoteLog(files, CHAIN, Height(tip))
        assert (again.may_sign, again.signs_above) == (True, log.signs_above)


@given(data=PIECES)
def test_any_proposal_log_opens_and_can_be_used(data: bytes) -> None:
    """It is never a reason to refuse the start."""
    files = MemoryFiles({PROPOSALS: data})
    log = ProposalLog(files)
    height = Height(log.contents().height + 1)
    log.start(height)
    log.keep_block(b"body")
    log.sync()
    assert ProposalLog(files).contents().blocks == (b"body",)


@given(data=st.binary(max_size=200), offset=st.integers(0, 2_000))
def test_frames_parse_any_bytes(data: bytes, offset: int) -> None:
    """No exception; what parses has the sum that it names."""
    assert frames.parse(data) is None or len(data) >= frames.FRAME_BYTES
    frames.body_of(data)
    frames.may_be_torn(RECORD_MAGIC, data, offset)


NAMES = st.sampled_from(
    [segment_name(1), VOTES, PROPOSALS, CHECKPOINT, LEAP, f"statements-{0:016d}.log"]
)
DIGITS = st.integers(0, 10**20).map(lambda number: str(number).encode())


@given(name=NAMES, data=SLOTS | PIECES | DIGITS | st.builds(HEADER.__add__, PIECES))
def test_any_file_is_migrated_left_alone_or_refused(name: str, data: bytes) -> None:
    """What opens afterwards is of this release; the second time there is nothing to do."""
    files = MemoryFiles({name: data})
    with contextlib.suppress(StorageFault):
        migrate(files)
        assert migrate(files) == ()


@given(data=DIGITS | st.binary(max_size=60) | st.integers(0, 2**64 - 1).map(pack))
def test_any_number_file_is_a_number_or_a_fault(data: bytes) -> None:
    """A number only if its bytes are the very ones written for it."""
    with contextlib.suppress(StorageFault):
        number = read_number(MemoryFiles({LEAP: data}), LEAP)
        assert number is not None
        assert pack(number) == data
