"""Small files beside the keystore: read with a limit, written whole or not at all."""

import os
import secrets
import stat
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.genesis_document import from_document
from node.chain.keys import SEED_BYTES
from node.chain.limits import GENESIS_SIZE_MAX_BYTES
from node.console.language import Text, t
from wallet.secret import Secret
from wallet.session.faults import bad_file, open_key_file

SMALL_FILE_MAX_BYTES: Final = 65_536
GENESIS_FILE_MAX_BYTES: Final = 6 * GENESIS_SIZE_MAX_BYTES
"""Canonical bytes in hexadecimal and a rendering of about the same size."""
GENESIS_WORD: Final = t(zh="创世文件", en="a genesis file")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OWNER_ONLY: Final = 0o600
_OWNER_DIRECTORY: Final = 0o700

A = TypeVar("A")


def read_small(path: Path, what: Text, most_bytes: int = SMALL_FILE_MAX_BYTES) -> bytes:
    """A file's bytes.

    Raises:
        node.console.fault.Fault: larger than ``most_bytes`` (exit 5).
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        raw = file.read(most_bytes + 1)
    if len(raw) > most_bytes:
        raise bad_file(path, what, f"more than {most_bytes} bytes")
    return raw


def read_json(path: Path, kind: type[A], what: Text) -> A:
    """A JSON file as a value.

    Raises:
        node.console.fault.Fault: it does not have the form (exit 5).
        OSError: it cannot be read.
    """
    try:
        return msgspec.json.decode(read_small(path, what), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_file(path, what, str(error)) from error


def json_bytes(value: object) -> bytes:
    """A value as indented JSON with a line feed."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def write_whole(path: Path, raw: bytes) -> None:
    """Write a file of mode 0600, whole and synced, over an earlier one.

    Raises:
        OSError: it cannot be written; then the earlier one stands.
    """
    path.parent.mkdir(mode=_OWNER_DIRECTORY, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def parse_genesis_file(raw: bytes, path: Path) -> Genesis:
    """The genesis of a genesis file (or of a node's answer).

    Args:
        raw: the file.
        path: where it came from, for the message.

    Raises:
        node.console.fault.Fault: it is none (exit 5).
    """
    try:
        return from_document(msgspec.json.decode(raw, type=dict[str, object]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Malformed) as error:
        raise bad_file(path, GENESIS_WORD, str(error)) from error


def read_genesis_file(path: Path) -> Genesis:
    """The genesis of a file.

    Raises:
        node.console.fault.Fault: it is none (exit 5).
        OSError: it cannot be read.
    """
    return parse_genesis_file(read_small(path, GENESIS_WORD, GENESIS_FILE_MAX_BYTES), path)


def read_key_file(path: Path) -> Secret:
    """A bare key: 32 bytes in hexadecimal, in a file that only its owner may read.

    Raises:
        node.console.fault.Fault: others may read it (exit 3), or it holds no key (exit 5).
        OSError: it cannot be read.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        raise open_key_file(path, mode)
    what = t(zh="密钥文件", en="a key file")
    text = read_small(path, what).strip()
    try:
        seed = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        raise bad_file(path, what, "not hexadecimal") from None
    if len(seed) != SEED_BYTES:
        raise bad_file(path, what, f"{len(seed)} bytes instead of {SEED_BYTES}")
    return Secret(seed)
