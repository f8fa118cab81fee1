"""A view and its charts as one HTML file: no script, no address, one style sheet, for a screen, a phone and A4."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from node.audit.report.svg import Chart, drawn
from node.console.language import Lang, Text, said
from node.console.result import Cell, Facts, Table, View

Part = Chart | Text | Table | Facts

STYLE: Final = """
:root{color-scheme:light;--ink:#1d2327;--soft:#5a6570;--line:#cfd6dc;--a:#0b5c8a;--b:#a34a00;--c:#2f6b2f}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:60rem;color:var(--ink);background:#fff;line-height:1.6;
font-family:"Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}
h1{font-size:1.7rem;margin:0 0 .5rem}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:2px solid var(--a);padding-bottom:.2rem}
dl{display:grid;grid-template-columns:minmax(7rem,13rem) 1fr;gap:.25rem 1rem;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--soft);font-weight:600}
th,td{word-break:keep-all}td:last-child,th:last-child{padding-right:0}
.n{text-align:right;white-space:nowrap}
figure{margin:1rem 0}figcaption{color:var(--soft);margin-top:.3rem}
svg{width:100%;height:auto;font-size:14px;fill:var(--ink);font-family:inherit}
svg .grid{stroke:var(--line)}svg .axis{stroke:var(--soft)}
svg .s0{stroke:var(--a)}svg .s1{stroke:var(--b)}svg .s2{stroke:var(--c)}
svg polyline,svg .s0,svg .s1,svg .s2{fill:none;stroke-width:2.5}
svg .p0,svg .up{fill:var(--a)}svg .p1,svg .down{fill:var(--b)}svg .p2{fill:var(--c)}
@media(max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}svg{font-size:20px}}
@page{size:A4;margin:16mm 14mm}
@media print{body{max-width:none;padding:0;font-size:10pt}.scroll{overflow:visible}
figure,tr,dl{break-inside:avoid}h2{break-after:avoid}th,td{padding:.2rem .4rem}}
"""


def page(title: Text, parts: Sequence[Part], lang: Lang) -> str:
    """The whole file.

    Args:
        title: of the page.
        parts: in order.
        lang: the language of every text.
    """
    number = iter(range(1, len(parts) + 1))
    body = "".join(_part(part, next(number), lang) for part in parts)
    heading = escape(title.said(lang))
    tag = "zh-CN" if lang == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{tag}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{heading}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{heading}</h1>{body}</main></body></html>\n"
    )


def flat(view: View) -> Iterator[Part]:
    """The parts of a view one after the other."""
    match view:
        case Text() | Facts() | Table():
            yield view
        case _:
            for part in view:
                yield from flat(part)


def _part(part: Part, number: int, lang: Lang) -> str:
    match part:
        case Text():
            return f"<p>{escape(part.said(lang))}</p>"
        case Facts():
            rows = "".join(
                f"<dt>{escape(name.said(lang))}</dt><dd>{_cell(cell, lang)}</dd>"
                for name, cell in part.pairs
            )
            return f"{_heading(part.title, lang)}<dl>{rows}</dl>"
        case Table():
            return _heading(part.title, lang) + _table(part, lang)
        case Chart():
            caption = escape(part.text.said(lang))
            picture = drawn(part, number, lang)
            return (
                f"<h2>{escape(part.title.said(lang))}</h2>"
                f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"
            )


def _heading(title: Text | None, lang: Lang) -> str:
    return "" if title is None else f"<h2>{escape(title.said(lang))}</h2>"


def _table(table: Table, lang: Lang) -> str:
    if not table.rows and table.empty is not None:
        return f"<p>{escape(table.empty.said(lang))}</p>"
    kinds = [' class="n"' if column.align == "right" else "" for column in table.columns]
    pairs = zip(kinds, table.columns, strict=True)
    head = "".join(f'<th scope="col"{k}>{escape(c.title.said(lang))}</th>' for k, c in pairs)
    rows = "".join(
        "<tr>"
        + "".join(f"<td{k}>{_cell(cell, lang)}</td>" for k, cell in zip(kinds, row, strict=True))
        + "</tr>"
        for row in table.rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cell(cell: Cell, lang: Lang) -> str:
    return f"{cell:,}" if isinstance(cell, int) else escape(said(cell, lang))
