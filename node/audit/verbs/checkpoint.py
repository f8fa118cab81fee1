"""``audit checkpoint``: the text that a district, a newspaper or a witness may publish of an archive."""

from pathlib import Path
from typing import Final

import click

from node.audit.checkpoints import text_at
from node.audit.group import BUFFER_BYTES, archive_argument, audit_group, genesis_option
from node.audit.inputs import read_genesis
from node.audit.structure import Walk
from node.console.command import command, option
from node.console.console import Console, pass_console
from node.console.fault import incomplete
from node.console.formats import instant
from node.console.language import Text, t
from node.console.result import Facts, Result

FORMAT: Final = "timebank-checkpoint/1"


@command(
    audit_group,
    "checkpoint",
    help=t(
        zh="由归档算出可以公布的检查点：日志的长度和根。只核结构；规则由 verify 核。",
        en="Derive a checkpoint ready to publish from an archive: size and root of the log. "
        "Checks the structure only; verify checks the rules.",
    ),
)
@archive_argument
@genesis_option
@option(
    "--at",
    type=click.IntRange(min=1),
    help=t(zh="哪个高度；默认末块。", en="At which height; the last block by default."),
)
@pass_console
def checkpoint(console: Console, archive: Path, genesis: Path, at: int | None) -> None:
    """Walk to the height and print the text there."""
    trusted = read_genesis(genesis)
    with archive.open("rb", BUFFER_BYTES) as source:
        walk = Walk(source, trusted)
        point = None
        for step in walk.steps():
            # The walk goes on to the end: a certificate may still disown a block.
            if at is None or step.after.height == at:
                point = step.after
    if point is None:
        raise incomplete(
            t(zh="归档没有这个高度", en="The archive has no block of this height"),
            t(zh="换一份更新的归档，或去掉 --at。", en="Take a newer archive, or leave out --at."),
        )
    text = text_at(trusted, point)
    size, root = point.frontier.size, point.frontier.root()
    shown = Facts(
        [
            (t(zh="高度", en="Height"), point.height),
            (t(zh="区块时间", en="Block time"), instant(point.time_ms)),
        ],
        t(zh="检查点", en="Checkpoint"),
    )
    console.emit(
        Result(
            {
                "format": FORMAT,
                "height": point.height,
                "time_ms": point.time_ms,
                "size": size,
                "root": root.hex(),
                "text": text,
            },
            [Text(text.rstrip(), text.rstrip()), shown],
        )
    )
