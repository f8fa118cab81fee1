"""An audit that believes first: as fast as it may be, and never another answer."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from io import BytesIO
from pathlib import Path

import pytest

from node.audit import auditor as auditing
from node.audit import believing
from node.audit.auditor import Auditor, Outcome
from node.audit.believing import Claims, LedgerWithoutTree
from node.audit.saved import load
from node.chain import keys
from node.chain.errors import Bug
from node.chain.genesis import new_ledger
from node.chain.hashing import digest
from node.chain.ledger import Ledger
from node.chain.types import NO_HASH, ZERO_HASH
from node.chain.violations import Incomplete, Violation, ViolationCode
from tests.archives import archive_of, small_story
from tests.corruptions import Corruption, corruptions

CITY = small_story()
ARCHIVE = archive_of(CITY)
KEY = keys.public_key(bytes(32))
PLANTED = {one.name: one for one in corruptions(CITY)}


class AtOnce(Executor):
    """Does each task when it is handed in; what a pool of one process does, in this one."""

    def __init__(self, *_: object, **__: object) -> None:
        believing._tree.cache_clear()

    def submit(self, task: Callable[..., bool], /, *given: object, **named: object) -> Future[bool]:  # type: ignore[override]
        """The finished task."""
        done: Future[bool] = Future()
        done.set_result(task(*given, **named))
        return done


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started."""
    monkeypatch.setattr(believing, "ProcessPoolExecutor", AtOnce)


def audited(archive: bytes, jobs: int) -> tuple[Auditor, Outcome]:
    auditor = Auditor(CITY.genesis, lambda: BytesIO(archive))
    return auditor, auditor.run(jobs)


def seen(outcome: Outcome) -> tuple[object, ...]:
    """Everything that an outcome says, but how long it took."""
    fault = outcome.fault
    named = None if fault is None else (type(fault), str(fault), getattr(fault, "code", None))
    return (
        named,
        outcome.point,
        outcome.state_root,
        outcome.tally,
        outcome.sums,
        outcome.identities,
        outcome.signatures,
    )


@pytest.mark.slow
@pytest.mark.feature("F1")
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", sorted(PLANTED))
@pytest.mark.slow
def test_every_corruption_is_named_as_by_one_process(name: str):
    """Code, height, reason, counts and the state before: the careful audit's, whoever found it first."""
    archive = PLANTED[name].archive
    assert seen(audited(archive, 2)[1]) == seen(audited(archive, 1)[1])


@pytest.mark.feature("F1")
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("cut", [0, 1, 400])
@pytest.mark.slow
def test_a_sound_archive_and_one_that_stops_early_are_believed_once(
    cut: int, monkeypatch: pytest.MonkeyPatch
):
    """The same outcome as with one process, without a second run."""
    archive = ARCHIVE[: len(ARCHIVE) - cut]
    careful = seen(audited(archive, 1)[1])
    runs: list[bool] = []
    real = Auditor._audit
    monkeypatch.setattr(
        Auditor, "_audit", lambda self, *given: runs.append(True) or real(self, *given)
    )
    auditor, outcome = audited(archive, 2)
    assert seen(outcome) == careful
    assert len(runs) == 1
    assert isinstance(outcome.fault, Incomplete) == (cut > 0)
    key = next(iter(auditor.ledger.records))
    assert auditor.ledger.prove(key) == _whole(auditor).prove(key)


def _whole(auditor: Auditor) -> Ledger:
    whole = Ledger(auditor.ledger.chain_id, auditor.ledger.city_id)
    whole.load(auditor.ledger.records.values())
    return whole


@pytest.mark.slow
@pytest.mark.feature("F1")
@pytest.mark.parametrize("jobs", [2, 3])
def test_other_processes_find_what_only_they_check(jobs: int):
    """Real processes; the tree has one of its own where there are three."""
    assert audited(ARCHIVE, jobs)[1].fault is None
    for code in (ViolationCode.CERTIFICATE, ViolationCode.STATE_ROOT, ViolationCode.SIGNATURE):
        one = next(corruption for corruption in PLANTED.values() if corruption.code == code)
        _is_named(one, audited(one.archive, jobs)[1])


def _is_named(corruption: Corruption, outcome: Outcome) -> None:
    fault = outcome.fault
    assert isinstance(fault, Violation)
    assert (fault.code, fault.height) == (corruption.code, corruption.height)


@pytest.mark.usefixtures("here")
@pytest.mark.slow
def test_one_false_signature_or_root_among_many_unsettles_all():
    """Whenever it came, and whatever was right after it."""
    good = [(b"%d" % n, keys.sign(bytes(32), b"%d" % n)) for n in range(believing.BATCH + 5)]
    with Claims(CITY.chain_id, 2) as claims:
        for message, signature in good:
            assert claims.signature(1, KEY, message, signature)
        assert claims.settle()
        claims.signature(1, KEY, b"said", good[0][1])
        for message, signature in good:
            claims.signature(1, KEY, message, signature)
        assert not claims.settle()
    first = new_ledger(CITY.genesis)
    with Claims(CITY.chain_id, 2) as claims:
        LedgerWithoutTree(first, claims)
        assert claims.settle()
        claims.state({}, digest("another root", NO_HASH, b""))
        claims.state({}, first.state_root)
        assert not claims.settle()


@pytest.mark.usefixtures("here")
@pytest.mark.slow
def test_nothing_is_proven_and_nothing_kept_of_what_is_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A ledger with a root that is not its own gives no proof; an audit on a false claim keeps no progress."""
    with Claims(CITY.chain_id, 2) as claims:
        ledger = LedgerWithoutTree(new_ledger(CITY.genesis), claims)
        ledger.state_root = ZERO_HASH
        with pytest.raises(Bug):
            ledger.prove(b"\x40" + bytes(16))
    monkeypatch.setattr(auditing, "AHEAD_BLOCKS", 0)
    wrong = PLANTED["state root"]
    assert wrong.height < len(CITY.blocks), "there are blocks that would be kept"
    for archive, kept in ((ARCHIVE, True), (wrong.archive, False)):
        file = tmp_path / str(kept)
        _told(archive, file)
        assert file.exists()
        assert (load(file, CITY.genesis).height >= wrong.height) == kept


def _told(archive: bytes, file: Path) -> None:
    """An audit that keeps its progress after each block."""
    auditor = Auditor(CITY.genesis, lambda: BytesIO(archive))
    auditor.run(2, lambda _: auditor.keep(file))
