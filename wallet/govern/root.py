"""The noun ``govern``."""

from node.console.command import group
from node.console.language import t


@group(
    "govern",
    help=t(
        zh="各区共治：发行的提议与表决，查看提议。",
        en="Government by the districts: propose and vote on mints, list proposals.",
    ),
)
def govern_group() -> None:
    """Government by the districts."""
