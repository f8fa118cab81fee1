"""Checkpoint lines of all authorities, gathered under one note; no I/O and no clock of its own.

A note convinces nobody unless lines of a quorum stand under **one** size, while blocks may follow each other twenty
times a second. So whoever has not signed for a minute signs the end of the block just decided and says so to
everybody; the others sign the same size when they hear of it and have that block, and their minute starts again with
it. When several begin at once the largest size wins, because a node never signs a smaller size than it signed before.

A line counts only if its signature verifies and its root is that of our own decided chain where a block ends. A line
beyond our tip waits for that block. A verified line with another root is a fork: an authority signed a log that is
not ours. It is reported once for each authority, with the line, which is the proof.

Lines are bounded for each authority apart: whoever sends too many displaces only its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.chain import keys
from node.chain.block import Header
from node.chain.certificate import Authority, AuthoritySet
from node.chain.checkpoint import Checkpoint, Note, line_of, text_of
from node.chain.codec import Record, decoder
from node.chain.errors import ErrorCode, Malformed
from node.chain.types import Code, CodeF, Hash, HashF, Height, SignatureF, UintF

LINE_KIND: Final = 140
"""Kind of the record, and of the peers' frame that carries it."""
EVERY_MS: Final = 60_000
"""Real milliseconds from one own line to the next, if nobody asks for one."""
JOINED_MAX: Final = 6
"""Sizes that others began and we joined within ``EVERY_MS``: room for lines asked for, and no more for a liar."""
KEPT_MAX: Final = 8
"""Lines kept of each authority, and as many that wait; the largest sizes stay."""


class LineMessage(Record, frozen=True, tag=LINE_KIND):
    """One authority's signature on a checkpoint; origin and key id follow from the chain and the district."""

    size: UintF
    root: HashF
    district: CodeF
    signature: SignatureF


decode_line = decoder(LineMessage, 192)


@dataclass(frozen=True, slots=True)
class Say:
    """Send this to every peer; the size it names has been persisted."""

    message: LineMessage


@dataclass(frozen=True, slots=True)
class Fork:
    """An authority signed a log that is not ours."""

    message: LineMessage
    own_root: Hash | None
    """Our root at that size; None where no block of ours ends."""


Effect = Say | Fork


class CheckpointKey:
    """The checkpoint key of this node's seat."""

    __slots__ = ("_seed", "district", "public_key")

    def __init__(self, district: Code, seed: bytes) -> None:
        """Sign for a district.

        Args:
            district: whose seat.
            seed: Ed25519 seed, 32 bytes.
        """
        self.district = district
        self.public_key = keys.public_key(seed)
        self._seed = seed

    def sign(self, checkpoint: Checkpoint) -> bytes:
        """The signature of a checkpoint's text, 64 bytes."""
        return keys.sign(self._seed, text_of(checkpoint))


@dataclass(frozen=True, slots=True)
class LogPorts:
    """What the collector asks of the node."""

    root_at: Callable[[int], Hash | None]
    """Root of the own log at a size where a decided block ends; None for any other size."""
    persist: Callable[[int], None]
    """Make durable that this size is signed. Whatever it raises goes to the caller, and nothing was signed."""


class Checkpoints:
    """The lines that this node knows. Used from one thread."""

    def __init__(
        self,
        origin: str,
        authorities: AuthoritySet,
        own: CheckpointKey | None,
        ports: LogPorts,
        signed_size: int = 0,
    ) -> None:
        """Know no line yet.

        Args:
            origin: ``checkpoint.origin_of`` city and chain.
            authorities: whose lines count, until ``renew``.
            own: this node's key; None for an observer, who only gathers. It signs while the set names it.
            ports: the node's log and its memory.
            signed_size: the largest size ever persisted.
        """
        self.origin = origin
        self.authorities = authorities
        self.forks: dict[Code, Fork] = {}
        """The first fork seen of each authority."""
        self._members = {member.district: member for member in authorities.members}
        self._own = own
        self._ports = ports
        self._tip: tuple[int, Hash] | None = None
        self._signed_size = signed_size
        self._signed_ms: int | None = None
        self._own_line: LineMessage | None = None
        self._joined = 0
        self._joined_since_ms = 0
        self._lines: dict[Code, dict[int, LineMessage]] = {d: {} for d in self._members}
        self._waiting: dict[Code, dict[int, LineMessage]] = {d: {} for d in self._members}
        self._certified: Note | None = None

    def renew(self, authorities: AuthoritySet) -> None:
        """Another set decides from now on: lines of seats that keep their keys go on counting.

        A note that the set before has certified is served until there is a newer one.
        """
        kept = {m.district for m in authorities.members if self._members.get(m.district) == m}
        self.authorities = authorities
        self._members = {member.district: member for member in authorities.members}
        for lines in (self._lines, self._waiting):
            for gone in lines.keys() - kept:
                del lines[gone]
            lines.update((district, {}) for district in self._members.keys() - kept)

    def committed(self, size: int, root: Hash, now_ms: int) -> tuple[Effect, ...]:
        """A block is final here: lines that waited for it count now, and an own one may be due.

        Args:
            size: leaves of the log at the end of the block.
            root: of the log.
            now_ms: real milliseconds, monotonic.
        """
        self._tip = size, root
        effects: list[Effect] = []
        for lines in self._waiting.values():
            for reached in sorted(waiting for waiting in lines if waiting <= size):
                effects += self._judge(lines.pop(reached), now_ms)
        if self._signed_ms is None or now_ms - self._signed_ms >= EVERY_MS:
            effects += self._sign(size, root, now_ms)
        return tuple(effects)

    def sign_now(self, now_ms: int) -> tuple[Effect, ...]:
        """Sign the tip at once, or say the newest own line again if it is of the tip."""
        if self._tip is None:
            return ()
        if self._own_line is not None and self._own_line.size == self._tip[0]:
            return (Say(self._own_line),)
        return self._sign(*self._tip, now_ms)

    def receive(self, payload: bytes, now_ms: int) -> tuple[Effect, ...]:
        """Take in what a peer sent.

        Raises:
            Malformed: ``TOO_LARGE`` or ``NOT_CANONICAL`` bytes, ``BAD_FIELD`` for a district that has no seat,
                ``BAD_SIGNATURE``. No honest node sends such a line.
        """
        message = decode_line(payload)
        member = self._members.get(message.district)
        if member is None:
            raise Malformed(ErrorCode.BAD_FIELD, f"{message.district} has no seat")
        held = (self._lines[message.district], self._waiting[message.district])
        if any(message == lines.get(message.size) for lines in held):
            return ()
        if not _verifies(self._checkpoint(message), member, message.signature):
            raise Malformed(ErrorCode.BAD_SIGNATURE, f"checkpoint line of {message.district}")
        if self._tip is None or message.size > self._tip[0]:
            _keep(self._waiting[message.district], message)
            return ()
        return self._judge(message, now_ms)

    @property
    def own_line(self) -> LineMessage | None:
        """The newest own line of this run, for a peer that has just connected."""
        return self._own_line

    @property
    def certified_size(self) -> int | None:
        """Size of the newest certified note."""
        return None if self._certified is None else self._certified.checkpoint.size

    def note(self) -> Note | None:
        """The newest certified note; while there is none, the one with the most lines, the newer of equals."""
        if self._certified is not None:
            return self._certified
        notes = (self._note(size) for held in self._lines.values() for size in held)
        return max(notes, key=lambda note: (len(note.lines), note.checkpoint.size), default=None)

    def _judge(self, message: LineMessage, now_ms: int) -> tuple[Effect, ...]:
        """Compare a verified line with our own log, and join it if there is something to gain."""
        own_root = self._ports.root_at(message.size)
        if own_root != message.root:
            fork = Fork(message, own_root)
            known = self.forks.setdefault(message.district, fork)
            return (fork,) if known is fork else ()
        self._count(message)
        if message.size <= self._signed_size or not self._is_seated or not self._may_join(now_ms):
            return ()
        return self._sign(message.size, message.root, now_ms)

    @property
    def _is_seated(self) -> bool:
        """Whether the set names this node's key."""
        if self._own is None:
            return False
        member = self._members.get(self._own.district)
        return member is not None and member.checkpoint_key == self._own.public_key

    def _may_join(self, now_ms: int) -> bool:
        if now_ms - self._joined_since_ms >= EVERY_MS:
            self._joined, self._joined_since_ms = 0, now_ms
        self._joined += 1
        return self._joined <= JOINED_MAX

    def _sign(self, size: int, root: Hash, now_ms: int) -> tuple[Effect, ...]:
        """Sign the end of a block of our chain, unless as much is signed already."""
        if self._own is None or not self._is_seated or size <= self._signed_size:
            return ()
        self._ports.persist(size)
        self._signed_size, self._signed_ms = size, now_ms
        signature = self._own.sign(Checkpoint(self.origin, size, root))
        self._own_line = LineMessage(size, root, self._own.district, signature)
        self._count(self._own_line)
        return (Say(self._own_line),)

    def _count(self, message: LineMessage) -> None:
        """A verified line with our own root: keep it, and see whether its note is certified now."""
        _keep(self._lines[message.district], message)
        if message.size not in self._lines[message.district]:
            return
        note = self._note(message.size)
        count = 0 if self._certified is None else len(self._certified.lines)
        newer = (message.size, len(note.lines)) > (self.certified_size or 0, count)
        if newer and len(note.lines) >= self.authorities.quorum:
            self._certified = note

    def _note(self, size: int) -> Note:
        """The lines under one size, at least one, in the order of the set."""
        held = [
            (member.checkpoint_key, self._lines[member.district][size])
            for member in self.authorities.members
            if size in self._lines[member.district]
        ]
        lines = (line_of(self.origin, key, message.signature) for key, message in held)
        return Note(self._checkpoint(held[0][1]), tuple(lines))

    def _checkpoint(self, message: LineMessage) -> Checkpoint:
        return Checkpoint(self.origin, message.size, message.root)


def root_where_a_block_ends(
    header_at: Callable[[Height], Header | None], tip: Height, size: int
) -> Hash | None:
    """Root of the log at a size, if a decided block ends there; for ``LogPorts.root_at``.

    Args:
        header_at: headers of blocks up to ``tip``; None below the first that is here.
        tip: height of the newest decided block.
        size: leaves.
    """
    low, high = 1, int(tip)
    while low <= high:
        middle = (low + high) // 2
        header = header_at(Height(middle))
        if header is not None and header.log_size == size:
            return header.log_root
        older = header is None or header.log_size < size
        low, high = (middle + 1, high) if older else (low, middle - 1)
    return None


def _verifies(checkpoint: Checkpoint, member: Authority, signature: bytes) -> bool:
    return keys.verify(member.suite, member.checkpoint_key, text_of(checkpoint), signature)


def _keep(lines: dict[int, LineMessage], message: LineMessage) -> None:
    """Add a line; the one of the smallest size gives way."""
    lines[message.size] = message
    if len(lines) > KEPT_MAX:
        del lines[min(lines)]
