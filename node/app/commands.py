"""``timebank node``: one district's node."""

import asyncio
from pathlib import Path

from node.app.assembly import DistrictNode
from node.app.logs import set_up_logs
from node.app.running import run_node
from node.config import NodeHome, load
from node.console.command import command, group
from node.console.console import Console, pass_console
from node.console.language import t


@group("node", help=t(zh="一个区的节点。", en="One district's node."))
def node_group() -> None:
    """The verbs of a node."""


@command(
    node_group,
    "start",
    help=t(zh="启动节点，直到收到停止信号。", en="Run the node until it is told to stop."),
)
@pass_console
def start(console: Console) -> None:
    """Run in the foreground."""
    config = load(console.home, {}, console.environment)
    set_up_logs(config.log_level, config.log_format)
    home = NodeHome(Path(config.home))
    node = DistrictNode(config, home.read_genesis(), home.read_keys())
    asyncio.run(run_node(node))
