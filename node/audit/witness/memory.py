"""What a witness must never forget: its key, whom it trusts for each log, and the last checkpoint that it cosigned."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from node.chain.certificate import AuthoritySet, decode_authorities
from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.keys import SEED_BYTES
from node.chain.merkle import EMPTY_ROOT
from node.chain.types import Hash

_SEED: Final = "seed"
_NAME: Final = "name"
_LOCK: Final = "lock"
_STEM_HEX: Final = 32
_PRIVATE: Final = 0o600


class _LogFile(msgspec.Struct):
    origin: str
    authorities: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class KnownLog:
    """One log as the witness knows it.

    Attributes:
        origin: its name.
        authorities: whose lines make a checkpoint certified.
        size: of the checkpoint cosigned last; 0 before the first.
        root: of it.
    """

    origin: str
    authorities: AuthoritySet
    size: int
    root: Hash


class Memory:
    """A folder: ``seed``, ``name`` and one file for each log. Every change is durable before it is told."""

    def __init__(self, folder: Path) -> None:
        """Use a folder that ``create`` has made."""
        self._folder = folder

    def create(self, name: str) -> None:
        """Make the folder with a new key.

        Raises:
            OSError: there is one already.
        """
        self._folder.mkdir(parents=True, exist_ok=False)
        self._write(_SEED, os.urandom(SEED_BYTES))
        self._write(_NAME, name.encode("ascii"))

    @property
    def name(self) -> str:
        """The witness's key name."""
        return (self._folder / _NAME).read_text("ascii")

    @property
    def seed(self) -> bytes:
        """The witness's seed, 32 bytes."""
        return (self._folder / _SEED).read_bytes()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from the folder: two that read one size would sign two checkpoints."""
        with (self._folder / _LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def log(self, origin: str) -> KnownLog | None:
        """A log; None for one that nobody has added.

        Raises:
            Malformed: its file is damaged.
        """
        path = self._folder / _file_of(origin)
        if not path.is_file():
            return None
        try:
            found = msgspec.json.decode(path.read_bytes(), type=_LogFile)
            authorities = decode_authorities(bytes.fromhex(found.authorities))
            root = Hash(bytes.fromhex(found.root))
        except (msgspec.DecodeError, ValueError) as error:
            raise Malformed(ErrorCode.NOT_CANONICAL, f"{path.name} is damaged") from error
        return KnownLog(found.origin, authorities, found.size, root)

    def add(self, origin: str, authorities: AuthoritySet) -> None:
        """Trust a set of authorities for a log; what was cosigned before stays known."""
        known = self.log(origin)
        size, root = (0, EMPTY_ROOT) if known is None else (known.size, known.root)
        self.keep(KnownLog(origin, authorities, size, root))

    def keep(self, log: KnownLog) -> None:
        """Make durable what is known of a log."""
        content = _LogFile(log.origin, encode(log.authorities).hex(), log.size, log.root.hex())
        self._write(_file_of(log.origin), msgspec.json.encode(content))

    def _write(self, name: str, data: bytes) -> None:
        new = self._folder / f"{name}.new"
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _file_of(origin: str) -> str:
    return f"log-{sha256(origin.encode()).hexdigest()[:_STEM_HEX]}.json"
