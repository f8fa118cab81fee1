"""Domain-separated hashes and derived ids."""

from node.chain.hashing import derive_id, digest, domain
from node.chain.types import NO_HASH, ZERO_ID, Hash, Id
from scripts.vector_sections.constants import CHAIN_ID, OTHER_CHAIN_ID, Json

_SENDER = Id(bytes(range(16)))
_DIGESTS: tuple[tuple[str, Hash, bytes], ...] = (
    ("header", CHAIN_ID, b""),
    ("header", CHAIN_ID, b"\x93\x01\x02\x03"),
    ("header", OTHER_CHAIN_ID, b"\x93\x01\x02\x03"),
    ("commit", CHAIN_ID, b"\x93\x01\x02\x03"),
    ("genesis", NO_HASH, b"\x90"),
)
_IDS = (
    (ZERO_ID, 0, 0, 0),
    (_SENDER, 0, 0, 0),
    (_SENDER, 0, 0, 1),
    (_SENDER, 0, 1, 0),
    (_SENDER, 1, 0, 0),
    (_SENDER, 15, 2**53 - 1, 65_535),
)


def section() -> dict[str, Json]:
    """digest(kind, chain id, data) and derive_id(chain id, sender, lane, number, index)."""
    digests: list[Json] = [
        {
            "kind": kind,
            "chain_id": chain_id.hex(),
            "data": data.hex(),
            "domain": domain(kind, chain_id).hex(),
            "digest": digest(kind, chain_id, data).hex(),
        }
        for kind, chain_id, data in _DIGESTS
    ]
    ids: list[Json] = [
        {
            "chain_id": CHAIN_ID.hex(),
            "sender": sender.hex(),
            "lane": lane,
            "number": number,
            "index": index,
            "id": derive_id(CHAIN_ID, sender, lane, number, index).hex(),
        }
        for sender, lane, number, index in _IDS
    ]
    return {"digests": digests, "ids": ids}
