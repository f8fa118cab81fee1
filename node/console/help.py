"""Help pages in the reader's language: the parts of ``click`` that write them."""

from typing import Any, Final

import click

from node.console.console import Console
from node.console.language import DEFAULT_LANGUAGE, Lang, Text, t

_HEADINGS: Final = {
    "Options": t(zh="选项", en="Options"),
    "Commands": t(zh="命令", en="Commands"),
    "Positional arguments": t(zh="参数", en="Arguments"),
}
_USAGE: Final = t(zh="用法：", en="Usage: ")
HELP_HELP: Final = t(zh="显示这一页。", en="Show this page.")
WIDTH_MAX: Final = 100


def lang_of(ctx: click.Context | None) -> Lang:
    """The language of the run that a context belongs to."""
    console = ctx.find_object(Console) if ctx is not None else None
    return DEFAULT_LANGUAGE if console is None else console.lang


def current_lang() -> Lang:
    """The language where ``click`` hands over no context."""
    return lang_of(click.get_current_context(silent=True))


def first_sentence(text: Text, lang: Lang) -> str:
    """The start of a help text, for the list of commands."""
    words = text.said(lang)
    return words.partition("。")[0] if lang == "zh" else words.partition(". ")[0].rstrip(".")


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _USAGE.said(current_lang()))

    def write_heading(self, heading: str) -> None:
        known = _HEADINGS.get(heading)
        super().write_heading(heading if known is None else known.said(current_lang()))


class BilingualContext(click.Context):
    """A context whose help pages have their headings in the reader's language."""

    formatter_class = _Formatter


class NativeOption(click.Option):
    """An option with its help in both languages."""

    def __init__(self, names: list[str], *, text: Text, **attributes: Any) -> None:  # noqa: ANN401 - as click has it
        """Like ``click.Option``, with ``text`` for its help."""
        super().__init__(names, help=text.en, **attributes)
        self.text = text

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The two columns of the help page."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        names, words = record
        return names, words.replace(self.text.en, self.text.said(lang_of(ctx)), 1)
