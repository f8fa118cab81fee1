"""The genesis file as people and programs read it: canonical bytes, and the same in words.

``record`` holds the canonical bytes in hexadecimal; they alone count, and their hash is the chain id. ``genesis`` shows
the same values by field name, so that a person can read what they trust; a document whose two halves differ is refused.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from node.chain.codec import encode
from node.chain.errors import ErrorCode, Malformed
from node.chain.genesis import Genesis, chain_id_of, check_genesis, decode_genesis

DOCUMENT_FORMAT: Final = "timebank-genesis/1"
_TEXT_FIELDS: Final = frozenset({"name_zh", "name_en", "reason"})

Rendered = dict[str, object]


def to_document(genesis: Genesis) -> Rendered:
    """The document of a genesis, ready for JSON."""
    return {
        "format": DOCUMENT_FORMAT,
        "chain_id": chain_id_of(genesis).hex(),
        "record": encode(genesis).hex(),
        "genesis": render(genesis),
    }


def from_document(document: Mapping[str, object]) -> Genesis:
    """The genesis of a document.

    Raises:
        Malformed: a missing or wrong part, bytes that are not canonical, or a readable half that says something else.
    """
    if document.get("format") != DOCUMENT_FORMAT:
        raise Malformed(ErrorCode.UNKNOWN_VERSION, f"genesis document {document.get('format')!r}")
    record = document.get("record")
    if not isinstance(record, str):
        raise Malformed(ErrorCode.BAD_FIELD, "genesis document: record")
    try:
        raw = bytes.fromhex(record)
    except ValueError as error:
        raise Malformed(
            ErrorCode.BAD_FIELD, "genesis document: record is not hexadecimal"
        ) from error
    genesis = decode_genesis(raw)
    check_genesis(genesis)
    if document.get("chain_id") != chain_id_of(genesis).hex():
        raise Malformed(
            ErrorCode.WRONG_CHAIN, "genesis document: chain_id is not the record's hash"
        )
    if document.get("genesis") != render(genesis):
        raise Malformed(ErrorCode.BAD_FIELD, "genesis document: the readable half differs")
    return genesis


def render(value: object, name: str = "") -> object:
    """A record by field names: bytes in hexadecimal (names as text), tuples as lists."""
    match value:
        case msgspec.Struct():
            fields = value.__struct_fields__
            return {field: render(getattr(value, field), field) for field in fields}
        case bytes():
            return value.decode("utf-8", "replace") if name in _TEXT_FIELDS else value.hex()
        case tuple():
            return [render(item) for item in value]
        case _:
            return value
