"""Every guard of the rules stops something: a transaction for each, its exact code, and no trace in the state."""

from functools import cache
from typing import Final, NamedTuple

import pytest

from node.chain.errors import ErrorCode, Malformed
from node.chain.tx.envelope import parse
from tests.unit.chain.rules.refusals import (
    agents,
    backlog,
    certificates,
    envelope,
    identity,
    minutes,
    organisation,
    presence,
    quotas,
    requests,
    services,
    statements,
    stops,
)
from tests.unit.chain.rules.refusals.cases import CASES
from tests.unit.chain.rules.refusals.guards import RULES, guards_of, lines_of
from tests.unit.chain.rules.refusals.wrongbytes import WRONG_BYTES

FAMILIES: Final = (
    agents,
    backlog,
    certificates,
    envelope,
    identity,
    minutes,
    organisation,
    presence,
    quotas,
    requests,
    services,
    statements,
    stops,
)
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
    "orders/presence.py",
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

NOT_OF_TRANSACTIONS: Final = {
    ErrorCode.UNKNOWN_KIND: "a peer's message of no known kind; a body of none is not canonical",
    ErrorCode.WRONG_CHAIN: "a proof, a checkpoint or a genesis document of another city",
    ErrorCode.BAD_MERKLE_PROOF: "a proof that does not hold",
    ErrorCode.MEMPOOL_FULL: "one node's pool, of which no block knows",
    ErrorCode.SENDER_PENDING_FULL: "one node's pool, of which no block knows",
}
"""Codes that the rules never give, and what is refused with them; the tests of those say so."""
NOT_IN_USE: Final = {
    ErrorCode.NOT_AGENT: "who is no agent is no party",
    ErrorCode.PAIR_LIMIT: "beyond the limits of a pair an endorsement is needed, and nothing is refused",
    ErrorCode.COVERAGE_LOW: "a redemption without coverage queues, and is not refused",
}
"""Codes that nobody gets; their numbers are kept, because a number is never used again."""


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


@pytest.mark.slow
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


def _used_by_the_rules() -> set[str]:
    """Names of the codes that the rules give somewhere."""
    modules = sorted(path.relative_to(RULES).as_posix() for path in RULES.rglob("*.py"))
    return {
        what
        for module in modules
        for guard in guards_of(module)
        for what in guard.what.split()
        if not what.endswith("()")
    }


@pytest.mark.parametrize("name", list(WRONG_BYTES))
def test_bytes_that_are_no_transaction_are_refused_with_their_code(name: str) -> None:
    """A right one is changed, so that nothing else is wrong with it."""
    code, change = WRONG_BYTES[name]
    right = next(iter(CASES.values())).prepare().signed
    assert parse(right.raw) == right
    with pytest.raises(Malformed) as refusal:
        parse(change(right.raw))
    assert refusal.value.code is code


@pytest.mark.feature("A3")
@pytest.mark.slow
def test_every_code_has_refused_a_transaction_in_this_run() -> None:
    """Not one that a test only mentions: each case is executed, and what counts is the code that came back."""
    reached = {found.code for name in CASES if (found := refusal_of(name)) is not None}
    reached |= {code for code, _ in WRONG_BYTES.values()}
    others = NOT_OF_TRANSACTIONS.keys() | NOT_IN_USE.keys()
    missing = {code.name for code in set(ErrorCode) - reached - others}
    assert not missing, f"no transaction here is refused with {sorted(missing)}"
    assert not reached & others, "a transaction is refused with it after all"


def test_a_code_that_is_not_in_use_is_given_by_no_rule() -> None:
    """Once a rule gives it, a transaction must show it."""
    assert not _used_by_the_rules() & {code.name for code in NOT_IN_USE}
