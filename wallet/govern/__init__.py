"""The verbs of ``timebank govern``: the districts' operators propose and vote.

Who may import it: ``node.cli`` by name, when it is called. Never here: verbs of persons and staff.
"""

from wallet.govern.table import govern_group

__all__ = ["govern_group"]
