"""Constants and the JSON form that all sections share."""

from collections.abc import Sequence
from hashlib import sha256

from node.chain.types import Hash

Json = int | str | bool | None | Sequence["Json"] | dict[str, "Json"]

CHAIN_ID = Hash(sha256(b"the genesis hash of the test vectors").digest())
OTHER_CHAIN_ID = Hash(sha256(b"another genesis hash").digest())

GrammarValue = int | bytes | str | Sequence["GrammarValue"]


def grammar_json(value: GrammarValue) -> Json:
    """A value of the encoding as JSON: bytes become ``{"hex": …}``, the rest stands for itself."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, int | str):
        return value
    return [grammar_json(item) for item in value]


def seed(name: str) -> bytes:
    """A secret key that is known to everybody, for vectors only."""
    return sha256(b"test vector seed: " + name.encode("ascii")).digest()


def hexes(values: Sequence[bytes]) -> Json:
    """Byte strings as hexadecimal."""
    return [value.hex() for value in values]
