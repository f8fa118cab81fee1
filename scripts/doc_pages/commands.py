"""The commands of ``timebank`` with their arguments and options, written behind the words of ``docs/cli.md``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from node.cli import PROGRAM, root
from node.console.command import Command, Group, shared_options
from node.console.help import NativeOption

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "cli.md"
HEADING: Final = "## Every command\n"
INTRODUCTION: Final = (
    "Written by `make docs` from the commands themselves. The [options of every command](#options-of-every-command)\n"
    "are left out; **bold** options are required."
)
_SHARED: Final = {name for one in shared_options() for name in one.opts} | {"--help"}


def cli_page() -> str:
    """The words of the page as they are, and every command of the program as it is."""
    words, _, _ = PAGE.read_text(encoding="utf-8").partition(HEADING)
    return words + HEADING + "\n" + INTRODUCTION + "\n" + "\n".join(_commands()) + "\n"


def _commands() -> Iterator[str]:
    context = click.Context(root, info_name=PROGRAM)
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None, "listed by the group itself"
        yield f"\n### {PROGRAM} {name}\n"
        if isinstance(command, click.Group):
            yield from _help_of(command)
            yield from _verbs(command, click.Context(command, parent=context, info_name=name))
        else:
            yield from _verb(command, click.Context(command, parent=context, info_name=name))


def _verbs(group: click.Group, context: click.Context) -> Iterator[str]:
    """Every verb of a group; those of a group below it in their place."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, "listed by the group itself"
        inner = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group):
            yield from _verbs(command, inner)
            continue
        yield f"\n#### {_path(inner)}\n"
        yield from _verb(command, inner)


def _verb(command: click.Command, context: click.Context) -> Iterator[str]:
    own = [p for p in command.get_params(context) if not _SHARED & set(p.opts)]
    arguments = [p.make_metavar(context) for p in own if isinstance(p, click.Argument)]
    if arguments:
        yield f"```\n{_path(context)} {' '.join(arguments)}\n```\n"
    yield from _help_of(command)
    options = [p for p in own if isinstance(p, click.Option) and not p.hidden]
    if options:
        yield "\n| option | 说明 | meaning |\n|---|---|---|"
        yield from (_option(one, context) for one in options)


def _path(context: click.Context) -> str:
    """What is typed: the program, nouns and the verb, without the arguments that groups might take."""
    names: list[str] = []
    step: click.Context | None = context
    while step is not None:
        names.append(step.info_name or "")
        step = step.parent
    return " ".join(reversed(names))


def _help_of(command: click.Command) -> Iterator[str]:
    if isinstance(command, Command | Group) and command.help_text is not None:
        yield f"{command.help_text.zh}\n\n{command.help_text.en}"


def _option(option: click.Option, context: click.Context) -> str:
    names = ", ".join(option.opts) + "".join(f" / {name}" for name in option.secondary_opts)
    if not option.is_flag and not option.count:
        names += f" {option.make_metavar(context).replace('INTEGER RANGE', 'N')}"
    shown = f"`{names}`".replace("|", "\\|")
    zh, en = _said(option)
    return f"| {f'**{shown}**' if option.required else shown} | {zh} | {en} |"


def _said(option: click.Option) -> tuple[str, str]:
    if isinstance(option, NativeOption):
        zh, en = option.text.zh, option.text.en
    else:
        zh = en = option.help or ""
    return _cell(zh), _cell(en)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
