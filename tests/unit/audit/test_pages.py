"""The pages for strangers say what the code says."""

import re
from pathlib import Path

import pytest

from node.audit.document import document
from node.audit.sentences import EXPLANATIONS
from node.chain.violations import ViolationCode
from tests.archives import archive_of, small_story
from tests.unit.audit.test_verify import audit

ROOT = Path(__file__).resolve().parents[3]
AUDIT = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
VECTORS = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "vectors").glob("*.json"))


@pytest.mark.parametrize("page", ["transactions", "blocks", "archive", "proofs"])
def test_the_bytes_on_a_page_are_those_of_the_vectors(page: str):
    """An example that nobody computes goes stale."""
    text = (ROOT / "docs" / "spec" / f"{page}.md").read_text(encoding="utf-8")
    examples = re.findall(r"\b(?:[0-9a-f]{2}){8,}\b", text)
    assert examples
    assert [one for one in examples if one not in VECTORS and set(one) != {"0"}] == []


@pytest.mark.parametrize("code", ViolationCode, ids=lambda code: code.name)
def test_the_page_explains_every_code_in_the_words_of_the_program(code: ViolationCode):
    """A number on the screen is found on the page."""
    text = EXPLANATIONS[code]
    entry = f"### V{code.value}\n\n`{code.name.lower()}`: {text.en}\n\n{text.zh}\n"
    assert entry in AUDIT


def test_the_page_names_every_member_of_the_document():
    """Whoever reads the JSON knows what each member is."""
    city = small_story()
    shown = document(city.genesis, ROOT / "archive.bin", audit(city.genesis, archive_of(city)))
    missing = [name for name in shown if f"`{name}`" not in AUDIT]
    assert missing == []
