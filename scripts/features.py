"""Which features work, shown by the tests that claim them: a table, and ``docs/features.md``.

The list of features is ``docs/features-list.toml``; a test claims one with
``@pytest.mark.feature("D3")``. A feature is *shown* when a test that claims it passed and none
failed, *failing* when one failed, and *open* otherwise: no test, or none that ran.
"""

import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import click

ROOT: Final = Path(__file__).resolve().parent.parent
LIST: Final = ROOT / "docs" / "features-list.toml"
PAGE: Final = ROOT / "docs" / "features.md"
RESULTS: Final = ROOT / "var" / "test" / "features.xml"
FEATURE_PROPERTY: Final = "feature"
"""Property of a test in the JUnit report, written by ``tests/conftest.py``."""
NOTHING_SELECTED: Final = 5
"""pytest's exit code when no test was selected: every feature is open then."""
TESTS_FAILED: Final = 1


class Outcome(Enum):
    """How one test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class State(Enum):
    """What the tests say of one feature."""

    SHOWN = "shown"
    FAILING = "failing"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Feature:
    """One line of the list."""

    number: str
    priority: int
    area: str
    title: str
    statement: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One test's word on one feature."""

    number: str
    test: str
    """Module and function as pytest names them, without parameters."""
    outcome: Outcome


def load(path: Path = LIST) -> tuple[Feature, ...]:
    """The features in the order of the list."""
    with path.open("rb") as file:
        return tuple(Feature(**entry) for entry in tomllib.load(file)["feature"])


def claims(report: ET.Element) -> tuple[Claim, ...]:
    """The claims in a JUnit report."""
    return tuple(
        Claim(prop.get("value", ""), _test_name(case), _outcome(case))
        for case in report.iter("testcase")
        for prop in case.iter("property")
        if prop.get("name") == FEATURE_PROPERTY
    )


def _test_name(case: ET.Element) -> str:
    function = case.get("name", "").split("[", 1)[0]
    return f"{case.get('classname', '')}.{function}"


def _outcome(case: ET.Element) -> Outcome:
    if case.find("failure") is not None or case.find("error") is not None:
        return Outcome.FAILED
    skipped = case.find("skipped")
    if skipped is not None:
        # A failure that is expected is a failure: the statement does not hold.
        return Outcome.FAILED if skipped.get("type") == "pytest.xfail" else Outcome.SKIPPED
    return Outcome.PASSED


def state(of: Iterable[Claim]) -> State:
    """What the claims on one feature amount to."""
    outcomes = {claim.outcome for claim in of}
    if Outcome.FAILED in outcomes:
        return State.FAILING
    return State.SHOWN if Outcome.PASSED in outcomes else State.OPEN


def by_number(all_claims: Iterable[Claim]) -> Mapping[str, tuple[Claim, ...]]:
    """The claims on each feature; a test with parameters counts once, by its worst outcome."""
    worst = (Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED)
    merged: dict[tuple[str, str], Outcome] = {}
    for claim in all_claims:
        key = (claim.number, claim.test)
        merged[key] = max(merged.get(key, claim.outcome), claim.outcome, key=worst.index)
    grouped: defaultdict[str, list[Claim]] = defaultdict(list)
    for (number, test), outcome in sorted(merged.items(), key=lambda item: item[0]):
        grouped[number].append(Claim(number, test, outcome))
    return {number: tuple(of) for number, of in grouped.items()}


def page(features: Sequence[Feature], of: Mapping[str, tuple[Claim, ...]]) -> str:
    """The document: a count, then for each feature its statement, state and tests."""
    shown = sum(state(of.get(feature.number, ())) is State.SHOWN for feature in features)
    lines = [
        "# Features and what shows that each works",
        "",
        "Written by `make features` from `docs/features-list.toml` and the tests that claim each",
        "number. *shown*: a test that claims it passed and none failed; *failing*: one failed;",
        "*open*: no test, or none that ran.",
        "",
        f"**{shown} of {len(features)} shown.**",
    ]
    area = ""
    for feature in features:
        if feature.area != area:
            area = feature.area
            lines += ["", f"## {area}"]
        found = of.get(feature.number, ())
        lines += [
            "",
            f"**{feature.number}** (P{feature.priority}) {feature.title}: *{state(found).value}*",
            "",
            f"> {feature.statement}",
        ]
        if found:
            lines += ["", *(f"- `{claim.test}` {claim.outcome.value}" for claim in found)]
    return "\n".join(lines) + "\n"


def summary(features: Sequence[Feature], of: Mapping[str, tuple[Claim, ...]]) -> str:
    """The table for the terminal: one line a feature, one a test."""
    lines = []
    for feature in features:
        found = of.get(feature.number, ())
        lines.append(
            f"{feature.number:<4}P{feature.priority} {state(found).value:<8}{feature.title}"
        )
        lines += [f"      {claim.outcome.value:<8}{claim.test}" for claim in found]
    counts = {s: sum(state(of.get(f.number, ())) is s for f in features) for s in State}
    lines.append(", ".join(f"{count} {s.value}" for s, count in counts.items()))
    return "\n".join(lines)


def _run_tests(results: Path, marks: str) -> None:
    results.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-m", marks, f"--junitxml={results}"]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code not in {0, TESTS_FAILED, NOTHING_SELECTED}:
        raise click.ClickException(f"pytest could not run the tests (exit code {code})")


@click.command()
@click.option(
    "--results", type=click.Path(path_type=Path), help="Read this JUnit report, run nothing."
)
@click.option("--fast", is_flag=True, help="Leave the slow tests out; their features show as open.")
@click.option("--output", type=click.Path(path_type=Path), default=PAGE, show_default=True)
def main(results: Path | None, fast: bool, output: Path) -> None:  # noqa: FBT001 - click passes a flag
    """Print each feature with its tests and write the page; exit 1 if a feature is failing."""
    if results is None:
        results = RESULTS
        _run_tests(results, "feature and not slow" if fast else "feature")
    features = load()
    report = ET.parse(results).getroot()  # noqa: S314 - pytest wrote it a moment ago
    found = by_number(claims(report))
    output.write_text(page(features, found), encoding="utf-8")
    click.echo(summary(features, found))
    if any(state(of) is State.FAILING for of in found.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
