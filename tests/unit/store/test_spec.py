"""The page on the storage format says what the code does."""

from pathlib import Path

from node.store import frames
from node.store.faults import EXPLANATIONS

SPEC = (Path(__file__).parents[3] / "docs" / "spec" / "storage.md").read_text(encoding="utf-8")


def test_the_example_record_is_the_one_written() -> None:
    """Byte for byte, white space aside."""
    example = SPEC.split("```")[3]
    assert "".join(example.split()) == frames.pack(b"TBp1", 5, 0, b"").hex()


def test_every_fault_stands_on_the_page() -> None:
    """Code, both sentences and command in one row."""
    for code, told in EXPLANATIONS.items():
        row = f"| S{code.value:02d} | {told.chinese} | {told.english} | `{told.command}` |"
        assert row in SPEC
