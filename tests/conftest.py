"""Settings of the whole suite: search budgets, feature marks, what was left out."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

FEATURES: Final = Path(__file__).resolve().parent.parent / "docs" / "features-list.toml"
FEATURE_PROPERTY: Final = "feature"
"""Property of a test in the JUnit report that ``scripts/features.py`` reads."""

settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile(
    "fuzz", deadline=None, max_examples=20_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write feature marks into the tests' properties; refuse the number of an unknown feature."""
    with FEATURES.open("rb") as file:
        known = {feature["number"] for feature in tomllib.load(file)["feature"]}
    for item in items:
        for mark in item.iter_markers("feature"):
            for number in mark.args:
                if number not in known:
                    raise pytest.UsageError(
                        f"{item.nodeid}: no feature {number!r} in {FEATURES.name}"
                    )
                item.user_properties.append((FEATURE_PROPERTY, number))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out and why."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")] += 1
    if reasons:
        parts = "; ".join(f"{count} × {reason}" for reason, count in sorted(reasons.items()))
        terminalreporter.write_line(f"left out: {parts}")
