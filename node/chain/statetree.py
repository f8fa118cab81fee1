"""The state tree: one hash over all records, and proofs of presence and absence.

Definition, independent of history::

    entry  = tree key (32) ‖ record hash (32)
    bucket = SHA-256(0x00 ‖ entries sorted by key)    at most 8 entries; none: 32 zero bytes
    inner  = SHA-256(0x01 ‖ 4 child hashes)           more than 8 entries; always in 9 levels

A key is read two bits a level, most significant first. The first ``levels`` levels always exist and
live in one flat byte array a level: the children of cell p of one level are the bytes [128p, 128p +
128) of the next. An update is a loop over the touched cells of each level, once a block, without
recursion or node objects. Below, a cell is its sorted entries in one bytes object; one that
outgrows a bucket splits by the next two bits when it is hashed.

No node is ever stored: a restart loads the records' hashes again. To undo a block is to update with
the old hashes, because the shape depends on nothing but the set of entries. Nobody may choose a
tree key (ids are derived): keys ground into one cell would make updates of that cell slow, though
never its proofs wrong.

The verifier needs neither parameter: the siblings given tell the depth, and the root fixes what
must have been there.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta

from node.chain.codec import Record, decoder
from node.chain.errors import ErrorCode, Malformed
from node.chain.limits import STATE_PROOF_LEVELS_MAX, STATE_TREE_BUCKET_MAX, STATE_TREE_LEVELS
from node.chain.types import ZERO_HASH, Hash

KEY_BYTES: Final = 32
ENTRY_BYTES: Final = 64
SIBLINGS_BYTES: Final = 96
"""Three hashes: the other children of one inner node."""
GROUP_BYTES: Final = 128
"""Four hashes: all children of one inner node."""
_KEY_BITS: Final = 256
_PREFIX_BITS: Final = 32
"""Leading bits of a key that name its cell: more than 2 x ``levels``."""

_SiblingsF = Annotated[bytes, Meta(min_length=SIBLINGS_BYTES, max_length=SIBLINGS_BYTES)]


def tree_key(kind: int, id_: bytes) -> bytes:
    """Where a record stands: SHA-256(kind as one byte ‖ id), 32 bytes."""
    return sha256(kind.to_bytes(1, "big") + id_).digest()


def record_hash(record: bytes) -> Hash:
    """SHA-256 of a record's canonical bytes."""
    return Hash(sha256(record).digest())


class StateProof(Record, frozen=True, tag=20):
    """The bucket a key belongs to and the way from there to the root."""

    bucket: Annotated[bytes, Meta(max_length=ENTRY_BYTES * STATE_TREE_BUCKET_MAX)]
    """Sorted entries, 64 bytes each."""
    siblings: Annotated[tuple[_SiblingsF, ...], Meta(max_length=STATE_PROOF_LEVELS_MAX)]
    """For each level, bottom up, the three other children of the node above, left to right."""


decode_state_proof = decoder(StateProof, 16_384)


class StateTree:
    """The tree in memory; changed once a block by its only owner.

    Args:
        levels: levels that always exist, 1 to 15.
        bucket_max: entries in a bucket before it splits.
    """

    __slots__ = ("_bucket_max_bytes", "_cells", "_levels", "_rows", "_shift")

    def __init__(
        self, levels: int = STATE_TREE_LEVELS, bucket_max: int = STATE_TREE_BUCKET_MAX
    ) -> None:
        self._levels = levels
        self._bucket_max_bytes = bucket_max * ENTRY_BYTES
        self._shift = _PREFIX_BITS - 2 * levels
        self._cells = [b""] * 4**levels
        self._rows = _empty_rows(levels)

    @property
    def root(self) -> Hash:
        """Root over the present entries, 32 bytes."""
        return Hash(bytes(self._rows[0]))

    def get(self, key: bytes) -> Hash | None:
        """The record hash under a tree key, or None."""
        return _find(self._cells[self._cell(key)], key)

    def update(self, changes: Mapping[bytes, Hash | None]) -> Hash:
        """Apply the changes of one block and return the new root.

        Args:
            changes: tree key to the new record hash; None removes the entry, if there is one.
        """
        cells, shift = self._cells, self._shift
        dirty: dict[int, None] = {}
        for key in sorted(changes):
            place = int.from_bytes(key[:4], "big") >> shift
            cells[place] = _replaced(cells[place], key, changes[key])
            dirty[place] = None
        self._rehash(dirty)
        return self.root

    def load(self, entries: Iterable[tuple[bytes, Hash]]) -> Hash:
        """Fill an empty tree with (tree key, record hash) in any order, and return the root."""
        cells, shift = self._cells, self._shift
        assert not any(cells), "load is for an empty tree"
        last = b""
        dirty: dict[int, None] = {}
        for key, value in sorted(entries):
            assert key != last, "a tree key twice"
            place = int.from_bytes(key[:4], "big") >> shift
            cells[place] += _entry(key, value)
            dirty[place] = None
            last = key
        self._rehash(dirty)
        return self.root

    def prove(self, key: bytes) -> StateProof:
        """The one proof of presence or absence of a tree key under the present root."""
        place = self._cell(key)
        siblings: list[bytes] = []
        for level in range(self._levels, 0, -1):
            row, position = self._rows[level], place >> 2 * (self._levels - level)
            siblings.append(_others(row, position))
        siblings.reverse()
        bucket, depth = self._cells[place], self._levels
        while len(bucket) > self._bucket_max_bytes:
            parts = _split(bucket, depth)
            digit = _digit(key, depth)
            children = b"".join(self._cell_hash(part, depth + 1) for part in parts)
            siblings.append(_others(children, digit))
            bucket, depth = parts[digit], depth + 1
        return StateProof(bucket, tuple(reversed(siblings)))

    def _cell(self, key: bytes) -> int:
        assert len(key) == KEY_BYTES, "a tree key has 32 bytes"
        return int.from_bytes(key[:4], "big") >> self._shift

    def _cell_hash(self, entries: bytes, depth: int) -> bytes:
        """Hash of the subtree at ``depth`` that holds these sorted entries."""
        if not entries:
            return ZERO_HASH
        if len(entries) <= self._bucket_max_bytes:
            return sha256(b"\x00" + entries).digest()
        children = (self._cell_hash(part, depth + 1) for part in _split(entries, depth))
        return sha256(b"\x01" + b"".join(children)).digest()

    def _rehash(self, dirty: dict[int, None]) -> None:
        """Hash the touched cells, then the touched nodes of each level above."""
        cells, levels, cell_hash = self._cells, self._levels, self._cell_hash
        low = self._rows[levels]
        for p in dirty:
            low[32 * p : 32 * p + 32] = cell_hash(cells[p], levels)
        for row in reversed(self._rows[:levels]):
            dirty = {p >> 2: None for p in dirty}
            for p in dirty:
                group = low[128 * p : 128 * p + 128]
                row[32 * p : 32 * p + 32] = sha256(b"\x01" + group).digest()
            low = row


def verify(root: Hash, key: bytes, proof: StateProof) -> Hash | None:
    """The record hash that the tree with this root holds under ``key``; None: proven absent.

    Total: whatever the bytes, there is an answer or the one fault. For one root and key at most one
    proof is accepted.

    Raises:
        Malformed: ``BAD_MERKLE_PROOF``, it proves neither.
    """
    depth = len(proof.siblings)
    if len(key) != KEY_BYTES or depth > STATE_PROOF_LEVELS_MAX:
        raise _bad("length of key or path")
    _check_bucket(key, proof.bucket, depth)
    value = sha256(b"\x00" + proof.bucket).digest() if proof.bucket else ZERO_HASH
    digits = int.from_bytes(key, "big") >> _KEY_BITS - 2 * depth
    for siblings in proof.siblings:
        if len(siblings) != SIBLINGS_BYTES:
            raise _bad("siblings of a level")
        cut = 32 * (digits & 3)
        value = sha256(b"\x01" + siblings[:cut] + value + siblings[cut:]).digest()
        digits >>= 2
    if value != root:
        raise _bad("another root")
    return _find(proof.bucket, key)


def _check_bucket(key: bytes, bucket: bytes, depth: int) -> None:
    """A bucket has at most eight whole entries, sorted, without repeats, all of this place."""
    if len(bucket) % ENTRY_BYTES or len(bucket) > ENTRY_BYTES * STATE_TREE_BUCKET_MAX:
        raise _bad("size of the bucket")
    keys = [bucket[i : i + KEY_BYTES] for i in range(0, len(bucket), ENTRY_BYTES)]
    if any(a >= b for a, b in pairwise(keys)):
        raise _bad("bucket not sorted")
    shift = _KEY_BITS - 2 * depth
    place = int.from_bytes(key, "big") >> shift
    if any(int.from_bytes(other, "big") >> shift != place for other in keys):
        raise _bad("a key of another place")


def _bad(why: str) -> Malformed:
    return Malformed(ErrorCode.BAD_MERKLE_PROOF, f"state proof: {why}")


def _empty_rows(levels: int) -> list[bytearray]:
    """Hashes of the empty tree: row n has 4**n nodes."""
    rows: list[bytearray] = []
    node: bytes = ZERO_HASH
    for level in range(levels, -1, -1):
        rows.append(bytearray(node * 4**level))
        node = sha256(b"\x01" + node * 4).digest()
    rows.reverse()
    return rows


def _entry(key: bytes, value: Hash) -> bytes:
    entry = key + value
    assert len(entry) == ENTRY_BYTES, "an entry has 64 bytes"
    return entry


def _position(entries: bytes, key: bytes) -> int:
    """Byte offset of the first entry whose key is not below ``key``."""
    low, high = 0, len(entries) // ENTRY_BYTES
    while low < high:
        middle = (low + high) // 2
        at = ENTRY_BYTES * middle
        if entries[at : at + KEY_BYTES] < key:
            low = middle + 1
        else:
            high = middle
    return ENTRY_BYTES * low


def _find(entries: bytes, key: bytes) -> Hash | None:
    at = _position(entries, key)
    if entries[at : at + KEY_BYTES] != key:
        return None
    return Hash(entries[at + KEY_BYTES : at + ENTRY_BYTES])


def _replaced(entries: bytes, key: bytes, value: Hash | None) -> bytes:
    """Sorted entries with ``key`` set, or removed by None."""
    new = b"" if value is None else _entry(key, value)
    if not entries:
        return new
    at = _position(entries, key)
    after = at + ENTRY_BYTES if entries[at : at + KEY_BYTES] == key else at
    return entries[:at] + new + entries[after:]


def _digit(key: bytes, depth: int) -> int:
    """The two bits of a key that choose the child of a node at ``depth``."""
    return key[depth // 4] >> (6 - 2 * (depth % 4)) & 3


def _split(entries: bytes, depth: int) -> tuple[bytes, bytes, bytes, bytes]:
    """The entries of the four children of a node at ``depth``."""
    parts: tuple[list[bytes], ...] = ([], [], [], [])
    byte, shift = depth // 4, 6 - 2 * (depth % 4)
    for at in range(0, len(entries), ENTRY_BYTES):
        parts[entries[at + byte] >> shift & 3].append(entries[at : at + ENTRY_BYTES])
    one, two, three, four = map(b"".join, parts)
    return one, two, three, four


def _others(row: bytes | bytearray, position: int) -> bytes:
    """The three siblings of node ``position`` in a row of hashes."""
    group = GROUP_BYTES * (position // 4)
    at = 32 * position
    return bytes(row[group:at] + row[at + 32 : group + GROUP_BYTES])
