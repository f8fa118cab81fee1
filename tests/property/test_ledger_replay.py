"""The same blocks give the same state everywhere: in another process, with another seed of Python's hashes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.property.test_ledger_sums import histories
from tests.replaying import record, roots

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.feature("A4")
def test_replaying_a_random_history_gives_every_root_again() -> None:
    """From genesis, in the same process but from bytes alone."""
    city = histories(400, audits=1).city
    lived = [execution.staged.root.hex() for execution in city.executions]
    assert roots(record(city))[1:] == lived


@pytest.mark.slow
@pytest.mark.feature("A4")
@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_another_process_with_another_hash_seed_gives_every_root_again(
    seed: str, tmp_path: Path
) -> None:
    """Sets and dictionaries of strings iterate differently there; no state root may notice."""
    city = histories(1_500, audits=1).city
    lived = [execution.staged.root.hex() for execution in city.executions]
    history = tmp_path / "history"
    history.write_text(record(city), encoding="ascii")
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    replayed = subprocess.run(
        [sys.executable, "-m", "tests.replaying", str(history)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert replayed.stdout.splitlines()[1:] == lived
