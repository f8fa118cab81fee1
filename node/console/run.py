"""The outermost frame of every command: settings first, then the command, then an exit code for whatever happened."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import click

from node.console.console import Console, Settings
from node.console.environment import environment
from node.console.exits import ExitCode
from node.console.fault import Report, fault
from node.console.language import LANGUAGES, t
from node.console.misuse import explain_misuse
from node.console.translate import report_of

END_OF_OPTIONS: Final = "--"


def run(
    click_main: Callable[..., object],
    args: Sequence[str] | None,
    *rest: Any,  # noqa: ANN401 - what click's own main takes
    standalone_mode: bool = True,
    **extra: Any,  # noqa: ANN401 - what click's own main takes
) -> int:
    """Run a click command and end with a documented exit code.

    Args:
        click_main: the ``main`` of the command.
        args: the command line without the program; None for the process's own.
        rest: further arguments for ``click_main``.
        standalone_mode: exit the process; otherwise return the code.
        extra: further arguments for ``click_main``.
    """
    line = list(sys.argv[1:] if args is None else args)
    console = early_console(line, environment())
    status = _status(
        console, lambda: click_main(line, *rest, standalone_mode=False, obj=console, **extra)
    )
    if standalone_mode:
        sys.exit(int(status))
    return int(status)


def early_console(line: Sequence[str], variables: Mapping[str, str]) -> Console:
    """A console by a first look at the command line, good enough to report what is wrong with the rest of it."""
    console = Console(Settings.of(variables), variables)
    words = list(line[: line.index(END_OF_OPTIONS)] if END_OF_OPTIONS in line else line)
    for index, word in enumerate(words):
        name, has_value, value = word.partition("=")
        if not has_value:
            value = words[index + 1] if index + 1 < len(words) else ""
        if word == "--json":
            console.set_json()
        elif name == "--lang":
            for lang in LANGUAGES:
                if lang == value:
                    console.set_lang(lang)
    return console


def _status(console: Console, invoke: Callable[[], object]) -> ExitCode:
    try:
        outcome = invoke()
        console.finish()
    except click.exceptions.NoArgsIsHelpError as error:
        return _help_instead(console, error)
    except click.ClickException as error:
        return _failed(console, explain_misuse(error).report)
    except (click.Abort, KeyboardInterrupt):
        return _interrupted(console)
    except Exception as error:  # noqa: BLE001 - the outermost frame: no error may pass for exit code 1
        return _failed(console, report_of(error))
    return ExitCode(outcome) if isinstance(outcome, int) else ExitCode.OK


def _failed(console: Console, report: Report) -> ExitCode:
    try:
        console.fail(report)
    except BrokenPipeError:
        _forget_stdout()
    return report.status


def _help_instead(console: Console, error: click.exceptions.NoArgsIsHelpError) -> ExitCode:
    if console.json:
        return _failed(console, explain_misuse(_missing_command(error.ctx)).report)
    sys.stderr.write(error.format_message() + "\n")
    return ExitCode.USAGE


def _missing_command(ctx: click.Context) -> click.UsageError:
    return click.UsageError("Missing command.", ctx)


def _interrupted(console: Console) -> ExitCode:
    _forget_stdout()
    return _failed(
        console,
        fault(
            "interrupted",
            ExitCode.OTHER,
            what=t(zh="已中断", en="Interrupted"),
            why=t(zh="操作被人中断", en="Somebody stopped the command"),
            remedy=t(
                zh="已经提交的不会丢失；重新运行即可。",
                en="What was submitted is not lost; run it again.",
            ),
        ).report,
    )


def _forget_stdout() -> None:
    """After the reader of a pipe has gone, Python must not complain once more while it exits."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
