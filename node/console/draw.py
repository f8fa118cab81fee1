"""Drawing a view as text. ``rich`` is imported here, and only when there is something to draw."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from node.console.language import Lang, Text, said
from node.console.result import Cell, Facts, Table, View

if TYPE_CHECKING:
    from rich.console import Console as RichConsole

PLAIN_WIDTH: Final = 120
"""Columns when stdout is not a terminal: a table in a file or a pipe is not folded at 80."""


def draw(view: View, lang: Lang, environment: Mapping[str, str]) -> None:
    """Write a view to stdout, in colour only on a terminal without ``NO_COLOR``."""
    if isinstance(view, Text):
        sys.stdout.write(view.said(lang) + "\n")
        return
    if isinstance(view, Table | Facts):
        console = _rich(environment)
        if isinstance(view, Table):
            _table(console, view, lang)
        else:
            _facts(console, view, lang)
        return
    for part in view:
        draw(part, lang, environment)


def _rich(environment: Mapping[str, str]) -> "RichConsole":
    from rich.console import Console  # noqa: PLC0415 - 46 ms that a command without a table need not spend

    class Piped(Console):
        """Rich would exit with 1, which here means that a rule is broken."""

        def on_broken_pipe(self) -> None:
            """Let ``node.console.console`` say that nobody reads any more."""
            raise BrokenPipeError

    return Piped(
        file=sys.stdout,
        width=None if sys.stdout.isatty() else PLAIN_WIDTH,
        no_color="NO_COLOR" in environment,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _table(console: "RichConsole", view: Table, lang: Lang) -> None:
    from rich.box import SIMPLE  # noqa: PLC0415 - as above
    from rich.table import Table as RichTable  # noqa: PLC0415 - as above
    from rich.text import Text as RichText  # noqa: PLC0415 - as above

    if not view.rows and view.empty is not None:
        console.print(view.empty.said(lang))
        return
    table = RichTable(box=SIMPLE, title=_title(view.title, lang), title_justify="left")
    for column in view.columns:
        table.add_column(RichText(column.title.said(lang)), justify=column.align, overflow="fold")
    for row in view.rows:
        table.add_row(*(RichText(_cell(cell, lang)) for cell in row))
    console.print(table)


def _facts(console: "RichConsole", view: Facts, lang: Lang) -> None:
    from rich.table import Table as RichTable  # noqa: PLC0415 - as above
    from rich.text import Text as RichText  # noqa: PLC0415 - as above

    grid = RichTable.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(overflow="fold")
    for name, value in view.pairs:
        grid.add_row(RichText(name.said(lang), style="bold"), RichText(_cell(value, lang)))
    if view.title is not None:
        console.print(RichText(view.title.said(lang), style="bold"))
    console.print(grid)


def _title(title: Text | None, lang: Lang) -> str | None:
    return None if title is None else title.said(lang)


def _cell(cell: Cell, lang: Lang) -> str:
    return str(cell) if isinstance(cell, int) else said(cell, lang)
