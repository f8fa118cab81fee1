"""``timebank node snapshot`` and ``node init --from-snapshot``."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from node.app.assembly import DistrictNode
from node.app.joining import begin_home_from
from node.app.shelf import SnapshotShelf
from node.app.storage import translated
from node.chain.genesis import Genesis
from node.chain.snapshot import SnapshotCode, SnapshotRefused
from node.chain.types import Hash, Height
from node.config import NodeHome, load
from node.console.command import Group, command, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.fault import Fault, fault, usage
from node.console.language import same, t
from node.console.result import Facts, Result
from node.runtime.snapshots import capture, verified
from node.store.blocklog import segment_names
from node.store.faults import StorageCode, StorageFault
from node.store.files import RealFiles
from node.store.snapshotfiles import SnapshotFiles

snapshot_group: Final = Group("snapshots")
"""Holds the verb until ``register_snapshot`` puts it under the node's."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    path: str
    height: Height
    state_root: Hash
    records: int


def register_snapshot(node_group: Group) -> None:
    """Add the verb to ``timebank node``."""
    for verb in snapshot_group.commands.values():
        node_group.add_command(verb)


@command(
    snapshot_group,
    "snapshot",
    help=t(
        zh="把状态快照写到目录：节点运行时是最近一次的快照，停止时是最新高度的。",
        en="Write a snapshot of the state: the newest that a running node keeps, or at the tip of a stopped one.",
    ),
)
@option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help=t(zh="空目录或新目录。", en="An empty directory, or a new one."),
)
@pass_console
def snapshot_verb(console: Console, out: Path) -> None:
    """Every byte is verified from genesis on before the verb says that it is written."""
    home = NodeHome(console.home)
    if out.exists() and any(out.iterdir()):
        why = t(zh="{path} 不是空目录", en="{path} is not empty").fill(path=str(out))
        raise usage(why)
    genesis = home.read_genesis()
    with translated(console.home), refusals():
        target = SnapshotFiles(RealFiles(out))
        _write(console, home, target)
        manifest, records = verified(genesis, target)
    header = manifest.block.header
    written = Written(str(out), header.height, header.state_root, len(records))
    facts = (
        (t(zh="目录", en="Directory"), written.path),
        (t(zh="高度", en="Height"), written.height),
        (t(zh="状态根", en="State root"), written.state_root.hex()),
        (t(zh="记录", en="Records"), written.records),
    )
    console.emit(Result(written, Facts(facts)))


def begin_from_given(console: Console, source: Path) -> None:
    """The base of a home that has no blocks, from a directory.

    Raises:
        node.console.fault.Fault: the home has blocks or no genesis (exit 3), the snapshot does not prove itself (1).
    """
    home = NodeHome(console.home)
    if not home.genesis.exists():
        raise usage(t(zh="还需要 --genesis", en="--genesis is needed, too"))
    if segment_names(RealFiles(home.data)):
        raise usage(t(zh="这个节点已有区块", en="This node has blocks already"))
    genesis: Genesis = home.read_genesis()
    with translated(console.home), refusals():
        height = begin_home_from(home, genesis, source)
    said = t(zh="从高度 {height} 的快照开始", en="Begins from a snapshot of height {height}")
    console.progress(said.fill(height=height))


def _write(console: Console, home: NodeHome, target: SnapshotFiles) -> None:
    config = load(console.home, {}, console.environment)
    node = DistrictNode(config, home.read_genesis(), home.read_keys())
    with ExitStack() as stack:
        try:
            node.open(stack)
        except StorageFault as fault:
            if fault.code is not StorageCode.IN_USE:
                raise
            _copy_newest(home, target)
            return
        held = capture(node.executor)
        if held is None:
            raise SnapshotRefused(SnapshotCode.INCOMPLETE, "there is no block yet")
        held.write(target)


def _copy_newest(home: NodeHome, target: SnapshotFiles) -> None:
    """Of a running node; two are kept, so the newest is not taken away meanwhile."""
    shelf = SnapshotShelf(home.snapshots)
    newest = shelf.newest()
    kept = None if newest is None else shelf.at(newest)
    if kept is None:
        reason = "the running node has made none yet (snapshots.every_blocks)"
        raise SnapshotRefused(SnapshotCode.INCOMPLETE, reason)
    manifest, _ = verified(home.read_genesis(), kept)
    target.write(kept.manifest(), (kept.chunk(i) for i in range(len(manifest.chunks))))


class refusals:  # noqa: N801 - read as a function
    """Turns a refused snapshot into an error with its number (exit 1)."""

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Say it."""
        if isinstance(error, SnapshotRefused):
            raise _said(error) from error


def _said(refused: SnapshotRefused) -> Fault:
    return fault(
        f"N{refused.code.value:02}",
        ExitCode.REFUSED,
        what=t(zh="快照不能使用", en="The snapshot cannot be used"),
        why=same(refused.reason),
        remedy=t(
            zh="用另一个区的快照；含义见 docs/spec/snapshots.md。",
            en="Use another district's snapshot; docs/spec/snapshots.md says what the number means.",
        ),
    )
