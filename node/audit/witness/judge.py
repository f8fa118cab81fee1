"""The decision of a witness: C2SP ``tlog-witness``, ``add-checkpoint``.

A request is ``old <size>``, then lines of a consistency proof in base64, a blank line, and the note. The checkpoint is
stored before it is signed: after a crash in between the witness has promised more than it has said, never less.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from node.audit.witness.memory import KnownLog, Memory
from node.chain.checkpoint import NOTE_SIZE_MAX_BYTES, Note, certified, parse_note
from node.chain.cosignature import cosign
from node.chain.errors import ErrorCode, Malformed
from node.chain.limits import LOG_PROOF_HASHES_MAX
from node.chain.merkle import HASH_BYTES, verify_consistency
from node.chain.types import UINT_MAX, Hash

REQUEST_MAX_BYTES: Final = NOTE_SIZE_MAX_BYTES + 8_192
"""A note and 64 hashes in base64."""
SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
_OLD: Final = re.compile(rb"old (0|[1-9][0-9]{0,15})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness says.

    Attributes:
        status: 200 with its line; 400 no such request; 403 no quorum; 404 an unknown log; 409 another size is the
            last, which the body tells; 422 the proof does not show consistency.
        body: as it is sent.
        media_type: of the body.
    """

    status: HTTPStatus
    body: str
    media_type: str = TEXT_TYPE


@dataclass(frozen=True, slots=True)
class _Asked:
    old_size: int
    path: tuple[Hash, ...]
    note: Note


def request_of(old_size: int, path: tuple[Hash, ...], note: bytes) -> bytes:
    """The body of a request."""
    lines = "".join(b64encode(node).decode("ascii") + "\n" for node in path)
    return f"old {old_size}\n{lines}\n".encode() + note


def add_checkpoint(memory: Memory, body: bytes, time_s: int) -> Answer:
    """Judge a checkpoint, store it, cosign it.

    Total for every body.

    Raises:
        OSError: it could not be stored; nothing was signed.
        Malformed: the witness's own file is damaged; nothing was signed.
    """
    try:
        asked = _parse(body)
    except Malformed as fault:
        return Answer(HTTPStatus.BAD_REQUEST, f"{fault.detail}\n")
    with memory.locked():
        known = memory.log(asked.note.checkpoint.origin)
        if known is None:
            return Answer(HTTPStatus.NOT_FOUND, "unknown log\n")
        refusal = _refusal(known, asked)
        if refusal is not None:
            return refusal
        log = asked.note.checkpoint
        memory.keep(replace(known, size=log.size, root=log.root))
    line = cosign(log, memory.name, memory.seed, time_s)
    encoded = b64encode(line.key_id + line.signature).decode("ascii")
    return Answer(HTTPStatus.OK, f"\N{EM DASH} {line.name} {encoded}\n")


def _refusal(known: KnownLog, asked: _Asked) -> Answer | None:
    log = asked.note.checkpoint
    try:
        signed = certified(asked.note, known.origin, known.authorities)
    except Malformed as fault:
        return Answer(HTTPStatus.FORBIDDEN, f"{fault}\n")
    if not signed:
        return Answer(HTTPStatus.FORBIDDEN, "no quorum of the log's authorities has signed\n")
    if asked.old_size > log.size:
        return Answer(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's\n")
    if asked.old_size != known.size or (log.size == known.size and log.root != known.root):
        return Answer(HTTPStatus.CONFLICT, f"{known.size}\n", SIZE_TYPE)
    if not verify_consistency(known.size, known.root, log.size, log.root, asked.path):
        return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "the proof does not show consistency\n")
    return None


def _parse(body: bytes) -> _Asked:
    head, blank, note = body.partition(b"\n\n")
    lines = head.split(b"\n")
    old = _OLD.fullmatch(lines[0])
    if not blank or old is None or len(lines) > LOG_PROOF_HASHES_MAX + 1:
        raise _bad("old <size>, at most 64 hashes, a blank line, a note")
    old_size = int(old[1])
    if old_size > UINT_MAX:
        raise _bad("old size")
    return _Asked(old_size, tuple(map(_hash, lines[1:])), parse_note(note))


def _hash(line: bytes) -> Hash:
    try:
        value = b64decode(line, validate=True)
    except ValueError as error:
        raise _bad("base64") from error
    if len(value) != HASH_BYTES or b64encode(value) != line:
        raise _bad("a hash of another length")
    return Hash(value)


def _bad(why: str) -> Malformed:
    return Malformed(ErrorCode.NOT_CANONICAL, f"request: {why}")
