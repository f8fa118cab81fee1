"""A client of a C2SP tlog-tiles log, written from the specification alone; imports nothing of the project.

``read`` gives the bytes of a path under the log's prefix. Hash tiles are checked by recomputing what they are made of:
every tile above the leaves from the one below, and the root of the checkpoint from the edge of the log.
"""
# ruff: noqa: ANN001, ANN204 - short enough to be read at once

from base64 import b64decode
from hashlib import sha256

WIDTH = 256


def tile_path(level, index, width=WIDTH):
    """The path of a tile: digits in groups of three, all but the last led by x."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def node(left, right):
    return sha256(b"\x01" + left + right).digest()


def checkpoint_of(note):
    """Origin, size and root of a note."""
    origin, size, root = note.decode().split("\n")[:3]
    return origin, int(size), b64decode(root)


class TileLog:
    """One log of a given size."""

    def __init__(self, read, size):
        self.read, self.size, self.tiles = read, size, {}

    def tile(self, level, index):
        """The hashes of a tile, partial at the edge of the log."""
        if (level, index) not in self.tiles:
            width = min(WIDTH, (self.size >> 8 * level) - index * WIDTH)
            raw = self.read(tile_path(level, index, width))
            assert len(raw) == 32 * width, (level, index, width, len(raw))
            self.tiles[level, index] = [raw[at : at + 32] for at in range(0, len(raw), 32)]
        return self.tiles[level, index]

    def subtree(self, level, index):
        """The hash of a complete subtree, from the highest tile that holds its parts."""
        tile_level = level // 8
        first, count = index << level % 8, 1 << level % 8
        row = [
            self.tile(tile_level, (first + i) // WIDTH)[(first + i) % WIDTH] for i in range(count)
        ]
        while len(row) > 1:
            row = [node(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]

    def range_root(self, start, size):
        """Root over leaves from start, RFC 6962 2.1."""
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self.subtree(level, start >> level)
        left = 1 << (size - 1).bit_length() - 1
        return node(self.range_root(start, left), self.range_root(start + left, size - left))

    def root(self):
        return self.range_root(0, self.size) if self.size else sha256(b"").digest()

    def inclusion(self, leaf, start=0, size=None):
        """The audit path of a leaf, RFC 6962 2.1.1."""
        size = self.size if size is None else size
        if size == 1:
            return []
        left = 1 << (size - 1).bit_length() - 1
        if leaf < left:
            return [
                *self.inclusion(leaf, start, left),
                self.range_root(start + left, size - left),
            ]
        return [
            *self.inclusion(leaf - left, start + left, size - left),
            self.range_root(start, left),
        ]


def root_from(leaf, index, size, path):
    """Where an audit path leads to."""
    last, value = size - 1, leaf
    for other in path:
        assert last > 0
        if index & 1 or index == last:
            value = node(other, value)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            value = node(value, other)
        index, last = index >> 1, last >> 1
    assert last == 0
    return value


def entries_of(bundle):
    """The entries of a bundle."""
    found, at = [], 0
    while at < len(bundle):
        size = int.from_bytes(bundle[at : at + 2], "big")
        found.append(bundle[at + 2 : at + 2 + size])
        at += 2 + size
    assert sum(len(entry) + 2 for entry in found) == len(bundle)
    return found
