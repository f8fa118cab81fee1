"""Proposals of staff, as an operator sees them: ``govern list``."""

from node.chain.types import Code
from node.console.command import option
from node.console.language import t
from node.console.result import Column, Result, Table
from wallet.govern.table import verb
from wallet.verbs.acting import Acting
from wallet.verbs.making import reading
from wallet.verbs.parameters import CODE
from wallet.verbs.values import one_line


@verb("list")
@option("--district", type=CODE, help=t(zh="只看这个区。", en="Only of this district."))
@option(
    "--state",
    type=CODE,
    default="open",
    show_default=True,
    help=t(zh="只看这个状态。", en="Only in this state."),
)
@reading()
def list_(act: Acting, *, district: Code | None, state: Code) -> None:
    """List proposals."""
    filters = {"state": str(state)} | ({} if district is None else {"district": str(district)})
    found = list(act.client.proposals(act.signer, filters))
    columns = (
        Column(t(zh="提议", en="Proposal")),
        Column(t(zh="内容", en="Content")),
        Column(t(zh="状态", en="State")),
    )
    rows = [(item.id, one_line(item.action), item.state) for item in found]
    empty = t(zh="没有。", en="None.")
    act.console.emit(Result({"proposals": found}, Table(columns, rows, empty=empty)))
