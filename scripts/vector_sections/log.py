"""RFC 6962 roots, inclusion and consistency proofs, and damaged ones."""

from node.chain import merkle
from node.chain.types import Hash
from scripts.vector_sections.constants import Json, hexes

_SIZES = (1, 2, 3, 4, 5, 7, 8, 13)
_ENTRIES = tuple(bytes([number]) * number for number in range(max(_SIZES)))


def _reader() -> merkle.NodeReader:
    _, nodes = merkle.Frontier().extend([merkle.leaf_hash(entry) for entry in _ENTRIES])
    stored = {(level, index): node for level, index, node in nodes}
    return lambda level, index: stored[level, index]


def section() -> dict[str, Json]:
    """One log of thirteen entries at several sizes."""
    leaves = [merkle.leaf_hash(entry) for entry in _ENTRIES]
    roots: list[Json] = [{"size": 0, "root": merkle.EMPTY_ROOT.hex()}]
    roots += [{"size": size, "root": merkle.root_of(leaves[:size]).hex()} for size in _SIZES]
    return {
        "entries": hexes(_ENTRIES),
        "leaf_hashes": hexes(leaves),
        "roots": roots,
        "inclusion": _inclusion(leaves),
        "consistency": _consistency(leaves),
    }


def _inclusion(leaves: list[Hash]) -> list[Json]:
    reader = _reader()
    cases = [_included(leaves, reader, i, n) for n in (1, 2, 7, 8, 13) for i in {0, n // 2, n - 1}]
    good = _included(leaves, reader, 5, 13)
    path = good["path"]
    assert isinstance(path, list)
    bad: list[tuple[str, dict[str, Json]]] = [
        ("another leaf", {"leaf": leaves[6].hex()}),
        ("another index", {"index": 4}),
        ("another size", {"size": 8}),
        ("index not below size", {"index": 13}),
        ("path too short", {"path": path[:-1]}),
        ("path too long", {"path": [*path, path[0]]}),
        ("order of the path", {"path": [path[1], path[0], *path[2:]]}),
        ("hash of 31 bytes", {"path": [path[0][:-2], *path[1:]]}),
    ]
    return [*cases, *(good | change | {"name": name, "valid": False} for name, change in bad)]


def _included(
    leaves: list[Hash], reader: merkle.NodeReader, index: int, size: int
) -> dict[str, Json]:
    return {
        "name": f"leaf {index} of {size}",
        "root": merkle.root_of(leaves[:size]).hex(),
        "size": size,
        "index": index,
        "leaf": leaves[index].hex(),
        "path": hexes(merkle.inclusion_proof(reader, index, size)),
        "valid": True,
    }


def _consistency(leaves: list[Hash]) -> list[Json]:
    reader = _reader()
    pairs = ((0, 0), (0, 5), (1, 1), (1, 2), (3, 7), (4, 7), (6, 8), (8, 13), (13, 13))
    cases = [_consistent(leaves, reader, old, new) for old, new in pairs]
    good = _consistent(leaves, reader, 6, 13)
    path = good["path"]
    assert isinstance(path, list)
    bad: list[tuple[str, dict[str, Json]]] = [
        ("another old root", {"old_root": merkle.root_of(leaves[:5]).hex()}),
        ("another new root", {"new_root": merkle.root_of(leaves[:12]).hex()}),
        ("another old size", {"old_size": 5}),
        ("backwards", {"old_size": 13, "new_size": 6}),
        ("no path", {"path": []}),
        ("path too long", {"path": [*path, path[0]]}),
        ("the same size with another root", {"old_size": 13, "path": []}),
    ]
    return [*cases, *(good | change | {"name": name, "valid": False} for name, change in bad)]


def _consistent(
    leaves: list[Hash], reader: merkle.NodeReader, old: int, new: int
) -> dict[str, Json]:
    return {
        "name": f"from {old} to {new}",
        "old_size": old,
        "old_root": merkle.root_of(leaves[:old]).hex(),
        "new_size": new,
        "new_root": merkle.root_of(leaves[:new]).hex(),
        "path": hexes(merkle.consistency_proof(reader, old, new)),
        "valid": True,
    }
