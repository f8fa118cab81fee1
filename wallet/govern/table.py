"""The verbs of ``govern``: where each one lives and what it is for.

A verb is imported when it is called, so that ``timebank govern --help`` answers at once.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from node.console.language import t
from node.console.lazy import LazyGroup, Target
from wallet.verbs.naming import Make, make_verb

TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {
        "mint": Target(
            "wallet.govern.mints:mint_group",
            t(
                zh="向基金发行时间，由各区表决。",
                en="New minutes into a fund, voted by the districts.",
            ),
        ),
        "evidence": Target(
            "wallet.govern.evidence:evidence",
            t(
                zh="列出各区的违规；取下某高度的定罪文件，谁都能离线核对。",
                en="List the districts' offences; fetch the file that convicts at a height, to be checked offline.",
            ),
        ),
        "list": Target(
            "wallet.govern.proposals:list_",
            t(zh="列出两人共办的提议。", en="List proposals of two staff."),
        ),
    }
)
"""Verb to the place of its command, with its help."""

govern_group: Final = LazyGroup(
    "govern",
    targets=TARGETS,
    help_text=t(
        zh="各区共治：发行的提议与表决，查看提议。",
        en="Government by the districts: propose and vote on mints, list proposals.",
    ),
)
"""The noun ``govern``."""


def verb(name: str) -> Make:
    """Make the command of a verb; its help stands in the table."""
    return make_verb(name, TARGETS)
