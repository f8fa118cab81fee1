"""A command as a user meets it: both languages, options anywhere, one document, documented exit codes."""

import errno
import json
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from click.testing import Result as Outcome

from node.chain.errors import ErrorCode, Rejected
from node.chain.violations import Incomplete, Violation, ViolationCode
from node.console.command import command, group, option
from node.console.console import Console, pass_console
from node.console.exits import ExitCode
from node.console.fault import damaged, incomplete, unreachable, violation
from node.console.formats import duration, instant
from node.console.language import same, t
from node.console.result import Column, Facts, Result, Table

NO_LOCALE = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None, "TIMEBANK_LANG": None}
FAILURES = {
    "rejected": Rejected(ErrorCode.TOO_EARLY, "due 5"),
    "corruption": Violation(ViolationCode.STATE_ROOT, 7, "differs", 3),
    "short": Incomplete(9, "no end record"),
    "violation": violation("bad-proof", same("root differs"), same("fetch it again")),
    "incomplete": incomplete(same("no block 7"), same("fetch it")),
    "unreachable": unreachable("http://127.0.0.1:1", same("refused")),
    "refused-connection": ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
    "damaged": damaged(Path("/x"), same("bad"), same("restore")),
    "missing-file": FileNotFoundError(errno.ENOENT, "No such file or directory", "/nowhere"),
    "interrupt": KeyboardInterrupt(),
    "abort": click.Abort(),
    "bug": ZeroDivisionError("secret-of-a-bug"),
    "usage": click.UsageError("no"),
}


@group("purse", help=t(zh="钱包。还有更多。", en="A purse. And more."))
def purse() -> None:
    """The group of these tests."""


@command(purse, "show", help=t(zh="查看余额。", en="Show the balance."))
@option("--minutes", help=t(zh="分钟数", en="How many"), type=int, default=90, show_default=True)
@pass_console
def show(console: Console, minutes: int) -> None:
    """A command with a result."""
    console.progress(t(zh="正在询问……", en="Asking..."))
    facts = Facts(((t(zh="余额", en="Balance"), duration(minutes)),))
    table = Table(
        (Column(t(zh="何时", en="When")), Column(t(zh="号", en="No"), "right")),
        [(instant(0), 7)],
        title=t(zh="记录", en="History"),
    )
    console.emit(Result({"minutes": minutes, "home": str(console.home)}, (facts, table)))


@command(purse, "fail", help=t(zh="失败。", en="Fail."))
@option("--how", help=t(zh="怎样", en="How"), default="rejected")
def fail(how: str) -> None:
    """A command that fails."""
    raise FAILURES[how]


@command(purse, "find", help=t(zh="查找。", en="Find."))
@pass_console
def find(console: Console) -> ExitCode:
    """A command whose result is a finding."""
    console.emit(Result({"violations": 1}, t(zh="发现一处", en="One found")))
    return ExitCode.REFUSED


@command(purse, "quiet", help=t(zh="安静。", en="Quiet."))
def quiet() -> None:
    """A command without a result."""


@command(purse, "ask", help=t(zh="询问。", en="Ask."))
@pass_console
def ask(console: Console) -> None:
    """A command that needs a secret."""
    console.emit(Result({"length": len(console.ask_secret(t(zh="密码", en="Password")))}))


def run(*line: str, variables: dict[str, str] | None = None, given: str = "") -> Outcome:
    environment = {**NO_LOCALE, **(variables or {})}
    return CliRunner().invoke(purse, line, env=environment, input=given, prog_name="purse")


def document(outcome: Outcome) -> object:
    """Stdout as exactly one JSON document on one line."""
    assert outcome.stdout.count("\n") == 1
    return json.loads(outcome.stdout)


def test_a_result_is_drawn_for_people_and_progress_goes_to_stderr():
    """Chinese unless something else is asked for."""
    outcome = run("show")
    assert outcome.exit_code == ExitCode.OK
    assert "余额  1 小时 30 分" in outcome.stdout
    assert "1970-01-01 08:00" in outcome.stdout
    assert outcome.stderr == "正在询问……\n"


@pytest.mark.parametrize(
    "line", [["--json", "show"], ["show", "--json"], ["show", "--json", "--minutes", "90"]]
)
def test_json_is_one_document_wherever_the_option_stands(line: list[str]):
    """And stderr is silent about progress."""
    outcome = run(*line)
    assert document(outcome) == {"minutes": 90, "home": str(Path.home() / ".timebank")}
    assert outcome.stderr == ""


@pytest.mark.parametrize("line", [["--lang", "en", "show"], ["show", "--lang=en"]])
def test_the_language_is_taken_before_and_after_the_verb(line: list[str]):
    """English on request."""
    outcome = run(*line)
    assert "Balance  1 h 30 min" in outcome.stdout
    assert "UTC+8" in outcome.stdout


@pytest.mark.parametrize(
    "line", [["--home", "/x", "show", "--json"], ["show", "--json", "--home", "/x"]]
)
def test_the_home_is_taken_before_and_after_the_verb(line: list[str]):
    """A flag stands over the variable."""
    assert document(run(*line, variables={"TIMEBANK_HOME": "/y"})) == {"minutes": 90, "home": "/x"}


def test_the_home_comes_from_its_variable():
    """TIMEBANK_HOME when there is no flag."""
    outcome = run("show", "--json", variables={"TIMEBANK_HOME": "/y"})
    assert document(outcome) == {"minutes": 90, "home": "/y"}


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("rejected", ExitCode.REFUSED, "E311"),
        ("violation", ExitCode.REFUSED, "bad-proof"),
        ("corruption", ExitCode.REFUSED, "V212"),
        ("incomplete", ExitCode.INCOMPLETE, "incomplete"),
        ("short", ExitCode.INCOMPLETE, "incomplete"),
        ("usage", ExitCode.USAGE, "usage"),
        ("unreachable", ExitCode.UNREACHABLE, "unreachable"),
        ("refused-connection", ExitCode.UNREACHABLE, "unreachable"),
        ("damaged", ExitCode.STORAGE, "damaged"),
        ("missing-file", ExitCode.STORAGE, "storage"),
        ("interrupt", ExitCode.OTHER, "interrupted"),
        ("abort", ExitCode.OTHER, "interrupted"),
        ("bug", ExitCode.OTHER, "internal"),
    ],
)
def test_every_failure_has_its_exit_code_and_its_five_parts(how: str, status: ExitCode, code: str):
    """On stderr for people, and as one document with --json."""
    outcome = run("fail", "--how", how, "--json", "--lang", "en")
    assert outcome.exit_code == status
    error = json.loads(outcome.stdout)["error"]
    assert error["code"] == code
    assert error["exit"] == status
    assert all(error[part] for part in ("what", "why", "remedy", "page"))
    for part in ("what", "why", "remedy", "page", "code"):
        assert error[part] in outcome.stderr
    assert "Traceback" not in outcome.stderr or how == "bug"


def test_an_error_for_people_leaves_stdout_empty():
    """Four lines on stderr: what, why, what to do, code and page."""
    outcome = run("fail")
    assert outcome.stdout == ""
    assert outcome.stderr.splitlines() == [
        "错误：账本没有接受",
        "原因：还没有到可以做的时间。（due 5）",
        "办法：请在括号里的时间之后再做。",
        "代码：E311　说明：docs/spec/errors.md#e311-too_early",
    ]


def test_a_violation_names_the_first_bad_height_in_both_languages():
    """Where the archive stops holding."""
    assert "核验不通过：第 7 块第 3 笔" in run("fail", "--how", "corruption").stderr
    english = run("fail", "--how", "corruption", "--lang", "en").stderr
    assert "Verification failed at height 7, transaction 3" in english


def test_a_crash_never_passes_for_a_violation():
    """Python's own exit code for an uncaught error is 1; ours is 6, with the traceback on stderr."""
    outcome = run("fail", "--how", "bug")
    assert outcome.exit_code == ExitCode.OTHER
    assert "ZeroDivisionError" in outcome.stderr
    assert outcome.stdout == ""


@pytest.mark.parametrize(
    "line",
    [
        ["show", "--bogus"],
        ["nothing"],
        ["show", "--minutes", "x"],
        ["--lang", "fr", "show"],
        ["show", "x"],
    ],
)
def test_misuse_exits_3_and_answers_in_json_too(line: list[str]):
    """Also when --json comes after the mistake."""
    outcome = run(*line, "--json")
    assert outcome.exit_code == ExitCode.USAGE
    error = json.loads(outcome.stdout)["error"]
    assert error["code"] == "usage"
    assert error["why"] in outcome.stderr


def test_misuse_is_explained_in_the_language_that_comes_later():
    """The whole line is looked at before the first error."""
    assert "There is no command 'nothing'" in run("nothing", "--lang", "en").stderr
    assert "没有“nothing”这个命令" in run("nothing").stderr


def test_a_misspelt_verb_is_met_with_the_nearest():
    """What to do, not only what is wrong."""
    assert "是不是：show？" in run("shwo").stderr


@pytest.mark.parametrize("line", [[], ["--json"]])
def test_a_noun_without_a_verb_exits_3(line: list[str]):
    """Help on stderr for people, an error object for machines; stdout is never half a result."""
    outcome = run(*line)
    assert outcome.exit_code == ExitCode.USAGE
    if line:
        assert json.loads(outcome.stdout)["error"]["code"] == "usage"
    else:
        assert outcome.stdout == ""
        assert "查看余额" in outcome.stderr


def test_a_finding_sets_the_exit_code_beside_its_result():
    """The document is whole and the code says what it means."""
    outcome = run("find", "--json")
    assert document(outcome) == {"violations": 1}
    assert outcome.exit_code == ExitCode.REFUSED


def test_a_command_without_a_result_still_answers_in_json():
    """Every command accepts --json."""
    assert document(run("quiet", "--json")) == {}
    assert run("quiet").stdout == ""


def test_help_is_in_the_readers_language():
    """Headings, sentences and the shared options, at both levels."""
    chinese, english = run("show", "--help").stdout, run("show", "--help", "--lang", "en").stdout
    assert "用法：" in chinese
    assert "选项" in chinese
    assert "分钟数" in chinese
    assert "显示这一页" in chinese
    assert "Usage:" in english
    assert "How many  [default: 90]" in english
    assert "Show this page" in english
    assert "查看余额\n" in run("--help").stdout


def test_every_command_takes_the_shared_options():
    """They stand in each page of help."""
    for line in (["--help"], ["show", "--help"], ["fail", "--help"]):
        shown = run(*line).stdout
        assert all(name in shown for name in ("--json", "--lang", "--home"))


def test_a_secret_comes_from_a_pipe_and_is_not_echoed():
    """One line of stdin; nothing of it comes out."""
    outcome = run("ask", "--json", given="hunter22\n")
    assert document(outcome) == {"length": 8}
    assert "hunter22" not in outcome.output


def test_no_secret_at_all_is_a_mistake_of_use():
    """An empty pipe exits 3."""
    assert run("ask", given="").exit_code == ExitCode.USAGE
    assert run("ask", given="x" * 5_000).exit_code == ExitCode.USAGE


def test_a_reader_that_went_away_is_an_interruption(monkeypatch: pytest.MonkeyPatch):
    """A closed pipe exits 6 without a traceback."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as broken:
        monkeypatch.setattr("sys.stdout", broken)
        monkeypatch.setenv("TIMEBANK_LANG", "en")
        assert purse.main(["find"], standalone_mode=False) == ExitCode.OTHER
        monkeypatch.undo()
