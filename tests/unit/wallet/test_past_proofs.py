"""A balance of an earlier height, asked of a node's real door and checked without it."""

from pathlib import Path

import pytest

from node.chain.proof import verify_proof
from node.chain.records.actors import Person
from tests.kernel_city import GULOU
from tests.unit.wallet.city_server import closed_port
from tests.unit.wallet.node_door import NodeDoor, node_terminal

pytestmark = pytest.mark.slow


@pytest.mark.feature("F2")
def test_a_balance_of_an_earlier_height_is_proven_and_checked_offline(tmp_path: Path):
    """The proof speaks of that height; a height to come is not final, and what is final has no height of its own."""
    door = NodeDoor()
    city = door.city
    city.mint(GULOU, 6_000)
    li = city.new_person("li", GULOU)
    city.earn(li)
    before, minutes = city.executor.point.height, city.person(li).available.balance
    assert minutes
    file = tmp_path / "then.proof"
    prove = ("wallet", "prove", "account", "--out", str(file), "--height")
    with node_terminal(tmp_path / "home", door) as at:
        at.adopt("me", li)
        at.ask("wallet", "donate", "30")
        assert city.person(li).available.balance != minutes
        assert at.ask(*prove, str(before))["height"] == before
        shown = verify_proof(city.genesis, file.read_bytes()).subject
        assert isinstance(shown, Person)
        assert shown.available.balance == minutes
        error = at.fails(*prove, str(before + 9))
        assert error["code"] == "node-problem"
        assert "A15" in error["why"]
        final = ("wallet", "prove", "transaction", "00" * 32, "--out", str(file), "--height", "1")
        assert at.fails(*final)["exit"] == 3
        at.address = closed_port()
        assert at.ask("wallet", "verify-proof", str(file))["height"] == before
        audit = ("audit", "verify-proof", str(file), "--genesis")
        assert at.run(*audit, str(at.home / "config" / "genesis.json")).exit_code == 0
