"""What can go wrong with a local city."""

from pathlib import Path
from typing import Final

from node.console.exits import ExitCode
from node.console.fault import Fault, Report
from node.console.language import Text, same, t

CITY_PAGE: Final = "docs/city.md"


def no_city(root: Path) -> Fault:
    """There is no city in this directory (exit 3)."""
    return _fault(
        "no-city",
        ExitCode.USAGE,
        t(zh="这里没有城市：{root}", en="No city here: {root}").fill(root=str(root)),
        t(zh="目录里没有 city.json", en="The directory has no city.json"),
        t(zh="先建立：timebank city up", en="Make one first: timebank city up"),
    )


def other_city(root: Path, nodes: int) -> Fault:
    """The city in this directory was made otherwise (exit 3)."""
    return _fault(
        "other-city",
        ExitCode.USAGE,
        t(zh="已有一座城市：{root}", en="There is a city already: {root}").fill(root=str(root)),
        t(zh="它有 {nodes} 个节点", en="It has {nodes} nodes").fill(nodes=nodes),
        t(
            zh="去掉 --nodes、--rehearsal 和 --base-port，或换一个 --dir。",
            en="Leave out --nodes, --rehearsal and --base-port, or name another --dir.",
        ),
    )


def occupied(root: Path) -> Fault:
    """The directory holds something else (exit 3)."""
    return _fault(
        "occupied",
        ExitCode.USAGE,
        t(zh="目录不是空的：{root}", en="The directory is not empty: {root}").fill(root=str(root)),
        t(zh="里面不是一座城市", en="What is in it is no city"),
        t(zh="换一个 --dir。", en="Name another --dir."),
    )


def unknown_district(district: str, known: tuple[str, ...]) -> Fault:
    """The city has no such district (exit 3)."""
    return _fault(
        "unknown-district",
        ExitCode.USAGE,
        t(zh="没有这个区：{district}", en="No such district: {district}").fill(district=district),
        t(zh="这座城市有：{known}", en="The city has: {known}").fill(known=", ".join(known)),
        t(zh="用上面的代码之一。", en="Use one of these codes."),
    )


def unknown_step(step: str, known: tuple[str, ...]) -> Fault:
    """The story has no such step (exit 3)."""
    return _fault(
        "unknown-step",
        ExitCode.USAGE,
        t(zh="故事里没有这一步：{step}", en="The story has no step {step}").fill(step=step),
        t(zh="步骤有：{known}", en="Its steps are: {known}").fill(known=", ".join(known)),
        t(zh="例如：--kill jianye@redeem", en="For example: --kill jianye@redeem"),
    )


def node_died(district: str, log: str) -> Fault:
    """A node's process ended by itself (exit 4)."""
    return _fault(
        "node-died",
        ExitCode.UNREACHABLE,
        t(zh="节点 {district} 退出了", en="The node of {district} has ended").fill(
            district=district
        ),
        same(log or "-"),
        t(
            zh="全部日志：timebank city logs {district}",
            en="Its whole log: timebank city logs {district}",
        ).fill(district=district),
    )


def no_agreement(seconds: int, states: str) -> Fault:
    """The nodes did not become ready, or do not have the same block (exit 4)."""
    return _fault(
        "no-agreement",
        ExitCode.UNREACHABLE,
        t(
            zh="{seconds} 秒内各节点没有就绪并一致",
            en="The nodes were not ready and of one mind within {seconds} s",
        ).fill(seconds=seconds),
        same(states),
        t(zh="查看日志：timebank city logs", en="Look at the logs: timebank city logs"),
    )


def does_not_stop(district: str, seconds: int) -> Fault:
    """A node's process goes on after SIGTERM (exit 6)."""
    return _fault(
        "does-not-stop",
        ExitCode.OTHER,
        t(zh="节点 {district} 没有停下", en="The node of {district} does not stop").fill(
            district=district
        ),
        t(zh="等了 {seconds} 秒", en="Waited {seconds} s").fill(seconds=seconds),
        t(
            zh="强制结束：timebank city kill -9 {district}",
            en="End it by force: timebank city kill -9 {district}",
        ).fill(district=district),
    )


def no_rehearsal() -> Fault:
    """Real time does not leap (exit 3)."""
    return _fault(
        "no-rehearsal",
        ExitCode.USAGE,
        t(zh="这座城市用真实时间", en="This city runs on real time"),
        t(zh="只有演练城市的时钟能跳", en="Only a rehearsal's clock can leap"),
        t(
            zh="建立演练城市：timebank city up --rehearsal --dir DIR",
            en="Make a rehearsal: timebank city up --rehearsal --dir DIR",
        ),
    )


def door_fault(address: str, why: str) -> Fault:
    """A node's door does not answer, or says no (exit 4)."""
    return _fault(
        "door",
        ExitCode.UNREACHABLE,
        t(zh="节点没有照办：{address}", en="The node does not do it: {address}").fill(
            address=address
        ),
        same(why),
        t(zh="查看状态：timebank city status", en="Look at: timebank city status"),
    )


def went_otherwise(step: str, why: Text) -> Fault:
    """The story did not go as it is told (exit 1)."""
    return _fault(
        "story",
        ExitCode.REFUSED,
        t(zh="故事在“{step}”处走样", en="The story went otherwise at {step!r}").fill(step=step),
        why,
        t(
            zh="节点日志在演练目录的 city/nodes/*/logs 里。",
            en="The nodes' logs are under city/nodes/*/logs of the story's directory.",
        ),
    )


def _fault(code: str, status: ExitCode, what: Text, why: Text, remedy: Text) -> Fault:
    return Fault(Report(code, status, what, why, remedy, f"{CITY_PAGE}#{code}"))
