"""State tree: keys, roots, proofs of presence and absence, and damaged proofs."""

from hashlib import sha256

from node.chain.codec import encode
from node.chain.statetree import StateProof, StateTree, record_hash, tree_key
from node.chain.types import Hash
from scripts.vector_sections.constants import Json

_SMALL = 12
"""Entries of the tree that is written out in full."""


def _key(number: int) -> bytes:
    return tree_key(1, number.to_bytes(16, "big"))


def _crowded_key(number: int) -> bytes:
    """Keys that share their first 40 bits, so that a bucket splits below the fixed levels."""
    return bytes(5) + sha256(number.to_bytes(2, "big")).digest()[:27]


def _small_tree() -> tuple[StateTree, dict[bytes, Hash]]:
    entries = {_key(number): record_hash(bytes([number])) for number in range(_SMALL)}
    tree = StateTree()
    tree.load(entries.items())
    return tree, entries


def section() -> dict[str, Json]:
    """An empty tree, one of twelve entries, and one with a crowded cell."""
    tree, entries = _small_tree()
    crowded = StateTree()
    full = {_crowded_key(number): record_hash(bytes([number])) for number in range(20)}
    crowded.load(full.items())
    return {
        "keys": [{"kind": 1, "id": bytes(16).hex(), "key": tree_key(1, bytes(16)).hex()}],
        "roots": [
            {"entries": {}, "root": StateTree().root.hex()},
            {"entries": _hex_map(entries), "root": tree.root.hex()},
            {"entries": _hex_map(full), "root": crowded.root.hex()},
        ],
        "proofs": [
            _proof("present", tree, _key(0)),
            _proof("absent, empty bucket", tree, _key(_SMALL)),
            _proof("present in a crowded cell", crowded, _crowded_key(0)),
            _proof("absent in a crowded cell", crowded, _crowded_key(20)),
            _proof("absent, from the empty tree", StateTree(), bytes(32)),
            *_damaged(crowded),
        ],
    }


def _hex_map(entries: dict[bytes, Hash]) -> dict[str, Json]:
    return {key.hex(): entries[key].hex() for key in sorted(entries)}


def _proof(name: str, tree: StateTree, key: bytes) -> Json:
    value = tree.get(key)
    return _case(name, tree.root, key, tree.prove(key), "absent" if value is None else value.hex())


def _case(name: str, root: bytes, key: bytes, proof: StateProof, verdict: str) -> Json:
    return {
        "name": name,
        "root": root.hex(),
        "key": key.hex(),
        "proof": encode(proof).hex(),
        "verdict": verdict,
    }


def _damaged(tree: StateTree) -> list[Json]:
    """Proofs that a verifier refuses; the last four under roots that a liar made to fit."""
    key = _crowded_key(0)
    good = tree.prove(key)
    bucket, siblings = good.bucket, good.siblings
    swapped = bucket[64:128] + bucket[:64] + bucket[128:]
    return [
        _case(name, root, key, proof, "refused")
        for name, root, proof in (
            ("another root", bytes(32), good),
            ("value changed", tree.root, StateProof(bucket[:-1] + b"\x00", siblings)),
            ("one level less", tree.root, StateProof(bucket, siblings[1:])),
            ("entries not sorted, root made to fit", *_fitted(key, swapped, siblings)),
            ("entry twice, root made to fit", *_fitted(key, bucket[:64] * 2, siblings)),
            ("entry of another place, root made to fit", *_fitted(key, _stray(), siblings)),
            ("nine entries, root made to fit", *_fitted(key, _nine(), siblings[-9:])),
        )
    ]


def _stray() -> bytes:
    return b"\xff" * 64


def _nine() -> bytes:
    return b"".join(sorted(_crowded_key(number) + bytes(32) for number in range(9)))


def _fitted(key: bytes, bucket: bytes, siblings: tuple[bytes, ...]) -> tuple[bytes, StateProof]:
    """The root that this bucket and these siblings add up to."""
    value = sha256(b"\x00" + bucket).digest()
    digits = int.from_bytes(key, "big") >> 256 - 2 * len(siblings)
    for others in siblings:
        cut = 32 * (digits & 3)
        value = sha256(b"\x01" + others[:cut] + value + others[cut:]).digest()
        digits >>= 2
    return value, StateProof(bucket, siblings)
