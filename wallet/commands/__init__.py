"""The verbs of ``timebank wallet``: a person's own account.

Who may import it: ``node.cli`` by name, when it is called. Never here: HTTP, bytes that are signed, verbs of staff.
"""

from typing import Final

from wallet.commands import (
    account,
    agents,
    keys,
    kin,
    linking,
    orders,
    proving,
    requesting,
    sending,
    serving,
    transfers,
)
from wallet.commands.root import wallet_group

VERBS: Final = (
    keys,
    linking,
    account,
    orders,
    requesting,
    serving,
    transfers,
    kin,
    agents,
    proving,
    sending,
)
"""The modules whose verbs the group has."""

__all__ = ["VERBS", "wallet_group"]
