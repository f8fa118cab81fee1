"""The verbs of ``timebank govern``: the districts' operators propose and vote.

Who may import it: ``node.cli`` by name, when it is called. Never here: verbs of persons and staff.
"""

from typing import Final

from wallet.govern import mints, proposals
from wallet.govern.root import govern_group

VERBS: Final = (mints, proposals)
"""The modules whose verbs the group has."""

__all__ = ["VERBS", "govern_group"]
