"""Checkpoints of the log: signed notes that third-party tools of transparency logs read.

The text is three lines: origin, size, root. Below it stands a line for each signature (``docs/spec/checkpoints.md``;
C2SP ``tlog-checkpoint`` and ``signed-note``). A note is not a commit certificate: precommits sign block ids, notes
sign text, with keys of their own. What it says is that this log had this root at this size, hence every state before
it, and that whoever signed will be caught with two signatures if another log is shown to somebody else.

Signed bytes have no domain of ``hashing``; the origin in the first line binds them to one chain.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from node.chain import keys
from node.chain.certificate import AuthoritySet
from node.chain.errors import ErrorCode, Malformed
from node.chain.types import UINT_MAX, Code, Hash

NOTE_SIZE_MAX_BYTES: Final = 65_536
"""A hundred Ed25519 lines take 15 KiB; lines of longer signatures, which we do not read, fit as well."""
NOTE_LINES_MAX: Final = 100
"""Signature lines; the first verifier of such notes stops at as many."""
KEY_ID_BYTES: Final = 4
CHAIN_PREFIX_HEX: Final = 16
"""Hexadecimal digits of the genesis hash in the origin."""

_ED25519: Final = b"\x01"
_DASH: Final = "\N{EM DASH}"
NAME_PATTERN: Final = re.compile(r"[!-*,-~]{1,255}")
"""Printable ASCII without space and plus."""
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_TEXT_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a note says: the log ``origin`` had this root when it had ``size`` leaves."""

    origin: str
    size: int
    root: Hash


@dataclass(frozen=True, slots=True)
class Line:
    """One signature under a note, verified by nobody yet."""

    name: str
    key_id: bytes
    """4 bytes that tell the keys of one name apart."""
    signature: bytes
    """64 bytes under an authority's key; lines of others may be longer."""


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint and the lines under it, in their order, each once."""

    checkpoint: Checkpoint
    lines: tuple[Line, ...]


def origin_of(city: Code, chain_id: Hash) -> str:
    """``timebank/<city>/<first 16 hex digits of the genesis hash>``: name of the log and of its keys."""
    return f"timebank/{city}/{chain_id.hex()[:CHAIN_PREFIX_HEX]}"


def text_of(checkpoint: Checkpoint) -> bytes:
    """The signed bytes: origin, decimal size and base64 root, each with its newline."""
    root = b64encode(checkpoint.root).decode("ascii")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n".encode()


def key_id(name: str, key: bytes) -> bytes:
    """SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)[:4] of an Ed25519 key."""
    return sha256(name.encode("ascii") + b"\n" + _ED25519 + key).digest()[:KEY_ID_BYTES]


def sign_line(checkpoint: Checkpoint, seed: bytes) -> Line:
    """The line of an authority, whose key is named by the origin.

    Args:
        checkpoint: what to sign.
        seed: Ed25519 seed of the checkpoint key, 32 bytes.
    """
    return line_of(checkpoint.origin, keys.public_key(seed), keys.sign(seed, text_of(checkpoint)))


def line_of(origin: str, key: bytes, signature: bytes) -> Line:
    """The line of an authority with this checkpoint key, from its signature of 64 bytes."""
    return Line(origin, key_id(origin, key), signature)


def encode_note(note: Note) -> bytes:
    """The note as it is published: text, blank line, signature lines."""
    lines = (
        f"{_DASH} {line.name} {b64encode(line.key_id + line.signature).decode('ascii')}\n"
        for line in note.lines
    )
    return text_of(note.checkpoint) + b"\n" + "".join(lines).encode()


def parse_note(raw: bytes) -> Note:
    """Read a note; ``encode_note`` of it gives the same bytes.

    Raises:
        Malformed: ``TOO_LARGE`` or ``NOT_CANONICAL``, and nothing else, whatever the bytes are.
    """
    if len(raw) > NOTE_SIZE_MAX_BYTES:
        raise Malformed(ErrorCode.TOO_LARGE, f"{len(raw)} bytes, at most {NOTE_SIZE_MAX_BYTES}")
    try:
        parts = raw.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise _fault("not UTF-8") from error
    text, lines, end = parts[:_TEXT_LINES], parts[_TEXT_LINES + 1 : -1], parts[-1]
    if not lines or parts[_TEXT_LINES] or end:
        raise _fault("three lines, a blank one, signature lines")
    if len(lines) > NOTE_LINES_MAX:
        raise Malformed(ErrorCode.TOO_LARGE, f"{len(lines)} lines, at most {NOTE_LINES_MAX}")
    note = Note(_checkpoint(*text), tuple(map(_line, lines)))
    if len(set(note.lines)) != len(note.lines):
        raise _fault("a signature line twice")
    if encode_note(note) != raw:
        raise _fault("another form of the same note")
    return note


def signers(note: Note, origin: str, authorities: AuthoritySet) -> tuple[int, ...]:
    """Which authorities signed a note, as sorted indices into the set.

    Lines of keys that are not in the set are ignored: witnesses and former authorities may stand on the note.

    Raises:
        Malformed: ``WRONG_CHAIN`` for another origin; ``BAD_SIGNATURE`` if a line bears the key id of an authority
            and is not its signature, which spoils the whole note.
    """
    if note.checkpoint.origin != origin:
        raise Malformed(ErrorCode.WRONG_CHAIN, note.checkpoint.origin)
    ids = [key_id(origin, member.checkpoint_key) for member in authorities.members]
    found: set[int] = set()
    for line in note.lines:
        named = [i for i, known in enumerate(ids) if known == line.key_id and line.name == origin]
        if named:
            found.add(_signer(note.checkpoint, line, authorities, named))
    return tuple(sorted(found))


def certified(note: Note, origin: str, authorities: AuthoritySet) -> bool:
    """Whether lines of a quorum of distinct authorities stand on a note.

    Raises:
        Malformed: as ``signers``.
    """
    return len(signers(note, origin, authorities)) >= authorities.quorum


def _signer(
    checkpoint: Checkpoint, line: Line, authorities: AuthoritySet, named: Iterable[int]
) -> int:
    """Whose signature a line is, of those with its key id; a second one takes work, but may exist."""
    message = text_of(checkpoint)
    for index in named:
        member = authorities.members[index]
        if keys.verify(member.suite, member.checkpoint_key, message, line.signature):
            return index
    raise Malformed(ErrorCode.BAD_SIGNATURE, f"line of key {line.key_id.hex()}")


def _checkpoint(origin: str, size: str, root: str) -> Checkpoint:
    if not NAME_PATTERN.fullmatch(origin):
        raise _fault("origin")
    if not _SIZE.fullmatch(size) or int(size) > UINT_MAX:
        raise _fault("size")
    hash_ = _unbase64(root)
    if len(hash_) != sha256().digest_size:
        raise _fault(f"a root of {len(hash_)} bytes")
    return Checkpoint(origin, int(size), Hash(hash_))


def _line(raw: str) -> Line:
    match raw.split(" "):
        case [dash, name, encoded] if dash == _DASH and NAME_PATTERN.fullmatch(name):
            blob = _unbase64(encoded)
        case _:
            raise _fault("signature line")
    if len(blob) <= KEY_ID_BYTES:
        raise _fault("a signature line without a signature")
    return Line(name, blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])


def _unbase64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise _fault("base64") from error


def _fault(reason: str) -> Malformed:
    return Malformed(ErrorCode.NOT_CANONICAL, f"note: {reason}")
