"""``node evidence``: the file that convicts a district of what it said at a height, fetched from the running node."""

from pathlib import Path
from typing import Final

import click

from node.app.inquiry import ask_file
from node.chain.types import UINT_MAX
from node.config import NodeHome, load
from node.console.command import Group, argument, command, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.language import same, t
from node.console.result import Facts, Result

evidence_group: Final = Group("evidence")
"""Holds the verb until ``register`` puts it under the node's."""


def register(node_group: Group) -> None:
    """Add the verb to ``timebank node``."""
    for verb in evidence_group.commands.values():
        node_group.add_command(verb)


@command(
    evidence_group,
    "evidence",
    help=t(
        zh="取下某高度的定罪文件：同一个区签的两条互相矛盾的消息，谁都能离线核对。",
        en="Fetch the file that convicts at a height: two messages of one district that exclude each other, "
        "to be checked offline by anybody.",
    ),
)
@argument("height", type=click.IntRange(1, UINT_MAX))
@option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help=t(zh="写到哪里。", en="Where to write it."),
)
@option("--district", help=t(zh="只要这个区的。", en="Only of this district."))
@pass_console
def evidence(console: Console, *, height: int, out: Path, district: str | None) -> ExitCode:
    """Exit 2 when the node knows of none."""
    config = load(console.home, {}, console.environment)
    named = "" if district is None else f"&district={district}"
    raw = ask_file(config, f"/v1/evidence?height={height}{named}")
    if raw is None:
        said = t(
            zh="这个节点没有高度 {height} 的证据。",
            en="This node has no evidence of height {height}.",
        )
        console.emit(Result({"height": height, "found": False}, said.fill(height=height)))
        return ExitCode.INCOMPLETE
    out.write_bytes(raw)
    check = f"timebank audit verify-proof {out} --genesis {NodeHome(config.home).genesis}"
    facts = Facts(
        (
            (t(zh="文件", en="File"), same(str(out))),
            (t(zh="字节", en="Bytes"), len(raw)),
            (t(zh="核对", en="Check it with"), same(check)),
        )
    )
    data = {"height": height, "found": True, "file": str(out), "bytes": len(raw)}
    console.emit(Result(data, facts))
    return ExitCode.OK
