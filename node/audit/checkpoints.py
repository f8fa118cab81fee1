"""Checkpoints to compare an archive with: C2SP notes that somebody kept, signed by the districts.

A note is three lines (origin, size, root in base64), an empty line, and signature lines ``— name base64(key id ‖
signature)``. Name and origin are ``timebank/<city>/<first 16 hexadecimal digits of the chain id>``; the key id of an
Ed25519 line is ``SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)[:4]``. Lines of unknown keys count for nothing.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from node.chain import keys
from node.chain.certificate import AuthoritySet
from node.chain.genesis import Genesis, chain_id_of
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.types import UINT_MAX, Hash
from node.chain.verify import Point
from node.chain.violations import Incomplete, Violation, ViolationCode

NOTE_SIZE_MAX_BYTES: Final = 65_536
"""A hundred signature lines of 150 bytes fit four times."""
ORIGIN_HEX: Final = 16
KEY_ID_BYTES: Final = 4
_BODY_LINES: Final = 3
_NOTE_TYPE_ED25519: Final = b"\x0a\x01"
_SIGNATURE_LINE: Final = re.compile(r"\A— (\S+) ([A-Za-z0-9+/]+={0,2})\Z")
_SIZE: Final = re.compile(r"\A(0|[1-9][0-9]{0,15})\Z")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A note whose signatures have been looked at.

    Attributes:
        name: where it came from, for messages.
        size: leaves of the log it speaks of.
        root: the log's root at that size.
        signers: districts of the authorities whose line verifies.
    """

    name: str
    size: int
    root: Hash
    signers: tuple[str, ...]


def origin_of(genesis: Genesis) -> str:
    """The first line of every note of this chain."""
    return f"timebank/{genesis.city}/{chain_id_of(genesis).hex()[:ORIGIN_HEX]}"


def note_body(genesis: Genesis, size: int, root: Hash) -> str:
    """The text that the districts sign."""
    return f"{origin_of(genesis)}\n{size}\n{base64.b64encode(root).decode()}\n"


def read_checkpoint(genesis: Genesis, name: str, raw: bytes) -> Checkpoint:
    """Parse a note and verify its lines under the checkpoint keys of genesis.

    Raises:
        Violation: ``CHECKPOINT``: not a note of this chain, or no district's line verifies.
    """
    body, signatures = _split(name, raw)
    lines = body.split("\n")
    if len(lines) < _BODY_LINES + 1 or lines[0] != origin_of(genesis):
        raise _bad(name, "it is of another log")
    root = _base64(lines[2])
    size = int(lines[1]) if _SIZE.match(lines[1]) else UINT_MAX + 1
    if root is None or len(root) != len(chain_id_of(genesis)) or size > UINT_MAX:
        raise _bad(name, "size or root")
    signers = _signers(genesis, body.encode(), signatures)
    if not signers:
        raise _bad(name, "no district of genesis has signed it")
    return Checkpoint(name, size, Hash(root), signers)


def _split(name: str, raw: bytes) -> tuple[str, list[str]]:
    if len(raw) > NOTE_SIZE_MAX_BYTES:
        raise _bad(name, f"{len(raw)} bytes, at most {NOTE_SIZE_MAX_BYTES}")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad(name, "not a note") from error
    body, separator, rest = text.partition("\n\n")
    if not separator or not rest.endswith("\n"):
        raise _bad(name, "not a note")
    return body + "\n", rest[:-1].split("\n")


def _signers(genesis: Genesis, body: bytes, lines: Iterable[str]) -> tuple[str, ...]:
    found: set[str] = set()
    origin = origin_of(genesis)
    for line in lines:
        parts = _SIGNATURE_LINE.match(line)
        if parts is not None and parts[1] == origin:
            found.update(_signer(genesis.authorities, origin, body, _base64(parts[2]) or b""))
    return tuple(sorted(found))


def _signer(authorities: AuthoritySet, origin: str, body: bytes, signed: bytes) -> tuple[str, ...]:
    key_id, signature = signed[:KEY_ID_BYTES], signed[KEY_ID_BYTES:]
    for member in authorities.members:
        key = member.checkpoint_key
        named = sha256(origin.encode() + _NOTE_TYPE_ED25519 + key).digest()[:KEY_ID_BYTES]
        if named == key_id and keys.verify(SUITE_ED25519_SHA256, key, body, signature):
            return (member.district,)
    return ()


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _bad(name: str, why: str, height: int = 0) -> Violation:
    return Violation(ViolationCode.CHECKPOINT, height, f"{name}: {why}")


class Comparison:
    """Checkpoints that wait for the block that ends at their size.

    Attributes:
        matched: each checkpoint met so far, with the height of its block.
    """

    def __init__(self, checkpoints: Iterable[Checkpoint]) -> None:
        """Wait for all of them."""
        self._waiting = sorted(checkpoints, key=lambda one: one.size)
        self.matched: list[tuple[Checkpoint, int]] = []

    def pass_block(self, point: Point) -> None:
        """Compare with every checkpoint up to the end of this block.

        Raises:
            Violation: ``FORK``, the districts signed another log; ``CHECKPOINT``, no block ends there.
        """
        while self._waiting and self._waiting[0].size <= point.frontier.size:
            one = self._waiting.pop(0)
            if one.size < point.frontier.size:
                raise _bad(one.name, f"no block ends at size {one.size}", point.height)
            if one.root != point.frontier.root():
                signed = " ".join(one.signers)
                raise Violation(
                    ViolationCode.FORK, point.height, f"{one.name}: {signed} signed another log"
                )
            self.matched.append((one, point.height))

    def finish(self, point: Point) -> None:
        """At the end of the archive.

        Raises:
            Incomplete: a checkpoint is of a later block than the archive's last.
        """
        if self._waiting:
            one = self._waiting[-1]
            raise Incomplete(
                point.height,
                f"{one.name} is of a log of {one.size}, the archive has {point.frontier.size}",
            )
