"""``govern evidence``: the districts' offences, and the file that convicts at a height, checked before it is kept."""

from pathlib import Path

import click

from node.chain.conviction import verify_conviction
from node.chain.errors import Malformed
from node.chain.types import UINT_MAX
from node.console.command import argument, option
from node.console.fault import usage
from node.console.language import t
from node.console.result import Column, Facts, Result, Table
from wallet.client.faults import strange_answer
from wallet.govern.table import verb
from wallet.session.files import write_whole
from wallet.verbs.acting import Acting
from wallet.verbs.making import reading


@verb("evidence")
@argument("height", type=click.IntRange(1, UINT_MAX), required=False)
@option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=t(zh="把该高度的定罪文件写到这里。", en="Write the file of that height here."),
)
@reading()
def evidence(act: Acting, *, height: int | None, out: Path | None) -> None:
    """Without a height the list; with one the file."""
    if (height is None) != (out is None):
        raise usage(
            t(zh="高度和 --out 要一起写", en="A height and --out go together"),
            t(
                zh="运行：timebank govern evidence 高度 --out 文件",
                en="Run: timebank govern evidence HEIGHT --out FILE",
            ),
        )
    if height is None or out is None:
        _list(act)
        return
    raw = act.client.evidence(height)
    try:
        found = verify_conviction(act.genesis, raw)
    except Malformed as fault:
        raise strange_answer(f"/v1/evidence?height={height}", fault.detail) from fault
    write_whole(out, raw)
    facts = Facts(
        (
            (t(zh="定罪文件", en="File that convicts"), str(out)),
            (t(zh="区", en="District"), found.district),
            (t(zh="高度", en="Height"), found.height),
            (t(zh="轮次", en="Round"), found.round),
            (t(zh="违规", en="Offence"), found.kind),
        )
    )
    data = {
        "file": str(out),
        "bytes": len(raw),
        "district": found.district,
        "height": found.height,
        "round": found.round,
        "kind": found.kind,
    }
    act.console.emit(Result(data, facts))


def _list(act: Acting) -> None:
    found = act.client.offences()
    columns = (
        Column(t(zh="区", en="District")),
        Column(t(zh="高度", en="Height"), "right"),
        Column(t(zh="轮次", en="Round"), "right"),
        Column(t(zh="违规", en="Offence")),
        Column(t(zh="所在区块", en="In block"), "right"),
    )
    rows = [(o.district, str(o.height), str(o.round), o.kind, str(o.block_height)) for o in found]
    table = Table(columns, rows, empty=t(zh="没有违规。", en="No offences."))
    act.console.emit(Result({"offences": found}, table))
