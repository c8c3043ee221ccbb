"""How far a matter is: its lamp, its stages, and the time used."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.deadlines.counting import Spent
from cases.models import Afterword, Case
from cases.models.choices import OPEN_STAGES, CloseReason, Light, Stage
from cases.templatetags.days import DOUBT, day, days, length_of
from cases.workflow.committee import is_unheard
from minshi import workdays
from minshi.workdays import Unit

register = template.Library()
SHAPES = {Light.RED: "●", Light.YELLOW: "▲", Light.GREEN: "✓", Light.GREY: "‖"}
WALKED_TO_THE_END = frozenset(
    {CloseReason.RATED, CloseReason.UNRATED, CloseReason.EXPLAINED}
)
SPARED_ON_THE_SPOT = frozenset({Stage.DELIBERATE, Stage.SUPERVISE})


@register.simple_tag
def lamp(case: Case | Afterword, at: datetime) -> SafeString:
    """Return the 灯 of a case or of a word after closing, always as shape, word and
    days (ux: colour is never the only sign).
    """
    shown = _word_that_waits(case) or case
    light = shown.light(at)
    if light is None:
        return format_html('<span class="lamp grey">{}</span>', _ended(case))

    words = _lamp_words(shown, light, at)
    if shown is not case:
        words = _("said after closing: %(days)s") % {"days": words}
    note = ""
    if vars(case).get("is_provisional"):
        note = format_html(' title="{}"', DOUBT)

    return format_html(
        '<span class="lamp {}"{}><span aria-hidden="true">{}</span>{}</span>',
        light,
        note,
        SHAPES[light],
        words,
    )


@register.simple_tag
def danger(case: Case) -> str:
    """Return the mark of an open matter that was reported as a red line, as far as the
    list read it (`with_danger`); of a secret row nobody learns it.
    """
    read = vars(case)
    is_marked = read.get("in_danger") and case.is_open
    if not is_marked or read.get("redacted"):
        return ""
    return format_html(
        '<span class="lamp red"><span aria-hidden="true">{}</span>{}</span> ',
        SHAPES[Light.RED],
        _("Urgent: danger reported"),
    )


def _word_that_waits(case: Case | Afterword) -> Afterword | None:
    """Return what was said after closing and waits for an answer, as far as the list
    read it (`with_waiting_word`); of a secret row nobody learns it.
    """
    read = vars(case)
    if not read.get("word_due_at") or read.get("redacted"):
        return None
    return Afterword(due_at=read["word_due_at"], yellow_at=read["word_yellow_at"])


def _ended(case: Case | Afterword) -> str:
    if isinstance(case, Afterword):
        return case.get_end_display()
    return case.get_stage_display()


def _lamp_words(case: Case | Afterword, light: Light, at: datetime) -> str:
    left = (case.due_on - workdays.local_day(at)).days if case.due_on else 0

    if light == Light.GREY:
        return _("on hold")
    if light == Light.RED:
        late = -left
        words = ngettext("%(days)s day overdue", "%(days)s days overdue", late)
        return words % {"days": late}
    return _days_left(left)


def _days_left(left: int) -> str:
    if left == 0:
        return _("due today")

    words = ngettext("%(days)s day left", "%(days)s days left", left)
    return words % {"days": left}


@register.inclusion_tag("components/_stepper.html")
def stepper(case: Case, at: datetime, *, with_lamp: bool = True) -> dict[str, Any]:
    """Return 说 议 办 督 评, each with the day beside it, and mark the present one.

    The day of 说 is that of taking down. The lamp is for those who work on the case.
    What was settled on the spot went through neither 议 nor 督; what was taken back,
    diverted, merged or void took the steps alone that have a day. What the committee is
    yet to hear has not passed 议, though its work was handed out: one query for it. To
    those who do not work on it, it stands there.
    """
    awaits_committee = is_unheard(case)
    passed = {
        Stage.SPEAK: case.registered_at,
        Stage.DELIBERATE: case.decided_at,
        Stage.HANDLE: case.completed_at,
        # a reply given before the work was sent back does not pass 督
        Stage.SUPERVISE: case.replied_at if case.completed_at else None,
        Stage.RATE: case.closed_at,
    }

    spared = SPARED_ON_THE_SPOT if case.was_settled else frozenset()
    here = len(OPEN_STAGES)  # a closed case has passed them all
    if case.is_open:
        stage = Stage(case.stage)
        if awaits_committee and not with_lamp:
            stage = Stage.DELIBERATE
        here = OPEN_STAGES.index(stage)

    is_cut_short = not case.is_open and case.close_reason not in WALKED_TO_THE_END

    steps = []
    for index, stage in enumerate(OPEN_STAGES):
        is_over = index < here
        if is_cut_short:
            is_over = stage != Stage.RATE and passed[stage] is not None
        is_awaited = awaits_committee and stage == Stage.DELIBERATE
        is_over = is_over and not is_awaited
        is_spared = is_over and stage in spared

        mark = ""
        if is_over:
            mark = "—" if is_spared else "✓"
        steps.append(
            {
                "stage": stage,
                "label": stage.label,
                "mark": mark,
                "done": is_over and not is_spared,
                "spared": is_spared,
                "awaited": is_awaited,
                "current": index == here,
                "at": passed[stage],
            }
        )

    return {"steps": steps, "case": case, "at": at, "with_lamp": with_lamp}


@register.filter
def day_in(value: date, row: Spent) -> str:
    """Return a day of a row of the time used, with its year where the table spans
    several.
    """
    return workdays.day_with_year(value) if row.in_several_years else day(value)


@register.filter
def counted_of(row: Spent) -> str:
    """Say from which day a deadline was counted and how many days it has, the rule
    where it differs, and until when more time was granted.

    It differs where it was set shorter, given longer, or counted in working days. How
    many days working days take stands in a calendar; fewer days than the rule has
    working days were set by somebody.
    """
    counted = _counted_by_rule(row)
    if not row.extended:
        return counted
    words = _("%(counted)s; more time was given, until %(day)s")
    return words % {"counted": counted, "day": day_in(row.last_on, row)}


def _counted_by_rule(row: Spent) -> str:
    began = day_in(row.started_on, row)
    number = (row.last_on - row.started_on).days
    is_working = row.span.unit is Unit.WORKING
    if is_working and number >= row.span.amount:
        words = _("from %(day)s, the rule: %(span)s")
        return words % {"day": began, "span": length_of(row.span)}

    words = _("%(days)s from %(day)s") % {"days": days(number), "day": began}
    if number == row.span.amount:
        return words
    return _("%(words)s, the rule: %(span)s") % {
        "words": words,
        "span": length_of(row.span),
    }


@register.filter
def left_of(row: Spent) -> str:
    """Say how much of a stage's time is left, in the words of the lamp, or, once it
    was left, how it ended.
    """
    if row.left is None:
        return _("in time") if row.in_time else _("too late")
    if not row.in_time:
        return _("overdue")
    if row.rests_until:
        return _("paused until %(day)s") % {"day": day(row.rests_until)}
    return _days_left(row.left)
