"""The verbs of ``timebank node`` for a node that does not start, or must not sign. ``docs/operations.md`` says when."""

import time
from collections.abc import Callable
from typing import Final

import click

from node.app.inquiry import ask_public
from node.app.recovery import (
    Progress,
    Scrubbed,
    VoteLogState,
    abandon_votes,
    rebuild_home,
    repair_home,
    scrub_home,
    sign_anyway,
)
from node.app.storage import translated
from node.chain.types import UINT_MAX, Height
from node.config import NodeHome, load
from node.console.command import Group, command, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.language import t
from node.console.result import Facts, Json, Result
from node.runtime.recovery import Rebuilt
from node.store.faults import StorageCode, StorageFault

TELL_EVERY_S: Final = 1.0
HEIGHTS_SHOWN: Final = 10


recovery_group: Final = Group("recovery")
"""Holds the verbs until ``register`` puts them under the node's."""


def register(node_group: Group) -> None:
    """Add the verbs to ``timebank node``."""
    for verb in recovery_group.commands.values():
        node_group.add_command(verb)


@command(
    recovery_group,
    "rebuild",
    help=t(
        zh="丢弃索引数据库，由区块日志从创世起重新执行。节点须已停止。",
        en="Throw the index database away and execute the block log from genesis. The node must be stopped.",
    ),
)
@pass_console
def rebuild_verb(console: Console) -> None:
    """Answer to S07."""
    home = NodeHome(console.home)
    with translated(console.home):
        rebuilt = rebuild_home(home, _progress(console))
    console.emit(Result(rebuilt, _rebuilt_facts(rebuilt)))


@command(
    recovery_group,
    "repair",
    help=t(
        zh="从其他区取回区块日志里损坏或缺少的区块，逐一核对，再重建索引。节点须已停止。",
        en="Fetch damaged or missing blocks from other districts, verify each, then rebuild. The node must be stopped.",
    ),
)
@pass_console
def repair_verb(console: Console) -> None:
    """Answer to S03, S04, S05 and S11."""
    config = load(console.home, {}, console.environment)
    home = NodeHome(config.home)

    with translated(config.home):
        done = repair_home(home, config, _progress(console), _told(console))
    heights = ", ".join(map(str, done.fetched[:HEIGHTS_SHOWN])) or "-"
    if len(done.fetched) > HEIGHTS_SHOWN:
        heights += " …"
    facts = (
        (t(zh="完好的区块", en="Sound blocks"), done.kept),
        (t(zh="运行时已取得的更早区块", en="Older blocks gathered before"), done.gathered),
        (t(zh="取回的更早区块", en="Older blocks fetched"), done.older),
        (t(zh="取回的其他区块", en="Other blocks fetched"), len(done.fetched)),
        (t(zh="它们的高度", en="Their heights"), heights),
        (t(zh="高度", en="Height"), done.rebuilt.height),
        (t(zh="状态根", en="State root"), done.rebuilt.state_root.hex()),
    )
    data: dict[str, Json] = {
        "kept": done.kept,
        "gathered": done.gathered,
        "older": done.older,
        "fetched": list(done.fetched),
        "height": done.rebuilt.height,
        "state_root": done.rebuilt.state_root.hex(),
    }
    console.emit(Result(data, Facts(facts)))


def _told(console: Console) -> Callable[[Height, str], None]:
    """Says of the first blocks, and then once a second, from whom one came."""
    told, said_s = 0, 0.0

    def tell(height: Height, peer: str) -> None:
        nonlocal told, said_s
        told += 1
        now_s = time.monotonic()
        if told <= HEIGHTS_SHOWN or now_s - said_s >= TELL_EVERY_S:
            said_s = now_s
            said = t(zh="区块 {height} 取自 {peer}", en="Block {height} from {peer}")
            console.progress(said.fill(height=height, peer=peer))

    return tell


@command(
    recovery_group,
    "scrub",
    help=t(
        zh="把区块日志、索引数据库、投票日志及其他数据全部重读一遍并核对。运行中的节点自己会这样做。",
        en="Read block log, index database, vote log and all beside them once and verify them. A running node does so "
        "by itself.",
    ),
)
@pass_console
def scrub_verb(console: Console) -> None:
    """Everything at once, for a disk that somebody distrusts."""
    with translated(console.home):
        found = scrub_home(NodeHome(console.home))
    console.emit(Result(found, _scrub_facts(found)))


@command(
    recovery_group,
    "rejoin",
    help=t(
        zh="数据是恢复来的，投票日志不可信：停用它。下次启动时节点只跟随，重新加入后才签名。",
        en="The data was restored: take the vote log out of use. The node then follows until it has rejoined.",
    ),
)
@pass_console
def rejoin_verb(console: Console) -> ExitCode:
    """Answer to S06; a running node that abstains rejoins by itself, which is then all there is to say."""
    try:
        state = abandon_votes(NodeHome(console.home))
    except StorageFault as fault:
        if fault.code is not StorageCode.IN_USE:
            with translated(console.home):
                raise
        return _tell_running(console)
    console.emit(Result(state, _vote_facts(state)))
    return ExitCode.OK


@command(
    recovery_group,
    "sign-anyway",
    help=t(
        zh="从某高度之上重新签名，不等重新加入。只在签名的区不足法定数、且各区已核对日志时使用；会记录在案。",
        en="Sign above a height without rejoining. Only when no quorum is left and the districts have compared "
        "their logs; it is written down.",
    ),
)
@option(
    "--height",
    type=click.IntRange(0, UINT_MAX),
    required=True,
    help=t(
        zh="各区日志中最高的高度；在它之上才签名。",
        en="The highest height in any district's logs; the node signs above it only.",
    ),
)
@pass_console
def sign_anyway_verb(console: Console, *, height: int) -> None:
    """The documented way out when so many abstain that the chain waits for ever."""
    with translated(console.home):
        state = sign_anyway(NodeHome(console.home), Height(height))
    console.emit(Result(state, _vote_facts(state)))


def _tell_running(console: Console) -> ExitCode:
    answer = ask_public(load(console.home, {}, console.environment), "/v1/status")
    reasons = answer["reasons"]
    assert isinstance(reasons, list)
    abstains = "abstains" in reasons
    said = (
        t(
            zh="节点在运行，只跟随；它已提交重新加入的交易，写入区块后自动签名。",
            en="The node runs and abstains; it has submitted its rejoin and signs once that is in a block.",
        )
        if abstains
        else t(
            zh="节点在运行并签名。若数据是恢复来的，先停止节点再执行。",
            en="The node runs and signs. If its data was restored, stop it and run this again.",
        )
    )
    console.emit(Result({"running": True, "abstains": abstains}, said))
    return ExitCode.INCOMPLETE if abstains else ExitCode.OK


def _progress(console: Console) -> Progress:
    """Says how far a replay is, at most once a second."""
    said_s = time.monotonic()

    def tell(height: Height, last: Height) -> None:
        nonlocal said_s
        now_s = time.monotonic()
        if now_s - said_s >= TELL_EVERY_S:
            said_s = now_s
            said = t(zh="已执行 {height} / {last}", en="Executed {height} of {last}")
            console.progress(said.fill(height=height, last=last))

    return tell


def _rebuilt_facts(rebuilt: Rebuilt) -> Facts:
    return Facts(
        (
            (t(zh="高度", en="Height"), rebuilt.height),
            (t(zh="状态根", en="State root"), rebuilt.state_root.hex()),
        )
    )


def _scrub_facts(found: Scrubbed) -> Facts:
    return Facts(
        (
            (t(zh="完好的区块", en="Sound blocks"), found.blocks),
            (t(zh="区块字节", en="Bytes of blocks"), found.block_bytes),
            (t(zh="数据库字节", en="Bytes of the database"), found.database_bytes),
            (t(zh="投票日志", en="Vote log"), found.vote_log),
            (
                t(zh="已损坏、会自行复原", en="Damaged, mends itself"),
                "; ".join(found.mending) or "-",
            ),
        )
    )


def _vote_facts(state: VoteLogState) -> Facts:
    return Facts(
        (
            (t(zh="投票日志原来", en="Vote log before"), state.before),
            (t(zh="原因", en="Reason"), state.reason or "-"),
            (t(zh="投票日志现在", en="Vote log now"), state.after),
            (t(zh="只在其上签名的高度", en="Signs above height"), state.signs_above),
        )
    )
