"""Every command of ``docs/operations.md``, typed as it stands there, on a real city of four.

A command that is added to the page needs a line here that says of which node it is typed and how it ends.
"""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from node.app.shelf import SnapshotShelf
from node.city.processes import wait_until
from node.cli import root
from node.config import NodeHome
from scripts.chaos.checks import require_one_word
from scripts.chaos.rig import HEAL_S, POLL_S
from tests.e2e.test_snapshot_join import EVERY, SnapshotRig
from tests.unit.app.test_operations_page import LINES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

RUNNING = (
    "timebank node status",
    "timebank node doctor --home DIR",
    "timebank node export -o archive.bin",
    "timebank audit verify archive.bin --genesis genesis.json",
    "timebank govern evidence --node URL",
    "timebank node snapshot --out DIR",
)
"""Of a node that runs; each ends with 0."""
STANDING = (
    "timebank node doctor --home DIR",
    "timebank node config-check",
    "timebank node upgrade-check --home DIR",
    "timebank node scrub",
    "timebank node rebuild --home DIR",
    "timebank node repair",
    "timebank node repair --home DIR",
    "timebank node rejoin --home DIR",
    "timebank node sign-anyway --height H",
)
"""Of a node that stands still, in this order; each ends with 0."""
LOST_DISK = "timebank node init --genesis genesis.json --district CODE --from-snapshot DIR"
NOT_TYPED = {
    "timebank node": "names all of them",
    "timebank node rotate-key --key NAME": "needs a motion (tests/e2e/test_succession.py)",
    "timebank node rotate-key --key NAME --prove MOTION ROOT": "needs a motion",
    "timebank node rotate-key --finish": "needs a motion",
    "timebank govern motion propose rotate-keys --seat FILE": "needs a motion",
    "timebank node export": "typed with its file",
    "timebank node start": "the city's nodes are started with it",
    "timebank city up": "the city's nodes are not started by it here",
    "timebank node regenesis install": "needs a city that was founded anew",
}


class Desk:
    """Types the page's lines with the words of one node in place of its capitals."""

    def __init__(self, rig: SnapshotRig, district: str, place: Path) -> None:
        self._home = rig.home(district)
        self._words = {
            "archive.bin": str(place / "archive.bin"),
            "genesis.json": str(self._home.genesis),
            "CODE": district,
            "URL": rig.city.doors(district).public,
        }

    @property
    def home(self) -> NodeHome:
        """Of the node."""
        return self._home

    def type(self, line: str, **words: object) -> str:
        """What a line says; it has to end well."""
        known = {**self._words, "DIR": str(self._home.root), **words}
        typed = [str(known.get(word, word)) for word in line.split()[1:]]
        environment = {"TIMEBANK_HOME": str(self._home.root), "TIMEBANK_LANG": "en"}
        done = CliRunner().invoke(root, typed, env=environment, prog_name="timebank")
        assert done.exit_code == 0, f"{line}: {done.stdout}{done.stderr}"
        return done.stdout


def test_no_command_of_the_page_is_left_out() -> None:
    """Nor is one typed that does not stand there."""
    mentioned = {re.sub(r" --home DIR$", "", line) for line in LINES} - set(NOT_TYPED)
    typed = {re.sub(r" --home DIR$", "", line) for line in (*RUNNING, *STANDING, LOST_DISK)}
    assert typed == mentioned


@pytest.mark.feature("K7", "K8")
def test_every_command_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    """While the node runs, while it stands still, and after it has lost its disk; then the city is of one mind."""
    with SnapshotRig(tmp_path, 4, 4) as rig:
        victim = rig.districts[1]
        desk, carried = Desk(rig, victim, tmp_path), tmp_path / "carried"
        shelf = SnapshotShelf(desk.home.snapshots)
        assert wait_until(lambda: (shelf.newest() or 0) >= EVERY, HEAL_S, POLL_S)
        for line in RUNNING:
            desk.type(line, **({"DIR": carried} if "snapshot" in line else {}))

        rig.city.stop(victim)
        height = desk.type("timebank node scrub")
        assert "Sound blocks" in height
        tip = int(re.findall(r"Height +(\d+)", desk.type("timebank node rebuild"))[0])
        for line in STANDING:
            desk.type(line, H=tip)
        rig.start(victim)
        rig.settle()

        rig.city.stop(victim)
        rig.wipe(victim)
        desk.type(LOST_DISK, DIR=carried)
        rig.start(victim)
        rig.settle()
        assert require_one_word(rig) > 0
