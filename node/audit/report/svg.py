"""Charts as SVG text: bars and lines with a title and a description, in the page's own colours, without a script.

Every chart stands beside a table with the same numbers; so a chart is a picture, and its ``desc`` says what it shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from node.console.language import Lang, Text, said

WIDTH: Final = 720
HEIGHT: Final = 280
LEFT, RIGHT, TOP, BOTTOM = 96, 16, 16, 40
ROW: Final = 34
LABEL_WIDTH: Final = 190
VALUE_WIDTH: Final = 120
TICKS: Final = 4
LABELS_MAX: Final = 12
"""Labels below an axis; more would run into each other on paper."""
DASHES: Final = ("none", "8 4", "2 4")
"""Lines differ in more than colour."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: a name and a value for each label."""

    name: Text
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers to be drawn.

    Attributes:
        title: what the picture is called.
        text: what it shows, for whoever cannot see it.
        labels: of the horizontal axis, or of the bars.
        series: lines; a chart of bars has one.
        bars: whether values are bars from left to right, negative ones to the other side.
        unit: of the values.
    """

    title: Text
    text: Text
    labels: Sequence[str | Text]
    series: Sequence[Series]
    unit: Text
    bars: bool = False


def drawn(chart: Chart, number: int, lang: Lang) -> str:
    """The chart as one ``svg`` element.

    Args:
        chart: what to draw; without labels nothing is drawn.
        number: makes ids unique in the page.
        lang: of every text.
    """
    body, height = (_bars if chart.bars else _lines)(chart, lang)
    title, text = escape(chart.title.said(lang)), escape(chart.text.said(lang))
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" aria-labelledby="t{number} d{number}">'
        f'<title id="t{number}">{title}</title><desc id="d{number}">{text}</desc>{body}</svg>'
    )


def _said(words: Text, lang: Lang) -> str:
    return escape(words.said(lang))


def _lines(chart: Chart, lang: Lang) -> tuple[str, int]:
    most = _round_up(max((v for one in chart.series for v in one.values), default=0))
    parts = [_grid(most)]
    for index, one in enumerate(chart.series):
        points = [(_x(at, len(chart.labels)), _y(v, most)) for at, v in enumerate(one.values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        style = f'class="s{index}" stroke-dasharray="{DASHES[index % len(DASHES)]}"'
        parts.append(f'<polyline {style} points="{path}"/>')
        parts += [
            f'<circle class="p{index}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in points
        ]
    step = -(-len(chart.labels) // LABELS_MAX) or 1
    for at in range(0, len(chart.labels), step):
        x, label = _x(at, len(chart.labels)), escape(said(chart.labels[at], lang))
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 14}" text-anchor="middle">{label}</text>')
    return "".join(parts) + _legend(chart, lang), HEIGHT + ROW


def _legend(chart: Chart, lang: Lang) -> str:
    width, parts = (WIDTH - LEFT) // max(1, len(chart.series)), []
    for index, one in enumerate(chart.series):
        x, y = LEFT + index * width, HEIGHT + 16
        style = f'class="s{index}" stroke-dasharray="{DASHES[index % len(DASHES)]}"'
        parts.append(f'<line {style} x1="{x}" x2="{x + 28}" y1="{y - 4}" y2="{y - 4}"/>')
        name = f"{_said(one.name, lang)} ({_said(chart.unit, lang)})"
        parts.append(f'<text x="{x + 36}" y="{y}">{name}</text>')
    return "".join(parts)


def _bars(chart: Chart, lang: Lang) -> tuple[str, int]:
    values = chart.series[0].values
    low, high = min(0, 0, *values), max(0, 0, *values)
    room = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    scale = room / ((high - low) or 1)
    zero = LABEL_WIDTH - low * scale
    parts = []
    for at, (label, value) in enumerate(zip(chart.labels, values, strict=True)):
        y, width = at * ROW, abs(value) * scale
        x = zero if value >= 0 else zero - width
        kind = "up" if value >= 0 else "down"
        parts.append(f'<text x="0" y="{y + 21}">{escape(said(label, lang))}</text>')
        parts.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{y + 5}" width="{max(width, 1):.1f}" height="22"/>'
        )
        end = max(zero, x + width) + 8
        parts.append(f'<text x="{end:.1f}" y="{y + 21}">{value:,} {_said(chart.unit, lang)}</text>')
    height = len(values) * ROW
    parts.append(f'<line class="axis" x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{height}"/>')
    return "".join(parts), height


def _grid(most: int) -> str:
    parts = []
    for tick in range(TICKS + 1):
        value = most * tick // TICKS
        y = _y(value, most)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        text = f'x="{LEFT - 8}" y="{y + 5:.1f}" text-anchor="end"'
        parts.append(f"<text {text}>{value:,}</text>")
    return "".join(parts)


def _x(at: int, count: int) -> float:
    room = WIDTH - LEFT - RIGHT - 40
    return LEFT + 20 + (room * at / (count - 1) if count > 1 else room / 2)


def _y(value: int, most: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most)


def _round_up(value: int) -> int:
    """The next of 4, 8, 20, 40, 80, 200 … so that ticks are whole."""
    step = TICKS
    while True:
        for factor in (1, 2, 5):
            if step * factor >= value:
                return step * factor
        step *= 10
