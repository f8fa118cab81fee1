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
        "motion": Target(
            "wallet.govern.motions:motion_group",
            t(
                zh="动议：政策、服务目录、席位；由各区表决。",
                en="Motions on policy, catalogue and seats, voted by the districts.",
            ),
        ),
        "settlement": Target(
            "wallet.govern.settlements:settlement_group",
            t(
                zh="区与区之间的结算：头寸、发起、同意。",
                en="Settlement between districts: positions, propose, agree.",
            ),
        ),
        "move-homes": Target(
            "wallet.govern.mergers:move_homes",
            t(
                zh="合并之后，把人和基金迁到继任区。",
                en="After a merger persons and funds go to the successor, some at a time.",
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
        zh="各区共治：发行、动议、结算的提议与表决，违规的证据。",
        en="Government by the districts: mints, motions, settlements, evidence of offences.",
    ),
)
"""The noun ``govern``."""


def verb(name: str) -> Make:
    """Make the command of a verb; its help stands in the table."""
    return make_verb(name, TARGETS)
