"""The state tree by its definition: recursive, from the whole dictionary of entries."""

from hashlib import sha256

Entries = dict[bytes, bytes]


def digit(key: bytes, depth: int) -> int:
    """Two bits of the key, most significant first."""
    return int.from_bytes(key, "big") >> 254 - 2 * depth & 3


def children(entries: Entries, depth: int) -> list[Entries]:
    return [{k: v for k, v in entries.items() if digit(k, depth) == d} for d in range(4)]


def is_bucket(entries: Entries, depth: int, levels: int, bucket_max: int) -> bool:
    return depth >= levels and len(entries) <= bucket_max


def bucket_bytes(entries: Entries) -> bytes:
    return b"".join(key + entries[key] for key in sorted(entries))


def root(entries: Entries, levels: int, bucket_max: int, depth: int = 0) -> bytes:
    if is_bucket(entries, depth, levels, bucket_max):
        return sha256(b"\x00" + bucket_bytes(entries)).digest() if entries else bytes(32)
    parts = children(entries, depth)
    hashes = [root(part, levels, bucket_max, depth + 1) for part in parts]
    return sha256(b"\x01" + b"".join(hashes)).digest()


def prove(
    entries: Entries, key: bytes, levels: int, bucket_max: int, depth: int = 0
) -> tuple[bytes, list[bytes]]:
    """The bucket and the siblings, bottom up."""
    if is_bucket(entries, depth, levels, bucket_max):
        return bucket_bytes(entries), []
    parts = children(entries, depth)
    mine = digit(key, depth)
    others = [root(p, levels, bucket_max, depth + 1) for d, p in enumerate(parts) if d != mine]
    bucket, siblings = prove(parts[mine], key, levels, bucket_max, depth + 1)
    return bucket, [*siblings, b"".join(others)]
