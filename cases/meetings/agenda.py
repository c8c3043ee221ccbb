"""The agenda: what waits for this meeting, the three parts of a 说事日, adding,
moving and taking off.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.meetings.holding import lock_open, lock_waiting
from cases.meetings.roll import set_parties_aside
from cases.models import AgendaItem, Case, Meeting
from cases.models.choices import Stage
from cases.models.meeting import ItemState, Part
from cases.models.scope import CaseQuerySet
from cases.privacy.veil import public_titles
from cases.workflow import Officer
from cases.workflow.moving import lock_in_order
from minshi import workdays
from minshi.errors import InputRefused
from villages.models import User

MOST_ITEMS = 60
REVIEWED = 20  # results read out in one talk day


def waiting_for(meeting: Meeting, user: User, at: datetime) -> CaseQuerySet:
    """The cases within the user's sight that wait in 议 at the meeting's level and
    place, on no other open agenda.
    """
    here = cases_at(meeting, Case.objects.visible_to(user, workdays.local_day(at)))
    # concluded in it: for the next one
    had_before = AgendaItem.objects.filter(case=OuterRef("pk"), meeting=meeting.pk)
    return on_no_agenda(here).filter(
        ~Exists(had_before), stage=Stage.DELIBERATE, level=meeting.level
    )


def on_no_agenda(cases: CaseQuerySet) -> CaseQuerySet:
    """Of some cases those that no meeting to come has before it."""
    coming = AgendaItem.objects.filter(
        case=OuterRef("pk"),
        state=ItemState.WAITING,
        meeting__closed_at=None,
        meeting__cancelled_at=None,
    )
    return cases.filter(~Exists(coming))


def cases_at(meeting: Meeting, seen: CaseQuerySet) -> CaseQuerySet:
    """Of some cases those of the meeting's village, town or county."""
    if meeting.village_id:
        return seen.filter(village=meeting.village_id)
    if meeting.town_id:
        return seen.filter(town=meeting.town_id)
    return seen.filter(town__county_code=meeting.county_code)


def put_on_agenda(
    meeting: Meeting,
    cases: Iterable[Case],
    subjects: Iterable[str],
    *,
    by: Officer,
    at: datetime,
) -> list[AgendaItem]:
    """Adds cases and subjects at the end; the caller holds the meeting's lock.
    InputRefused: a case does not wait here.

    A subject that waits on the agenda already is not put on it twice.
    """
    chosen = list(dict.fromkeys(cases))
    # two meetings that reach for the same case: the second finds it taken
    lock_in_order(*chosen)
    there = set(
        meeting.items.filter(state=ItemState.WAITING).values_list("subject", flat=True)
    )
    said = dict.fromkeys(subject.strip() for subject in subjects)
    subjects = [subject for subject in said if subject and subject not in there]
    if chosen and waiting_for(meeting, by.user, at).filter(
        pk__in=[case.pk for case in chosen]
    ).count() != len(chosen):
        words = _(
            "One of these matters waits for no decision here, or is on an agenda"
            " already."
        )
        raise InputRefused.at(cases=words)
    known = meeting.items.aggregate(last=Max("position"), count=Count("pk"))
    if known["count"] + len(chosen) + len(subjects) > MOST_ITEMS:
        words = _("An agenda takes at most %(most)s items.") % {"most": MOST_ITEMS}
        raise InputRefused.at(cases=words)
    start = (known["last"] or 0) + 1
    items = [AgendaItem(meeting=meeting, case=case) for case in chosen]
    items += [AgendaItem(meeting=meeting, subject=subject) for subject in subjects]
    for position, item in enumerate(items, start):
        item.position = position
    items = AgendaItem.objects.bulk_create(items)
    set_parties_aside(items, list(meeting.attendees.all()))
    return items


@transaction.atomic
def add_item(
    meeting: Meeting,
    *,
    by: Officer,
    at: datetime,
    cases: Iterable[Case] = (),
    subject: str = "",
) -> list[AgendaItem]:
    """Puts cases that wait, or a subject of its own, at the end of the agenda. Raises
    as `put_on_agenda`.
    """
    meeting = lock_open(meeting, by, at)
    return put_on_agenda(meeting, cases, [subject], by=by, at=at)


@transaction.atomic
def remove_item(item: AgendaItem, *, by: Officer, at: datetime) -> None:
    """Off the agenda again; MoveRefused once it was concluded."""
    lock_waiting(item, by, at).delete()


@transaction.atomic
def move_item(item: AgendaItem, *, up: bool, by: Officer, at: datetime) -> None:
    """One place up or down; nothing happens at either end."""
    item = lock_waiting(item, by, at)
    others = AgendaItem.objects.filter(meeting=item.meeting_id)
    if up:
        other = others.filter(position__lt=item.position).order_by("-position").first()
    else:
        other = others.filter(position__gt=item.position).order_by("position").first()
    if other:
        item.position, other.position = other.position, item.position
        AgendaItem.objects.bulk_update([item, other], ["position"])


def talk_day_parts(meeting: Meeting, by: Officer, at: datetime) -> None:
    """The first two parts of a 说事日, written from the books: last month in numbers,
    and what was settled since.

    Nobody who spoke is named: the list is read out to the village.
    """
    first = workdays.local_day(meeting.starts_at).replace(day=1)
    since = (first - timedelta(days=1)).replace(day=1)
    month = tuple(workdays.due_at(day - workdays.ONE_DAY) for day in (since, first))
    here = cases_at(meeting, Case.objects.counted_for(by.user, workdays.local_day(at)))
    ended = here.concluded().filter(closed_at__gte=month[0], closed_at__lt=month[1])
    report = _(
        "Last month %(taken)s matters were taken down and %(concluded)s concluded;"
        " %(open)s are open, %(overdue)s of them overdue."
    )
    numbers = {
        "taken": (
            here.filter(registered_at__gte=month[0], registered_at__lt=month[1]).count()
        ),
        "concluded": ended.count(),
        "open": here.open().count(),
        "overdue": here.overdue(at).count(),
    }
    told = {
        Part.REPORT: (_("What became of last month's matters"), report % numbers),
        Part.REVIEW: (
            _("How the results were received"),
            _results(ended, numbers["concluded"]),
        ),
    }
    for position, (part, (subject, words)) in enumerate(told.items(), 1):
        AgendaItem.objects.create(
            meeting=meeting,
            position=position,
            part=part,
            subject=subject,
            opinions=words,
        )


def _results(concluded: CaseQuerySet, total: int) -> str:
    """One line for each: number, matter, how it was received; what is not for the room
    is counted alone.
    """
    cases = list(concluded.order_by("closed_at", "pk")[:REVIEWED])
    titles = public_titles(cases)
    lines = []
    for case in cases:
        if case.pk in titles:
            how = case.get_satisfaction_display() or case.get_close_reason_display()
            lines.append(f"{case.number} {titles[case.pk]}：{how}")
    if rest := total - len(lines):
        words = ngettext(
            "%(count)s more is not read out.", "%(count)s more are not read out.", rest
        )
        lines.append(words % {"count": rest})
    return "\n".join(lines)
