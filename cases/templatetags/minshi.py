"""Tags and filters that the pages share: fields, lamps, days in words, the stepper."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from cases.deadlines.calendar import has_data
from cases.deadlines.counting import Spent
from cases.models import Afterword, Assignment, Case
from cases.models.choices import OPEN_STAGES, CloseReason, Light, Stage
from cases.models.scope import Sight
from cases.privacy import redactor
from cases.workflow import Action
from cases.workflow.committee import is_unheard
from minshi import clock, paper, workdays
from minshi.workdays import Span, Unit
from villages.duty import talk_room
from villages.models import Office, Post

register = template.Library()
SHAPES = {Light.RED: "●", Light.YELLOW: "▲", Light.GREEN: "✓", Light.GREY: "‖"}
CODE = re.compile(r"[A-Z0-9-]{8,16}")
DOUBT = gettext_lazy(
    "Counted Monday to Friday without the statutory days: the days off of that year are"
    " not known yet."
)
DOUBT_TO_SPEAKER = gettext_lazy("It may be a day or two sooner or later.")
# the tracking page names its steps in the speaker's own words
SPEAKERS_WORDS: Mapping[str, str | Promise] = MappingProxyType(
    {
        Action.RATE: gettext_lazy("How was it done?"),
        Action.URGE: gettext_lazy("Please hurry"),
        Action.SUPPLEMENT: gettext_lazy("I want to add something"),
        Action.WITHDRAW: gettext_lazy("I take it back"),
        Action.REOPEN: gettext_lazy("It is not settled after all"),
        Action.AFTERWORD: gettext_lazy("I have something more to say"),
    }
)
# the button of each step's form: several stand on one page
SPEAKERS_BUTTONS: Mapping[str, str | Promise] = MappingProxyType(
    {
        Action.RATE: pgettext_lazy("speaker's button", "Hand in the rating"),
        Action.URGE: pgettext_lazy("speaker's button", "Ask to hurry"),
        Action.SUPPLEMENT: pgettext_lazy("speaker's button", "Hand in these words"),
        Action.WITHDRAW: pgettext_lazy("speaker's button", "It need not be done"),
        Action.REOPEN: pgettext_lazy("speaker's button", "Have it done again"),
        Action.AFTERWORD: pgettext_lazy("speaker's button", "Hand in these words"),
    }
)
# what a step means, where two stand side by side or one cannot be undone
SPEAKERS_HINTS: Mapping[str, str | Promise] = MappingProxyType(
    {
        Action.WITHDRAW: gettext_lazy(
            "Nobody works on it any more, and it is closed. You may always come and say"
            " it again."
        ),
        Action.REOPEN: gettext_lazy(
            "It was not done well, or is broken again: it is done once more."
        ),
        Action.AFTERWORD: gettext_lazy(
            "You want to ask or say something about it: somebody answers you on this"
            " page. The matter itself stays closed."
        ),
    }
)
WALKED_TO_THE_END = frozenset(
    {CloseReason.RATED, CloseReason.UNRATED, CloseReason.EXPLAINED}
)
SPARED_ON_THE_SPOT = frozenset({Stage.DELIBERATE, Stage.SUPERVISE})
UNSTYLED = ("checkbox", "radio", "hidden", "file")  # types of inputs
TONES = {"success": "good", "warning": "warn", "error": "bad"}


@register.filter
def styled(field: BoundField) -> SafeString:
    """Return the widget with our classes, its error tied to it for screen readers."""
    kind = getattr(field.field.widget, "input_type", "")

    attrs: dict[str, Any] = {}
    if kind not in UNSTYLED:
        attrs["class"] = "form-select" if kind == "select" else "form-control"
        if field.errors:
            attrs["class"] += " is-wrong"
    if field.errors:
        attrs["aria-invalid"] = "true"
        attrs["aria-describedby"] = f"{field.auto_id}_error"

    initial = ""
    if field.field.show_hidden_initial:
        initial = field.as_hidden(only_initial=True)
    return format_html("{}{}", field.as_widget(attrs=attrs), initial)


@register.filter
def attributes(attrs: dict[str, Any]) -> SafeString:
    """Return the attributes of an option as text for its tag."""
    return flatatt(attrs)


@register.filter
def tone(message: Message) -> str:
    """Return the class of a message's note: done, careful, or refused."""
    return TONES.get(message.level_tag, "")


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
def day_in(value: date, row: Spent) -> str:
    """Return a day of a row of the time used, with its year where the table spans
    several.
    """
    return workdays.day_with_year(value) if row.in_several_years else day(value)


@register.filter
def on_paper(value: Any) -> str:
    """Return a date as an office writes it on its papers: 2026年3月2日."""
    return paper.day_on_paper(value) if value else ""


@register.filter
def is_past(day: date | None) -> bool:
    """Return True once a day promised is over."""
    return day is not None and day < clock.today()


@register.filter
def length_of(span: Span) -> str:
    """Return a span in words: 3个工作日, 60天."""
    if span.unit is not Unit.WORKING:
        return days(span.amount)

    words = ngettext("%(days)s working day", "%(days)s working days", span.amount)
    return words % {"days": span.amount}


@register.filter
def days(number: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": number}


register.filter(redactor.title_for)


@register.filter
def holder_of(case: Case) -> str:
    """Name whoever has the case: an office, or a person with their role."""
    return holder_words(case.owner_post, case.owner_office)


def holder_words(post: Post | None, office: Office | None) -> str:
    """Name an office, or a person with their role."""
    if office or not post:
        return str(office or "")

    return _("%(name)s (%(role)s)") % {
        "name": post.user,
        "role": post.get_role_display(),
    }


@register.filter
def standing_of(item: Assignment) -> str:
    """Name whoever has a part of a matter, and how far they are with it."""
    who = str(item.office or (item.post and item.post.user))

    if item.reported_at:
        return f"{who} ✓ {day(item.reported_at)}"
    if item.waived_at:
        return " ".join((who, _("no report needed")))
    if item.acknowledged_at:
        return " ".join((who, _("received"), day(item.acknowledged_at)))
    return who


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


@register.filter
def before_colon(label: str | Promise) -> str:
    """Return a label without the mark it ends with: a colon follows 您满意吗？"""
    return str(label).rstrip("?？:：")


@register.filter
def hours_in_words(hours: str) -> str:
    return talk_room.hours_in_words(hours)


@register.filter
def speakers_words(action: str) -> str:
    return str(SPEAKERS_WORDS[action])


@register.filter
def speakers_button(action: str) -> str:
    return str(SPEAKERS_BUTTONS[action])


@register.filter
def speakers_hint(action: str) -> str:
    return str(SPEAKERS_HINTS.get(action, ""))


@register.filter
def kind(case: Case) -> str:
    """Return category, grade and topic of a case, as far as they are entered."""
    parts = (
        case.get_category_display(),
        case.get_grade_display(),
        str(case.topic or ""),
    )
    return pgettext("between choices", " / ").join(filter(None, parts))


@register.filter
def linked_to(cell: Any, record: Any) -> Any:
    """Return a cell of a ledger, as a link where it names the matter of its row."""
    if cell and cell == record.opens:
        return format_html('<a href="{}">{}</a>', record.url, cell)
    return "" if cell is None else cell


@register.filter
def is_code(cell: Any) -> bool:
    """True where a cell of a ledger is a number or a date, which no line may break."""
    return isinstance(cell, str) and CODE.fullmatch(cell) is not None


@register.filter
def place_for(case: Case, sight: Sight) -> str:
    """Return the village, or the town; both for a reader of several towns."""
    if case.village is None:
        return str(case.town)
    if sight.reach.spans_towns:
        return f"{case.town}{case.village}"
    return str(case.village)


@register.filter
def summary(case: Case, sight: Sight) -> str:
    """Return the line under a row's title: number, place, kind, holder and date."""
    holder = case.owner_office or (case.owner_post and case.owner_post.user)
    parts = (
        case.number,
        f"{place_for(case, sight)} {case.group or ''}".strip(),
        case.get_category_display(),
        _attempt(case),
        _("with %(holder)s") % {"holder": holder} if holder else "",
        day(case.registered_at),
    )
    return " · ".join(filter(None, parts))


def _attempt(case: Case) -> str:
    """Say that an open matter is done once more: what was done before did not do."""
    if case.round == 1 or not case.is_open:
        return ""
    return _("time %(round)s") % {"round": case.round}


@register.filter
def moment(value: datetime | None) -> str:
    if not value:
        return ""

    local = value.astimezone(workdays.SHANGHAI)
    return f"{day(value)} {local:%H:%M}"


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: Any) -> str:
    """Return the present query string with some parameters changed.

    An empty value removes its parameter.
    """
    request: HttpRequest = context["request"]
    query = request.GET.copy()

    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)

    return f"?{query.urlencode()}"


@register.filter
def up_to(count: int, most: int = 999) -> str:
    """Return a count in words: exact to 999, then 999+."""
    return f"{most}+" if count > most else str(count)
