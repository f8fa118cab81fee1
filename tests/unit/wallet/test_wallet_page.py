"""The wallet's page explains every code that its errors send the reader to."""

import re
from pathlib import Path

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
