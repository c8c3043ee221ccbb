"""What the last meeting said of a matter that it did not settle: not passed, or put
off.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from cases.models import AgendaItem, Case, Meeting
from cases.models.choices import Level, Stage
from cases.models.meeting import ItemState
from cases.workflow import Action
from cases.workflow.committee import is_heard_in_work
from minshi.workdays import day_in_words, local_day
from villages.models import User


def last_heard_of(cases: Iterable[Case], user: User, on: date) -> Mapping[int, str]:
    """Return by case what its last meeting said, where it waits for a decision again;
    else until when it was put off.

    Of the meetings that the user sees. One query.
    """
    rows = list(cases)
    meetings = Meeting.objects.visible_to(user, on)
    items = AgendaItem.objects.filter(case__in=rows, meeting__in=meetings)
    concluded = items.exclude(state=ItemState.WAITING).select_related("meeting")
    in_order = concluded.order_by("concluded_at", "pk")
    by_case = {item.case_id: item for item in in_order}  # a later one replaces

    words = {}
    for case in rows:
        said = last_heard(case, by_case.get(case.pk), on) or put_off(case, on)
        if said:
            words[case.pk] = said
    return words


def last_heard(case: Case, item: AgendaItem | None, on: date) -> str:
    """Return in words what the item said that was concluded last about a case: the day,
    the kind of meeting, the result, and when it may come again. Empty where the matter
    was decided since, waits for no decision, or waits for that of another place.
    """
    if item is None or item.concluded_at is None:
        return ""
    if case.stage != Stage.DELIBERATE and not is_heard_in_work(case):
        return ""
    if case.decided_at and case.decided_at > item.concluded_at:
        return ""

    meeting = item.meeting
    if not _is_where_it_waits(meeting, case):
        return ""
    day = day_in_words(local_day(meeting.starts_at), on)
    facts = {"day": day, "meeting": meeting.get_kind_display()}
    if item.state == ItemState.NOT_PASSED and item.votes_for is not None:
        return _(
            "%(day)s, %(meeting)s: not passed (%(for)s for, %(against)s against,"
            " %(abstain)s abstained). It may come again."
        ) % {**facts, **_votes_of(item)}
    if item.state == ItemState.NOT_PASSED:
        return _("%(day)s, %(meeting)s: not passed. It may come again.") % facts
    if item.state == ItemState.PUT_OFF:
        return _("%(day)s, %(meeting)s: put off to the next meeting.") % facts
    if item.action == Action.DEFER:
        return _deferred(case, facts, on)
    return ""


def _is_where_it_waits(meeting: Meeting, case: Case) -> bool:
    """Tell whether the meeting was of the place that decides on the case now: once it
    is reported up, no next meeting of the village comes to it.
    """
    if meeting.level != case.level:
        return False
    return meeting.level != Level.VILLAGE or meeting.village_id == case.village_id


def _votes_of(item: AgendaItem) -> Mapping[str, object]:
    return {
        "for": item.votes_for,
        "against": item.votes_against or 0,
        "abstain": item.votes_abstain or 0,
    }


def put_off(case: Case, on: date) -> str:
    """Return until which day a matter that waits for a decision was put off; empty
    where it was not.
    """
    if case.stage != Stage.DELIBERATE or not case.grey_until:
        return ""
    until = local_day(case.grey_until)
    if until <= on:
        return ""
    return _("Put off until %(until)s.") % {"until": day_in_words(until, on)}


def _deferred(case: Case, facts: Mapping[str, object], on: date) -> str:
    until = local_day(case.grey_until) if case.grey_until else None
    if until is None or until <= on:
        return _("%(day)s, %(meeting)s: put off. It may come again now.") % facts

    words = _("%(day)s, %(meeting)s: put off. It may come again from %(until)s.")
    return words % {**facts, "until": day_in_words(until, on)}
