"""The next release of the program: a copy of its code in a directory of its own that knows one protocol version more.

It is made of the code that runs here by two edits: the newest version that it knows, and a rule that differs. From
version v on, an order request of 720 + 30·v minutes is admitted, which every version before refuses. So a city that
runs both releases shows that the old rule holds on all nodes up to the height that was voted, and the new one after it.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import node
from node.chain.policy import ServicePolicy
from node.config import NodeHome
from scripts.chaos.trouble import Trouble

PACKAGES: Final = ("node", "wallet")
CHECK_S: Final = 60.0
LONGEST_MIN: Final = ServicePolicy().order_max_min
STEP_MIN: Final = 30
_KNOWN: Final = "KNOWN_PROTOCOL: Final = {version}\n"
_IMPORT: Final = "from node.chain.policy import "
_RULE: Final = "    _check_window(at, body)\n"
_NEW_RULE: Final = f"""\
    admitted = {{{LONGEST_MIN} + {STEP_MIN} * v for v in range(2, protocol_at(view, at.height) + 1)}}
    if body.expected_min not in admitted:
        _check_window(at, body)
"""


@dataclass(frozen=True, slots=True)
class Release:
    """One release of the program.

    Attributes:
        version: the newest protocol that it knows.
        tree: directory of its packages.
    """

    version: int
    tree: Path

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Variables under which Python takes this release's packages and no other's."""
        return {**base, "PYTHONPATH": str(self.tree), "PYTHONSAFEPATH": "1"}

    def opens(self, home: NodeHome, base: Mapping[str, str]) -> bool:
        """Whether ``timebank node upgrade-check`` of this release finds nothing against a stopped node's data."""
        line = [sys.executable, "-m", "node", "node", "upgrade-check", "--home", str(home.root)]
        done = subprocess.run(
            line, env=self.environment(base), capture_output=True, timeout=CHECK_S, check=False
        )
        return done.returncode == 0


def this_release(version: int) -> Release:
    """The code that runs here."""
    return Release(version, Path(node.__file__).parents[1])


def next_release(now: Release, tree: Path) -> Release:
    """Make the release after one.

    Args:
        now: knows all up to its version.
        tree: where the next one's code goes; nothing is there.

    Raises:
        Trouble: the code has not the lines that are edited.
    """
    version = now.version + 1
    for package in PACKAGES:
        shutil.copytree(now.tree / package, tree / package)
    _edit(
        tree / "node/chain/protocol.py",
        {_KNOWN.format(version=now.version): _KNOWN.format(version=version)},
    )
    request = tree / "node/chain/rules/orders/request.py"
    if _NEW_RULE not in request.read_text(encoding="utf-8"):
        protocol = "from node.chain.protocol import protocol_at\n"
        _edit(request, {_RULE: _NEW_RULE, _IMPORT: protocol + _IMPORT})
    return Release(version, tree)


def new_minutes(version: int) -> int:
    """Length of a request that this version of the protocol is the first to admit."""
    return LONGEST_MIN + STEP_MIN * version


def _edit(file: Path, edits: Mapping[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in edits.items():
        if text.count(old) != 1:
            raise Trouble(f"{file} has {old!r} {text.count(old)} times, not once")
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
