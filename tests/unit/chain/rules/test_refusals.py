"""Every guard of the rules stops something: a transaction for each, its exact code, and no trace in the state."""

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from node.chain.errors import ErrorCode
from tests.unit.chain.rules.refusals import (
    backlog,
    envelope,
    identity,
    minutes,
    organisation,
    requests,
    services,
    statements,
)
from tests.unit.chain.rules.refusals.cases import CASES
from tests.unit.chain.rules.refusals.guards import RULES, guards_of, lines_of

FAMILIES: Final = (
    backlog,
    envelope,
    identity,
    minutes,
    organisation,
    requests,
    services,
    statements,
)
TESTS: Final = Path(__file__).parent
MODULES: Final = (
    "envelope.py",
    "guards.py",
    "identity.py",
    "issuance.py",
    "newkeys.py",
    "organisation.py",
    "serving.py",
    "transfers.py",
    "orders/confirmation.py",
    "orders/dispute.py",
    "orders/moves.py",
    "orders/parties.py",
    "orders/request.py",
    "orders/service.py",
    "orders/settlement.py",
    "orders/timers.py",
)
"""Modules each of whose guards has a case here; the other families' guards are tested where their stories are told."""
TOLD_ELSEWHERE: Final = {
    ("guards.py", "require_evidence", "RECORD_FIELD_MISSING"): "test_corrections",
    ("guards.py", "require_unrelated", "RELATED_PERSONS"): "test_events",
    ("organisation.py", "_require_place", "WRONG_DISTRICT"): "test_recovery",
    ("guards.py", "known_person", "CLOSED_ACCOUNT"): "test_leaving",
    ("identity.py", "_accept_kin", "active_person()"): "test_leaving",
    ("organisation.py", "_check_kin", "active_person() active_person()"): "test_leaving",
    ("orders/request.py", "_request", "CLOSED_ACCOUNT"): "test_leaving",
    ("organisation.py", "_require_place", "ROLE_MISSING"): "test_recovery",
}
"""Guards that only the other families reach."""
STOPS: Final = frozenset(
    {
        "require_not_paused()",
        "require_not_suspended()",
        "require_guardian()",
        "require_guardian_beside()",
    }
)
"""Guards of a human stop, which test_safety tells about, and of guarded persons, which test_circle does."""
NEVER_REACHED: Final = {
    ("orders/dispute.py", "_appeal", "ALREADY_DONE"): "after an appeal no verdict waits again",
    ("envelope.py", "check_envelope", "UNKNOWN_SUITE"): "there is one suite, so no key has another",
    ("orders/request.py", "publish", "known_person()"): "no account with an open order is closed",
}
"""Guards that no transaction can reach today, and why they stand there all the same."""


class Refusal(NamedTuple):
    """What is kept of a fault, whose traceback would keep its city alive."""

    code: ErrorCode
    detail: str
    lines: frozenset[tuple[str, int]]


@cache
def refusal_of(name: str) -> Refusal | None:
    """What became of a case's transaction; None if it was admitted."""
    city, signed, after_ms = CASES[name].prepare()
    fault = city.attempt(signed, after_ms)
    return Refusal(fault.code, str(fault), lines_of(fault)) if fault else None


@pytest.mark.parametrize("name", list(CASES))
def test_the_transaction_is_refused_with_its_code(name: str) -> None:
    """And the state root is that of a block without it."""
    refusal = refusal_of(name)
    assert refusal is not None, "admitted"
    assert refusal.code == CASES[name].code, refusal.detail


def test_every_guard_of_the_rules_has_refused_something() -> None:
    """A guard that no transaction reaches protects nothing, or nobody has tried it."""
    reached = {place for name in CASES if (found := refusal_of(name)) for place in found.lines}
    idle = [
        str(guard)
        for module in MODULES
        for guard in guards_of(module)
        if (guard.module, guard.function, guard.what) not in NEVER_REACHED | TOLD_ELSEWHERE
        and guard.what not in STOPS
        and not any((guard.module, line) in reached for line in range(guard.first, guard.last + 1))
    ]
    assert not idle, "\n".join(idle)


def test_every_code_of_the_rules_is_expected_by_a_test() -> None:
    """Codes are numbers that wallets and manuals explain: each that a rule uses is seen by a test at least once."""
    modules = sorted(path.relative_to(RULES).as_posix() for path in RULES.rglob("*.py"))
    used = {
        what
        for module in modules
        for guard in guards_of(module)
        if (guard.module, guard.function, guard.what) not in NEVER_REACHED
        for what in guard.what.split()
        if not what.endswith("()")
    }
    texts = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py"))
    expected = set(re.findall(r"ErrorCode\.([A-Z_]+)", texts))
    assert used <= expected, sorted(used - expected)
