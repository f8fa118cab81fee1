"""The page on the storage format says what the code does."""

import re
from pathlib import Path

from node.store import chainstore, frames, numberfile
from node.store.faults import EXPLANATIONS
from node.store.formats import FORMATS, Kind

SPEC = (Path(__file__).parents[3] / "docs" / "spec" / "storage.md").read_text(encoding="utf-8")


def test_the_example_record_is_the_one_written() -> None:
    """Byte for byte, white space aside."""
    example = next(part for part in SPEC.split("```") if part.strip().startswith("54427031"))
    assert "".join(example.split()) == frames.pack(b"TBp1", 5, 0, b"").hex()


def test_the_example_number_is_the_one_written() -> None:
    """Byte for byte, white space aside."""
    assert numberfile.pack(1).hex() in "".join(SPEC.split())


def test_every_format_stands_on_the_page() -> None:
    """With the number that this release writes."""
    rows = dict(re.findall(r"^\| ([^|]+) \| (\d+) \|", SPEC, re.MULTILINE))
    named = {
        Kind.BLOCK_LOG: "block log",
        Kind.VOTE_LOG: "vote log",
        Kind.PROPOSAL_LOG: "proposal log, statements",
        Kind.STATEMENTS: "proposal log, statements",
        Kind.NUMBER: "`checkpoint`, `leap`",
    }
    for kind, known in FORMATS.items():
        assert rows[named[kind]] == str(known.newest)
    assert rows["LevelDB"] == str(chainstore.FORMAT)


def test_every_fault_stands_on_the_page() -> None:
    """Code, both sentences and command in one row."""
    for code, told in EXPLANATIONS.items():
        row = f"| S{code.value:02d} | {told.chinese} | {told.english} | `{told.command}` |"
        assert row in SPEC
