"""A byte that flips in any file of a home is found when opened, read or scrubbed, or it changes no answer.

The home is that of a node that was begun from a snapshot and has decided blocks since, so it has every kind of file
that there is. Each kind has its row; a file without one fails the test.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest
import structlog

from node.app.beside import BesideWatch, look_beside
from node.app.doctor.findings import Finding, Verdict
from node.app.doctor.home import look_at_keys, read_genesis
from node.app.doctor.seat import look_at_seat
from node.app.doctor.stores import look_at_stores, look_at_the_rest
from node.app.older import gather
from node.app.shelf import SnapshotShelf
from node.chain.codec import encode
from node.chain.genesis import Genesis, chain_id_of
from node.chain.types import Height
from node.config import load
from node.runtime.snapshots import capture
from node.runtime.statements import StatementLog
from node.store.blocklog import BlockLog
from node.store.files import RealFiles
from node.store.level import LevelKeyValue
from node.store.numberfile import CHECKPOINT, LEAP, write_number
from node.store.proposallog import ProposalLog
from node.store.shadow import ShadowFiles, shadow_database
from node.store.votelog import VoteLog
from tests.unit.app.homes import RealHome, make_home

pytestmark = [pytest.mark.slow, pytest.mark.feature("K7")]

BASE_HEIGHT = 2
BLOCKS = 3
"""Decided since the base."""
MASKS = (0x01, 0x80, 0xFF, 0x20)

Answers = Callable[[RealHome], object]


@dataclass(frozen=True)
class Row:
    """One kind of file.

    ``every`` says which bytes are flipped, ``codes`` how damage is said, ``answers`` what must be the same where
    nothing is said.
    """

    pattern: str
    every: int
    codes: frozenset[str]
    answers: Answers


def decided(made: RealHome) -> object:
    """Every block that the log gives."""
    log = BlockLog(ShadowFiles(made.home.data), chain_id_of(made.home.read_genesis()))
    return list(log.iterate(Height(0)))


def votes(made: RealHome) -> object:
    """Whether the node may sign, where, and what it has signed."""
    log = VoteLog(ShadowFiles(made.home.data), chain_id_of(made.home.read_genesis()), Height(0))
    heights = range(BASE_HEIGHT + BLOCKS + 2)
    return log.condition, log.signs_above, [log.messages(Height(h)) for h in heights]


def said(made: RealHome) -> object:
    """Everything that convicts."""
    return list(StatementLog(ShadowFiles(made.home.data)).everything())


def items(made: RealHome) -> object:
    """All that the database holds."""
    with tempfile.TemporaryDirectory() as place:
        shadow_database(made.home.data / "state", Path(place) / "state")
        level = LevelKeyValue(Path(place) / "state")
        found = list(level.iterate(b"\x00", b"\xff"))
        level.close()
    return found


def keys(made: RealHome) -> object:
    """The four seeds."""
    return made.home.read_keys()


def genesis(made: RealHome) -> object:
    """The chain's beginning."""
    return encode(made.home.read_genesis())


def nothing(made: RealHome) -> object:
    """What no answer depends on."""
    assert made.root
    return None


def row(pattern: str, every: int, codes: str, answers: Answers = nothing) -> Row:
    """A row from words."""
    return Row(pattern, every, frozenset(codes.split()), answers)


ROWS = (
    row("data/blocks-*.log", 29, "S04 S05", decided),
    row("data/votes.log", 4_001, "S06", votes),
    row("data/statements-*.log", 41, "D14", said),
    row("data/checkpoint", 1, "D14", said),
    row("data/leap", 1, "S14", said),
    row("data/state/*", 1_999, "S07", items),
    row("data/older/blocks-*.log", 41, "D14"),
    row("data/base/manifest", 31, "S15"),
    row("data/base/chunk-*", 997, "S15"),
    row("snapshots/*/manifest", 61, "D14"),
    row("snapshots/*/chunk-*", 1_999, "D14"),
    row("config/genesis.json", 1_499, "D02", genesis),
    row("keys/*.key", 5, "D03 D04", keys),
)
MUST_BE_SAID = ("data/checkpoint", "data/leap", "data/base/*", "data/older/*", "snapshots/*")
"""Here there is not one byte that changes nothing."""
NOT_SEALED = {
    "config/node.toml": "the operator's words: a mistake in them is D01, a wrong peer D10 or D11, a wrong door D09",
    "data/node.lock": "holds nothing",
    "data/votes.unusable": "kept for the operator; nothing reads it",
    "data/proposals.log": "a body that is not sound is left out, which costs time (its own test below)",
}


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory) -> RealHome:
    """A node that was begun from a snapshot, stopped."""
    made = make_home(tmp_path_factory.mktemp("flips"), blocks=BASE_HEIGHT)
    blocks = made.blocks()
    with made.opened() as node:
        held = capture(node.executor)
        assert held is not None
        SnapshotShelf(made.home.snapshots).put(held)
    made.begin_from_own_snapshot()
    beginning = made.home.read_genesis()
    assert gather(made.home.data, beginning, blocks.__getitem__) == BASE_HEIGHT - 1
    with made.opened() as node:
        made.decide(node, BLOCKS)
        fill(made, node.stores.files, node.stores.proposals, node.stores.votes)
    return made


def fill(made: RealHome, files: RealFiles, proposals: ProposalLog, signed: VoteLog) -> None:
    """The files that only a running node writes."""
    write_number(files, CHECKPOINT, 5)
    write_number(files, LEAP, 86_400_000)
    statements = StatementLog(files)
    for number in range(BASE_HEIGHT + 1, BASE_HEIGHT + BLOCKS + 1):
        statements.keep(Height(number), signed.messages(Height(number)))
    proposals.start(Height(BASE_HEIGHT + BLOCKS + 1))
    proposals.keep_block(made.home.genesis.read_bytes()[:700])
    proposals.keep_polka(b"polka" * 40)
    proposals.sync()


def found(made: RealHome) -> Iterator[Finding]:
    """All that opening, reading and scrubbing a stopped node says of its home."""
    beginning = read_genesis(made.home)
    if isinstance(beginning, Finding):
        yield beginning
        return
    yield from look_at_keys(made.home)
    stores = look_at_stores(made.home, beginning)
    yield from stores.findings
    yield from look_at_the_rest(made.home, beginning)
    if stores.authorities:
        yield look_at_seat(made.home, load(made.root, {}, {}), stores.authorities)


def codes(made: RealHome) -> set[str]:
    """What is said, by code."""
    return {one.code for one in found(made) if one.verdict is not Verdict.OK}


def relative(made: RealHome) -> list[str]:
    """Every file below the home."""
    return sorted(str(p.relative_to(made.root)) for p in made.root.rglob("*") if p.is_file())


def flips(path: Path, every: int) -> Iterator[int]:
    """One byte after the other is another, of a long file the first ones more closely; at the end none is."""
    whole = path.read_bytes()
    near, far = range(0, min(len(whole), 600), min(every, 23)), range(600, len(whole), every)
    try:
        for number, at in enumerate((*near, *far)):
            raw = bytearray(whole)
            raw[at] ^= MASKS[number % len(MASKS)]
            path.write_bytes(raw)
            yield at
    finally:
        path.write_bytes(whole)


def test_the_home_is_sound_and_has_every_kind_of_file(made: RealHome) -> None:
    """Nothing is said of it, and no file is without a row."""
    assert codes(made) == set()
    rows = [one.pattern for one in ROWS]
    for name in relative(made):
        assert name in NOT_SEALED or any(fnmatch(name, one) for one in rows), name
    for pattern in rows:
        assert any(fnmatch(name, pattern) for name in relative(made)), pattern


@pytest.mark.parametrize("kind", ROWS, ids=lambda one: one.pattern)
def test_a_flipped_byte_is_found_or_changes_no_answer(made: RealHome, kind: Row) -> None:
    """Said with one of the codes of this kind of file, or every answer is what it was."""
    before = kind.answers(made)
    said_of, silent = 0, 0
    for name in (name for name in relative(made) if fnmatch(name, kind.pattern)):
        for at in flips(made.root / name, kind.every):
            told = codes(made)
            assert told <= kind.codes, f"{name} at {at}: {told}"
            if told:
                said_of += 1
            else:
                silent += 1
                assert kind.answers(made) == before, f"{name} at {at}"
    assert said_of
    if any(fnmatch(kind.pattern, pattern) for pattern in MUST_BE_SAID):
        assert not silent


def test_a_flipped_byte_of_the_proposal_log_invents_nothing(made: RealHome) -> None:
    """What is not sound is left out; the node has to ask for it again."""
    kept = ProposalLog(ShadowFiles(made.home.data)).contents()
    for _ in flips(made.home.data / "proposals.log", 31):
        left = ProposalLog(ShadowFiles(made.home.data)).contents()
        assert set(left.blocks) <= set(kept.blocks)
        assert set(left.polkas) <= set(kept.polkas)
        assert codes(made) == set()


def test_damage_beside_the_logs_is_said_with_its_place_and_command(made: RealHome) -> None:
    """The base names its number and ``node repair``; a statement its file and offset."""
    beginning = made.home.read_genesis()
    assert isinstance(beginning, Genesis)
    chunk = made.home.data / "base" / "chunk-00000"
    (name,) = (path for path in made.home.data.iterdir() if path.name.startswith("statements-"))
    for path, at in ((chunk, 99), (name, 70)):
        whole = path.read_bytes()
        raw = bytearray(whole)
        raw[at] ^= 1
        path.write_bytes(raw)
        (damage,) = look_beside(made.home, beginning)
        path.write_bytes(whole)
        if path == chunk:
            fault = damage.fault
            assert fault is not None
            assert fault.command("/h") == "timebank node repair --home /h"
            assert "N07" in str(fault)
        else:
            assert (damage.file, damage.offset, damage.fault) == (f"data/{name.name}", 0, None)


def test_a_running_node_says_each_damage_once(made: RealHome) -> None:
    """In its log, with the command."""
    beginning, loop = made.home.read_genesis(), asyncio.new_event_loop()
    watch = BesideWatch(made.home, beginning, loop)
    with structlog.testing.capture_logs() as said:
        watch.look()
        assert said == []
        for _ in flips(made.home.data / "base" / "chunk-00000", 10_000):
            watch.look()
            break
        watch.look()
    loop.close()
    assert [one["event"] for one in said] == ["damaged"]
    assert "node repair" in said[0]["command"]


def test_a_snapshot_that_is_let_go_meanwhile_is_not_damaged(
    made: RealHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its manifest goes first; what is left without one counts as none."""
    beginning, shelf = made.home.read_genesis(), SnapshotShelf(made.home.snapshots)
    (height,) = shelf.heights()
    manifest = made.home.snapshots / f"{height:016d}" / "manifest"
    whole = manifest.read_bytes()

    def heights_then_gone(_: SnapshotShelf) -> list[Height]:
        manifest.unlink()
        return [height]

    with monkeypatch.context() as patch:
        patch.setattr(SnapshotShelf, "heights", heights_then_gone)
        assert list(look_beside(made.home, beginning)) == []
    manifest.write_bytes(whole)
