"""The log against the recursive text of RFC 6962."""

from hypothesis import given, settings
from hypothesis import strategies as st

from node.chain import merkle
from node.chain.types import Hash
from tests.reference import naive_merkle

LEAVES = [merkle.leaf_hash(number.to_bytes(2, "big")) for number in range(200)]
SIZES = st.integers(0, len(LEAVES))


def stored_nodes() -> merkle.NodeReader:
    _, nodes = merkle.Frontier().extend(LEAVES)
    table = {(level, index): node for level, index, node in nodes}
    return lambda level, index: table[level, index]


READER = stored_nodes()


@settings(max_examples=500)
@given(SIZES, SIZES)
def test_any_way_of_appending_gives_the_same_log_and_nodes(one: int, two: int) -> None:
    """Blocks of any size, or leaf by leaf: one log."""
    first, second = sorted((one, two))
    head, early = merkle.Frontier().extend(LEAVES[:first])
    whole, late = head.extend(LEAVES[first:second])
    single = merkle.Frontier()
    nodes: set[merkle.Node] = set()
    for leaf in LEAVES[:second]:
        single, new = single.append(leaf)
        nodes.update(new)
    assert whole == single
    assert set(early) | set(late) == nodes
    assert len(early) + len(late) == len(nodes)
    assert whole.root() == naive_merkle.root(LEAVES[:second]) == merkle.root_at(READER, second)


@settings(max_examples=700)
@given(SIZES.filter(bool), st.data())
def test_inclusion_proofs_are_those_of_the_text_and_verify(size: int, data: st.DataObject) -> None:
    """PATH(m, D[n])."""
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(READER, index, size)
    root = merkle.root_at(READER, size)
    assert list(path) == naive_merkle.path(index, LEAVES[:size])
    assert merkle.verify_inclusion(root, size, index, LEAVES[index], path)
    assert not merkle.verify_inclusion(root, size, index, LEAVES[index - 1], path) or size == 1


@settings(max_examples=700)
@given(SIZES, SIZES)
def test_consistency_proofs_are_those_of_the_text_and_verify(one: int, two: int) -> None:
    """PROOF(m, D[n]), and only forwards."""
    old, new = sorted((one, two))
    path = merkle.consistency_proof(READER, old, new)
    old_root, new_root = merkle.root_at(READER, old), merkle.root_at(READER, new)
    assert list(path) == naive_merkle.proof(old, LEAVES[:new])
    assert merkle.verify_consistency(old, old_root, new, new_root, path)
    if 0 < old < new:
        assert not merkle.verify_consistency(new, new_root, old, old_root, path)
        forged = merkle.root_of([*LEAVES[: new - 1], Hash(bytes(32))])
        assert not merkle.verify_consistency(old, old_root, new, forged, path)


HASHES = st.lists(st.binary(min_size=30, max_size=33).map(Hash), max_size=70)
ANY_SIZE = st.integers(-2, 2**60)


@settings(max_examples=500)
@given(ANY_SIZE, ANY_SIZE, HASHES)
def test_verifiers_answer_false_to_whatever_is_not_a_proof(
    one: int, two: int, path: list[Hash]
) -> None:
    """Total on any sizes and any strings of bytes."""
    root, leaf = merkle.EMPTY_ROOT, LEAVES[0]
    assert merkle.verify_inclusion(root, one, two, leaf, path) is False
    empty_log = one == 0 <= two and not path
    assert merkle.verify_consistency(one, root, two, leaf, path) is (empty_log and two > 0)


@settings(max_examples=300)
@given(SIZES.filter(bool), st.data())
def test_one_flipped_bit_breaks_an_inclusion_proof(size: int, data: st.DataObject) -> None:
    """No byte of a path is without effect."""
    index = data.draw(st.integers(0, size - 1))
    path = list(merkle.inclusion_proof(READER, index, size))
    root = merkle.root_at(READER, size)
    if not path:
        return
    at = data.draw(st.integers(0, len(path) - 1))
    bit = data.draw(st.integers(0, 255))
    flipped = int.from_bytes(path[at], "big") ^ 1 << bit
    path[at] = Hash(flipped.to_bytes(32, "big"))
    assert not merkle.verify_inclusion(root, size, index, LEAVES[index], path)
