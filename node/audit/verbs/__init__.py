"""Verbs of ``timebank audit`` beside ``verify``: one module each, which registers itself with the group.

Who may import it: ``node.audit.commands``. Never here: a check; those are modules of ``node.audit`` that need no
command line.
"""

from importlib import import_module
from typing import Final

NAMES: Final = (
    "compare",
    "checkpoint",
    "sample",
    "prove",
    "supply",
    "evidence",
    "witness",
    "signals",
    "report",
)


def register() -> None:
    """Add every verb to the group."""
    for name in NAMES:
        import_module(f"node.audit.verbs.{name}")
