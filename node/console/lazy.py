"""A group that knows its verbs by name and imports one only when it is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from node.console.command import Group
from node.console.exits import ExitCode
from node.console.fault import Fault, fault
from node.console.help import current_lang, first_sentence
from node.console.language import Text, t


@dataclass(frozen=True, slots=True)
class Target:
    """Where a command lives.

    Attributes:
        place: ``module:attribute`` of the command.
        help: its line in lists, so that listing imports nothing.
        extra: the optional dependencies it needs, or empty for none.
    """

    place: str
    help: Text
    extra: str = ""


class LazyGroup(Group):
    """A group over a table of targets; commands added as usual stand beside them."""

    def __init__(self, *args: Any, targets: Mapping[str, Target], **attributes: Any) -> None:  # noqa: ANN401 - as click has it
        """Like ``Group``, with the table of its verbs."""
        super().__init__(*args, **attributes)
        self.targets = targets

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return [*self.targets, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now.

        Raises:
            node.console.fault.Fault: its module or a library it needs is not installed.
        """
        target = self.targets.get(cmd_name)
        return super().get_command(ctx, cmd_name) if target is None else load(cmd_name, target)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        rows = [(name, self._line(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Completions of a verb, from the table alone."""
        if incomplete.startswith("-"):
            return super(click.Group, self).shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=self._line(ctx, name))
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]

    def _line(self, ctx: click.Context, name: str) -> str:
        target = self.targets.get(name)
        if target is not None:
            return first_sentence(target.help, current_lang())
        known = super().get_command(ctx, name)
        return "" if known is None else known.get_short_help_str()


def load(name: str, target: Target) -> click.Command:
    """Import the command of a target.

    Raises:
        Fault: its module is not part of this installation, or a library it needs is not installed (exit 3).
    """
    module_name, _, attribute = target.place.partition(":")
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        raise _missing(name, target, error.name or module_name) from error
    loaded = getattr(module, attribute)
    assert isinstance(loaded, click.Command), target.place
    return loaded


def _missing(name: str, target: Target, module: str) -> Fault:
    ours = module.partition(".")[0] in {"node", "wallet"}
    why = (
        t(zh="这个安装里没有“{name}”", en="This installation does not have {name!r}")
        if ours
        else t(
            zh="“{name}”需要的 {module} 没有安装",
            en="{name!r} needs {module}, which is not installed",
        )
    )
    remedy = (
        t(
            zh="安装完整版本：pip install 'timebank[node]'",
            en="Install all of it: pip install 'timebank[node]'",
        )
        if ours or not target.extra
        else t(
            zh="安装附加组件：pip install 'timebank[{extra}]'",
            en="Install the extra: pip install 'timebank[{extra}]'",
        ).fill(extra=target.extra)
    )
    return fault(
        "not-built" if ours else "missing-extra",
        ExitCode.USAGE,
        what=t(zh="命令不可用：{name}", en="Not available: {name}").fill(name=name),
        why=why.fill(name=name, module=module),
        remedy=remedy,
    )
