"""The verbs of ``timebank desk``: staff register, act for others, review and rule.

Who may import it: ``node.cli`` by name, when it is called. The member of staff whose wallet acts (``--as``) signs every
verb. Never here: personal data in a transaction; only commitments to it are on the chain.
"""

from wallet.desk.table import desk_group

__all__ = ["desk_group"]
