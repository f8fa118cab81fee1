"""Proposals of staff, as an operator sees them: ``govern list``."""

from node.chain.types import Code
from node.console.command import command, option
from node.console.language import t
from node.console.result import Column, Result, Table
from wallet.govern.root import govern_group
from wallet.verbs.acting import Acting, reading
from wallet.verbs.parameters import CODE
from wallet.verbs.values import one_line


@command(govern_group, "list", help=t(zh="列出两人共办的提议。", en="List proposals of two staff."))
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
