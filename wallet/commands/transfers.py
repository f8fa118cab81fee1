"""Minutes change hands outside orders: ``give`` to kin, ``donate`` to a pool."""

import click

from node.chain.tx.transfers import Donate, Give
from node.chain.types import Code, Id, Minutes
from node.console.command import argument, option
from node.console.formats import duration
from node.console.language import t
from wallet.commands.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import acting
from wallet.verbs.parameters import ID, MINUTES


@verb("give")
@argument("minutes", type=MINUTES)
@option(
    "--to", "recipient", type=ID, required=True, help=t(zh="亲属的账户。", en="The kin's account.")
)
@acting()
def give(act: Acting, *, minutes: Minutes, recipient: Id) -> None:
    """Give minutes to kin."""
    what = t(zh="已赠与 {long}。", en="Given: {long}.").fill(long=duration(minutes))
    act.perform(Give(recipient, minutes), what)


@verb("donate")
@argument("minutes", type=MINUTES)
@option(
    "--pool",
    type=click.Choice(("district", "city")),
    default="district",
    show_default=True,
    help=t(zh="本区的还是全市的公益池。", en="The home district's pool or the city's."),
)
@acting()
def donate(act: Acting, *, minutes: Minutes, pool: str) -> None:
    """Donate minutes."""
    what = t(zh="已捐赠 {long}，谢谢。", en="Donated {long}. Thank you.")
    done = act.perform(Donate(Code(pool), minutes), what.fill(long=duration(minutes)))
    if done is not None and done.created is not None:
        act.console.say(
            t(
                zh="这笔捐赠较大，几天内可以撤回：带上编号 {id} 到服务站。",
                en="It is a large donation; for some days it can be taken back: go to the desk with number {id}.",
            ).fill(id=done.created.hex())
        )
