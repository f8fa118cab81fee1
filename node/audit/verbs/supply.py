"""``audit supply``: I2 of the city and I6 of each district, from a statement and a checkpoint."""

from pathlib import Path
from typing import Final

from node.audit.findings import exit_code, report_of
from node.audit.group import FILE, audit_group, genesis_option
from node.audit.inputs import read_genesis, read_note, read_proof
from node.audit.supply import Statement, read_statement
from node.chain.books import district_holdings
from node.chain.errors import Malformed
from node.chain.genesis import Genesis
from node.chain.proof import Proven, Supply, verify_proof
from node.chain.violations import Incomplete, Violation, ViolationCode
from node.console.command import argument, command, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.formats import duration, instant
from node.console.language import Text, t
from node.console.result import Cell, Column, Facts, Json, Result, Table

FORMAT: Final = "timebank-supply/1"


@command(
    audit_group,
    "supply",
    help=t(
        zh="凭创世文件（和检查点）核对全市总量表：发出的每一分钟都在哪里。不需要归档。"
        "退出码：0 相符，1 不符，2 有区暂不公布，算不全。",
        en="Check a supply statement by genesis (and a checkpoint): where every issued minute is. Needs no archive. "
        "Exit codes: 0 it balances, 1 it does not, 2 districts are withheld.",
    ),
)
@argument("statement", type=FILE)
@genesis_option
@option(
    "--checkpoint",
    type=FILE,
    help=t(
        zh="另外得到的检查点；总量表须以它为凭。",
        en="A checkpoint from another source, in which the statement must be anchored.",
    ),
)
@pass_console
def supply(console: Console, statement: Path, genesis: Path, checkpoint: Path | None) -> ExitCode:
    """Verify the proof, then add up."""
    trusted = read_genesis(genesis)
    proven, totals = _proven(trusted, statement)
    found = read_statement(totals, len(trusted.districts))
    fault = _fault(trusted, proven, found, checkpoint)
    console.emit(Result(_data(proven, totals, found), _view(proven, totals, found)))
    if fault is not None:
        console.fail(report_of(fault))
    return exit_code(fault)


def _proven(genesis: Genesis, path: Path) -> tuple[Proven, Supply]:
    try:
        proven = verify_proof(genesis, read_proof(path))
    except Malformed as fault:
        raise Violation(ViolationCode.PROOF, 0, f"{path.name}: {fault.detail}") from fault
    if not isinstance(proven.subject, Supply):
        raise Violation(ViolationCode.PROOF, 0, f"{path.name}: it is not about the supply")
    return proven, proven.subject


def _fault(
    genesis: Genesis, proven: Proven, found: Statement, checkpoint: Path | None
) -> Violation | Incomplete | None:
    if checkpoint is not None:
        log = read_note(genesis, checkpoint).checkpoint
        if log.size != proven.log_size or log.root != proven.log_root:
            reason = f"{checkpoint.name}: the statement is anchored in another log"
            return Violation(ViolationCode.CHECKPOINT, proven.height, reason)
    for one in found.identities:
        if not one.holds:
            reason = f"{one.name}: {one.left} and {one.right}"
            return Violation(ViolationCode.IDENTITY, proven.height, reason)
    if found.rest_min < 0:
        reason = f"districts hold {-found.rest_min} minutes more than the city issued"
        return Violation(ViolationCode.IDENTITY, proven.height, reason)
    if not found.is_whole:
        return Incomplete(proven.height, "districts are withheld, so I2 cannot be added up")
    return None


def _data(proven: Proven, totals: Supply, found: Statement) -> dict[str, Json]:
    city = totals.city
    return {
        "format": FORMAT,
        "height": proven.height,
        "time_ms": proven.time_ms,
        "log_size": proven.log_size,
        "signers": proven.signers,
        "authorities": proven.authorities,
        "issued_min": city.issue.debits,
        "returned_min": city.issue.credits,
        "outstanding_min": -city.issue.balance,
        "withheld_min": found.rest_min,
        "whole": found.is_whole,
        "districts": [
            {"district": one.code, "holdings_min": district_holdings(one)}
            for one in totals.districts
        ],
        "identities": [
            {"name": one.name, "left": one.left, "right": one.right, "holds": one.holds}
            for one in found.identities
        ],
    }


def _view(proven: Proven, totals: Supply, found: Statement) -> tuple[Facts, Table]:
    city = totals.city
    signed = t(zh="{signers} / {all} 个区", en="{signers} of {all} districts")
    pairs: list[tuple[Text, Cell]] = [
        (t(zh="高度", en="Height"), proven.height),
        (t(zh="时间", en="Time"), instant(proven.time_ms)),
        (
            t(zh="签署", en="Signed by"),
            signed.fill(signers=proven.signers, all=proven.authorities),
        ),
        (t(zh="累计发行", en="Issued"), duration(city.issue.debits)),
        (t(zh="累计收回", en="Returned"), duration(city.issue.credits)),
        (t(zh="流通", en="Outstanding"), duration(-city.issue.balance)),
    ]
    if not found.is_whole:
        withheld = t(zh="暂不公布的区合计", en="In districts withheld")
        pairs.append((withheld, duration(found.rest_min)))
    words = {True: t(zh="相符", en="holds"), False: t(zh="不符", en="does not hold")}
    table = Table(
        (
            Column(t(zh="恒等式", en="Identity")),
            Column(t(zh="左", en="Left"), "right"),
            Column(t(zh="右", en="Right"), "right"),
            Column(t(zh="结论", en="Verdict")),
        ),
        [(one.name, one.left, one.right, words[one.holds]) for one in found.identities],
        t(zh="核对", en="Checked"),
    )
    return Facts(pairs, t(zh="总量", en="Supply")), table
