"""The statement explains every minute of everybody, whatever moved it: random histories behind a real node's door."""

from pathlib import Path

import pytest

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
