"""Commands and groups that speak two languages, take the shared options anywhere and exit with documented codes.

``click`` reads a command line from left to right, but an error or ``--help`` before ``--lang en`` must already be in
English, and with ``--json`` even a misspelt option answers in JSON. So the root first scans the whole line for the
three shared options, and the options proper, which every command declares, set them again when click reaches them.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from node.console.console import Console
from node.console.help import (
    HELP_HELP,
    BilingualContext,
    NativeOption,
    current_lang,
    first_sentence,
)
from node.console.language import LANGUAGES, Text, t
from node.console.misuse import unknown_command
from node.console.run import run

F = TypeVar("F", bound=Callable[..., object])


class Command(click.Command):
    """A verb. Its callback returns None or an ``ExitCode``."""

    context_class = BilingualContext

    def __init__(self, *args: Any, help_text: Text | None = None, **attributes: Any) -> None:  # noqa: ANN401 - as click has it
        """Like ``click.Command``, with ``help_text`` for its help."""
        super().__init__(*args, **attributes)
        self.help_text = help_text

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own parameters, then the shared ones."""
        return _with_shared(super().get_params(ctx))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help text in the reader's language."""
        _write_help(self.help_text, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """One line for the list of commands; never cut in the middle of a word."""
        return "" if self.help_text is None else first_sentence(self.help_text, current_lang())

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:  # noqa: ANN401 - as click has it
        """Run the command, print what goes wrong, exit with its code."""
        return run(super().main, args, *rest, **extra)


class Group(click.Group):
    """A noun with its verbs."""

    context_class = BilingualContext
    command_class = Command
    group_class = type

    def __init__(self, *args: Any, help_text: Text | None = None, **attributes: Any) -> None:  # noqa: ANN401 - as click has it
        """Like ``click.Group``, with ``help_text`` for its help."""
        super().__init__(*args, **attributes)
        self.help_text = help_text

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The group's own parameters, then the shared ones."""
        return _with_shared(super().get_params(ctx))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help text in the reader's language."""
        _write_help(self.help_text, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """One line for the list of commands."""
        return "" if self.help_text is None else first_sentence(self.help_text, current_lang())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb and what is left for it.

        Raises:
            node.console.fault.Fault: no such verb.
        """
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            raise unknown_command(args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:  # noqa: ANN401 - as click has it
        """Run the verb, print what goes wrong, exit with its code."""
        return run(super().main, args, *rest, **extra)


def group(name: str, *, help: Text, parent: click.Group | None = None) -> Callable[[F], Group]:  # noqa: A002 - click's word
    """Make a group; with ``parent``, under it.

    Args:
        name: what is typed.
        help: its help page; the first sentence stands in lists.
        parent: the group it belongs to.
    """

    def make(callback: F) -> Group:
        made = click.group(name, cls=Group, help_text=help)(callback)
        if parent is not None:
            parent.add_command(made)
        return made

    return make


def command(
    parent: click.Group,
    name: str,
    *,
    help: Text,  # noqa: A002 - click's word
) -> Callable[[Callable[..., object]], Command]:
    """Make a command under ``parent``; place it above ``option``, ``argument`` and ``pass_console``.

    Args:
        parent: the group it belongs to.
        name: what is typed.
        help: its help page; the first sentence stands in lists.
    """

    def make(callback: Callable[..., object]) -> Command:
        made = click.command(name, cls=Command, help_text=help)(callback)
        parent.add_command(made)
        return made

    return make


def option(*names: str, help: Text, **attributes: Any) -> Callable[[F], F]:  # noqa: A002, ANN401 - click's signature
    """Like ``click.option``, with its help in both languages."""
    return click.option(*names, cls=NativeOption, text=help, **attributes)


argument = click.argument
"""``click.argument`` itself; an argument is explained in the command's help."""


def shared_options() -> tuple[click.Option, ...]:
    """``--json``, ``--lang`` and ``--home``, which every command takes before and after the verb."""
    return (
        NativeOption(
            ["--json"],
            text=t(zh="结果只输出一个 JSON 文档。", en="Answer with exactly one JSON document."),
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_set_json,
        ),
        NativeOption(
            ["--lang"],
            text=t(
                zh="语言；默认看 LANG，再默认中文。", en="Language; else by LANG, else Chinese."
            ),
            type=click.Choice(LANGUAGES),
            is_eager=True,
            expose_value=False,
            callback=_set_lang,
        ),
        NativeOption(
            ["--home"],
            text=t(zh="主目录；默认 ~/.timebank。", en="Home directory; else ~/.timebank."),
            metavar="DIR",
            type=click.Path(file_okay=False),
            is_eager=True,
            expose_value=False,
            callback=_set_home,
        ),
    )


def _set_json(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's callback
    if value:
        _console(ctx).set_json()


def _set_lang(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    for lang in LANGUAGES:
        if lang == value:
            _console(ctx).set_lang(lang)


def _set_home(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        _console(ctx).set_home(value)


def _console(ctx: click.Context) -> Console:
    console = ctx.find_object(Console)
    assert console is not None, "a command is run by its main"
    return console


def _with_shared(own: list[click.Parameter]) -> list[click.Parameter]:
    for parameter in own:
        if isinstance(parameter, click.Option) and "--help" in parameter.opts:
            parameter.help = HELP_HELP.said(current_lang())
    return [*own[:-1], *_SHARED, *own[-1:]]


def _write_help(text: Text | None, formatter: click.HelpFormatter) -> None:
    if text is not None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text.said(current_lang()))


_SHARED = shared_options()
