"""``timebank node``: one district's node."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from node.app.assembly import DistrictNode
from node.app.doctor.verbs import register as register_doctor
from node.app.evidence import register as register_evidence
from node.app.inquiry import ask_operations, ask_public, save_export
from node.app.joining import join_if_empty
from node.app.logs import set_up_logs
from node.app.making import make_home
from node.app.recovery_verbs import register
from node.app.regenesis_verbs import register_regenesis
from node.app.rotation import register as register_rotation
from node.app.running import run_node
from node.app.snapshot_verbs import begin_from_given, register_snapshot
from node.app.storage import translated
from node.config import NodeHome, check, load
from node.console.command import command, group, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.formats import instant
from node.console.language import Text, same, t
from node.console.result import Column, Facts, Result, Table

_PATH = click.Path(path_type=Path)


@group("node", help=t(zh="一个区的节点。", en="One district's node."))
def node_group() -> None:
    """The verbs of a node."""


@command(
    node_group,
    "init",
    help=t(
        zh="在新目录里建立一个节点：密钥、创世文件、空的投票日志。",
        en="Make a node in a new home: keys, genesis, an empty vote log.",
    ),
)
@option("--genesis", type=_PATH, help=t(zh="创世文件。", en="The genesis file."))
@option("--district", help=t(zh="区的代码。", en="Code of the district."), required=True)
@option(
    "--from-snapshot",
    type=_PATH,
    help=t(zh="由快照目录开始，不从第一块执行。", en="Begin from the snapshot in a directory."),
)
@pass_console
def init(console: Console, genesis: Path | None, district: str, from_snapshot: Path | None) -> None:
    """Without ``--genesis`` only keys are made, whose public halves a founding ceremony collects."""
    made = make_home(NodeHome(console.home), genesis, district)
    if from_snapshot is not None:
        begin_from_given(console, from_snapshot)
    pairs = [(same(name), key.hex()) for name, key in made.public_keys.items()]
    title = t(zh="公钥（交给建城的人）", en="Public keys (for the founding of the city)")
    console.emit(Result(made, Facts(tuple(pairs), title)))


@command(
    node_group,
    "start",
    help=t(zh="启动节点，直到收到停止信号。", en="Run the node until told to stop."),
)
@pass_console
def start(console: Console) -> None:
    """Run in the foreground; structured logs go to stderr."""
    config = load(console.home, {}, console.environment)
    set_up_logs(config.log_level, config.log_format)
    home = NodeHome(config.home)
    genesis, keys = home.read_genesis(), home.read_keys()
    with translated(config.home):
        join_if_empty(home, config, genesis)
        node = DistrictNode(config, genesis, keys)
        asyncio.run(run_node(node, partial(load, console.home, {}, console.environment)))


@command(
    node_group,
    "status",
    help=t(zh="节点现在的情况，以及在等谁。", en="Where the node stands, and whom it waits for."),
)
@pass_console
def status(console: Console) -> ExitCode:
    """Ask the running node; exit 2 while it is not ready."""
    answer = ask_public(load(console.home, {}, console.environment), "/v1/status")
    waiting, reasons = _words(answer["waiting_for"]), _words(answer["reasons"])
    facts = Facts(
        (
            (t(zh="区", en="District"), str(answer["district"])),
            (t(zh="就绪", en="Ready"), t(zh="是", en="yes") if answer["ready"] else reasons),
            (t(zh="高度", en="Height"), int(str(answer["height"]))),
            (t(zh="区块时间", en="Block time"), instant(int(str(answer["time_ms"])))),
            (t(zh="轮次", en="Round"), int(str(answer["round"]))),
            (t(zh="步骤", en="Step"), str(answer["step"])),
            (t(zh="在等", en="Waiting for"), waiting),
            (t(zh="待处理交易", en="Pending transactions"), int(str(answer["pending"]))),
            (t(zh="协议版本", en="Protocol"), _protocol(answer)),
            (t(zh="上链的违规", en="Offences on the chain"), int(str(answer["offences"]))),
            (t(zh="最早的区块", en="Blocks from"), int(str(answer["blocks_from"]))),
            (t(zh="区块", en="Block"), str(answer["block_id"])),
            (t(zh="状态根", en="State root"), str(answer["state_root"])),
        )
    )
    console.emit(Result(answer, facts))
    return ExitCode.OK if answer["ready"] else ExitCode.INCOMPLETE


@command(
    node_group,
    "peers",
    help=t(
        zh="其他区的节点，以及是否连上。", en="The other districts' nodes, and whether connected."
    ),
)
@pass_console
def peers(console: Console) -> None:
    """Ask the running node."""
    answer = ask_public(load(console.home, {}, console.environment), "/v1/status")
    listed = answer["peers"]
    assert isinstance(listed, list)
    columns = (Column(t(zh="区", en="District")), Column(t(zh="连接", en="Connected")))
    rows = [
        (
            same(str(peer["district"])),
            t(zh="是", en="yes") if peer["connected"] else t(zh="否", en="no"),
        )
        for peer in listed
    ]
    console.emit(Result(listed, Table(columns, rows)))


@command(
    node_group,
    "export",
    help=t(zh="把整条链导出为一个档案文件。", en="Export the whole chain as one archive file."),
)
@option(
    "--output", "-o", type=_PATH, required=True, help=t(zh="写到哪里。", en="Where to write it.")
)
@pass_console
def export(console: Console, output: Path) -> None:
    """Stream it from the running node's operations door; the file appears only when it is whole."""
    config = load(console.home, {}, console.environment)
    console.progress(t(zh="正在导出……", en="Exporting..."))
    size = save_export(config, output)
    said = t(zh="已写入 {path}，{size} 字节。", en="Wrote {path}, {size} bytes.")
    data = {"path": str(output), "bytes": size}
    console.emit(Result(data, said.fill(path=str(output), size=str(size))))


@command(
    node_group,
    "config-check",
    help=t(zh="检查配置，列出每一处错误。", en="Check the configuration; list every mistake."),
)
@pass_console
def config_check(console: Console) -> ExitCode:
    """All mistakes at once, with lines and what would be accepted."""
    mistakes = check(console.home, {}, console.environment)
    columns = (
        Column(t(zh="位置", en="Place")),
        Column(t(zh="设置", en="Setting")),
        Column(t(zh="现有", en="Found")),
        Column(t(zh="可用", en="Accepted")),
    )
    rows = [
        (same(f"{m.place}:{m.line}" if m.line else m.place), same(m.name), m.found, m.accepts)
        for m in mistakes
    ]
    empty = t(zh="配置没有错误。", en="The configuration is in order.")
    console.emit(Result(mistakes, Table(columns, rows, empty=empty)))
    return ExitCode.USAGE if mistakes else ExitCode.OK


@command(
    node_group,
    "config-show",
    help=t(zh="显示每个设置。", en="Show every setting."),
)
@option("--origin", is_flag=True, help=t(zh="也显示来自哪里。", en="Also where each came from."))
@pass_console
def config_show(console: Console, *, origin: bool) -> None:
    """The settings in force; ``--origin`` adds flag, env, file or default."""
    shown = load(console.home, {}, console.environment).shown()
    columns = [Column(t(zh="设置", en="Setting")), Column(t(zh="值", en="Value"))]
    if origin:
        columns.append(Column(t(zh="来自", en="Origin")))
    rows = [
        (name, value, source.value) if origin else (name, value) for name, value, source in shown
    ]
    data = {name: {"value": value, "origin": source.value} for name, value, source in shown}
    console.emit(Result(data, Table(tuple(columns), rows)))


@command(
    node_group,
    "clock",
    help=t(
        zh="节点的时钟；排演的城市走得更快。", en="The node's clock; a rehearsal's runs faster."
    ),
)
@pass_console
def clock(console: Console) -> None:
    """Ask the operations door."""
    answer = ask_operations(load(console.home, {}, console.environment), "/clock")
    facts = Facts(
        (
            (t(zh="现在", en="Now"), instant(int(str(answer["now_ms"])))),
            (t(zh="快多少倍", en="Rate"), int(str(answer["rate"]))),
            (t(zh="已跳过毫秒", en="Leapt, ms"), int(str(answer["leap_ms"]))),
        )
    )
    console.emit(Result(answer, facts))


def _protocol(answer: Mapping[str, object]) -> Text:
    """The version in force, the one that waits, and whether this release knows it."""
    now, known, coming, height = (
        int(str(answer[name]))
        for name in ("protocol", "protocol_known", "protocol_next", "protocol_next_height")
    )
    if not coming:
        return same(str(now))
    said = t(zh="{now}；高度 {height} 起 {coming}", en="{now}; {coming} from height {height}")
    if coming > known:
        said = t(
            zh="{now}；高度 {height} 起 {coming}，本程序只认识到 {known}：请在高度 {height} 之前更新",
            en="{now}; {coming} from height {height}, this release knows {known}: update before height {height}",
        )
    return said.fill(now=now, height=height, coming=coming, known=known)


def _words(values: object) -> Text:
    assert isinstance(values, list)
    joined = ", ".join(map(str, values))
    return same(joined) if joined else t(zh="无", en="nobody")


register(node_group)
register_evidence(node_group)
register_doctor(node_group)
register_rotation(node_group)
register_snapshot(node_group)
register_regenesis(node_group)
