"""Options that several verbs take."""

from typing import Final

from node.chain.types import Code
from node.console.command import option
from node.console.language import t
from wallet.verbs.parameters import CODE, MONTH

PAYERS: Final = ("person", "fund", "pool", "city-pool")
"""Who may pay for a service."""
NO_RULE: Final = Code("-")
"""No pool pays, so no rule of a pool is named."""
FIRST_MONTH_OPTION: Final = option(
    "--from",
    "first",
    type=MONTH,
    required=True,
    help=t(zh="第一个月，如 2026-01。", en="The first month, as 2026-01."),
)
LAST_MONTH_OPTION: Final = option(
    "--until",
    "last",
    type=MONTH,
    required=True,
    help=t(zh="最后一个月，如 2026-06。", en="The last month, as 2026-06."),
)
REASON_OPTION: Final = option(
    "--reason",
    type=CODE,
    default="other",
    show_default=True,
    help=t(zh="原因代码。", en="A code for the reason."),
)
