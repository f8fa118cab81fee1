"""The verbs of ``timebank govern``: districts propose and vote on new minutes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.chain.records.accounts import Fund, fund_id
from node.chain.types import Code
from tests.kernel_city import DISTRICTS, GULOU
from tests.unit.wallet.terminal import Terminal, terminal


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal that holds the operators of all districts."""
    with terminal(tmp_path / "home") as made:
        for district in DISTRICTS:
            made.adopt(district, made.door.city.operator(district))
        yield made


@pytest.mark.slow
def test_a_mint_is_proposed_voted_and_reaches_the_fund(at: Terminal):
    """Two thirds of four are three."""
    first, second, third, _ = DISTRICTS
    mint = at.ask(
        "govern", "mint", "propose", "--district", "gulou", "--minutes", "100h", "--as", first
    )["created"][0]  # fmt: skip
    listed = at.ask("govern", "mint", "list", "--as", second)["mints"]
    assert [(item["id"], item["minutes"]) for item in listed] == [(mint, 6_000)]
    at.ask("govern", "mint", "vote", mint, "--yes", "--as", second)
    at.ask("govern", "mint", "vote", mint, "--yes", "--as", third)
    fund = at.door.city.get(Fund, fund_id(GULOU, 2026, Code("key-elders")))
    assert isinstance(fund, Fund)
    assert fund.free.balance == 6_000
    assert at.ask("govern", "mint", "list", "--as", second)["mints"] == []
    assert at.fails("govern", "mint", "vote", mint, "--no", "--as", second)["code"] == "not-listed"


def test_a_vote_says_for_or_against(at: Terminal):
    """Neither is the default."""
    error = at.fails("govern", "mint", "vote", "00" * 16, "--as", GULOU)
    assert error["exit"] == 3


def test_a_mint_beyond_the_budget_is_refused(at: Terminal):
    """With what is left."""
    error = at.fails(
        "govern", "mint", "propose", "--district", "gulou", "--minutes", "60000001", "--as", GULOU
    )  # fmt: skip
    assert error["code"] == "E505"
    assert "left for key-elders" in error["why"]


def test_proposals_are_listed_for_an_operator(at: Terminal):
    """With their content by name."""
    at.adopt("clerk", at.door.city.staff("recorder", GULOU))
    at.ask("desk", "propose", "open-site", "gulou", "site-9", "--as", "clerk")
    found = at.ask("govern", "list", "--as", GULOU)["proposals"]
    assert found[0]["action"] == {"kind": "OpenSite", "district": "gulou", "site": "site-9"}
    assert "OpenSite" in at.run("govern", "list", "--as", GULOU).stdout
