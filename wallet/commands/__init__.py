"""The verbs of ``timebank wallet``: a person's own account.

Who may import it: ``node.cli`` by name, when it is called. Never here: HTTP, bytes that are signed, verbs of staff.
"""

from wallet.commands.table import wallet_group

__all__ = ["wallet_group"]
