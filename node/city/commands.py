"""``timebank city``: its verbs and what each is for. A verb is imported when it is called."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import click

from node.console.command import Command
from node.console.language import t
from node.console.lazy import LazyGroup, Target

TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {
        "up": Target(
            "node.city.verbs:up",
            t(
                zh="启动一座城市，等到各节点就绪并有同一个区块。没有城市时先建立。",
                en="Start a city, make it if there is none, wait until its nodes are ready and agree.",
            ),
        ),
        "down": Target(
            "node.city.verbs:down", t(zh="停止城市的所有节点。", en="Stop all nodes of the city.")
        ),
        "status": Target("node.city.verbs:status", t(zh="各节点的状态。", en="How each node is.")),
        "logs": Target(
            "node.city.verbs:logs", t(zh="节点日志的末尾。", en="The end of the nodes' logs.")
        ),
        "kill": Target(
            "node.city.verbs:kill",
            t(
                zh="停止一个区的节点；-9 是突然死亡，像断电一样。",
                en="Stop one district's node; -9 ends it at once, like a lost machine.",
            ),
        ),
        "start": Target(
            "node.city.verbs:start",
            t(
                zh="启动一个区的节点，等到就绪。",
                en="Start one district's node and wait until it is ready.",
            ),
        ),
        "advance": Target(
            "node.city.verbs:advance",
            t(
                zh="演练城市的时钟向前跳，例如 24h、30m、7d。",
                en="Leap ahead in a rehearsal, by 24h, 30m or 7d.",
            ),
        ),
        "story": Target(
            "node.city.verbs:story",
            t(
                zh="在一座新的演练城市里演完整个故事，导出归档，审计，核对合计。有一处不一致就以 1 退出。",
                en="Play the whole story in a new rehearsal city, audit it, compare totals. A difference exits 1.",
            ),
        ),
    }
)

city_group: Final = LazyGroup(
    "city",
    targets=TARGETS,
    help_text=t(zh="本机上的一座城市：多个区节点。", en="A city on this machine."),
)
"""The noun ``city``."""


def verb(name: str) -> Callable[[Callable[..., object]], Command]:
    """Make the command of a name in ``TARGETS``, which also has its help."""

    def make(callback: Callable[..., object]) -> Command:
        return click.command(name, cls=Command, help_text=TARGETS[name].help)(callback)

    return make
