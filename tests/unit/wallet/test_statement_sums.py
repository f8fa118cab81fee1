"""The statement explains every minute of everybody, whatever moved it: random histories behind a real node's door."""

from pathlib import Path

import pytest

from node.chain.policy import DAY_MS
from node.chain.records.corrections import Donation
from node.chain.tx.corrections import UndoDonation
from node.chain.tx.leaving import CloseAccount, FinishClosing
from node.chain.types import Code
from tests.kernel_city import GULOU, JIANYE
from tests.money_city import EVIDENCE
from tests.money_play import POLICY, Play
from tests.unit.wallet.node_door import NodeCity, NodeDoor, node_terminal

STEPS = 60


class DoorPlay(Play):
    """People who earn, give, redeem, meet and quarrel, in a city behind doors."""

    def make_city(self) -> NodeCity:
        """The city that they live in."""
        return NodeCity(POLICY)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_statement_adds_up_after_every_flow_of_minutes(tmp_path: Path, seed: int) -> None:
    """Corrections, redemptions, events, compensation, honour, donations and back: no minute is unexplained."""
    play = DoorPlay(seed)
    for _ in range(STEPS):
        play.step()
    kinds: set[str] = set()
    city = play.city
    assert isinstance(city, NodeCity)
    with node_terminal(tmp_path / "home", NodeDoor(city)) as at:
        for number, person in enumerate(play.people):
            name = f"p{number}"
            at.adopt(name, person)
            told = at.ask("wallet", "statement", "--as", name)
            assert told["adds_up"], (name, told)
            kinds |= {line["what"] for line in told["lines"] if not line["proven"]}
            assert at.run("wallet", "history", "--as", name).exit_code == 0
    assert len(kinds) > 3
    assert "other" not in kinds


@pytest.mark.slow
def test_what_somebody_inherits_is_a_line_that_says_whose_word_it_is(tmp_path: Path) -> None:
    """A closing sweeps the minutes to the bound heir; the heir's statement names it and still adds up."""
    with node_terminal(tmp_path / "home") as at:
        city = at.door.city
        mother, heir = city.new_person("mother"), at.adopt("me", city.new_person("heir"))
        city.earn(mother, 60)
        city.bind_kin(mother, heir)
        city.wait(int(city.genesis.policy.persons.succession_kin_age_ms) + DAY_MS)
        action = CloseAccount(mother, Code("death"), (heir,), EVIDENCE)
        city.two(city.staff("recorder", GULOU), city.staff("reviewer", JIANYE), action)
        city.wait(31 * DAY_MS)
        city.do(city.staff("reviewer", GULOU), FinishClosing(mother))
        told = at.ask("wallet", "statement")
        assert told["adds_up"]
        assert [(line["minutes"], line["proven"]) for line in told["lines"]] == [(60, False)]
        assert "* The minutes of these lines" in at.run("wallet", "statement").stdout


@pytest.mark.slow
def test_a_donation_given_back_is_a_line_of_its_own(tmp_path: Path) -> None:
    """Given by a proven transaction, taken back by two staff."""
    with node_terminal(tmp_path / "home") as at:
        city = at.door.city
        city.earn(at.adopt("me", city.new_person("li")), 60)
        at.ask("wallet", "donate", "40")
        donation = next(r for r in city.ledger.records.values() if isinstance(r, Donation))
        action = UndoDonation(donation.id, donation.origin, EVIDENCE)
        city.agree(action, by=("arbiter", "treasurer"))
        lines = at.ask("wallet", "statement")["lines"]
        assert [line["minutes"] for line in lines] == [60, -40, 40]
        assert [line["proven"] for line in lines] == [True, True, False]
