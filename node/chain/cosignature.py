"""Lines of witnesses under a checkpoint: C2SP ``tlog-cosignature``, ``cosignature/v1``.

A witness says that at a time it saw this checkpoint, and that it is consistent with every one that it has cosigned
before. Signed bytes: ``cosignature/v1``, ``time <seconds>``, each with its newline, then the note's text. In the line
stand, after the key id, the time in 8 bytes and the signature.
"""

from hashlib import sha256
from typing import Final

from node.chain import keys
from node.chain.checkpoint import KEY_ID_BYTES, Checkpoint, Line, text_of
from node.chain.hashing import SUITE_ED25519_SHA256

_COSIGNATURE: Final = b"\x04"
TIME_BYTES: Final = 8
TIME_MAX_S: Final = 2**63 - 1
"""No line names a later second."""
BODY_BYTES: Final = TIME_BYTES + keys.SIGNATURE_BYTES


def witness_key_id(name: str, key: bytes) -> bytes:
    """SHA-256(name ‖ 0x0A ‖ 0x04 ‖ key)[:4]."""
    return sha256(name.encode("ascii") + b"\n" + _COSIGNATURE + key).digest()[:KEY_ID_BYTES]


def cosigned_bytes(checkpoint: Checkpoint, time_s: int) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {time_s}\n".encode() + text_of(checkpoint)


def cosign(checkpoint: Checkpoint, name: str, seed: bytes, time_s: int) -> Line:
    """A witness's line.

    Args:
        checkpoint: what it has verified.
        name: the witness's own key name.
        seed: Ed25519 seed, 32 bytes.
        time_s: seconds since 1970.
    """
    signature = keys.sign(seed, cosigned_bytes(checkpoint, time_s))
    body = time_s.to_bytes(TIME_BYTES, "big") + signature
    return Line(name, witness_key_id(name, keys.public_key(seed)), body)


def cosigned_at(checkpoint: Checkpoint, line: Line, name: str, key: bytes) -> int | None:
    """When a witness says to have seen a checkpoint, seconds since 1970; None if the line is not its own.

    Total: whatever the line is.
    """
    own = line.name == name and line.key_id == witness_key_id(name, key)
    if not own or len(line.signature) != BODY_BYTES:
        return None
    time_s = int.from_bytes(line.signature[:TIME_BYTES], "big")
    if time_s > TIME_MAX_S:
        return None
    signature = line.signature[TIME_BYTES:]
    message = cosigned_bytes(checkpoint, time_s)
    return time_s if keys.verify(SUITE_ED25519_SHA256, key, message, signature) else None
