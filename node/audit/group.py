"""The noun ``audit`` and what its verbs share: options, the audit of one archive, the progress bar."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from node.audit.auditor import Auditor, Origin, Outcome, Progress, Watcher, silent
from node.audit.checkpoints import Noted
from node.audit.findings import exit_code, report_of
from node.chain.genesis import Genesis
from node.console.command import argument, group, option
from node.console.console import Console
from node.console.exits import ExitCode
from node.console.fault import Fault
from node.console.language import t

BUFFER_BYTES: Final = 1_048_576
LONG_ARCHIVE_BYTES: Final = 4_194_304
"""Shorter ones are done before a progress bar is read, and before worker processes have started."""

FILE: Final = click.Path(exists=False, dir_okay=False, path_type=Path)
FOLDER: Final = click.Path(file_okay=False, path_type=Path)


@group(
    "audit",
    help=t(
        zh="审计：不靠节点，离线核验整条链和证明文件。",
        en="The auditor: verify the whole chain and proof files offline, without a node.",
    ),
)
def audit_group() -> None:
    """The noun."""


archive_argument = argument("archive", type=FILE)
genesis_option = option(
    "--genesis",
    required=True,
    type=FILE,
    help=t(
        zh="所信任的创世文件 genesis.json；一切由它核起。",
        en="The genesis document you trust; everything is verified from it.",
    ),
)
jobs_option = option(
    "--jobs",
    type=click.IntRange(min=1, max=256),
    help=t(
        zh="同时工作的进程数；默认等于处理器数。",
        en="Processes at work; as many as there are processors by default.",
    ),
)


def processes_for(archive: Path, jobs: int | None) -> int:
    """How many processes an archive is worth."""
    return (jobs or os.cpu_count() or 1) if archive.stat().st_size > LONG_ARCHIVE_BYTES else 1


def audited(  # noqa: PLR0913 - what an audit is made of
    console: Console,
    genesis: Genesis,
    archive: Path,
    watchers: Sequence[Watcher] = (),
    notes: Sequence[Noted] = (),
    *,
    jobs: int | None = None,
    origin: Origin | None = None,
) -> tuple[Auditor, Outcome]:
    """Audit an archive on the way to something else that only a sound one can give.

    Raises:
        Fault: it is not sound (exit 1) or not whole (exit 2).
    """
    auditor = Auditor(
        genesis, lambda: archive.open("rb", BUFFER_BYTES), notes, watchers=watchers, origin=origin
    )
    with progress_bar(console, archive.stat().st_size) as progress:
        outcome = auditor.run(processes_for(archive, jobs), progress)
    if outcome.fault is not None:
        raise Fault(report_of(outcome.fault))
    return auditor, outcome


def finish(console: Console, outcome: Outcome) -> ExitCode:
    """Say the fault, if there is one, and choose the exit code."""
    if outcome.fault is not None:
        console.fail(report_of(outcome.fault))
    return exit_code(outcome.fault)


@contextmanager
def progress_bar(console: Console, size: int) -> Iterator[Progress]:
    """A bar on stderr for a long archive, where somebody watches."""
    if size <= LONG_ARCHIVE_BYTES or console.json or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console as RichConsole  # noqa: PLC0415 - only a bar needs it
    from rich.progress import Progress as Bar  # noqa: PLC0415 - as above

    with Bar(console=RichConsole(stderr=True), transient=True) as bar:
        task = bar.add_task(t(zh="核验", en="Verifying").said(console.lang), total=size)
        yield lambda position: bar.update(task, completed=position)
