"""The wallet's page explains every code that its errors send the reader to, and names every verb."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from node.console.lazy import Target
from wallet.commands import table as wallet_table

ROOT = Path(__file__).resolve().parents[3]
CODE = re.compile(r'(?:_report|_fault|Report|does_not_hold)\(\s*"([a-z-]+)"')


def test_every_code_of_the_wallet_is_explained_on_its_page():
    """And no code is explained that nothing raises."""
    text = (ROOT / "docs" / "wallet.md").read_text(encoding="utf-8")
    explained = re.findall(r"^### ([a-z-]+)$", text, re.MULTILINE)
    keys = ROOT / "wallet" / "faults.py"
    sources = [path for path in (ROOT / "wallet").rglob("*.py") if path != keys]
    raised = {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert raised == set(explained)
    assert len(explained) == len(set(explained))


TABLES: Mapping[str, Mapping[str, Target]] = {"## The verbs of a person": wallet_table.TARGETS}
"""Section of the page to the verbs that its table has to name."""


@pytest.mark.parametrize("section", TABLES)
def test_the_table_of_verbs_names_every_verb_once(section: str) -> None:
    """A verb that nobody can read about does not exist for its users."""
    text = (ROOT / "docs" / "wallet.md").read_text(encoding="utf-8")
    part = text.split(f"{section}\n", 1)[1].split("\n####", 1)[0].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([a-z-]+)`", row)]
    assert sorted(named) == sorted(TABLES[section])
