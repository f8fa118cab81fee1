"""From errors to HTTP."""

import re

import pytest

from node.api.errors import (
    ANSWERS,
    ApiCode,
    ApiFault,
    problem_of_fault,
    problem_of_rejection,
    status_of,
)
from node.chain.errors import ErrorCode, Rejected

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("code", ErrorCode, ids=lambda code: code.name)
def test_every_refusal_of_the_ledger_has_a_status_and_both_titles(code: ErrorCode):
    """The table covers the closed list."""
    problem = problem_of_rejection(Rejected(code, "30"))
    assert problem.status in {400, 403, 404, 409, 413, 422, 429, 503}
    assert problem.code == f"E{code.value}"
    assert problem.detail == "30"
    assert HAN.search(problem.title_zh)
    assert not HAN.search(problem.title)


@pytest.mark.parametrize("code", ApiCode, ids=lambda code: code.name)
def test_every_refusal_of_a_door_has_a_status_and_both_titles(code: ApiCode):
    """The doors' own codes are as complete as the ledger's."""
    problem = problem_of_fault(ApiFault(code))
    assert 400 <= problem.status < 600
    assert re.fullmatch(r"A\d\d", problem.code)
    assert HAN.search(problem.title_zh)
    assert problem.title.endswith(".")


def test_the_tables_are_complete():
    """No code without its answer, no answer without its code."""
    assert set(ANSWERS) == set(ApiCode)


def test_who_may_try_again_can_tell():
    """A full pool and a used-up quota are told apart from what is wrong for good."""
    assert status_of(ErrorCode.MEMPOOL_FULL) == 503
    assert status_of(ErrorCode.DAILY_QUOTA) == 429
    assert status_of(ErrorCode.INSUFFICIENT_MINUTES) == 409
