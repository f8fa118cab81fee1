"""The root of the program: quick, lazy, clear about what is not installed, and refusing ``python -O``."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from click.testing import Result as Outcome

from node.cli import SHELLS, TARGETS, root
from node.console.command import Command, Group
from node.console.exits import ExitCode
from node.console.fault import Fault
from node.console.help import NativeOption
from node.console.language import LANGUAGES, t
from node.console.lazy import LazyGroup, Target, load

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "fastapi",
    "uvicorn",
    "sqlalchemy",
    "rich",
    "httpx",
    "structlog",
    "plyvel",
    "textual",
    "cryptography",
)
START_MAX_SECONDS = 0.150
"""The promise of the command line for ``--version`` and ``--help``, median of ten."""
NO_LOCALE = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None, "TIMEBANK_LANG": None}


def run(*line: str) -> Outcome:
    return CliRunner().invoke(root, line, env=NO_LOCALE, prog_name="timebank")


def start(
    *arguments: str, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A process of its own, without the caller's locale."""
    environment = {"PATH": os.environ["PATH"], **(variables or {})}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def loaded_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command of the nouns that this installation has."""
    for name, target in TARGETS.items():
        try:
            command = load(name, target)
        except Fault:
            continue
        yield from walk(name, command)


def walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, verb in command.commands.items():
            yield from walk(f"{path} {name}", verb)


def test_the_nouns_are_those_of_the_manual():
    """Every noun of the table has its line on the command line's page, and is listed in both languages."""
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for lang in LANGUAGES:
        shown = run("--help", "--lang", lang).stdout
        assert all(f"  {name} " in shown for name in (*TARGETS, "completion"))
    assert all(f"| `{name}` |" in page for name in (*TARGETS, "completion"))


def test_every_exit_code_stands_in_the_manual():
    """The page lists the codes and no other."""
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    table = page.partition("## Exit codes")[2].partition("## ")[0]
    assert [int(line.split("|")[1]) for line in table.splitlines() if line[2:3].isdigit()] == list(
        ExitCode
    )


def test_the_version_is_shown_and_is_one_document_in_json():
    """With the version of Python, which a report of a fault needs."""
    assert run("--version").stdout.startswith("timebank ")
    outcome = run("--version", "--json")
    assert outcome.exit_code == ExitCode.OK
    assert set(json.loads(outcome.stdout)) == {"version", "python"}


@pytest.mark.parametrize("name", TARGETS)
def test_a_noun_is_there_or_says_what_is_missing(name: str):
    """Never a traceback: help, or one clear error with exit 3."""
    outcome = run(name, "--help")
    if outcome.exit_code != ExitCode.OK:
        assert outcome.exit_code == ExitCode.USAGE
        assert "not-built" in outcome.stderr or "missing-extra" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A module of an optional part whose library is not installed."""
    (tmp_path / "needs_absent_library.py").write_text("import absent_library_of_this_test\n")
    monkeypatch.syspath_prepend(tmp_path)
    group = LazyGroup(
        "x", targets={"n": Target("needs_absent_library:group", t(zh="甲", en="A"), extra="node")}
    )
    outcome = CliRunner().invoke(group, ["n"], env={**NO_LOCALE, "LANG": "en_US"})
    assert outcome.exit_code == ExitCode.USAGE
    assert "absent_library_of_this_test" in outcome.stderr
    assert "pip install 'timebank[node]'" in outcome.stderr
    assert "missing-extra" in outcome.stderr


def test_a_missing_module_of_ours_is_called_that():
    """An installation without a noun's module."""
    group = LazyGroup("x", targets={"n": Target("node.absent_module:group", t(zh="甲", en="A"))})
    outcome = CliRunner().invoke(group, ["n", "--json"], env=NO_LOCALE)
    assert outcome.exit_code == ExitCode.USAGE
    assert json.loads(outcome.stdout)["error"]["code"] == "not-built"


def test_listing_the_nouns_imports_none_of_them():
    """Help and completion come from the table."""
    targets = {"n": Target("node.absent_module:group", t(zh="甲。更多", en="First. More"))}
    group = LazyGroup("x", targets=targets)
    outcome = CliRunner().invoke(group, ["--help", "--lang", "en"], env=NO_LOCALE)
    assert outcome.exit_code == ExitCode.OK
    assert "n  First\n" in outcome.stdout
    with click.Context(group) as context:
        assert [item.value for item in group.shell_complete(context, "")] == ["n"]


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_prints_the_script_of_a_shell(shell: str):
    """The script asks the program itself."""
    outcome = run("completion", shell, "--json")
    assert outcome.exit_code == ExitCode.OK
    assert "_TIMEBANK_COMPLETE" in json.loads(outcome.stdout)["script"]


def test_every_command_speaks_both_languages_and_takes_the_shared_options():
    """No command slips past the presentation: class, help and options of all that are installed."""
    for path, command in loaded_commands():
        assert isinstance(command, Command | Group), path
        assert command.help_text is not None, path
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert isinstance(parameter, NativeOption), f"{path} {parameter.opts}"


def test_help_imports_no_heavy_library():
    """What --help of a noun loads, seen from a fresh process."""
    program = (
        "import sys\n"
        "from node.cli import root\n"
        "root.main(['--help'], standalone_mode=False)\n"
        "root.main(['wallet', '--help'], standalone_mode=False)\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)\n"
    )
    outcome = start("-c", program)
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.slow
@pytest.mark.parametrize("line", [["--version"], ["wallet", "--help"]])
def test_the_program_answers_at_once(line: list[str]):
    """Median of ten starts within 150 ms."""
    took = []
    for _ in range(10):
        before = time.perf_counter()
        start("-m", "node", *line)
        took.append(time.perf_counter() - before)
    assert statistics.median(took) <= START_MAX_SECONDS


def test_the_program_does_not_run_without_its_assertions():
    """``python -O`` exits 3 and says why in both languages."""
    outcome = start("-O", "-m", "node", "--version")
    assert outcome.returncode == ExitCode.USAGE
    assert outcome.stdout == ""
    assert "python -O" in outcome.stderr
    assert "断言" in outcome.stderr
    assert "assertions" in outcome.stderr


def test_a_process_exits_with_the_code_of_its_command():
    """From the shell's side: done, misuse."""
    assert start("-m", "node", "--version").returncode == ExitCode.OK
    assert start("-m", "node", "nothing").returncode == ExitCode.USAGE


@pytest.mark.slow
@pytest.mark.parametrize("words", [("node", "config-show"), ("completion", "bash")])
def test_a_reader_that_goes_away_is_no_broken_rule(words: tuple[str, ...], tmp_path: Path) -> None:
    """``audit verify ... | head`` must not exit with 1, which means that the archive is wrong."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "node.toml").write_text('district = "gulou"\n', encoding="utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "node", *words]
    variables = {"PATH": os.environ["PATH"], "TIMEBANK_HOME": str(tmp_path)}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=variables,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.returncode == 6, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
