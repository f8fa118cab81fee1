"""A node's home directory: its layout, its four keys, its genesis file.

``config/node.toml``, ``config/genesis.json``; ``keys/NAME.key``, one 32-byte Ed25519 seed each in hexadecimal, mode
0600 in a directory of mode 0700; ``data/`` for the stores; ``logs/``.
"""

import os
import secrets
import stat
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

import msgspec

from node.chain import keys
from node.chain.certificate import Authority
from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.genesis_document import from_document, to_document
from node.chain.hashing import SUITE_ED25519_SHA256
from node.chain.keys import SEED_BYTES
from node.chain.limits import GENESIS_SIZE_MAX_BYTES
from node.chain.types import Code
from node.console.exits import ExitCode
from node.console.fault import Fault, damaged, fault
from node.console.language import same, t

KEY_FILE_MAX_BYTES: Final = 256
GENESIS_FILE_MAX_BYTES: Final = 8 * GENESIS_SIZE_MAX_BYTES
"""Canonical bytes in hexadecimal, and the same in words."""
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OWNER_ONLY: Final = 0o600
_OWNER_DIRECTORY: Final = 0o700


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The seeds of a node's keys, 32 bytes each.

    Attributes:
        consensus: votes, and speaks for the district's seat.
        operator: the district's voice in government.
        checkpoint: signs checkpoints of the log.
        tls: the node among its peers.
    """

    consensus: bytes = field(repr=False)
    operator: bytes = field(repr=False)
    checkpoint: bytes = field(repr=False)
    tls: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NodeHome:
    """Where everything of a node is.

    Attributes:
        root: the home directory.
    """

    root: Path

    @property
    def config(self) -> Path:
        """The settings."""
        return self.root / "config" / "node.toml"

    @property
    def genesis(self) -> Path:
        """The chain's beginning."""
        return self.root / "config" / "genesis.json"

    @property
    def previous_genesis(self) -> Path:
        """The beginning of the chain before, where the city was founded anew."""
        return self.root / "config" / "previous-genesis.json"

    @property
    def data(self) -> Path:
        """The stores."""
        return self.root / "data"

    @property
    def snapshots(self) -> Path:
        """Snapshots that others may begin from; each can be made again."""
        return self.root / "snapshots"

    @property
    def logs(self) -> Path:
        """What the process wrote."""
        return self.root / "logs"

    def key(self, name: str) -> Path:
        """One key file."""
        return self.root / "keys" / f"{name}.key"

    def make(self) -> None:
        """Make the directories; those that are there stay."""
        for directory in (self.config.parent, self.data, self.logs):
            directory.mkdir(parents=True, exist_ok=True)
        (self.root / "keys").mkdir(mode=_OWNER_DIRECTORY, parents=True, exist_ok=True)

    def write_keys(self, node_keys: NodeKeys) -> None:
        """Write the four key files, synced; none may be there yet.

        Raises:
            FileExistsError: a key is there; a node's key is never overwritten.
        """
        for part in fields(NodeKeys):
            write_seed(self.key(part.name), getattr(node_keys, part.name))

    def read_keys(self) -> NodeKeys:
        """The four keys.

        Raises:
            node.console.fault.Fault: a file that others may read (exit 3), or one that holds no seed (exit 5).
            OSError: a file is missing or unreadable.
        """
        consensus, operator, checkpoint, tls = (
            read_seed(self.key(part.name)) for part in fields(NodeKeys)
        )
        return NodeKeys(consensus, operator, checkpoint, tls)

    def write_genesis(self, genesis: Genesis) -> None:
        """Write the genesis file."""
        write_genesis(self.genesis, genesis)

    def read_genesis(self) -> Genesis:
        """The node's genesis.

        Raises:
            node.console.fault.Fault: damaged (exit 5).
            OSError: missing or unreadable.
        """
        return read_genesis(self.genesis)


def make_keys() -> NodeKeys:
    """New keys of the machine's best randomness."""
    consensus, operator, checkpoint, tls = (
        secrets.token_bytes(SEED_BYTES) for _ in fields(NodeKeys)
    )
    return NodeKeys(consensus, operator, checkpoint, tls)


def authority_of(district: Code, node_keys: NodeKeys) -> Authority:
    """The public half of a node's keys, as genesis or a change of the set names it."""
    return Authority(
        district=district,
        suite=SUITE_ED25519_SHA256,
        consensus_key=keys.public_key(node_keys.consensus),
        operator_key=keys.public_key(node_keys.operator),
        checkpoint_key=keys.public_key(node_keys.checkpoint),
        tls_key=keys.public_key(node_keys.tls),
    )


def write_seed(path: Path, seed: bytes) -> None:
    """Write a seed in hexadecimal to a new file of mode 0600, synced.

    Raises:
        FileExistsError: there is a file.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(seed.hex().encode("ascii") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_seed(path: Path) -> bytes:
    """A seed of 32 bytes.

    Raises:
        node.console.fault.Fault: others may read the file (exit 3), or it holds no seed (exit 5).
        OSError: it is missing or unreadable.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        raise _open_key(path, mode)
    with path.open("rb") as file:
        raw = file.read(KEY_FILE_MAX_BYTES)
    try:
        seed = bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise damaged(
            path,
            t(zh="不是 64 位十六进制的密钥", en="Not a key of 64 hexadecimal digits"),
            t(zh="从备份恢复这个密钥文件。", en="Restore this key file from the backup."),
        )
    return seed


def write_genesis(path: Path, genesis: Genesis) -> None:
    """Write a genesis document as indented JSON."""
    raw = msgspec.json.format(msgspec.json.encode(to_document(genesis)), indent=2)
    path.write_bytes(raw + b"\n")


def read_genesis(path: Path) -> Genesis:
    """The genesis of a genesis file.

    Raises:
        node.console.fault.Fault: damaged (exit 5).
        OSError: missing or unreadable.
    """
    with path.open("rb") as file:
        raw = file.read(GENESIS_FILE_MAX_BYTES + 1)
    try:
        if len(raw) > GENESIS_FILE_MAX_BYTES:
            raise ValueError(f"more than {GENESIS_FILE_MAX_BYTES} bytes")
        return from_document(msgspec.json.decode(raw, type=dict[str, object]))
    except (ValueError, RecursionError, Malformed) as error:
        remedy = t(
            zh="向市民政局重新索取创世文件。", en="Get the genesis file again from the bureau."
        )
        raise damaged(path, same(str(error)), remedy) from error


def _open_key(path: Path, mode: int) -> Fault:
    return fault(
        "open-key-file",
        ExitCode.USAGE,
        what=t(zh="密钥文件不安全：{path}", en="Unsafe key file: {path}").fill(path=str(path)),
        why=t(zh="别人也能读它（权限 {mode}）", en="Others may read it (mode {mode})").fill(
            mode=f"{mode:04o}"
        ),
        remedy=t(zh="运行：chmod 600 {path}", en="Run: chmod 600 {path}").fill(path=str(path)),
    )
