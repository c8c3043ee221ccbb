"""The agenda: cases that wait for a meeting, the parts of a 说事日, adding, moving."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.meetings.finals import items_recorded
from cases.meetings.holding import lock_open, lock_waiting
from cases.meetings.roll import set_parties_aside
from cases.models import AgendaItem, Case, Meeting
from cases.models.choices import Level, Stage
from cases.models.meeting import ItemState, Part
from cases.models.scope import CaseQuerySet, Sight, hides_speaker
from cases.privacy.redactor import public_titles
from cases.privacy.table import (
    Table,
    cases_before,
    is_hid,
    lay_on_table,
    take_off_table,
)
from cases.workflow import Officer
from cases.workflow.committee import unheard
from cases.workflow.moving import lock_in_order
from cases.workflow.pasted import naming_nobody
from minshi import workdays
from minshi.errors import InputRefused
from minshi.text.clauses import whole_clauses
from villages.models import User

MOST_ITEMS = 60
REVIEWED = 20  # results read out in one talk day


def waiting_for(meeting: Meeting, user: User, at: datetime) -> CaseQuerySet:
    """Return the cases that wait for a meeting's decision, of those the user sees.

    They are in 议 at its level and place, and on no other open agenda; above the
    village also those in 办 that were handed to the committee and are yet to be heard.
    One that was concluded in this meeting waits for the next.
    """
    here = cases_at(meeting, Case.objects.visible_to(user, workdays.local_day(at)))
    had_before = AgendaItem.objects.filter(case=OuterRef("pk"), meeting=meeting.pk)
    return on_no_agenda(here).filter(
        to_be_heard_at(Level(meeting.level)), ~Exists(had_before), level=meeting.level
    )


def to_be_heard_at(level: Level) -> Q:
    """Return the condition of the cases that a meeting of that level is for."""
    undecided = Q(stage=Stage.DELIBERATE)
    return undecided if level == Level.VILLAGE else undecided | unheard()


def on_no_agenda(cases: CaseQuerySet) -> CaseQuerySet:
    """Leave out the cases that are before a meeting still to come."""
    coming = AgendaItem.objects.filter(
        case=OuterRef("pk"),
        state=ItemState.WAITING,
        meeting__closed_at=None,
        meeting__cancelled_at=None,
    )
    return cases.filter(~Exists(coming))


def cases_at(meeting: Meeting, seen: CaseQuerySet) -> CaseQuerySet:
    """Narrow cases to those of the meeting's village, town or county."""
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
    """Add cases and subjects at the end; the caller has locked the meeting.

    A subject that waits on the agenda already is not added twice. InputRefused: a case
    does not wait here, or there is no room.
    """
    chosen = list(dict.fromkeys(cases))
    # two meetings that reach for the same case: the second finds it taken
    lock_in_order(*chosen)
    _refuse_what_does_not_wait(chosen, meeting, by, at)

    hid = [case for case in chosen if is_hid(case)]
    if hid:
        with items_recorded(meeting, at=at):
            lay_on_table(meeting, hid)

    items = [AgendaItem(meeting=meeting, case=case) for case in chosen]
    items += _items_of_their_own(meeting, chosen, subjects, by, at)
    agenda = meeting.items.aggregate(last=Max("position"), count=Count("pk"))
    if agenda["count"] + len(items) > MOST_ITEMS:
        words = _("An agenda takes at most %(most)s items.") % {"most": MOST_ITEMS}
        raise InputRefused.at(cases=words)

    start = (agenda["last"] or 0) + 1
    for position, item in enumerate(items, start):
        item.position = position

    items = AgendaItem.objects.bulk_create(items)
    set_parties_aside(items, list(meeting.attendees.all()))
    return items


def _items_of_their_own(
    meeting: Meeting,
    chosen: Iterable[Case],
    subjects: Iterable[str],
    by: Officer,
    at: datetime,
) -> list[AgendaItem]:
    """Return an item, unsaved, for each subject that does not wait on the agenda.

    All at the table read it: it names none of those who spoke in confidence.
    """
    wanted = dict.fromkeys(subject.strip() for subject in subjects)
    if not any(wanted):
        return []

    waiting = meeting.items.filter(state=ItemState.WAITING)
    there = set(waiting.values_list("subject", flat=True))
    table = Table([*cases_before(meeting), *chosen])
    sight = Sight.of(by.user, workdays.local_day(at))

    items = []
    for subject in filter(None, wanted):
        item = AgendaItem(meeting=meeting)
        table.write(item, sight, subject=subject)
        if item.subject not in there:
            items.append(item)
    return items


def _refuse_what_does_not_wait(
    chosen: list[Case], meeting: Meeting, by: Officer, at: datetime
) -> None:
    if not chosen:
        return
    keys = [case.pk for case in chosen]
    waiting = waiting_for(meeting, by.user, at).filter(pk__in=keys)
    ready = set(waiting.values_list("pk", flat=True))
    others = [case for case in chosen if case.pk not in ready]
    if others:
        obstacles = _obstacles(others, meeting, by.user, at)
        raise InputRefused.at(cases=" ".join(obstacles))


def _obstacles(
    cases: list[Case], meeting: Meeting, user: User, at: datetime
) -> list[str]:
    """Say for each case what keeps it from the meeting's agenda.

    One that the user does not see is not named.
    """
    today = workdays.local_day(at)
    keys = [case.pk for case in cases]
    seen = Case.objects.visible_to(user, today).filter(pk__in=keys)
    numbers = dict(seen.values_list("pk", "number"))
    stood = AgendaItem.objects.filter(case__in=seen).select_related("meeting")

    obstacles = []
    for pk, number in numbers.items():
        items = [item for item in stood if item.case_id == pk]
        obstacles.append(_obstacle(number, items, meeting, today))

    if len(numbers) < len(cases):
        obstacles.append(_("One of these matters waits for no decision here."))
    return obstacles


def _obstacle(
    number: str, items: list[AgendaItem], meeting: Meeting, today: date
) -> str:
    """Say what keeps a case from a meeting's agenda, by the items it has had so far."""
    for item in items:
        if item.state == ItemState.WAITING and item.meeting.is_open:
            words = _(
                "%(number)s stands on the agenda of %(meeting)s on %(day)s already."
            )
            held_on = workdays.local_day(item.meeting.starts_at)
            return words % {
                "number": number,
                "meeting": item.meeting.get_kind_display(),
                "day": workdays.day_in_words(held_on, today),
            }

    if any(item.meeting_id == meeting.pk for item in items):
        words = _(
            "%(number)s was concluded in this meeting already; put it on the agenda"
            " of the next one."
        )
    else:
        words = _("%(number)s waits for no decision here.")
    return words % {"number": number}


@transaction.atomic
def add_item(
    meeting: Meeting,
    *,
    by: Officer,
    at: datetime,
    cases: Iterable[Case] = (),
    subject: str = "",
) -> list[AgendaItem]:
    """Add cases that wait, or a subject of its own, at the end of the agenda.

    Raises as `put_on_agenda`.
    """
    meeting = lock_open(meeting, by, at)
    return put_on_agenda(meeting, cases, [subject], by=by, at=at)


@transaction.atomic
def remove_item(item: AgendaItem, *, by: Officer, at: datetime) -> None:
    """Take an item off the agenda; MoveRefused once it was concluded."""
    item = lock_waiting(item, by, at)
    item.delete()
    if item.case and is_hid(item.case):
        with items_recorded(item.meeting, at=at):
            take_off_table(item.meeting, item.case)


@transaction.atomic
def move_item(item: AgendaItem, *, up: bool, by: Officer, at: datetime) -> None:
    """Move an item one place up or down; nothing happens at either end."""
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
    """Write the first two parts of a 说事日 from the books.

    Last month in numbers, and what was settled since. The list is read out to the
    village: nobody is named, and what concerns a cadre is not even counted.
    """
    begin, end = _month_before(meeting)
    in_sight = Case.objects.counted_for(by.user, workdays.local_day(at))
    here = cases_at(meeting, in_sight.about_nobody())
    taken = here.heard().filter(registered_at__gte=begin, registered_at__lt=end)
    ended = here.concluded().filter(closed_at__gte=begin, closed_at__lt=end)

    report = _(
        "Last month %(taken)s matters were taken down and %(concluded)s concluded;"
        " %(open)s are open, %(overdue)s of them overdue."
    )
    numbers = {
        "taken": taken.count(),
        "concluded": ended.count(),
        "open": here.open().count(),
        "overdue": here.overdue(at).count(),
    }
    AgendaItem.objects.create(
        meeting=meeting,
        position=1,
        part=Part.REPORT,
        subject=_("What became of last month's matters"),
        opinions=report % numbers,
    )
    AgendaItem.objects.create(
        meeting=meeting,
        position=2,
        part=Part.REVIEW,
        subject=_("How the results were received"),
        opinions=_results(ended, numbers["concluded"]),
    )


def _month_before(meeting: Meeting) -> tuple[datetime, datetime]:
    """Return when the month before a meeting's began and ended."""
    this_month = workdays.local_day(meeting.starts_at).replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    begin = workdays.due_at(last_month - workdays.ONE_DAY)
    end = workdays.due_at(this_month - workdays.ONE_DAY)
    return begin, end


def _results(concluded: CaseQuerySet, total: int) -> str:
    """Return a line for each result: number, matter, and how it was received.

    What is not for the room is counted alone, 隐名 too: whoever it was said of sits
    there and reckons who spoke.
    """
    cases = list(concluded.order_by("closed_at", "pk")[:REVIEWED])
    open_ones = [case for case in cases if not hides_speaker(case)]
    titles = public_titles(open_ones)
    lines = []
    for case in open_ones:
        if case.pk in titles:
            title = naming_nobody(case, whole_clauses(titles[case.pk]))
            lines.append(f"{case.number} {title}：{_received(case)}")

    rest = total - len(lines)
    if rest:
        words = ngettext(
            "%(count)s more is not read out.", "%(count)s more are not read out.", rest
        )
        lines.append(words % {"count": rest})
    return "\n".join(lines)


def _received(case: Case) -> str:
    """Return both answers of the speaker, else how the matter was closed."""
    if not case.is_rated:
        return str(case.get_close_reason_display())
    return f"{case.get_satisfaction_display()}，{case.get_solved_display()}"
