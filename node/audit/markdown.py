"""Any view of a result as Markdown, for a report that is kept or sent on."""

from node.console.language import Lang, Text, said
from node.console.result import Cell, Facts, Table, View


def markdown(result_view: View, lang: Lang) -> str:
    """Any view as Markdown."""
    match result_view:
        case Text():
            return result_view.said(lang) + "\n"
        case Facts():
            lines = [
                f"- **{name.said(lang)}**: {_cell(cell, lang)}" for name, cell in result_view.pairs
            ]
            return _headed(result_view.title, lang) + "\n".join(lines) + "\n"
        case Table():
            return _headed(result_view.title, lang) + _table_lines(result_view, lang)
        case _:
            return "\n".join(markdown(part, lang) for part in result_view)


def _headed(title: Text | None, lang: Lang) -> str:
    return "" if title is None else f"## {title.said(lang)}\n\n"


def _table_lines(table: Table, lang: Lang) -> str:
    if not table.rows and table.empty is not None:
        return table.empty.said(lang) + "\n"
    rows = [
        [column.title.said(lang) for column in table.columns],
        ["---:" if column.align == "right" else "---" for column in table.columns],
        *([_cell(cell, lang) for cell in row] for row in table.rows),
    ]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _cell(cell: Cell, lang: Lang) -> str:
    return str(cell) if isinstance(cell, int) else said(cell, lang)
