"""The verbs of ``timebank city``: a city on this machine, and the story that plays in it."""

import re
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, TypeVar

import click

from node.chain.policy import DAY_MS, HOUR_MS, MINUTE_MS
from node.city import processes
from node.city.chronicle import live
from node.city.commands import verb
from node.city.faults import other_city
from node.city.plan import NODES_DEFAULT, NODES_MAX, NODES_MIN, read_plan
from node.city.supervisor import LocalCity, NodeState
from node.city.telling import Interruption
from node.city.telling import tell as tell_story
from node.console.command import argument, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.fault import usage
from node.console.formats import instant
from node.console.language import same, t
from node.console.result import Column, Result, Table
from node.sim.workload.life import DAYS_MAX, PEOPLE_MIN

F = TypeVar("F", bound=Callable[..., object])
LINES_DEFAULT: Final = 40
LINES_MAX: Final = 100_000
SECOND_MS: Final = 1_000
PEOPLE_DEFAULT: Final = 200
STORY_PEOPLE_MAX: Final = 100_000
"""More would take days on one machine."""
SEED_DEFAULT: Final = 1
SEED_MAX: Final = 2**31
DIFFERENCES_TOLD: Final = 50
_UNITS: Final = {"s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_DURATION: Final = re.compile(r"\A([1-9][0-9]{0,5})([smhd])\Z")
_INTERRUPTION: Final = re.compile(r"\A([a-z0-9._-]{1,32})@([a-z]{1,32})\Z")


def _dir_option(function: F) -> F:
    return option(
        "--dir",
        "directory",
        type=click.Path(file_okay=False, path_type=Path),
        help=t(
            zh="城市目录；默认主目录下的 city。", en="The city's directory; else city in the home."
        ),
    )(function)


def _root(console: Console, directory: Path | None) -> Path:
    return (directory or console.home / "city").resolve()


def _open(console: Console, directory: Path | None) -> LocalCity:
    return LocalCity(_root(console, directory), console.environment)


@verb("up")
@option(
    "--nodes",
    type=click.IntRange(NODES_MIN, NODES_MAX),
    help=t(zh="新城市的节点数；默认 4。", en="Nodes of a new city; 4 by default."),
)
@option(
    "--rehearsal",
    is_flag=True,
    help=t(
        zh="新城市用演练时钟：快 360 倍，可以跳。",
        en="A new city's clocks run 360 times faster and may leap.",
    ),
)
@option(
    "--base-port",
    type=click.IntRange(1, 65_535),
    help=t(zh="新城市的第一个端口；默认找空闲的。", en="First port of a new city; else free ones."),
)
@_dir_option
@pass_console
def up(
    console: Console,
    *,
    nodes: int | None,
    rehearsal: bool,
    base_port: int | None,
    directory: Path | None,
) -> None:
    """Start, or make and start."""
    root = _root(console, directory)
    if LocalCity.exists(root):
        city = LocalCity(root, console.environment)
        if rehearsal or base_port is not None or nodes not in {None, len(city.districts)}:
            raise other_city(root, len(city.districts))
    else:
        console.progress(t(zh="建立城市……", en="Making a city…"))
        plan = read_plan().first(nodes or NODES_DEFAULT)
        city = LocalCity.make(
            root, plan, console.environment, rehearsal=rehearsal, base_port=base_port
        )
    with closing(city):
        for district in city.districts:
            city.start(district)
        console.progress(t(zh="等待各节点就绪……", en="Waiting for the nodes…"))
        height = city.wait_agreed()
        console.emit(_shown(root, city.states(), height))


@verb("down")
@_dir_option
@pass_console
def down(console: Console, *, directory: Path | None) -> None:
    """Stop."""
    with closing(_open(console, directory)) as city:
        city.down()
    console.emit(Result({"stopped": city.districts}, t(zh="已停止。", en="Stopped.")))


@verb("status")
@_dir_option
@pass_console
def status(console: Console, *, directory: Path | None) -> None:
    """Look."""
    with closing(_open(console, directory)) as city:
        console.emit(_shown(_root(console, directory), city.states(), None))


@verb("logs")
@argument("district", required=False)
@option(
    "--lines",
    type=click.IntRange(1, LINES_MAX),
    default=LINES_DEFAULT,
    help=t(zh="行数；默认 40。", en="How many lines; 40 by default."),
)
@_dir_option
@pass_console
def logs(console: Console, *, district: str | None, lines: int, directory: Path | None) -> None:
    """Read."""
    with closing(_open(console, directory)) as city:
        if district is not None:
            city.doors(district)
        wanted = city.districts if district is None else (district,)
        found = {code: processes.log_tail(city.places.node(code), lines) for code in wanted}
    text = "\n".join(f"== {code}\n{tail}" for code, tail in found.items())
    console.emit(Result({"logs": found}, same(text or "-")))


@verb("kill")
@argument("district")
@option("-9", "at_once", is_flag=True, help=t(zh="SIGKILL，不让它收尾。", en="SIGKILL."))
@_dir_option
@pass_console
def kill(console: Console, *, district: str, at_once: bool, directory: Path | None) -> None:
    """Stop one."""
    with closing(_open(console, directory)) as city:
        end = city.kill if at_once else city.stop
        end(district)
    console.emit(Result({"stopped": [district]}, t(zh="已停止。", en="Stopped.")))


@verb("start")
@argument("district")
@_dir_option
@pass_console
def start(console: Console, *, district: str, directory: Path | None) -> None:
    """Start one."""
    with closing(_open(console, directory)) as city:
        city.start(district)
        city.wait_ready(district)
    console.emit(Result({"started": [district]}, t(zh="已就绪。", en="Ready.")))


@verb("advance")
@argument("duration")
@_dir_option
@pass_console
def advance(console: Console, *, duration: str, directory: Path | None) -> None:
    """Leap."""
    ms = _milliseconds(duration)
    with closing(_open(console, directory)) as city:
        total_ms = city.advance(ms)
        states = city.states()
    now_ms = max((s.status.now_ms for s in states if s.status is not None), default=None)
    said = same("-") if now_ms is None else instant(now_ms)
    console.emit(Result({"leap_ms": total_ms, "now_ms": now_ms}, said))


@verb("story")
@option(
    "--demo",
    is_flag=True,
    help=t(zh="替换目录里先前的故事。", en="Replace an earlier story in the directory."),
)
@option(
    "--kill",
    "interruption",
    metavar="DISTRICT@STEP",
    help=t(
        zh="在某一步杀死一个节点，步末重启，例如 jianye@redeem。",
        en="Kill a node when a step begins, restart it when it ends: jianye@redeem.",
    ),
)
@option(
    "--days",
    type=click.IntRange(1, DAYS_MAX),
    help=t(
        zh="改为让许多人在城市里生活这么多天。",
        en="Instead, let many people live in the city for so many days.",
    ),
)
@option(
    "--people",
    type=click.IntRange(PEOPLE_MIN, STORY_PEOPLE_MAX),
    help=t(zh="与 --days 一起：人数，默认 200。", en="With --days: how many people; else 200."),
)
@option(
    "--seed",
    type=click.IntRange(0, SEED_MAX),
    help=t(zh="与 --days 一起：随机种子，默认 1。", en="With --days: of all chance; else 1."),
)
@option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help=t(
        zh="城市和证据的目录；默认主目录下的 story。",
        en="For city and evidence; else story in the home.",
    ),
)
@pass_console
def story(  # noqa: PLR0913 - one for each option
    console: Console,
    *,
    demo: bool,
    interruption: str | None,
    days: int | None,
    people: int | None,
    seed: int | None,
    directory: Path | None,
) -> ExitCode:
    """Play."""
    root = (directory or console.home / "story").resolve()
    struck = None if interruption is None else _interruption(interruption)
    _check_life(days, people, seed, struck)
    # Whoever ends the story must not leave its nodes running.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        result, differences = _told(root, console, demo, struck, days, people, seed)
    finally:
        signal.signal(signal.SIGTERM, before)
    console.emit(result)
    for where, name, predicted, found in differences[:DIFFERENCES_TOLD]:
        told = f"{where}.{name}: {predicted} / {found}"
        console.say(t(zh="不一致：{told}", en="Differs: {told}").fill(told=told))
    return ExitCode.REFUSED if differences else ExitCode.OK


def _told(  # noqa: PLR0913, PLR0917 - one for each option
    root: Path,
    console: Console,
    demo: bool,  # noqa: FBT001 - as the option says
    struck: Interruption | None,
    days: int | None,
    people: int | None,
    seed: int | None,
) -> tuple[Result, list[tuple[str, str, int, int | None]]]:
    if days is None:
        result, missed = tell_story(root, console, replace_old=demo, interruption=struck)
        return result, [(one.where, one.name, one.predicted, one.found) for one in missed]
    result, differing = live(
        root,
        console,
        days=days,
        people=PEOPLE_DEFAULT if people is None else people,
        seed=SEED_DEFAULT if seed is None else seed,
        replace_old=demo,
    )
    return result, list(differing)


def _check_life(
    days: int | None, people: int | None, seed: int | None, struck: Interruption | None
) -> None:
    """A life and the story of four people have different options."""
    if days is None and (people is not None or seed is not None):
        why = t(zh="--people 和 --seed 要与 --days 一起用", en="--people and --seed go with --days")
        raise usage(why, t(zh="例如：--days 30", en="For example: --days 30"))
    if days is not None and struck is not None:
        why = t(zh="--kill 不能与 --days 一起用", en="--kill does not go with --days")
        raise usage(why, t(zh="去掉其中一个。", en="Leave one out."))


def _milliseconds(text: str) -> int:
    found = _DURATION.match(text)
    if found is None:
        raise usage(
            t(zh="看不懂时长“{text}”", en="Not a duration: {text!r}").fill(text=text),
            t(zh="例如：24h、30m、7d、90s。", en="For example: 24h, 30m, 7d, 90s."),
        )
    return int(found[1]) * _UNITS[found[2]]


def _interruption(text: str) -> Interruption:
    found = _INTERRUPTION.match(text)
    if found is None:
        raise usage(
            t(zh="看不懂“{text}”", en="Not DISTRICT@STEP: {text!r}").fill(text=text),
            t(zh="例如：--kill jianye@redeem", en="For example: --kill jianye@redeem"),
        )
    return Interruption(found[1], found[2])


def _shown(root: Path, states: tuple[NodeState, ...], height: int | None) -> Result:
    nodes = [
        {
            "district": state.district,
            "address": state.address,
            "pid": state.pid,
            "running": state.pid is not None,
            "ready": state.status is not None and state.status.ready,
            "height": None if state.status is None else state.status.height,
            "block_id": None if state.status is None else state.status.block_id,
            "reasons": () if state.status is None else state.status.reasons,
        }
        for state in states
    ]
    columns = (
        Column(t(zh="区", en="District")),
        Column(t(zh="地址", en="Address")),
        Column(t(zh="进程", en="Process"), "right"),
        Column(t(zh="高度", en="Height"), "right"),
        Column(t(zh="状态", en="State")),
    )
    rows = [
        (
            state.district,
            state.address,
            state.pid or "-",
            "-" if state.status is None else state.status.height,
            _state_word(state),
        )
        for state in states
    ]
    data = {"directory": str(root), "agreed_height": height, "nodes": nodes}
    return Result(data, Table(columns, rows))


def _state_word(state: NodeState) -> str:
    if state.pid is None:
        return "stopped"
    if state.status is None:
        return "starting"
    return "ready" if state.status.ready else " ".join(state.status.reasons)
