"""``audit evidence ARCHIVE``: who broke the protocol, and a file for each that proves it to anybody."""

from pathlib import Path

from node.audit.convictions import Found, convictions_of
from node.audit.group import BUFFER_BYTES, FOLDER, archive_argument, audit_group, genesis_option
from node.audit.inputs import read_genesis
from node.audit.proofs import convicted_data
from node.console.command import command, option
from node.console.console import Console, pass_console
from node.console.language import t
from node.console.result import Column, Result, Table


@command(
    audit_group,
    "evidence",
    help=t(
        zh="列出归档里各区违反协议的证据；可各导出一个文件，任何人用 verify-proof 即可核验。",
        en="List the evidence against districts in an archive; export a file of each, which anybody checks "
        "with verify-proof.",
    ),
)
@archive_argument
@genesis_option
@option(
    "--export",
    "folder",
    type=FOLDER,
    help=t(zh="把每份证据写进这个目录。", en="Write each piece of evidence into this folder."),
)
@pass_console
def evidence(console: Console, archive: Path, genesis: Path, folder: Path | None) -> None:
    """Read the structure; execute nothing."""
    found = convictions_of(read_genesis(genesis), lambda: archive.open("rb", BUFFER_BYTES))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for one in found:
            (folder / _name(one)).write_bytes(one.file)
    columns = (
        Column(t(zh="区", en="District")),
        Column(t(zh="高度", en="Height"), "right"),
        Column(t(zh="轮次", en="Round"), "right"),
        Column(t(zh="方式", en="How")),
        Column(t(zh="载于区块", en="In block"), "right"),
        Column(t(zh="文件", en="File")),
    )
    rows = [
        (
            one.convicted.district,
            one.convicted.height,
            one.convicted.round,
            one.convicted.kind,
            one.block_height,
            _name(one),
        )
        for one in found
    ]
    data = [
        convicted_data(one.convicted) | {"block_height": one.block_height, "file": _name(one)}
        for one in found
    ]
    empty = t(zh="没有证据。", en="No evidence.")
    console.emit(Result({"evidence": data}, Table(columns, rows, empty=empty)))


def _name(found: Found) -> str:
    return f"{found.convicted.district}-{found.convicted.height}.conviction"
