"""Starting again: from the block log and whatever the chain store holds; nothing that contradicts is believed."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from node.chain.types import Height
from node.store.blocklog import BlockLog
from node.store.faults import StorageCode, StorageFault
from node.store.files import RealFiles
from node.store.level import LevelKeyValue
from node.store.memoryfiles import MemoryFiles
from node.store.memorykv import MemoryKeyValue
from tests.kernel_city import JIANYE
from tests.unit.runtime.ledgernode import LedgerNode
from tests.unit.runtime.test_executor import trace

LAST = 3


class Home:
    """A node's data directory: real files and LevelDB."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(exist_ok=True)

    def start(self) -> LedgerNode:
        return LedgerNode(files=RealFiles(self.path), kv=LevelKeyValue(self.path / "state"))

    def stop(self, node: LedgerNode) -> None:
        node.block_log.close()
        node.store.close()

    def copy_state(self, name: str) -> None:
        """Keep LevelDB as it is now under another name; the node must be stopped."""
        shutil.copytree(self.path / "state", self.path / name)

    def put_back(self, name: str) -> None:
        """LevelDB as it was."""
        shutil.rmtree(self.path / "state")
        shutil.copytree(self.path / name, self.path / "state")


def one_more(node: LedgerNode) -> None:
    number = node.executor.tip.height
    node.decide(node.registration(number), node.registration(number, district=JIANYE))


def stored() -> LedgerNode:
    """A node in memory at height ``LAST``."""
    node = LedgerNode()
    for _ in range(LAST):
        one_more(node)
    return node


def opened(files: dict[str, bytes], memory: dict[bytes, bytes]) -> LedgerNode:
    """A start on copies of what there was."""
    kv = MemoryKeyValue()
    kv.write(list(memory.items()))
    return LedgerNode(files=MemoryFiles(files), kv=kv)


def contents(node: LedgerNode) -> dict[str, bytes]:
    assert isinstance(node.files, MemoryFiles)
    return node.files.contents()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "data")


@pytest.mark.feature("A4")
@pytest.mark.parametrize("kept", range(LAST + 1))
def test_a_store_that_lags_behind_is_brought_to_the_end_of_the_log(home: Home, kept: int) -> None:
    """LevelDB is not synced: after a power cut it may be of any earlier block, and ends the same."""
    node = home.start()
    for height in range(LAST):
        if height == kept:
            home.stop(node)
            home.copy_state("earlier")
            node = home.start()
        one_more(node)
    reached = trace(node)
    home.stop(node)
    if kept < LAST:
        home.put_back("earlier")
    again = home.start()
    assert trace(again) == reached
    one_more(again)
    assert again.executor.tip.height == LAST + 1
    home.stop(again)


@pytest.mark.feature("A4")
def test_without_a_store_everything_is_made_again_from_the_log(home: Home) -> None:
    """Replayed from genesis, byte for byte what it was."""
    node = home.start()
    for _ in range(LAST):
        one_more(node)
    reached = trace(node)
    home.stop(node)
    shutil.rmtree(home.path / "state")
    again = home.start()
    assert trace(again) == reached
    home.stop(again)


def test_a_first_start_writes_genesis_into_the_store() -> None:
    """Height 0 has records and no block."""
    node = LedgerNode()
    assert node.store.applied_height == 0
    assert len(list(node.store.load_records())) == len(node.ledger.records)
    assert node.executor.tip.certificate is None
    assert node.executor.tip.block_id == node.chain_id
    assert trace(opened(contents(node), node.memory())) == trace(node)


def refused(start: Callable[[], LedgerNode]) -> StorageCode:
    with pytest.raises(StorageFault) as caught:
        start()
    return caught.value.code


def test_a_store_that_is_ahead_of_the_log_is_refused() -> None:
    """The log is the truth; if it lost blocks they are fetched again, not invented from the store."""
    node = LedgerNode()
    one_more(node)
    short = contents(node)
    one_more(node)
    long = node.memory()
    assert refused(partial(opened, short, long)) is StorageCode.BLOCK_LOG_INCOMPLETE
    assert refused(partial(opened, {}, long)) is StorageCode.BLOCK_LOG_INCOMPLETE


def test_a_store_of_another_history_of_the_same_city_is_refused() -> None:
    """Same genesis, same height, other blocks: a directory put together from two."""
    one, other = LedgerNode(), LedgerNode()
    one_more(one)
    other.decide()
    code = refused(partial(opened, contents(one), other.memory()))
    assert code is StorageCode.DATABASE_DAMAGED


def _flipped(value: bytes) -> Iterator[bytes]:
    """The value with one bit changed, at its start, in its middle and at its end."""
    for at in (0, len(value) // 2, len(value) - 1):
        yield value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


@pytest.mark.feature("K7")
def test_a_record_that_was_changed_or_lost_is_refused() -> None:
    """Whatever the bit makes of it: other bytes of a record, or bytes of none."""
    node = stored()
    files, memory = contents(node), node.memory()
    one_of_each_kind = {key[1]: key for key in sorted(memory) if key[:1] == b"r"}
    for number, key in enumerate(one_of_each_kind.values()):
        rest = {k: v for k, v in memory.items() if k != key}
        variants = [rest, *(rest | {key: wrong} for wrong in _flipped(memory[key]))]
        code = refused(partial(opened, files, variants[number % len(variants)]))
        assert code is StorageCode.DATABASE_DAMAGED, key


@pytest.mark.feature("K7")
@pytest.mark.slow
def test_anything_else_that_was_changed_is_refused_or_changes_nothing() -> None:
    """The applied height, headers, the log's subtrees: refused where the state stands on them."""
    node = stored()
    files, memory, reached = contents(node), node.memory(), trace(node)
    codes: dict[bytes, Counter[StorageCode]] = {}
    header = b"h" + LAST.to_bytes(8, "big")
    others = [key for key in sorted(memory) if key[:1] in {b"h", b"n"} and memory[key]]
    for number, key in enumerate([b"m", header, *(key for key in others if key != header)]):
        variants = list(_flipped(memory[key]))
        for wrong in variants if key in {b"m", header} else variants[number % 3 :: 3]:
            try:
                again = opened(files, memory | {key: wrong})
            except StorageFault as fault:
                codes.setdefault(key[:1], Counter())[fault.code] += 1
            else:
                assert trace(again)[:-1] == reached[:-1], key
    assert codes[header[:1]] == {StorageCode.DATABASE_DAMAGED: 3}
    assert set(codes[b"n"]) == {StorageCode.DATABASE_DAMAGED}
    assert codes[b"m"].keys() >= {StorageCode.UNKNOWN_FORMAT, StorageCode.WRONG_CHAIN}


def test_a_log_whose_blocks_do_not_give_their_own_roots_is_refused() -> None:
    """Sound frames around wrong blocks: made by another program, or by hand."""
    node = stored()
    for height, body in ((1, b"\x91\x01"), (2, b"")):
        files = MemoryFiles()
        log = BlockLog(files, node.chain_id)
        for number in range(1, LAST + 1):
            found = node.block_log.read(Height(number))
            assert found is not None
            swapped = body if number == height else found.block
            log.append(Height(number), swapped, found.certificate)
        log.sync()
        assert refused(partial(opened, files.contents(), {})) is StorageCode.BLOCK_LOG_DAMAGED
