"""A terminal in front of a city: commands with a home, a node, a password and any number of wallets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from click.testing import Result as Outcome

from node.chain.genesis_document import to_document
from node.chain.types import Id
from node.cli import root
from tests.kernel_city import KernelCity
from tests.unit.wallet.city_server import CityDoor, serving
from wallet.home import WalletHome
from wallet.keystore import Cost, seal
from wallet.secret import Secret
from wallet.session.accounts import Slip, remember

PASSWORD = "correct horse"  # noqa: S105 - of keys made here
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)


@dataclass
class Terminal:
    """Commands of one home against one city."""

    door: Any
    """A ``CityDoor``, or the door of a real node."""
    address: str
    home: Path

    def run(self, *line: str, given: str = "") -> Outcome:
        """One command."""
        variables = {
            "TIMEBANK_HOME": str(self.home),
            "TIMEBANK_NODE": self.address,
            "TIMEBANK_PASSWORD": PASSWORD,
            "TIMEBANK_LANG": "en",
        }
        return CliRunner().invoke(root, line, env=variables, input=given, prog_name="timebank")

    def ask(self, *line: str) -> Any:  # noqa: ANN401 - a JSON document
        """One command that must succeed, as its JSON document."""
        outcome = self.run(*line, "--json")
        assert outcome.exit_code == 0, outcome.stderr + outcome.stdout
        assert outcome.stdout.count("\n") == 1
        return json.loads(outcome.stdout)

    def fails(self, *line: str) -> dict[str, Any]:
        """The error object of a command that must fail."""
        outcome = self.run(*line, "--json")
        assert outcome.exit_code != 0
        error: dict[str, Any] = json.loads(outcome.stdout)["error"]
        assert error["exit"] == outcome.exit_code
        assert "Traceback" not in outcome.stderr
        return error

    def adopt(self, name: str, account: Id) -> Id:
        """A wallet for an account that the city knows."""
        wallets = WalletHome(self.home)
        seed = Secret(self.door.city.seeds[account])
        wallets.save(name, seal(seed, PASSWORD, path="m/44'/1'/0'/0'", created_ms=0, cost=CHEAP))
        remember(wallets, name, Slip.of(self.door.city.chain_id, account))
        return account


def write_genesis(home: Path, document: object) -> None:
    """Let a home know its city."""
    config = home / "config"
    config.mkdir(parents=True)
    (config / "genesis.json").write_text(json.dumps(document))


@contextmanager
def terminal(home: Path, city: KernelCity | None = None) -> Iterator[Terminal]:
    """A terminal whose home knows its city."""
    door = CityDoor(city or KernelCity())
    write_genesis(home, to_document(door.city.genesis))
    with serving(door) as address:
        yield Terminal(door, address, home)
