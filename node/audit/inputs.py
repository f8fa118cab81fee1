"""What the auditor is given: files of the genesis document, checkpoints and proofs, read whole and within bounds."""

from pathlib import Path
from typing import Final

import msgspec

from node.audit.checkpoints import Noted, read_checkpoint
from node.chain.checkpoint import NOTE_SIZE_MAX_BYTES, Note, parse_note
from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.genesis_document import from_document
from node.chain.limits import GENESIS_SIZE_MAX_BYTES, PROOF_FILE_MAX_BYTES
from node.chain.violations import Violation, ViolationCode
from node.console.fault import usage
from node.console.language import t

GENESIS_FILE_MAX_BYTES: Final = 8 * GENESIS_SIZE_MAX_BYTES
"""The document says everything twice, once in hexadecimal and once in words."""


def read_genesis(path: Path) -> Genesis:
    """The genesis of a document file.

    Raises:
        OSError: it cannot be read.
        node.console.fault.Fault: it is no genesis document (exit 3).
        Violation: ``BAD_GENESIS``, it contradicts itself.
    """
    raw = read_at_most(path, GENESIS_FILE_MAX_BYTES)
    try:
        document = msgspec.json.decode(raw, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise usage(
            t(zh="{path} 不是创世文件", en="{path} is not a genesis document").fill(path=str(path)),
            t(
                zh="用 --genesis 指定 genesis.json。",
                en="Name the genesis.json with --genesis.",
            ),
        ) from error
    try:
        return from_document(document)
    except Malformed as fault:
        raise Violation(ViolationCode.BAD_GENESIS, 0, fault.detail) from fault


def read_note(genesis: Genesis, path: Path) -> Noted:
    """The checkpoint of a file.

    Raises:
        OSError: it cannot be read.
        Violation: ``CHECKPOINT``.
    """
    return read_checkpoint(genesis, path.name, read_at_most(path, NOTE_SIZE_MAX_BYTES))


def read_noted(path: Path) -> Note:
    """The note of a file with all its lines, verified by nobody.

    Raises:
        OSError: it cannot be read.
        Malformed: it is no note.
    """
    return parse_note(read_at_most(path, NOTE_SIZE_MAX_BYTES))


def read_proof(path: Path) -> bytes:
    """The bytes of a proof file; a longer one is cut one byte beyond the bound, which its decoder refuses.

    Raises:
        OSError: it cannot be read.
    """
    return read_at_most(path, PROOF_FILE_MAX_BYTES)


def read_at_most(path: Path, size_max_bytes: int) -> bytes:
    """A file's bytes, or one more than the bound of one that is too long."""
    with path.open("rb") as file:
        return file.read(size_max_bytes + 1)
