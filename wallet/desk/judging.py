"""Arbiters rule: ``desk rule``."""

import click

from node.chain.tx.orders import RuleOrder
from node.chain.types import ZERO_HASH, Code, Hash, Id, Minutes
from node.console.command import argument, command, option
from node.console.fault import usage
from node.console.language import t
from wallet.desk.root import desk_group
from wallet.verbs.acting import DESK_PURPOSE, Acting, acting
from wallet.verbs.parameters import EVIDENCE, ID, MINUTES

VERDICTS = ("to-volunteer", "split", "to-payer", "void")
SPLIT = "split"


@command(
    desk_group,
    "rule",
    help=t(
        zh="裁决争议：给志愿者、分配、退付款方或作废。",
        en="Rule on a dispute: to the volunteer, split, to the payer, or void.",
    ),
)
@argument("order", type=ID)
@argument("verdict", type=click.Choice(VERDICTS))
@option(
    "--minutes",
    type=MINUTES,
    help=t(zh="分配时给志愿者多少。", en="For split: what the volunteer gets."),
)
@option("--evidence", type=EVIDENCE, help=t(zh="裁决书。", en="The written verdict."))
@acting(DESK_PURPOSE)
def rule(
    act: Acting, *, order: Id, verdict: str, minutes: Minutes | None, evidence: Hash | None
) -> None:
    """Rule on a dispute."""
    if (verdict == SPLIT) != (minutes is not None):
        raise usage(
            t(zh="split 要写 --minutes，别的不写", en="split takes --minutes, no other does")
        )
    found = act.order(order)
    body = RuleOrder(
        order,
        found.origin,
        found.events,
        Code(verdict),
        minutes or Minutes(0),
        evidence or ZERO_HASH,
    )
    act.perform(body, t(zh="已裁决；当事人可以申诉一次。", en="Ruled; a party may appeal once."))
