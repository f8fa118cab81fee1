"""The verbs of ``timebank desk``: staff register, act for others, review and rule.

Who may import it: ``node.cli`` by name, when it is called. The member of staff whose wallet acts (``--as``) signs every
verb. Never here: personal data in a transaction; only commitments to it are on the chain.
"""

from typing import Final

from wallet.desk import deciding, judging, proposing, queue, receipts, registering, reviewing
from wallet.desk.root import desk_group

VERBS: Final = (registering, receipts, proposing, deciding, queue, reviewing, judging)
"""The modules whose verbs the group has."""

__all__ = ["VERBS", "desk_group"]
