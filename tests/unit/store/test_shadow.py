"""Files on a shadow: everything behaves as on the disk, and the disk stays as it was."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.store.faults import StorageCode, StorageFault
from node.store.memoryfiles import MemoryFiles
from node.store.shadow import ShadowFiles

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 40), st.binary(max_size=20)),
        st.tuples(st.just("truncate"), st.integers(0, 60), st.just(b"")),
    ),
    max_size=8,
)


@given(content=st.binary(max_size=40), steps=STEPS)
def test_a_shadow_reads_like_a_file_that_was_changed(
    tmp_path_factory: pytest.TempPathFactory,
    content: bytes,
    steps: list[tuple[str, int, bytes]],
) -> None:
    """The memory files are the model."""
    directory = tmp_path_factory.mktemp("shadow")
    (directory / "one").write_bytes(content)
    model, shadow = MemoryFiles({"one": content}).open("one"), ShadowFiles(directory).open("one")
    for what, place, data in steps:
        for file in (model, shadow):
            if what == "write":
                file.write(place, data)
            else:
                file.truncate(place)
        assert shadow.size() == model.size()
        assert shadow.read(0, 100) == model.read(0, 100)
        assert shadow.read(7, 9) == model.read(7, 9)
    shadow.close()
    assert (directory / "one").read_bytes() == content


def test_names_are_made_moved_and_removed_in_memory_only(tmp_path: Path) -> None:
    """And a missing one is a fault of its own code."""
    (tmp_path / "one").write_bytes(b"1")
    files = ShadowFiles(tmp_path)
    files.create("two").write(0, b"2")
    files.rename("one", "three")
    assert files.names() == ("three", "two")
    assert files.open("three").read(0, 9) == b"1"
    files.remove("three")
    with pytest.raises(StorageFault) as caught:
        files.open("three")
    assert caught.value.code is StorageCode.FILE_MISSING
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
