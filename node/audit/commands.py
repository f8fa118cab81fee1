"""``timebank audit``: verify an archive, verify proofs. Reads files only; opens no connection and writes no ledger."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Final

import click

from node.audit.auditor import Auditor, Progress
from node.audit.document import document
from node.audit.findings import exit_code, report_of
from node.audit.group import (
    BUFFER_BYTES,
    FILE,
    archive_argument,
    audit_group,
    finish,
    genesis_option,
    jobs_option,
    processes_for,
    progress_bar,
)
from node.audit.inputs import read_genesis, read_note, read_proof
from node.audit.paper import trail_of
from node.audit.previous import before, passed_data, passed_facts, previous_options
from node.audit.proofs import check_file, checked_data, checked_facts
from node.audit.report.contents import contents
from node.audit.report.course import Course
from node.audit.saved import load
from node.audit.tables import view
from node.audit.verbs import register
from node.audit.verbs.report import write_report
from node.console.command import argument, command, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.language import t
from node.console.result import Result

KEEP_EVERY_S: Final = 120.0
"""How much work an interruption may cost."""

register()


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
@archive_argument
@genesis_option
@option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=FILE,
    help=t(
        zh="另外得到的检查点，逐个对照；可以给几个。",
        en="A checkpoint from another source to compare with; may be given several times.",
    ),
)
@previous_options
@jobs_option
@option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help=t(
        zh="另存一份报告：文件名以 .html 结尾是网页，否则是 Markdown。",
        en="Also write a report: a page if the name ends in .html, else Markdown.",
    ),
)
@option(
    "--resume",
    type=FILE,
    help=t(
        zh="进度文件：有就从那里接着核，并随时更新；没有就新建。",
        en="Progress file: go on from it if it is there, and keep it up to date.",
    ),
)
@pass_console
def verify(  # noqa: PLR0913 - one parameter for each option
    console: Console,
    *,
    archive: Path,
    genesis: Path,
    checkpoints: tuple[Path, ...],
    jobs: int | None,
    report: Path | None,
    resume: Path | None,
) -> ExitCode:
    """Audit an archive and say what was found."""
    trusted = read_genesis(genesis)
    notes = [read_note(trusted, path) for path in checkpoints]
    size = archive.stat().st_size
    saved = load(resume, trusted) if resume is not None and resume.exists() else None
    origin, passed = before(console, trusted, jobs)
    course = Course() if report is not None and saved is None else None
    auditor = Auditor(
        trusted,
        lambda: archive.open("rb", BUFFER_BYTES),
        notes,
        watchers=() if course is None else (course,),
        saved=saved,
        origin=origin,
    )
    with progress_bar(console, size) as progress:
        told = progress if resume is None else _keeping(auditor, resume, progress)
        outcome = auditor.run(processes_for(archive, jobs), told)
    if resume is not None and outcome.fault is None:
        auditor.keep(resume)

    seen = view(trusted, outcome)
    if report is not None:
        write_report(report, contents(trusted, outcome, course), console.lang)
    said = document(trusted, archive, outcome) | passed_data(passed)
    console.emit(Result(said, (*passed_facts(passed), *seen)))
    return finish(console, outcome)


def _keeping(
    auditor: Auditor, path: Path, progress: Progress, clock: Callable[[], float] = monotonic
) -> Progress:
    """Progress that also keeps where the audit stands, from time to time."""
    last = clock()

    def told(position: int) -> None:
        nonlocal last
        progress(position)
        if clock() - last >= KEEP_EVERY_S:
            auditor.keep(path)
            last = clock()

    return told


@command(
    audit_group,
    "verify-proof",
    help=t(
        zh="只凭创世文件核验证明文件。退出码：0 全部成立，1 有不成立的，3 用法错误。",
        en="Verify proof files by the genesis document alone. Exit codes: 0 all hold, 1 one does not, 3 usage.",
    ),
)
@argument("files", nargs=-1, required=True, type=FILE)
@genesis_option
@option(
    "--trail",
    type=FILE,
    help=t(
        zh="扫码得来的证明不带签名区的变更记录；由这个证明文件补上。",
        en="A proof file that has the trail of authority changes, which scanned codes lack.",
    ),
)
@pass_console
def verify_proof(
    console: Console, files: tuple[Path, ...], genesis: Path, trail: Path | None
) -> ExitCode:
    """Verify each proof, file or text of scanned codes, and say what it shows."""
    trusted = read_genesis(genesis)
    changes = () if trail is None else trail_of(read_proof(trail))
    checked = [check_file(trusted, path, changes) for path in files]
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
