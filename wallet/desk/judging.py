"""Arbiters rule: ``desk rule``."""

import click

from node.chain.tx.orders import RuleOrder
from node.chain.types import ZERO_HASH, Code, Hash, Id, Minutes
from node.console.command import argument, option
from node.console.fault import usage
from node.console.language import t
from wallet.desk.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import DESK_PURPOSE, acting
from wallet.verbs.parameters import EVIDENCE, ID, MINUTES

VERDICTS = ("to-volunteer", "split", "to-payer", "void")
SPLIT = "split"


@verb("rule")
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
