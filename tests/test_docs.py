"""The documents agree with the code and with each other.

Generated pages are compared whole; the rest is checked for what a reader would stumble over: a link
to nowhere, a command that nobody explains, a term with two translations.
"""

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from node.chain.errors import ErrorCode
from scripts.features import load
from scripts.gen_docs import CLASS_SIZE, CLASSES, differing

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"
TWO_SCREENS_LINES: Final = 110
LINK: Final = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")
MENTION: Final = re.compile(r"\bdocs/[\w./-]+\.(?:md|toml|json)\b")
DECISION_PARTS: Final = ("## Problem", "## Options", "## Decision", "## Consequences")

# Each format and the page of docs/spec/ that describes its bytes. A format whose code does not exist
# yet needs no page yet.
FORMATS: Final = {
    "node/chain/codec.py": "encoding.md",
    "node/chain/keys.py": "signatures.md",
    "node/chain/tx": "transactions.md",
    "node/chain/lifecycle.py": "lifecycle.md",
    "node/chain/block.py": "blocks.md",
    "node/chain/statetree.py": "state-tree.md",
    "node/chain/merkle.py": "log.md",
    "node/chain/records": "state.md",
    "node/chain/genesis.py": "genesis.md",
    "node/chain/proof.py": "proofs.md",
    "node/chain/archive.py": "archive.md",
    "node/chain/explanations": "errors.md",
    "node/consensus/core.py": "consensus.md",
    "node/net/frames.py": "peers.md",
    "node/store/blocklog.py": "storage.md",
}


def _pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def _report(offences: list[str]) -> None:
    if offences:
        pytest.fail("\n".join(offences), pytrace=False)


def test_generated_pages_are_what_the_code_makes() -> None:
    """Whoever changed the code ran `make docs`."""
    _report([f"{path.relative_to(ROOT)}: run `make docs`" for path, _ in differing()])


def test_every_error_code_is_explained() -> None:
    """A number that a person sees can be looked up."""
    if importlib.util.find_spec("node.chain.explanations") is None:
        pytest.skip("node.chain.explanations does not exist")
    text = (DOCS / "spec" / "errors.md").read_text(encoding="utf-8")
    _report(
        [
            f"E{code.value} {code.name}"
            for code in ErrorCode
            if f"E{code.value} `{code.name}`" not in text
        ]
    )


def test_every_error_code_belongs_to_a_class() -> None:
    """The hundreds say whose fault it is; the page has a chapter for each."""
    assert {code // CLASS_SIZE for code in ErrorCode} <= set(CLASSES)


def test_every_make_target_is_described() -> None:
    """Nobody has to read the Makefile in order to use it."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):(?!=)", makefile, re.MULTILINE)
    text = "".join(
        (ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "CONTRIBUTING.md")
    )
    assert targets
    _report(
        [f"make {target}" for target in targets if not re.search(rf"make {target}\b(?!-)", text)]
    )


def test_every_make_target_has_its_sentence() -> None:
    """`make help` lists them all."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^[a-z-]+:(?!=).*$", makefile, re.MULTILINE)
    _report([rule for rule in rules if not re.search(r" ## [A-Z].*\.$| ## [A-Z].*\?$", rule)])


def _broken_links(page: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in LINK.findall(text):
        path = target.split("#", 1)[0]
        if path and "://" not in path and not (page.parent / path).exists():
            yield f"{page.relative_to(ROOT)}: {target}"


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link names a file that exists."""
    _report([link for page in _pages() for link in _broken_links(page)])


def test_pages_that_the_code_names_exist() -> None:
    """A docstring or a message that sends the reader to a page sends them to a real one."""
    sources = [
        path for folder in ("node", "wallet", "scripts") for path in (ROOT / folder).rglob("*.py")
    ]
    _report(
        [
            f"{path.relative_to(ROOT)}: {mention}"
            for path in sorted(sources)
            for mention in sorted(set(MENTION.findall(path.read_text(encoding="utf-8"))))
            if not (ROOT / mention).exists()
        ]
    )


def test_every_format_has_its_page() -> None:
    """Bytes before code: whoever writes a verifier finds each format described."""
    _report(
        [
            f"docs/spec/{page}: {source} has no page"
            for source, page in FORMATS.items()
            if (ROOT / source).exists() and not (DOCS / "spec" / page).is_file()
        ]
    )


def test_the_glossary_has_one_word_for_one_term() -> None:
    """No Chinese term has two English words, and no English word two Chinese terms."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    terms = [row for row in rows if row[0] != "中文"]
    chinese = Counter(term for term, _ in terms)
    english = Counter(word.lower() for _, word in terms)
    assert terms
    _report([word for word, count in (chinese + english).items() if count > 1])


def test_every_decision_has_its_four_parts() -> None:
    """A decision without the options is an announcement."""
    offences = []
    for page in sorted((DOCS / "adr").glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        number = page.name.split("-", 1)[0]
        offences += [
            f"{page.name}: no {part}" for part in DECISION_PARTS if f"\n{part}\n" not in text
        ]
        if not text.startswith(f"# {number} "):
            offences.append(f"{page.name}: the first line is not '# {number} Title'")
        if "\nStatus: " not in text:
            offences.append(f"{page.name}: no status")
    _report(offences)


def test_the_feature_page_lists_every_feature() -> None:
    """`make features` ran after the list changed."""
    text = (DOCS / "features.md").read_text(encoding="utf-8")
    _report(
        [
            f"{feature.number}: run `make features`"
            for feature in load()
            if f"**{feature.number}** (P{feature.priority}) {feature.title}: " not in text
            or f"> {feature.statement}\n" not in text
        ]
    )


def test_the_architecture_page_is_two_screens_and_names_every_package() -> None:
    """A newcomer reads it standing, and finds no package that it keeps silent about."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= TWO_SCREENS_LINES
    packages = {init.parent.name for init in (ROOT / "node").glob("*/__init__.py")}
    _report([f"node/{name}" for name in sorted(packages) if f"`node/{name}`" not in text])


def test_the_changelog_says_what_the_protocol_did() -> None:
    """Each version has a Protocol part, even if it says that nothing changed."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.split(r"^## \[", text, flags=re.MULTILINE)[1:]
    assert versions
    _report([version.split("]", 1)[0] for version in versions if "\n### Protocol\n" not in version])
