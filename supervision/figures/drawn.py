"""The pictures of a page of figures, and what each of them says in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from minshi import workdays
from supervision.figures.board import SplitRow
from supervision.figures.pictures import Bar, Line, LineChart
from supervision.figures.trend import Week


def bars_of(rows: list[SplitRow]) -> list[Bar]:
    return [Bar(str(row.label), row.number, row.shown) for row in rows]


def chart_of(weeks: list[Week]) -> LineChart:
    marks = []
    for week in weeks:
        last = week.days.last
        marks.append(workdays.day_in_words(last, last))
    return LineChart(
        [
            Line(pgettext("chart", "received"), [week.received for week in weeks]),
            Line(pgettext("chart", "closed"), [week.closed for week in weeks]),
        ],
        marks,
    )


def seen_in_weeks(weeks: list[Week]) -> str:
    """Say what the chart of the weeks shows."""
    received = [week.received for week in weeks]
    return _(
        "In twelve weeks %(received)s were received and %(closed)s closed; between"
        " %(least)s and %(most)s a week were received."
    ) % {
        "received": sum(received),
        "closed": sum(week.closed for week in weeks),
        "least": min(received),
        "most": max(received),
    }


def seen_in_rows(rows: list[SplitRow]) -> str:
    """Say what bars show: how many there are, and the most of them."""
    if not rows:
        return _("Nothing was counted.")
    most = max(rows, key=_number_of)
    words = ngettext(
        "%(rows)s row; the most, %(number)s, is %(label)s.",
        "%(rows)s rows; the most, %(number)s, is %(label)s.",
        len(rows),
    )
    return words % {"rows": len(rows), "number": most.shown, "label": most.label}


def seen_in_topics(rows: list[SplitRow]) -> str:
    """Say what the bars of topics are: how many, of how many matters together, how
    many matters have none of their own, and the most; the numbers add up.
    """
    listed = [row for row in rows if not row.is_rest]
    rest = [row for row in rows if row.is_rest]
    if not rows:
        return _("Nothing was counted.")
    if not listed:
        return _("%(rest)s matters, not parted by topic.") % {"rest": rest[0].shown}

    most = max(listed, key=_number_of)
    words = {
        "rows": len(listed),
        "listed": sum(row.number for row in listed),
        "number": most.shown,
        "label": most.label,
    }
    if not rest:
        return (
            ngettext(
                "%(rows)s bar, %(listed)s matters in all; the most, %(number)s, is"
                " %(label)s.",
                "%(rows)s bars, %(listed)s matters in all; the most, %(number)s, is"
                " %(label)s.",
                len(listed),
            )
            % words
        )
    words["rest"] = rest[0].shown
    return (
        ngettext(
            "%(rows)s bar by itself, %(listed)s matters; the other %(rest)s stand"
            " together in the last. The most, %(number)s, is %(label)s.",
            "%(rows)s bars by themselves, %(listed)s matters; the other %(rest)s stand"
            " together in the last. The most, %(number)s, is %(label)s.",
            len(listed),
        )
        % words
    )


def _number_of(row: SplitRow) -> int:
    return row.number
