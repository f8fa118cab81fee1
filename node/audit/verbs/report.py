"""``audit report``: one audit as Markdown and as a page that prints, with charts and tables."""

from pathlib import Path
from typing import Final

import click

from node.audit.auditor import Auditor
from node.audit.document import document
from node.audit.group import (
    BUFFER_BYTES,
    archive_argument,
    audit_group,
    finish,
    genesis_option,
    jobs_option,
    processes_for,
    progress_bar,
)
from node.audit.inputs import read_genesis
from node.audit.markdown import markdown
from node.audit.previous import before, passed_data, previous_options
from node.audit.report.contents import TITLE, contents, course_data
from node.audit.report.course import Course
from node.audit.report.page import Part, page
from node.audit.report.svg import Chart
from node.console.command import command, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.fault import usage
from node.console.language import Lang, same, t
from node.console.result import Facts, Result

FORMAT: Final = "timebank-report/1"
STEM: Final = "audit"
HTML: Final = ".html"
MARKDOWN: Final = ".md"


@command(
    audit_group,
    "report",
    help=t(
        zh="核验归档并写成报告：Markdown 和单个 HTML 文件（图表内嵌，无脚本，可打印）。退出码同 verify。",
        en="Verify an archive and write a report: Markdown and one HTML file with charts inside, no script, "
        "ready to print. Exit codes as verify.",
    ),
)
@archive_argument
@genesis_option
@previous_options
@jobs_option
@option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help=t(
        zh="写到哪里：目录（写 audit.md 和 audit.html），或以 .md、.html 结尾的文件。",
        en="Where to: a folder (audit.md and audit.html go there), or a file that ends in .md or .html.",
    ),
)
@option(
    "--public",
    is_flag=True,
    help=t(
        zh="可公布的版本：不列个人，不足五人的格子不公布。",
        en="The form for the public: no persons, and no cell with fewer than five of them.",
    ),
)
@pass_console
def report(
    console: Console, *, archive: Path, genesis: Path, jobs: int | None, out: Path, public: bool
) -> ExitCode:
    """Audit, write, say where."""
    files = _files(out)
    trusted, course = read_genesis(genesis), Course()
    origin, passed = before(console, trusted, jobs)
    auditor = Auditor(
        trusted, lambda: archive.open("rb", BUFFER_BYTES), watchers=(course,), origin=origin
    )
    with progress_bar(console, archive.stat().st_size) as progress:
        outcome = auditor.run(processes_for(archive, jobs), progress)
    parts = contents(trusted, outcome, course, public=public)
    for path in files:
        write_report(path, parts, console.lang)
    told = document(trusted, archive, outcome) | passed_data(passed)
    if public:
        told |= {"on_behalf": [], "manual": []}
    told |= {"format": FORMAT, "files": [str(path) for path in files]}
    pairs = [(t(zh="报告", en="Report"), same(str(path))) for path in files]
    view = [part for part in parts[:1] if not isinstance(part, Chart)]
    console.emit(Result(told | course_data(course, public=public), [*view, Facts(pairs)]))
    return finish(console, outcome)


def write_report(path: Path, parts: tuple[Part, ...], lang: Lang) -> None:
    """Write one file, as its name ends.

    Raises:
        OSError: it cannot be written.
    """
    if path.suffix == HTML:
        path.write_text(page(TITLE, parts, lang), encoding="utf-8")
        return
    tables = [part for part in parts if not isinstance(part, Chart)]
    body = "\n".join(markdown(part, lang) for part in tables)
    path.write_text(f"# {TITLE.said(lang)}\n\n{body}", encoding="utf-8")


def _files(out: Path) -> tuple[Path, ...]:
    if out.suffix in {HTML, MARKDOWN} and not out.is_dir():
        return (out,)
    if out.suffix and not out.is_dir():
        raise usage(
            t(
                zh="--out 须是目录，或以 .md、.html 结尾",
                en="--out is a folder, or ends in .md or .html",
            )
        )
    out.mkdir(parents=True, exist_ok=True)
    return out / f"{STEM}{MARKDOWN}", out / f"{STEM}{HTML}"
