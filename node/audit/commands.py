"""``timebank audit``: verify an archive, verify proofs. Reads files only; opens no connection and writes no ledger."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from node.audit.auditor import Auditor, Progress, silent
from node.audit.document import document
from node.audit.findings import exit_code, report_of
from node.audit.inputs import read_genesis, read_note
from node.audit.markdown import markdown
from node.audit.proofs import check_file, checked_data, checked_facts
from node.audit.tables import view
from node.console.command import argument, command, group, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.language import t
from node.console.result import Result

BUFFER_BYTES: Final = 1_048_576
LONG_ARCHIVE_BYTES: Final = 4_194_304
"""Shorter ones are done before a progress bar is read, and before worker processes have started."""

_FILE = click.Path(exists=False, dir_okay=False, path_type=Path)


@group(
    "audit",
    help=t(
        zh="审计：不靠节点，离线核验整条链和证明文件。",
        en="The auditor: verify the whole chain and proof files offline, without a node.",
    ),
)
def audit_group() -> None:
    """The noun."""


_genesis_option = option(
    "--genesis",
    required=True,
    type=_FILE,
    help=t(
        zh="所信任的创世文件 genesis.json；一切由它核起。",
        en="The genesis document you trust; everything is verified from it.",
    ),
)


@command(
    audit_group,
    "verify",
    help=t(
        zh="核验一份归档：格式、区块、证书、每笔交易的签名和规则、每块的状态根、账目。"
        "退出码：0 完好，1 违规，2 不完整，3 用法错误。",
        en="Verify an archive: form, blocks, certificates, every transaction's signature and rules, every state root, "
        "the books. Exit codes: 0 sound, 1 violation, 2 incomplete, 3 usage.",
    ),
)
@argument("archive", type=_FILE)
@_genesis_option
@option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=_FILE,
    help=t(
        zh="另外得到的检查点，逐个对照；可以给几个。",
        en="A checkpoint from another source to compare with; may be given several times.",
    ),
)
@option(
    "--jobs",
    type=click.IntRange(min=1, max=256),
    help=t(
        zh="同时验签的进程数；默认等于处理器数。",
        en="Processes that verify signatures; as many as there are processors by default.",
    ),
)
@option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help=t(zh="另存一份 Markdown 报告。", en="Also write a Markdown report to this file."),
)
@pass_console
def verify(
    console: Console,
    archive: Path,
    genesis: Path,
    checkpoints: tuple[Path, ...],
    jobs: int | None,
    report: Path | None,
) -> ExitCode:
    """Audit an archive and say what was found."""
    trusted = read_genesis(genesis)
    notes = [read_note(trusted, path) for path in checkpoints]
    size = archive.stat().st_size
    processes = (jobs or os.cpu_count() or 1) if size > LONG_ARCHIVE_BYTES else 1
    auditor = Auditor(trusted, lambda: archive.open("rb", buffering=BUFFER_BYTES), notes)
    with _progress(console, size) as progress:
        outcome = auditor.run(processes, progress)

    seen = view(trusted, outcome)
    if report is not None:
        title = t(zh="# 审计报告", en="# Audit report").said(console.lang)
        report.write_text(f"{title}\n\n{markdown(seen, console.lang)}", encoding="utf-8")
    console.emit(Result(document(trusted, archive, outcome), seen))
    if outcome.fault is not None:
        console.fail(report_of(outcome.fault))
    return exit_code(outcome.fault)


@command(
    audit_group,
    "verify-proof",
    help=t(
        zh="只凭创世文件核验证明文件。退出码：0 全部成立，1 有不成立的，3 用法错误。",
        en="Verify proof files by the genesis document alone. Exit codes: 0 all hold, 1 one does not, 3 usage.",
    ),
)
@argument("files", nargs=-1, required=True, type=_FILE)
@_genesis_option
@pass_console
def verify_proof(console: Console, files: tuple[Path, ...], genesis: Path) -> ExitCode:
    """Verify each proof and say what it shows."""
    trusted = read_genesis(genesis)
    checked = [check_file(trusted, path) for path in files]
    faults = [one.fault for one in checked if one.fault is not None]
    console.emit(
        Result(
            {"sound": not faults, "proofs": [checked_data(one) for one in checked]},
            [checked_facts(one) for one in checked],
        )
    )
    if not faults:
        return ExitCode.OK
    console.fail(report_of(faults[0]))
    return exit_code(faults[0])


@contextmanager
def _progress(console: Console, size: int) -> Iterator[Progress]:
    """A bar on stderr for a long archive, where somebody watches."""
    if size <= LONG_ARCHIVE_BYTES or console.json or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console as RichConsole  # noqa: PLC0415 - only a bar needs it
    from rich.progress import Progress as Bar  # noqa: PLC0415 - as above

    with Bar(console=RichConsole(stderr=True), transient=True) as bar:
        task = bar.add_task(t(zh="核验", en="Verifying").said(console.lang), total=size)
        yield lambda position: bar.update(task, completed=position)
