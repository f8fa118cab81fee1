"""``audit compare A B``: do two districts tell one history?"""

from pathlib import Path
from typing import Final

from node.audit.compare import Compared, Fork, Side, compare
from node.audit.findings import exit_code, finding_data, report_of
from node.audit.group import BUFFER_BYTES, FILE, audit_group, genesis_option
from node.audit.inputs import read_genesis
from node.chain.codec import encode
from node.chain.violations import Violation, ViolationCode
from node.console.command import argument, command
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.language import Text, t
from node.console.result import Cell, Facts, Json, Result

FORMAT: Final = "timebank-compare/1"


@command(
    audit_group,
    "compare",
    help=t(
        zh="对照两个区的归档：是同一部账，还是分了叉、谁签了两份。"
        "退出码：0 同一部账，1 分叉或违规，2 不完整。",
        en="Compare the archives of two districts: one history, or a fork, and who signed both. "
        "Exit codes: 0 one history, 1 fork or violation, 2 incomplete.",
    ),
)
@argument("one", type=FILE)
@argument("other", type=FILE)
@genesis_option
@pass_console
def compare_verb(console: Console, one: Path, other: Path, genesis: Path) -> ExitCode:
    """Walk both and say where they part."""
    trusted = read_genesis(genesis)
    found = compare(
        trusted, lambda: one.open("rb", BUFFER_BYTES), lambda: other.open("rb", BUFFER_BYTES)
    )
    names = (one.name, other.name)
    console.emit(Result(_data(names, found), _facts(names, found)))
    fault = found.fault
    if found.fork is not None:
        reason = f"{one.name} and {other.name} have two blocks"
        fault = Violation(ViolationCode.FORK, found.fork.height, reason)
    if fault is not None:
        console.fail(report_of(fault))
    return exit_code(fault)


def _data(names: tuple[str, str], found: Compared) -> dict[str, Json]:
    return {
        "format": FORMAT,
        "agreed_height": found.agreed,
        "archives": [
            {"name": name, "height": side.height, "finding": finding_data(side.fault)}
            for name, side in zip(names, found.sides, strict=True)
        ],
        "fork": None if found.fork is None else _fork_data(found.fork),
    }


def _fork_data(fork: Fork) -> dict[str, Json]:
    return {
        "height": fork.height,
        "block_ids": [id_.hex() for id_ in fork.ids],
        "rounds": fork.rounds,
        "convicted": [
            {"district": district, "evidence": encode(pair).hex()}
            for district, pair in fork.evidence
        ],
        "signed_both_in_different_rounds": fork.both,
    }


def _facts(names: tuple[str, str], found: Compared) -> Facts:
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="结论", en="Verdict"), _verdict(found)),
        (t(zh="一致到高度", en="The same up to height"), found.agreed),
    ]
    for name, side in zip(names, found.sides, strict=True):
        pairs.append((Text(name, name), _side(side)))
    if found.fork is not None:
        pairs += _fork_pairs(found.fork)
    return Facts(pairs)


def _verdict(found: Compared) -> Text:
    if found.fork is not None:
        return t(
            zh="分叉：同一高度有两个经签署的区块", en="Fork: two certified blocks at one height"
        )
    if found.fault is not None:
        return t(
            zh="没有发现分叉，但有一份归档不完好", en="No fork seen, but an archive is not sound"
        )
    if found.sides[0].height == found.sides[1].height:
        return t(zh="同一部账", en="One history")
    return t(zh="同一部账，其中一份较新", en="One history; one archive goes further")


def _side(side: Side) -> Text:
    if side.fault is None:
        return t(zh="到第 {height} 块，结构完好", en="up to height {height}, structure sound").fill(
            height=side.height
        )
    return t(zh="核到第 {height} 块：{why}", en="read up to height {height}: {why}").fill(
        height=side.height, why=str(side.fault)
    )


def _fork_pairs(fork: Fork) -> list[tuple[Text, Cell]]:
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="分叉高度", en="Fork at height"), fork.height),
        (t(zh="两个区块", en="The two blocks"), " ".join(id_.hex() for id_ in fork.ids)),
        (t(zh="轮次", en="Rounds"), " ".join(map(str, fork.rounds))),
    ]
    convicted = " ".join(district for district, _ in fork.evidence)
    if convicted:
        title = t(zh="同一轮签了两份，证据确凿", en="Signed both in one round: proven")
        pairs.append((title, convicted))
    if fork.both:
        title = t(
            zh="在不同轮签了两份，须查投票记录",
            en="Signed both in different rounds: ask for their vote logs",
        )
        pairs.append((title, " ".join(fork.both)))
    return pairs
