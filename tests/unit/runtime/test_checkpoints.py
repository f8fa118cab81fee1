"""The collector of checkpoint lines: when it signs, what it believes, what it keeps, and what it reports."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from node.chain.block import Header
from node.chain.certificate import AuthoritySet
from node.chain.checkpoint import Checkpoint, certified, encode_note, parse_note, signers
from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.hashing import digest
from node.chain.types import NO_HASH, Code, EpochMs, Hash, Height
from node.runtime.checkpoints import (
    EVERY_MS,
    JOINED_MAX,
    KEPT_MAX,
    CheckpointKey,
    Checkpoints,
    Effect,
    Fork,
    LineMessage,
    LogPorts,
    Say,
    decode_line,
    root_where_a_block_ends,
)
from tests.kernel_city import DISTRICTS, make_genesis, seed_of

AUTHORITIES = make_genesis().authorities
ORIGIN = "timebank/nanjing/0123456789abcdef"


def root_of(size: int) -> Hash:
    """The root that the honest log has at a size."""
    return digest("test-root", NO_HASH, size.to_bytes(8, "big"))


def key_of(district: Code) -> CheckpointKey:
    return CheckpointKey(district, seed_of(f"checkpoint/{district}"))


def line(district: Code, size: int, root: Hash | None = None) -> LineMessage:
    """A line with a valid signature, whatever it says."""
    root = root_of(size) if root is None else root
    signature = key_of(district).sign(Checkpoint(ORIGIN, size, root))
    return LineMessage(size, root, district, signature)


@dataclass
class Seat:
    """One node's collector over a log of which every third size ends a block."""

    district: Code | None
    signed_size: int = 0
    now_ms: int = 1_000_000
    sizes: set[int] = field(default_factory=set)
    persisted: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        own = None if self.district is None else key_of(self.district)
        ports = LogPorts(
            lambda size: root_of(size) if size in self.sizes else None, self.persisted.append
        )
        self.lines = Checkpoints(ORIGIN, AUTHORITIES, own, ports, self.signed_size)

    def block(self, size: int, after_ms: int = 0) -> tuple[Effect, ...]:
        self.now_ms += after_ms
        self.sizes.add(size)
        return self.lines.committed(size, root_of(size), self.now_ms)

    def hear(self, message: LineMessage) -> tuple[Effect, ...]:
        return self.lines.receive(encode(message), self.now_ms)

    def standing(self) -> tuple[int, tuple[int, ...]] | None:
        """Size and signers of the note that is served, read back from its text."""
        note = self.lines.note()
        if note is None:
            return None
        read = parse_note(encode_note(note))
        return read.checkpoint.size, signers(read, ORIGIN, AUTHORITIES)


def said(effects: Iterable[Effect]) -> list[int]:
    """Sizes of the lines to broadcast; there is nothing else to do."""
    sizes = []
    for effect in effects:
        assert isinstance(effect, Say)
        sizes.append(effect.message.size)
    return sizes


def exchange(seats: list[Seat], effects: Iterable[tuple[Seat, Effect]]) -> Iterator[Effect]:
    """Deliver every broadcast to everybody else, until nobody says anything."""
    pending = list(effects)
    while pending:
        sender, effect = pending.pop(0)
        yield effect
        if isinstance(effect, Say):
            for seat in seats:
                if seat is not sender:
                    pending += [(seat, answer) for answer in seat.hear(effect.message)]


@pytest.fixture
def city() -> list[Seat]:
    return [Seat(district) for district in DISTRICTS]


def test_the_first_block_after_a_start_is_signed_and_the_next_one_a_minute_later() -> None:
    """A line a minute while the log grows; the minute is real time."""
    seat = Seat(DISTRICTS[0])
    assert said(seat.block(3)) == [3]
    assert said(seat.block(6, EVERY_MS - 1)) == []
    assert said(seat.block(9, 1)) == [9]
    assert said(seat.lines.committed(9, root_of(9), seat.now_ms + EVERY_MS)) == []
    assert seat.persisted == [3, 9]


def test_lines_of_all_meet_under_the_size_that_one_began(city: list[Seat]) -> None:
    """Without agreement beforehand everybody's note is certified, and it is the same note."""
    for seat in city:
        assert said(seat.block(3)) == [3]
    begun = [(city[0], effect) for effect in city[0].block(6, EVERY_MS)]
    assert [seat.block(6, EVERY_MS // 2) for seat in city[1:]] == [()] * 3
    assert all(isinstance(effect, Say) for effect in exchange(city, begun))
    assert {seat.standing() for seat in city} == {(6, (0, 1, 2, 3))}
    note = city[2].lines.note()
    assert note is not None
    assert certified(note, ORIGIN, AUTHORITIES)


def test_when_two_begin_at_once_the_larger_size_wins(city: list[Seat]) -> None:
    """Nobody signs a smaller size after a larger one, so all end under the larger."""
    for seat in city:
        seat.block(1)
    three = city[0].block(3, EVERY_MS)
    assert said(city[0].block(6, 1)) == []
    assert said(city[1].block(3, EVERY_MS - 1)) == []
    six = city[1].block(6, 1)
    for seat in city[2:]:
        assert said((*seat.block(3, 1), *seat.block(6, 1))) == []
    begun = [*((city[0], effect) for effect in three), *((city[1], effect) for effect in six)]
    assert all(isinstance(effect, Say) for effect in exchange(city, begun))
    assert {seat.standing() for seat in city} == {(6, (0, 1, 2, 3))}
    assert city[0].persisted == [1, 3, 6]
    assert city[1].persisted == [1, 6]


def test_a_size_is_persisted_before_its_line_exists() -> None:
    """If the disk fails nothing was signed and nothing leaves."""
    seat = Seat(DISTRICTS[0])

    def fail(size: int) -> None:
        raise OSError(size)

    failing = Checkpoints(ORIGIN, AUTHORITIES, key_of(DISTRICTS[0]), LogPorts(lambda _: None, fail))
    with pytest.raises(OSError, match="3"):
        failing.committed(3, root_of(3), seat.now_ms)
    assert failing.own_line is None
    assert failing.note() is None


def test_after_a_restart_no_size_is_signed_again_or_below() -> None:
    """The largest size is remembered; what is larger is signed as ever."""
    seat = Seat(DISTRICTS[0], signed_size=6)
    seat.sizes |= {3, 6}
    assert said(seat.block(6)) == []
    assert said(seat.lines.sign_now(seat.now_ms)) == []
    assert said(seat.hear(line(DISTRICTS[1], 3))) == []
    assert said(seat.block(9)) == [9]


def test_an_operator_may_ask_for_a_line_at_any_time() -> None:
    """Within the minute too; for the same tip the same line is said again."""
    seat = Seat(DISTRICTS[0])
    assert seat.lines.sign_now(seat.now_ms) == ()
    seat.block(3)
    seat.block(6, 10)
    first = seat.lines.sign_now(seat.now_ms)
    assert said(first) == [6]
    assert seat.lines.sign_now(seat.now_ms) == first
    assert seat.persisted == [3, 6]
    assert seat.lines.own_line is not None
    assert first == (Say(seat.lines.own_line),)


def test_a_line_beyond_the_tip_waits_for_its_block() -> None:
    """A node that is a block behind loses no line and joins when it has caught up."""
    seat = Seat(DISTRICTS[0])
    seat.block(3)
    assert seat.hear(line(DISTRICTS[1], 9)) == ()
    assert seat.hear(line(DISTRICTS[2], 9)) == ()
    assert seat.standing() == (3, (0,))
    assert said(seat.block(6, 10)) == []
    assert said(seat.block(9, 10)) == [9]
    assert seat.standing() == (9, (0, 1, 2))


def test_an_observer_gathers_and_never_signs() -> None:
    """Without a key there is nothing to sign, and the note is served all the same."""
    seat = Seat(None)
    assert seat.block(3) == ()
    assert seat.lines.sign_now(seat.now_ms) == ()
    for district in DISTRICTS[:3]:
        assert seat.hear(line(district, 3)) == ()
    assert seat.standing() == (3, (0, 1, 2))
    assert seat.lines.own_line is None


def test_the_certified_note_is_served_until_a_newer_one_is_certified() -> None:
    """A single new line does not take a note away that convinces."""
    seat = Seat(None)
    seat.block(3)
    assert seat.standing() is None
    seat.hear(line(DISTRICTS[0], 3))
    seat.block(6)
    seat.hear(line(DISTRICTS[0], 6))
    assert seat.standing() == (6, (0,))
    seat.hear(line(DISTRICTS[1], 3))
    assert seat.standing() == (3, (0, 1))
    assert seat.lines.certified_size is None
    seat.hear(line(DISTRICTS[2], 3))
    seat.hear(line(DISTRICTS[1], 6))
    assert seat.standing() == (3, (0, 1, 2))
    seat.hear(line(DISTRICTS[3], 3))
    assert seat.standing() == (3, (0, 1, 2, 3))
    seat.hear(line(DISTRICTS[2], 6))
    assert seat.standing() == (6, (0, 1, 2))
    assert seat.lines.certified_size == 6


@pytest.mark.parametrize("size", [3, 4], ids=["another root", "a size where no block ends"])
def test_a_line_for_another_log_is_reported_once_as_a_fork(size: int) -> None:
    """The signature proves who showed it; the line itself does not count."""
    seat = Seat(DISTRICTS[0])
    seat.block(3)
    seat.block(6, 10)
    wrong = line(DISTRICTS[1], size, root_of(1_000))
    (fork,) = seat.hear(wrong)
    assert fork == Fork(wrong, root_of(3) if size == 3 else None)
    assert seat.hear(wrong) == ()
    assert seat.hear(line(DISTRICTS[1], 6, root_of(1_000))) == ()
    assert seat.lines.forks == {DISTRICTS[1]: fork}
    assert seat.standing() == (3, (0,))


def test_a_fork_beyond_the_tip_is_reported_when_its_block_is_here() -> None:
    """Until then nobody can know."""
    seat = Seat(DISTRICTS[0])
    seat.block(3)
    wrong = line(DISTRICTS[2], 6, root_of(1_000))
    assert seat.hear(wrong) == ()
    assert seat.block(6, 10) == (Fork(wrong, root_of(6)),)


def test_when_the_set_changes_only_seats_that_keep_their_keys_go_on_counting() -> None:
    """One seat leaves, one gets a new key; what the old set certified is served until the new one certifies more."""
    own, stays, rotates, leaves = DISTRICTS
    seat = Seat(own)
    seat.block(3)
    for district in (stays, rotates):
        seat.hear(line(district, 3))
    seat.block(6, 10)
    assert said(seat.hear(line(rotates, 6))) == [6]
    new = CheckpointKey(rotates, seed_of("a new key"))
    members = [m for m in AUTHORITIES.members if m.district != leaves]
    members[2] = replace(members[2], checkpoint_key=new.public_key)
    renewed = AuthoritySet(tuple(members))
    seat.lines.renew(renewed)
    for gone in (rotates, leaves):
        with pytest.raises(Malformed):
            seat.hear(line(gone, 6))
    seat.hear(line(stays, 6))
    assert seat.standing() == (3, (0, 1, 2))
    signature = new.sign(Checkpoint(ORIGIN, 6, root_of(6)))
    seat.hear(LineMessage(6, root_of(6), rotates, signature))
    note = seat.lines.note()
    assert note is not None
    assert note.checkpoint.size == 6
    assert signers(note, ORIGIN, renewed) == (0, 1, 2)


def test_a_node_whose_key_has_no_seat_does_not_sign() -> None:
    """A key of another file, or a seat that is gone: others would refuse its lines."""
    wrong = CheckpointKey(DISTRICTS[0], seed_of("another file"))
    ports = LogPorts(lambda _: None, lambda _: None)
    lines = Checkpoints(ORIGIN, AUTHORITIES, wrong, ports)
    assert lines.committed(3, root_of(3), 0) == ()
    seat = Seat(DISTRICTS[3])
    seat.block(3)
    seat.lines.renew(AuthoritySet(AUTHORITIES.members[:3]))
    assert seat.block(6, EVERY_MS) == ()
    assert seat.lines.sign_now(seat.now_ms) == ()


def test_a_line_that_no_honest_node_sends_is_malformed() -> None:
    """A stranger's district, another district's signature, a signature on something else."""
    seat = Seat(DISTRICTS[0])
    seat.block(3)
    good = line(DISTRICTS[1], 3)
    cases = {
        ErrorCode.BAD_FIELD: LineMessage(3, good.root, Code("nowhere"), good.signature),
        ErrorCode.BAD_SIGNATURE: LineMessage(3, good.root, DISTRICTS[2], good.signature),
    }
    for code, message in cases.items():
        with pytest.raises(Malformed) as caught:
            seat.hear(message)
        assert caught.value.code is code
    with pytest.raises(Malformed):
        seat.hear(LineMessage(6, good.root, DISTRICTS[1], good.signature))
    assert seat.standing() == (3, (0,))


def test_nobody_makes_a_node_sign_at_every_block() -> None:
    """Who begins sizes all the time is joined a few times a minute, and counted as ever."""
    seat = Seat(DISTRICTS[0])
    seat.block(3)
    joined = []
    for size in range(6, 66, 3):
        seat.block(size, 10)
        joined += said(seat.hear(line(DISTRICTS[1], size)))
    assert joined == [6 + 3 * number for number in range(JOINED_MAX)]
    seat.block(66, EVERY_MS)
    seat.block(69, 10)
    assert said(seat.hear(line(DISTRICTS[1], 69))) == [69]


def test_one_authority_displaces_only_its_own_lines() -> None:
    """Both of the past and of the future; the largest sizes stay."""
    seat = Seat(None)
    for size in range(3, 60, 3):
        seat.block(size)
    seat.hear(line(DISTRICTS[0], 3))
    seat.hear(line(DISTRICTS[1], 3))
    for size in (*range(6, 60, 3), *range(60, 120, 3)):
        seat.hear(line(DISTRICTS[1], size))
    seat.hear(line(DISTRICTS[2], 3))
    assert seat.standing() == (3, (0, 2))
    for held in (seat.lines._lines, seat.lines._waiting):
        assert len(held[DISTRICTS[1]]) == KEPT_MAX
    assert min(seat.lines._waiting[DISTRICTS[1]]) == 120 - 3 * KEPT_MAX


def test_the_root_where_a_block_ends_is_found_among_the_headers() -> None:
    """Sizes grow with the height; between two blocks there is no root to sign."""
    ends = [0, 2, 3, 7, 20]

    def header_at(height: Height) -> Header | None:
        blank, size = root_of(0), ends[height]
        roots = (root_of(size), blank, blank, blank, blank, blank)
        return Header(1, 1, height, EpochMs(height), blank, blank, 0, 0, 0, size, *roots)

    for size in range(25):
        for tip in range(len(ends)):
            wanted = root_of(size) if size in ends[1 : tip + 1] else None
            assert root_where_a_block_ends(header_at, Height(tip), size) == wanted
    assert root_where_a_block_ends(lambda _: None, Height(4), 7) is None


def test_a_line_has_room_for_the_longest_district() -> None:
    """The decoder's limit is that of the largest record."""
    longest = LineMessage(2**53 - 1, root_of(1), Code("d" * 32), bytes(64))
    assert decode_line(encode(longest)) == longest


@given(st.binary(max_size=200))
def test_random_payloads_are_malformed(raw: bytes) -> None:
    """Only the one fault comes out."""
    with pytest.raises(Malformed):
        Seat(DISTRICTS[0]).lines.receive(raw, 0)


@given(st.data())
def test_damaged_payloads_are_malformed(data: st.DataObject) -> None:
    """No bit of a line can be changed by whoever passes it on."""
    good = encode(line(DISTRICTS[1], 3))
    raw = bytearray(good)
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    seat = Seat(DISTRICTS[0])
    with pytest.raises(Malformed):
        seat.lines.receive(bytes(raw), 0)
