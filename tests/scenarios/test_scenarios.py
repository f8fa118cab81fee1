"""Every scenario file gives the trace that is written in it."""

from pathlib import Path

import pytest

from tests.scenarios.interpreter import FOLDER, played


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_the_trace_is_the_one_in_the_file(path: Path) -> None:
    """Command by command; ``python -m tests.scenarios.interpreter`` writes the traces anew."""

    def compare(command: str, expected: str, trace: str) -> None:
        assert trace == expected, f"{path.name}: {command}"

    text = path.read_text(encoding="utf-8")
    assert played(text, compare) == text
