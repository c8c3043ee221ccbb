"""Days, moments and spans in the words of the pages and papers."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext

from cases.deadlines.calendar import has_data
from minshi import clock, paper, workdays
from minshi.workdays import Span, Unit

register = template.Library()
DOUBT = gettext_lazy(
    "Counted Monday to Friday without the statutory days: the days off of that year are"
    " not known yet."
)
DOUBT_TO_SPEAKER = gettext_lazy("It may be a day or two sooner or later.")


@register.simple_tag
def doubt(
    day: date | None, is_provisional: bool = False, *, to_speaker: bool = False
) -> str:
    """Return a warning for a day that was counted without the days off of its year.

    It stands beside a day promised or due; empty where the days off are known.
    """
    if day is None or (not is_provisional and has_data(day.year)):
        return ""
    words = DOUBT_TO_SPEAKER if to_speaker else DOUBT
    return format_html('<span class="muted small">{}</span>', words)


@register.filter
def day(value: Any) -> str:
    """Return a date in words: 3月2日, with its year where that is not this one."""
    if not value:
        return ""
    when = workdays.local_day(value) if isinstance(value, datetime) else value
    return workdays.day_in_words(when, clock.today())


@register.simple_tag
def day_range(first: date, last: date | None) -> str:
    """Return two days as a range, both with their years where these differ; without a
    last one it stays open.
    """
    if last is None:
        return f"{day(first)} —"
    return workdays.range_in_words(first, last, clock.today())


@register.filter
def on_paper(value: Any) -> str:
    """Return a date as an office writes it on its papers: 2026年3月2日."""
    return paper.day_on_paper(value) if value else ""


@register.filter
def is_past(day: date | None) -> bool:
    """Return True once a day promised is over."""
    return day is not None and day < clock.today()


@register.filter
def days(number: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": number}


@register.filter
def length_of(span: Span) -> str:
    """Return a span in words: 3个工作日, 60天."""
    if span.unit is not Unit.WORKING:
        return days(span.amount)

    words = ngettext("%(days)s working day", "%(days)s working days", span.amount)
    return words % {"days": span.amount}


@register.filter
def moment(value: datetime | None) -> str:
    if not value:
        return ""

    local = value.astimezone(workdays.SHANGHAI)
    return f"{day(value)} {local:%H:%M}"
