"""The wallet's page explains every code that its errors send the reader to."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CODE = re.compile(r'(?:_report|_fault|Report)\(\s*"([a-z-]+)"')


def test_every_code_of_the_wallet_is_explained_on_its_page():
    """And no code is explained that nothing raises."""
    text = (ROOT / "docs" / "wallet.md").read_text(encoding="utf-8")
    explained = re.findall(r"^### ([a-z-]+)$", text, re.MULTILINE)
    sources = [ROOT / "wallet" / part / "faults.py" for part in ("client", "session", "verbs")]
    raised = {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert raised == set(explained)
    assert len(explained) == len(set(explained))
