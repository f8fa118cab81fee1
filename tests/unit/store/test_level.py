"""LevelDB: equal to its twin in memory, and no flipped byte gives a wrong answer."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from node.store.faults import StorageCode, StorageFault
from node.store.level import LevelKeyValue
from node.store.memorykv import MemoryKeyValue

KEYS = st.binary(min_size=1, max_size=3)
CHANGES = st.lists(st.tuples(KEYS, st.none() | st.binary(max_size=20)), max_size=6)


class Twins(RuleBasedStateMachine):
    """Every call to both; every answer equal."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.level = LevelKeyValue(Path(self.directory.name))
        self.memory = MemoryKeyValue()

    def teardown(self) -> None:
        self.level.close()
        self.directory.cleanup()

    @rule(changes=CHANGES)
    def write(self, changes: list[tuple[bytes, bytes | None]]) -> None:
        self.level.write(changes)
        self.memory.write(changes)

    @rule(key=KEYS)
    def get(self, key: bytes) -> None:
        assert self.level.get(key) == self.memory.get(key)

    @rule(start=KEYS, stop=KEYS, reverse=st.booleans())
    def iterate(self, start: bytes, stop: bytes, reverse: bool) -> None:
        ours = list(self.level.iterate(start, stop, reverse=reverse))
        assert ours == list(self.memory.iterate(start, stop, reverse=reverse))

    @rule()
    def reopen(self) -> None:
        self.level.close()
        self.level = LevelKeyValue(Path(self.directory.name))

    @rule()
    def clear(self) -> None:
        self.level.clear()
        self.memory.clear()

    @invariant()
    def everything_is_equal(self) -> None:
        assert list(self.level.iterate(b"\x00", b"\xff" * 4)) == list(
            self.memory.iterate(b"\x00", b"\xff" * 4)
        )


TestTwins = Twins.TestCase
TestTwins.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_scrubbing_goes_round_in_steps(tmp_path: Path) -> None:
    """Each call reads its budget; a round ends short."""
    level = LevelKeyValue(tmp_path)
    level.write([(bytes((i,)), b"v" * 9) for i in range(5)])
    assert [level.scrub(20) for _ in range(4)] == [20, 20, 10, 20]
    level.close()


def test_a_second_opener_is_refused(tmp_path: Path) -> None:
    """LevelDB holds its own lock."""
    level = LevelKeyValue(tmp_path)
    with pytest.raises(StorageFault):
        LevelKeyValue(tmp_path)
    level.close()


def answers(directory: Path) -> list[tuple[bytes, bytes]] | StorageFault:
    """Everything the database says, or the fault that it reports."""
    try:
        level = LevelKeyValue(directory)
    except StorageFault as fault:
        return fault
    try:
        level.scrub(1 << 30)
        return list(level.iterate(b"\x00", b"\xff"))
    except StorageFault as fault:
        return fault
    finally:
        level.close()


@pytest.mark.slow
@pytest.mark.feature("K7")
def test_no_flipped_byte_in_any_file_gives_a_wrong_answer(tmp_path: Path) -> None:
    """Detected, or without effect: tables, manifest, pointers and the write-ahead log."""
    source = tmp_path / "source"
    items = [(b"key%03d" % i, b"value%03d" % i * 3) for i in range(120)]
    for part in range(3):
        level = LevelKeyValue(source)
        level.write(items[part * 40 : part * 40 + 40])
        level.close()
    files = {path.name: path.read_bytes() for path in source.iterdir()}
    faults: list[StorageFault] = []
    for name, data in files.items():
        for offset in range(0, len(data), 23):
            copy = tmp_path / f"{name}-{offset}"
            copy.mkdir()
            for other, content in files.items():
                (copy / other).write_bytes(content)
            flipped = bytearray(data)
            flipped[offset] ^= 0x40
            (copy / name).write_bytes(bytes(flipped))
            answer = answers(copy)
            if isinstance(answer, StorageFault):
                faults.append(answer)
            else:
                assert answer == items, f"{name} at {offset}"
    assert {fault.code for fault in faults} == {StorageCode.DATABASE_DAMAGED}
    assert faults[0].command("/h") == "timebank node rebuild --home /h"
