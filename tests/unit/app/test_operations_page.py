"""What ``docs/operations.md`` tells somebody to type exists, and whatever the programs may say stands on the page."""

import re
from pathlib import Path

import click
import pytest

from node.app.services import NodeVitals
from node.cli import root
from node.store.faults import EXPLANATIONS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
LINES = sorted(set(re.findall(r"`(timebank [^`]+)`", PAGE)))
ON_OTHER_PAGES = frozenset({"S01", "S02", "S03", "S08", "S11", "S12", "S16"})
"""Their sentence says all that there is to say."""


def command_of(line: str) -> tuple[click.Command, list[str]]:
    """The command that a line names, and its words."""
    words = line.split()[1:]
    found: click.Command = root
    context = click.Context(root)
    while isinstance(found, click.Group) and words:
        inner = found.get_command(context, words[0])
        assert inner is not None, line
        found, words = inner, words[1:]
    return found, words


@pytest.mark.parametrize("line", LINES)
def test_every_command_of_the_page_exists_with_its_options(line: str) -> None:
    """As it is written there."""
    found, words = command_of(line)
    assert not isinstance(found, click.Group) or not words, line
    known = {"--home", "--lang", "--json"}
    known |= {name for one in found.params for name in (*one.opts, *one.secondary_opts)}
    assert {word for word in words if word.startswith("-")} <= known


def test_every_reason_why_a_node_is_not_ready_stands_on_the_page() -> None:
    """As ``readyz`` says it."""
    source = Path(NodeVitals.reasons.__code__.co_filename).read_text(encoding="utf-8")
    reasons = re.findall(r'^ {12}\("([a-z-]+)", ', source, re.MULTILINE)
    assert "no-quorum" in reasons
    for reason in reasons:
        assert f"`{reason}`" in PAGE, reason


def test_every_code_of_the_doctor_stands_on_the_page() -> None:
    """With its next step."""
    sources = [ROOT / "node" / "app" / "doctor", ROOT / "node" / "app"]
    text = "".join(p.read_text(encoding="utf-8") for d in sources for p in d.glob("*.py"))
    codes = set(re.findall(r'"(D\d\d)"', text))
    rows = set(re.findall(r"^\| (D\d\d) \|", PAGE, re.MULTILINE))
    assert codes == rows


def test_every_fault_of_storage_has_its_command_on_the_page() -> None:
    """Or a sentence that needs no more."""
    for code, told in EXPLANATIONS.items():
        name = f"S{code.value:02d}"
        assert name in ON_OTHER_PAGES or f"`{name}`" in PAGE, name
        if name not in ON_OTHER_PAGES:
            assert told.command in PAGE, told.command
