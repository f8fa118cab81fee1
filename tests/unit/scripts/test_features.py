"""The feature report says shown, failing or open for the right reasons."""

from xml.etree import ElementTree as ET

from scripts.features import Claim, Feature, Outcome, State, by_number, claims, load, page, state

REPORT = """<testsuites><testsuite>
<testcase classname="tests.unit.test_x" name="test_a[1]"><properties>
  <property name="feature" value="A1"/><property name="feature" value="A2"/></properties></testcase>
<testcase classname="tests.unit.test_x" name="test_a[2]"><properties>
  <property name="feature" value="A1"/></properties><failure message="no"/></testcase>
<testcase classname="tests.unit.test_x" name="test_b"><properties>
  <property name="feature" value="A3"/></properties><skipped message="no"/></testcase>
<testcase classname="tests.unit.test_x" name="test_c"><properties>
  <property name="feature" value="A4"/></properties><skipped type="pytest.xfail" message="no"/></testcase>
<testcase classname="tests.unit.test_x" name="test_unmarked"/>
</testsuite></testsuites>"""


def _grouped() -> dict[str, tuple[Claim, ...]]:
    return dict(by_number(claims(ET.fromstring(REPORT))))  # noqa: S314 - the text above


def test_a_test_may_claim_several_features() -> None:
    """Each mark counts for its own feature."""
    assert set(_grouped()) == {"A1", "A2", "A3", "A4"}


def test_the_worst_parameter_of_a_test_counts() -> None:
    """A test that fails for one parameter shows nothing."""
    (claim,) = _grouped()["A1"]
    assert claim == Claim("A1", "tests.unit.test_x.test_a", Outcome.FAILED)


def test_a_feature_without_a_passing_test_is_open() -> None:
    """A skipped test and no test at all show equally little."""
    grouped = _grouped()
    assert state(grouped["A3"]) is State.OPEN
    assert state(()) is State.OPEN
    assert state(grouped["A1"]) is State.FAILING
    assert state(grouped["A2"]) is State.SHOWN


def test_an_expected_failure_is_a_failure() -> None:
    """Whoever marks a test as expected to fail does not thereby show the feature."""
    assert state(_grouped()["A4"]) is State.FAILING


def test_the_page_names_state_statement_and_tests() -> None:
    """Whoever reads the page finds what is promised and where it is tested."""
    feature = Feature("A2", 0, "Ledger core", "Chained blocks", "A flipped byte is named.")
    text = page([feature], _grouped())
    assert "**1 of 1 shown.**" in text
    assert "**A2** (P0) Chained blocks: *shown*" in text
    assert "> A flipped byte is named." in text
    assert "- `tests.unit.test_x.test_a` passed" in text


def test_the_list_has_unique_numbers_and_full_entries() -> None:
    """A number names one feature for ever."""
    features = load()
    assert len({feature.number for feature in features}) == len(features)
    assert all(feature.title and feature.statement.endswith(".") for feature in features)
    assert {feature.priority for feature in features} <= {0, 1, 2}
