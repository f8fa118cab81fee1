"""What is wrong with a command line, in both languages. ``click`` itself knows only English."""

from collections.abc import Iterable
from difflib import get_close_matches

import click

from node.console.fault import Fault, usage
from node.console.language import Text, same, t


def explain_misuse(error: click.ClickException) -> Fault:
    """The fault (exit 3) for what ``click`` found wrong with a command line."""
    return usage(_reason(error), _remedy(error))


def unknown_command(name: str, known: Iterable[str]) -> Fault:
    """A fault (exit 3) for a verb that does not exist, with the nearest that do."""
    near = get_close_matches(name, list(known))
    why = t(zh="没有“{name}”这个命令", en="There is no command {name!r}").fill(name=name)
    if not near:
        return usage(why)
    return usage(
        why, t(zh="是不是：{near}？", en="Did you mean: {near}?").fill(near=", ".join(near))
    )


def _reason(error: click.ClickException) -> Text:
    english = error.format_message()
    match error:
        case click.NoSuchOption():
            return Text(f"没有选项 {error.option_name}", english)
        case click.MissingParameter():
            return Text(f"缺少参数 {_parameter(error)}", english)
        case click.BadParameter():
            return Text(f"参数 {_parameter(error)} 的值不对：{error.message}", english)
        case click.BadOptionUsage():
            return Text(f"选项 {error.option_name} 用得不对：{error.message}", english)
        case _:
            return Text(f"命令写得不对：{english}", english)


def _parameter(error: click.BadParameter) -> str:
    if error.param is not None:
        return error.param.get_error_hint(error.ctx)
    return "" if error.param_hint is None else str(error.param_hint)


def _remedy(error: click.ClickException) -> Text | None:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return None
    return t(zh="用法见：{path} --help", en="See: {path} --help").fill(
        path=same(context.command_path)
    )
