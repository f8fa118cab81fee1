"""LevelDB: equal to its twin in memory, and no flipped byte gives a wrong answer."""

import random
import shutil
import tempfile
from pathlib import Path

import plyvel
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from node.store.faults import StorageCode, StorageFault
from node.store.level import LevelKeyValue
from node.store.memorykv import MemoryKeyValue

KEYS = st.binary(max_size=2).map(b"k".__add__)
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
        assert list(self.level.iterate(b"\x00", b"\xff")) == list(
            self.memory.iterate(b"\x00", b"\xff")
        )


TestTwins = pytest.mark.slow(Twins.TestCase)
TestTwins.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_scrubbing_goes_round_in_steps(tmp_path: Path) -> None:
    """Each call reads its budget; a round ends short."""
    level = LevelKeyValue(tmp_path)
    level.write([(bytes((97 + i,)), b"v" * 9) for i in range(5)])
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


@pytest.mark.slow
@pytest.mark.feature("K7")
@pytest.mark.parametrize("reverse", [False, True])
def test_a_damaged_block_is_never_taken_for_the_end(tmp_path: Path, *, reverse: bool) -> None:
    """LevelDB steps over it; where nothing sound comes behind it, only the end marks tell."""
    source = tmp_path / "source"
    level = LevelKeyValue(source)
    draw = random.Random(1)
    items = [(b"key%03d" % i, draw.randbytes(100)) for i in range(200)]
    level.write(items)
    level.close()
    LevelKeyValue(source).close()
    (table,) = source.glob("*.ldb")
    whole = table.read_bytes()
    assert len(whole) > 3 * 4_096
    detected = 0
    for offset in range(0, len(whole), 61):
        copy = tmp_path / f"{offset}"
        shutil.copytree(source, copy)
        flipped = bytearray(whole)
        flipped[offset] ^= 0x10
        (copy / table.name).write_bytes(flipped)
        try:
            level = LevelKeyValue(copy)
        except StorageFault:
            detected += 1
            continue
        try:
            found = list(level.iterate(b"key", b"kez", reverse=reverse))
        except StorageFault:
            detected += 1
        else:
            assert found == (items[::-1] if reverse else items), offset
        level.close()
    assert detected > len(whole) // 61 // 2


def test_a_database_without_its_end_marks_is_not_believed(tmp_path: Path) -> None:
    """Whoever wrote it, or whatever it has lost."""
    with plyvel.DB(str(tmp_path), create_if_missing=True) as database:
        database.put(b"key", b"value")
    with pytest.raises(StorageFault, match="end mark"):
        LevelKeyValue(tmp_path)


def test_end_marks_are_no_keys(tmp_path: Path) -> None:
    """Neither an empty database nor a cleared one shows them."""
    level = LevelKeyValue(tmp_path)
    for _ in range(2):
        assert list(level.iterate(b"", b"\xff")) == []
        assert list(level.iterate(b"", b"\xff", reverse=True)) == []
        level.clear()
    level.close()
