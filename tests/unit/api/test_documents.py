"""The page and the generated document say what the doors do."""

import json
import re
from pathlib import Path

from node.api.app import public_document
from node.api.errors import ANSWERS, status_of
from node.api.routes.proofs import PUBLIC_KINDS
from node.chain.errors import ErrorCode
from tests.unit.api.door import DoorCity

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "spec" / "http.md").read_text(encoding="utf-8")


def test_every_path_of_both_doors_is_on_the_page(city: DoorCity):
    """A route without a line in the contract does not exist for others."""
    for app in (city.public, city.operations):
        for path, methods in app.openapi()["paths"].items():
            for method in methods:
                assert re.search(rf"`{method.upper()} {re.escape(path)}[`?]", PAGE), path


def test_every_code_of_the_doors_is_on_the_page_with_its_status():
    """And the table holds no code that does not exist."""
    rows = re.findall(r"^\| (A\d\d) \| `(\w+)` \| (\d+) \|$", PAGE, re.MULTILINE)
    made = [(code.label, code.name.lower(), str(a.status)) for code, a in ANSWERS.items()]
    assert rows == made


def test_the_statuses_of_the_ledgers_codes_are_as_the_page_says():
    """The sentence with the exceptions is complete."""
    classes = {1: 400, 2: 403, 3: 409, 4: 422, 5: 422}
    for code in ErrorCode:
        if status_of(code) != classes[code // 100]:
            assert f"`E{code.value}`" in PAGE


def test_public_kinds_are_on_the_page():
    """What anybody may have proven is said."""
    assert all(f"`{kind}`" in PAGE for kind in PUBLIC_KINDS)


def test_the_committed_document_has_the_paths_of_the_door():
    """`python -m scripts.gen_openapi` ran after the routes changed."""
    kept = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))
    made = public_document()
    assert list(kept["paths"]) == list(made["paths"])
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            assert kept["paths"][path][method]["description"] == operation["description"]
