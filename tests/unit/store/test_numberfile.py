"""A number in a file of its own: right, absent, or a fault."""

import pytest

from node.store.faults import StorageCode, StorageFault
from node.store.memoryfiles import MemoryFiles
from node.store.numberfile import CHECKPOINT, FILE_BYTES, pack, read_number, write_number


def test_the_newest_number_is_read_again() -> None:
    """And none where none was written."""
    files = MemoryFiles()
    assert read_number(files, CHECKPOINT) is None
    for number in (0, 7, 2**64 - 1):
        write_number(files, CHECKPOINT, number)
        assert read_number(files, CHECKPOINT) == number
    assert files.names() == (CHECKPOINT,)


@pytest.mark.feature("K7")
@pytest.mark.parametrize("mask", [1, 0x80, 0xFF])
def test_no_flipped_byte_is_another_number(mask: int) -> None:
    """Nor is a shorter or a longer file."""
    whole = pack(4_242)
    spoilt = [bytes(b ^ mask if i == at else b for i, b in enumerate(whole)) for at in range(44)]
    for raw in (*spoilt, *(whole[:n] for n in range(FILE_BYTES)), whole + b"\x00", b"4242"):
        with pytest.raises(StorageFault) as caught:
            read_number(MemoryFiles({CHECKPOINT: raw}), CHECKPOINT)
        assert (caught.value.code, caught.value.file) == (StorageCode.NUMBER_DAMAGED, CHECKPOINT)


def test_what_a_crash_left_beside_it_gives_way() -> None:
    """A half-written new number is never read."""
    files = MemoryFiles({f"{CHECKPOINT}.new": b"TB", CHECKPOINT: pack(3)})
    assert read_number(files, CHECKPOINT) == 3
    write_number(files, CHECKPOINT, 4)
    assert read_number(files, CHECKPOINT) == 4
