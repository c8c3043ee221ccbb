"""Charts as SVG made by the server: bars, stacked bars, lines.

Each has a title and a sentence that says what is seen, labels where the eye is, and
patterns beside the colours, so that it reads in black and white too; the numbers stand
in a table beside it. No script, no style of its own: static/css/charts.css.
"""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from supervision.figures.pictures import Bar, Line, LineChart, Stack

register = template.Library()
WIDTH = 640
ROW = 34  # height of a bar with its label
LABELS = 190  # width of the labels left of the bars
NUMBERS = 90  # width of the numbers right of them
TALL = 220  # height of a line's field
ROOM = 46  # around it
END = 76  # right of it: half a mark, and what a narrow card leaves no room for
NAME = 150  # width of the name of a line, so that two are seen on a telephone
PATTERNS = ("plain", "stripes", "dots", "cross", "empty")


def _framed(
    kind: str, width: int, height: int, title: str, seen: str, parts: SafeString
) -> SafeString:
    """Return the whole picture; its key tells two on one page apart."""
    return format_html(
        '<svg class="chart chart--{}" role="img" width="{}" height="{}"'
        ' viewBox="0 0 {} {}"><title>{}</title><desc>{}</desc>{}</svg>',
        kind,
        width,
        height,
        width,
        height,
        title,
        seen,
        parts,
    )


def _patterns() -> SafeString:
    """Return the patterns that stand beside colours."""
    return mark_safe(
        '<defs><pattern id="chart-stripes" width="6" height="6"'
        ' patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="chart__ground" width="6" height="6"/>'
        '<rect class="chart__ink" width="3" height="6"/></pattern>'
        '<pattern id="chart-dots" width="7" height="7" patternUnits="userSpaceOnUse">'
        '<rect class="chart__ground" width="7" height="7"/>'
        '<circle class="chart__ink" cx="3.5" cy="3.5" r="2"/></pattern>'
        '<pattern id="chart-cross" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="chart__ground" width="8" height="8"/>'
        '<path class="chart__net" d="M0 0L8 8M8 0L0 8"/></pattern></defs>'
    )


@register.simple_tag
def bars(rows: Sequence[Bar], title: str, seen: str) -> SafeString:
    """Draw a bar for each row, its label left and its number right of it."""
    most = max([row.number for row in rows], default=0) or 1
    room = WIDTH - LABELS - NUMBERS

    drawn = []
    for nth, row in enumerate(rows):
        top = nth * ROW
        length = round(room * row.number / most)
        number_at = LABELS + length + 8
        shown = row.shown or str(row.number)
        middle = top + ROW - 11
        drawn.append((middle, row.label, top + 5, length, number_at, middle, shown))

    parts = format_html_join(
        "",
        '<text class="chart__label" x="182" y="{}" text-anchor="end">{}</text>'
        '<rect class="chart__bar" x="190" y="{}" width="{}" height="24"/>'
        '<text class="chart__number" x="{}" y="{}">{}</text>',
        drawn,
    )
    return _framed("bars", WIDTH, max(len(rows), 1) * ROW, title, seen, parts)


@register.simple_tag
def stacked(
    rows: Sequence[Stack], names: Sequence[str], title: str, seen: str
) -> SafeString:
    """Draw a bar for each row, parted by the names, which stand above the bars."""
    most = max([sum(row.numbers) for row in rows], default=0) or 1
    room = WIDTH - LABELS - NUMBERS

    heads = []
    for nth, name in enumerate(names):
        left = nth * (WIDTH // max(len(names), 1))
        heads.append((PATTERNS[nth], left, left + 26, name))
    drawn = [
        format_html_join(
            "",
            '<rect class="chart__part chart__part--{}" x="{}" y="6" width="20"'
            ' height="20"/><text class="chart__label" x="{}" y="23">{}</text>',
            heads,
        )
    ]

    for nth, row in enumerate(rows, 1):
        drawn.append(_stack(row, nth * ROW, room, most))
    parts = format_html_join("", "{}", [(part,) for part in (_patterns(), *drawn)])
    return _framed("stacked", WIDTH, (len(rows) + 1) * ROW, title, seen, parts)


def _stack(row: Stack, top: int, room: int, most: int) -> SafeString:
    left = LABELS
    pieces = []
    for nth, number in enumerate(row.numbers):
        width = round(room * number / most)
        pieces.append((PATTERNS[nth], left, top + 5, width))
        left += width

    middle = top + ROW - 11
    boxes = format_html_join(
        "",
        '<rect class="chart__part chart__part--{}" x="{}" y="{}" width="{}"'
        ' height="24"/>',
        pieces,
    )
    return format_html(
        '<text class="chart__label" x="182" y="{}" text-anchor="end">{}</text>{}'
        '<text class="chart__number" x="{}" y="{}">{}</text>',
        middle,
        row.label,
        boxes,
        left + 8,
        middle,
        sum(row.numbers),
    )


@register.simple_tag
def lines(chart: LineChart, title: str, seen: str) -> SafeString:
    """Draw lines over the same points, their names above them: the first whole, the
    second dashed.
    """
    numbers = [number for line in chart.lines for number in line.numbers]
    most = max(numbers, default=0) or 1
    bottom = ROW + TALL + ROOM // 2
    step = (WIDTH - ROOM - END) / max(len(chart.marks) - 1, 1)

    drawn = [_axis(most, bottom), _marks(chart.marks, step, bottom)]
    drawn.append(_names(chart.lines))
    for nth, line in enumerate(chart.lines):
        points = []
        for place, number in enumerate(line.numbers):
            points.append((ROOM + place * step, bottom - TALL * number / most))
        drawn.append(_line(points, nth))

    parts = format_html_join("", "{}", [(part,) for part in drawn])
    return _framed("lines", WIDTH, ROW + TALL + 2 * ROOM, title, seen, parts)


def _axis(most: int, bottom: int) -> SafeString:
    return format_html(
        '<path class="chart__axis" d="M{} {}H{}M{} {}H{}"/>'
        '<text class="chart__label" x="38" y="{}" text-anchor="end">{}</text>'
        '<text class="chart__label" x="38" y="{}" text-anchor="end">0</text>',
        ROOM,
        bottom,
        WIDTH - END,
        ROOM,
        bottom - TALL,
        WIDTH - END,
        bottom - TALL + 6,
        most,
        bottom + 6,
    )


def _marks(marks: Sequence[str], step: float, bottom: int) -> SafeString:
    """Write the name under every third point, counted from the last."""
    written = []
    for nth, mark in enumerate(marks):
        if (len(marks) - 1 - nth) % 3 == 0:
            written.append((round(ROOM + nth * step), bottom + 26, mark))
    return format_html_join(
        "",
        '<text class="chart__label" x="{}" y="{}" text-anchor="middle">{}</text>',
        written,
    )


def _names(lines: Sequence[Line]) -> SafeString:
    """Write the names of the lines above them, each behind a piece of its line."""
    names = []
    for nth, line in enumerate(lines):
        left = ROOM + nth * NAME
        names.append((nth, f"{left},16 {left + 36},16", left + 44, line.name))
    return format_html_join(
        "",
        '<polyline class="chart__line chart__line--{}" points="{}"/>'
        '<text class="chart__label" x="{}" y="22">{}</text>',
        names,
    )


def _line(points: Sequence[tuple[float, float]], nth: int) -> SafeString:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = format_html_join(
        "",
        '<circle class="chart__dot chart__dot--{}" cx="{}" cy="{}" r="4"/>',
        [(nth, f"{x:.1f}", f"{y:.1f}") for x, y in points],
    )
    return format_html(
        '<polyline class="chart__line chart__line--{}" points="{}"/>{}',
        nth,
        path,
        dots,
    )
