"""Every parameter of the policy has an effect, a sentence of bounds and a row in the specification."""

from node.chain.rules.bounds import SECTIONS
from scripts.doc_pages.policy import parameters, policy_page, readers

BY_RULE = {"budgets", "kin_types", "minor_mode", "review_exempt", "star_hours"}
"""Lists and words, which are no range."""


def test_every_parameter_is_read_by_a_rule() -> None:
    """A number that nothing reads is a promise that nobody keeps."""
    assert [name for _, name in parameters() if not readers(name)] == []


def test_every_parameter_has_bounds() -> None:
    """A range, or a rule for those that are no number."""
    bounded = {name for ranges in SECTIONS.values() for name in ranges}
    assert {name for _, name in parameters()} == bounded | BY_RULE


def test_every_parameter_has_one_row() -> None:
    """In the page that the specification shows."""
    page = policy_page()
    for _, name in parameters():
        assert page.count(f"| `{name}` |") == 1, name
