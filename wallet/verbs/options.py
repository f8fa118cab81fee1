"""Options that several verbs take."""

from typing import Final

from node.chain.types import Code
from node.console.command import option
from node.console.language import t
from wallet.verbs.parameters import CODE

PAYERS: Final = ("person", "fund", "pool", "city-pool")
"""Who may pay for a service."""
NO_RULE: Final = Code("-")
"""No pool pays, so no rule of a pool is named."""
REASON_OPTION: Final = option(
    "--reason",
    type=CODE,
    default="other",
    show_default=True,
    help=t(zh="原因代码。", en="A code for the reason."),
)
