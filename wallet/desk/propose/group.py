"""The group ``desk propose`` and what its commands share."""

from collections.abc import Callable
from typing import Final

from node.chain.tx.organisation import AnyAction, Propose
from node.console.command import Command, command, group, option
from node.console.language import Text, t
from wallet.desk.table import TARGETS
from wallet.verbs.acting import Acting
from wallet.verbs.parameters import EVIDENCE, UNTIL

PROPOSED: Final[Text] = t(
    zh="已提议，等待另一人复核：desk second 编号。",
    en="Proposed. Another person seconds it: desk second ID.",
)
EVIDENCE_NEEDED: Final = option(
    "--evidence",
    type=EVIDENCE,
    required=True,
    help=t(
        zh="证据文件；只有它的哈希上链。", en="A file of evidence; only its hash goes on the chain."
    ),
)
UNTIL_NEEDED: Final = option(
    "--until", type=UNTIL, required=True, help=t(zh="到哪天。", en="Until.")
)


@group("propose", help=TARGETS["propose"].help)
def propose_group() -> None:
    """Propose an action."""


def action(name: str, help_: Text) -> Callable[[Callable[..., object]], Command]:
    """Make the command of an action; place it above all other decorators."""
    return command(propose_group, name, help=help_)


def propose(act: Acting, proposed: AnyAction) -> None:
    """Put an action forward and say what comes next."""
    act.perform(Propose(proposed), PROPOSED)
