"""The append-only log of RFC 6962: leaf and node hashes, roots, inclusion and consistency proofs.

A log of n leaves is a row of perfect subtrees, one for each bit of n, largest first. A ``Frontier``
holds their roots (the peaks), which is all that appending needs. Every perfect subtree, once
complete, never changes: it is named by ``(level, index)``, ``index`` counting subtrees of
``2**level`` leaves from the left, and any proof for any earlier size is made of such nodes. Whoever
stores the nodes that ``extend`` returns can therefore prove everything through a ``NodeReader``.

Hashes are those of RFC 6962 section 2.1, without the domain of ``hashing``, so that third-party
tools read the log.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Annotated, Final

from msgspec import Meta

from node.chain.codec import Record
from node.chain.limits import LOG_PROOF_HASHES_MAX
from node.chain.types import Hash, HashF, UintF

EMPTY_ROOT: Final = Hash(sha256(b"").digest())
"""Root of the log without leaves."""
HASH_BYTES: Final = 32

NodeReader = Callable[[int, int], Hash]
"""(level, index) to the hash of that complete subtree."""
Node = tuple[int, int, Hash]
"""(level, index, hash) of a complete subtree."""


def leaf_hash(entry: bytes) -> Hash:
    """SHA-256(0x00 ‖ entry)."""
    return Hash(sha256(b"\x00" + entry).digest())


def node_hash(left: Hash, right: Hash) -> Hash:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return Hash(sha256(b"\x01" + left + right).digest())


class Frontier(Record, frozen=True):
    """The right edge of a log: enough to append to it and to know its root."""

    size: UintF = 0
    """Leaves."""
    peaks: Annotated[tuple[HashF, ...], Meta(max_length=LOG_PROOF_HASHES_MAX)] = ()
    """Roots of the perfect subtrees, largest first; one for each bit of ``size``."""

    def append(self, leaf: Hash) -> tuple["Frontier", tuple[Node, ...]]:
        """The log with one more leaf, and the subtrees it completes (the leaf itself first)."""
        return self.extend((leaf,))

    def extend(self, leaves: Sequence[Hash]) -> tuple["Frontier", tuple[Node, ...]]:
        """The log with more leaves, and every subtree they complete, by level and index.

        Works a level at a time: the old peak of a level, if there is one, is the left neighbour of
        the first new node.
        """
        nodes: list[Node] = []
        old_peaks = list(self.peaks)
        new_peaks: list[Hash] = []
        row = list(leaves)
        level = 0
        while row:
            first = self.size >> level
            nodes.extend((level, first + i, node) for i, node in enumerate(row))
            if first & 1:
                row.insert(0, old_peaks.pop())
            if len(row) & 1:
                new_peaks.append(row.pop())
            pairs = range(0, len(row), 2)
            row = [Hash(sha256(b"\x01" + row[i] + row[i + 1]).digest()) for i in pairs]
            level += 1
        peaks = (*old_peaks, *reversed(new_peaks))
        return Frontier(self.size + len(leaves), peaks), tuple(nodes)

    def root(self) -> Hash:
        """Root of the log."""
        return _fold(self.peaks)


def root_of(leaves: Sequence[Hash]) -> Hash:
    """Root of the log with these leaf hashes."""
    return Frontier().extend(leaves)[0].root()


def root_at(reader: NodeReader, size: int) -> Hash:
    """Root of the log when it had ``size`` leaves."""
    return _range_root(reader, 0, size) if size else EMPTY_ROOT


def inclusion_proof(reader: NodeReader, index: int, size: int) -> tuple[Hash, ...]:
    """Siblings on the way from leaf ``index`` to the root of the first ``size`` leaves, bottom up.

    Raises:
        ValueError: ``index`` is not below ``size``.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} of a log of {size}")
    path: list[Hash] = []
    start = 0
    while size > 1:
        left = _left_size(size)
        if index < left:
            path.append(_range_root(reader, start + left, size - left))
            size = left
        else:
            path.append(_range_root(reader, start, left))
            start, index, size = start + left, index - left, size - left
    return tuple(reversed(path))


def consistency_proof(reader: NodeReader, old_size: int, new_size: int) -> tuple[Hash, ...]:
    """Hashes that show the older log to be a prefix of the newer one (RFC 6962 2.1.2).

    Raises:
        ValueError: ``old_size`` is larger than ``new_size`` or negative.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError(f"from {old_size} to {new_size} leaves")
    if old_size in (0, new_size):
        return ()
    path: list[Hash] = []
    start, old, size = 0, old_size, new_size
    while old != size:
        left = _left_size(size)
        if old <= left:
            path.append(_range_root(reader, start + left, size - left))
            size = left
        else:
            path.append(_range_root(reader, start, left))
            start, old, size = start + left, old - left, size - left
    if start:
        path.append(_range_root(reader, start, size))
    elif old != old_size:
        path.append(_range_root(reader, 0, size))
    return tuple(reversed(path))


def verify_inclusion(root: Hash, size: int, index: int, leaf: Hash, path: Sequence[Hash]) -> bool:
    """Whether ``leaf`` is leaf ``index`` of the log with this size and root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or not _well_formed(path, root, leaf):
        return False
    here, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            value = node_hash(sibling, value)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and value == root


def verify_consistency(
    old_size: int, old_root: Hash, new_size: int, new_root: Hash, path: Sequence[Hash]
) -> bool:
    """Whether the log with the old root is a prefix of the log with the new one (RFC 9162 2.1.4.2).

    The empty log is a prefix of every log, with an empty path; so is each log of itself.
    """
    if not 0 <= old_size <= new_size or not _well_formed(path, old_root, new_root):
        return False
    if old_size == new_size:
        return not path and old_root == new_root and (old_size > 0 or old_root == EMPTY_ROOT)
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    # A perfect old log is itself the first node of the path, which the proof leaves out.
    nodes = (old_root, *path) if old_size & (old_size - 1) == 0 else tuple(path)
    return bool(nodes) and _fold_both(old_size, old_root, new_size, new_root, nodes)


def _fold_both(
    old_size: int, old_root: Hash, new_size: int, new_root: Hash, nodes: tuple[Hash, ...]
) -> bool:
    """Compute both roots from one path, as RFC 9162 2.1.4.2 does."""
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, node)
        here, last = here >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _well_formed(path: Sequence[Hash], *others: Hash) -> bool:
    """Whether all have 32 bytes (other lengths would shift preimages) and the path fits a log."""
    return len(path) <= LOG_PROOF_HASHES_MAX and all(
        len(value) == HASH_BYTES for value in (*path, *others)
    )


def _left_size(size: int) -> int:
    """Largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(reader: NodeReader, start: int, size: int) -> Hash:
    """Root over ``size`` > 0 leaves from ``start``, where a subtree at least as large begins."""
    peaks: list[Hash] = []
    while size:
        level = size.bit_length() - 1
        peaks.append(reader(level, start >> level))
        start, size = start + (1 << level), size - (1 << level)
    return _fold(peaks)


def _fold(peaks: Sequence[Hash]) -> Hash:
    """Join the perfect subtrees of a range, largest first, from the right."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root
