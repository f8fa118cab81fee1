"""A city's life as an archive: sound, the same for one process and for two, the same bytes each time."""

from pathlib import Path

import pytest

from node.audit.auditor import Auditor, Outcome
from node.audit.inputs import read_genesis
from scripts.big_archive import make

SIZE = 600


def _audited(archive: Path, document: Path, jobs: int) -> Outcome:
    return Auditor(read_genesis(document), lambda: archive.open("rb")).run(jobs)


@pytest.mark.slow
def test_a_lived_city_is_sound_for_one_process_and_for_two(tmp_path: Path) -> None:
    """Most blocks are small, so that batches of signatures run across them; the outcome is the same."""
    archive, document = tmp_path / "one.bin", tmp_path / "genesis.json"
    count = make(archive, document, SIZE)
    alone, helped = (_audited(archive, document, jobs) for jobs in (1, 2))
    assert alone.fault is None
    assert helped.fault is None
    assert count == alone.tally.transactions >= SIZE
    assert helped.state_root == alone.state_root
    assert helped.signatures == alone.signatures


@pytest.mark.slow
def test_one_size_gives_one_archive(tmp_path: Path) -> None:
    """The same seed and size give the same bytes, so that figures compare."""
    paths = [tmp_path / name for name in ("one.bin", "two.bin")]
    for path in paths:
        make(path, tmp_path / "genesis.json", SIZE)
    one, two = (path.read_bytes() for path in paths)
    assert one == two


@pytest.mark.feature("F1")
@pytest.mark.slow
def test_two_hundred_thousand_transactions_are_sound(tmp_path: Path) -> None:
    """A city of eight thousand people; ``make audit-big`` does the same for a million, and says how fast."""
    archive, document = tmp_path / "large.bin", tmp_path / "genesis.json"
    count = make(archive, document, 200_000)
    outcome = _audited(archive, document, 2)
    assert outcome.fault is None
    assert outcome.tally.transactions == count >= 200_000
