"""Edge cases of Ed25519 with their verdicts, which ``keys`` checks on import.

Written by ``scripts/gen_vectors.py``; ``tests/vectors/signatures.json`` holds the same.
"""

from typing import Final, NamedTuple


class KeyVector(NamedTuple):
    """One input and what suite 1 says to it; bytes in hexadecimal."""

    name: str
    key: str
    message: str
    signature: str
    admitted: bool
    """The key may be registered."""
    verifies: bool
    """The signature equation and the byte checks hold."""


VECTORS: Final[tuple[KeyVector, ...]] = ()
