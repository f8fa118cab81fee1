"""What was said while the last thousand blocks were decided, so that a fork found later names its culprits.

Every message and every prevote of an accepted polka that the node held at a height is appended here before the block is
committed. Whoever compares two chains can take it to a third party: two messages of one authority convict or do not,
offline. Nothing here is synced and nothing depends on it: loss costs evidence, not safety. So a damaged record is left
out and told of, and never a reason to stop; those behind it stay.

One file for ``HEIGHTS_PER_FILE`` heights, records framed as in the block log (``node.store.frames``).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from node.chain.certificate import (
    Evidence,
    Precommit,
    Prevote,
    Proposal,
    SignedMessage,
    convicts,
    make_evidence,
)
from node.chain.codec import decoder, encode
from node.chain.errors import Malformed
from node.chain.limits import ARCHIVE_RECORD_MAX_BYTES
from node.chain.types import Height
from node.consensus.state import State
from node.store import frames
from node.store.files import File, Files
from node.store.formats import STATEMENTS_PREFIX

HEIGHTS_KEPT: Final = 1_000
HEIGHTS_PER_FILE: Final = 100
_MAGIC: Final = b"TBt1"

_decode = decoder(tuple[Proposal | Prevote | Precommit, ...], ARCHIVE_RECORD_MAX_BYTES)


@dataclass(frozen=True, slots=True)
class Lost:
    """A place where a record stood that does not read any more."""

    name: str
    offset: int


class StatementLog:
    """The files of one node. Every method raises ``StorageFault`` for errors of the disk only."""

    def __init__(self, files: Files) -> None:
        """Nothing is read before it is asked for."""
        self._files = files
        self._name = ""
        self._file: File | None = None
        self._end = 0

    def keep(self, height: Height, messages: Iterable[SignedMessage]) -> None:
        """Append what was said at a height, and drop what is older than ``HEIGHTS_KEPT`` heights."""
        body = encode(tuple(messages))
        if len(body) > ARCHIVE_RECORD_MAX_BYTES:
            return
        self._turn_to(height)
        assert self._file is not None
        record = frames.pack(_MAGIC, height, 0, body)
        self._file.write(self._end, record)
        self._end += len(record)

    def of(self, height: Height) -> tuple[SignedMessage, ...]:
        """What is kept of one height; empty when there is nothing."""
        name = _name_for(height)
        if name not in self._files.names():
            return ()
        found: list[SignedMessage] = []
        file = self._files.open(name)
        for frame_height, body in _read(file).records:
            if frame_height == height:
                try:
                    found += _decode(body)
                except Malformed:
                    continue
        file.close()
        return tuple(found)

    def everything(self) -> Iterator[SignedMessage]:
        """All that is kept, oldest first."""
        for name in self._files.names():
            if not name.startswith(STATEMENTS_PREFIX):
                continue
            file = self._files.open(name)
            for _, body in _read(file).records:
                try:
                    yield from _decode(body)
                except Malformed:
                    continue
            file.close()

    def scrub(self) -> Iterator[Lost]:
        """Read everything; where something is damaged. A record that a crash cut short is none."""
        for name in self._files.names():
            if name.startswith(STATEMENTS_PREFIX):
                file = self._files.open(name)
                yield from (Lost(name, offset) for offset in _read(file).damaged)
                file.close()

    def _turn_to(self, height: Height) -> None:
        name = _name_for(height)
        if name == self._name:
            return
        if self._file is not None:
            self._file.close()
        here = self._files.names()
        self._file = self._files.open(name) if name in here else self._files.create(name)
        self._name, self._end = name, _read(self._file).end
        if self._file.size() > self._end:
            self._file.truncate(self._end)
        oldest = _name_for(Height(max(0, height - HEIGHTS_KEPT)))
        for other in here:
            if other.startswith(STATEMENTS_PREFIX) and other < oldest:
                self._files.remove(other)


def said(state: State) -> tuple[SignedMessage, ...]:
    """Every signed message that a consensus state holds, polkas taken apart, each once."""
    suite = state.authorities.members[0].suite
    found: dict[SignedMessage, None] = {}
    for entry in state.rounds.values():
        for message in (entry.proposal, *entry.prevotes, *entry.precommits):
            if message is not None:
                found[message] = None
    for polka in state.polkas.values():
        found.update(dict.fromkeys(polka.votes(suite)))
    return tuple(found)


def evidence_among(messages: Iterable[SignedMessage]) -> dict[int, Evidence]:
    """One piece of evidence against each authority that two of its messages convict."""
    by_signer: dict[tuple[int, int], list[SignedMessage]] = {}
    for message in dict.fromkeys(messages):
        by_signer.setdefault((message.signer, message.height), []).append(message)
    found: dict[int, Evidence] = {}
    for (signer, _), own in by_signer.items():
        for one, other in combinations(own, 2):
            if signer not in found and convicts(one, other):
                found[signer] = make_evidence(one, other)
    return found


def _name_for(height: Height) -> str:
    return f"{STATEMENTS_PREFIX}{height // HEIGHTS_PER_FILE * HEIGHTS_PER_FILE:016d}.log"


@dataclass(frozen=True, slots=True)
class _Content:
    records: tuple[tuple[int, bytes], ...]
    """(height, body) of every sound record."""
    end: int
    """Where the last of them ends."""
    damaged: tuple[int, ...]
    """Where others begin that were whole once."""


def _read(file: File) -> _Content:
    """All that a file holds: behind a damaged record reading goes on at the next sound one."""
    raw = file.read(0, file.size())
    records: list[tuple[int, bytes]] = []
    damaged: list[int] = []
    offset = end = 0
    while offset < len(raw):
        body = _body(raw, offset)
        if body is None:
            following = _next_sound(raw, offset + 1)
            if following is not None or not frames.may_be_torn(_MAGIC, raw[offset:], offset):
                damaged.append(offset)
            offset = len(raw) if following is None else following
            continue
        records.append(body)
        offset += frames.FRAME_BYTES + len(body[1]) + len(frames.END)
        end = offset
    return _Content(tuple(records), end, tuple(damaged))


def _body(raw: bytes, offset: int) -> tuple[int, bytes] | None:
    """Height and body of the record at a place."""
    frame = frames.parse(raw[offset : offset + frames.FRAME_BYTES])
    if frame is None or frame.magic != _MAGIC or frame.length > ARCHIVE_RECORD_MAX_BYTES:
        return None
    body = frames.body_of(raw[offset : offset + frame.record_bytes])
    return None if body is None else (frame.height, body)


def _next_sound(raw: bytes, offset: int) -> int | None:
    place = raw.find(_MAGIC, offset)
    while place >= 0 and _body(raw, place) is None:
        place = raw.find(_MAGIC, place + 1)
    return None if place < 0 else place
