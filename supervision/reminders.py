"""Reminders: written when a clock turns yellow or runs over, read by the owner and by those who oversee."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Case as Choice
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value, When

from cases.models import Case, Clock
from cases.models.choices import Stage
from cases.models.scope import Sight
from minshi import workdays
from supervision.models import Reminder, ReminderStep
from villages.models import Post, User

BATCH = 500
SHOWN = 20
Key = tuple[int, datetime, str, int]  # clock, due, step, recipient


def remind(at: datetime) -> int:
    """Write the reminders due: one per (clock, due, step, recipient); returns how many were missing.

    The owner is told: a post's user, or the current handlers of an office. What is overdue already
    gets that step alone, so that a sweep after downtime does not repeat what was missed. Suspended
    cases stay silent. Safe to repeat and to run twice at once. Two queries when nothing is due.
    """
    written = 0
    for missing in (missing_for_posts(at), missing_for_offices(at)):
        for keys in _batches(missing):
            Reminder.objects.bulk_create(
                (
                    Reminder(clock_id=clock, due_at=due_at, step=step, recipient_id=recipient, at=at)
                    for clock, due_at, step, recipient in keys
                ),
                ignore_conflicts=True,
            )
            written += len(keys)
    return written


def missing_for_posts(at: datetime) -> QuerySet[Clock, Key]:
    """The keys of reminders not written yet, of cases that a post owns."""
    on = workdays.local_day(at)
    lit = _lit(at).filter(_current("case__owner_post", on))
    return _without_reminder(lit, F("case__owner_post__user"))


def missing_for_offices(at: datetime) -> QuerySet[Clock, Key]:
    """The keys of reminders not written yet, of cases that an office owns: each of its handlers."""
    on = workdays.local_day(at)
    lit = _lit(at).filter(_current("case__owner_office__posts", on), case__owner_office__isnull=False)
    return _without_reminder(lit, F("case__owner_office__posts__user")).distinct()


def _lit(at: datetime) -> QuerySet[Clock]:
    """Running clocks that are yellow or red, found by the case's own index of yellow_at."""
    awake = Q(case__grey_until=None) | Q(case__grey_until__lte=at)
    return (
        Clock.objects.filter(awake, stopped_at=None, case__yellow_at__lte=at)
        .exclude(case__stage=Stage.CLOSED)
        .annotate(
            step=Choice(
                When(due_at__lte=at, then=Value(ReminderStep.OVERDUE.value)),
                default=Value(ReminderStep.YELLOW.value),
                output_field=CharField(),
            )
        )
    )


def _current(post: str, on: date) -> Q:
    """As Post.objects.current, for the post at the end of a path."""
    return Q(
        Q(**{f"{post}__until_on": None}) | Q(**{f"{post}__until_on__gte": on}),
        **{f"{post}__from_on__lte": on, f"{post}__user__is_active": True},
    )


def _without_reminder(clocks: QuerySet[Clock], recipient: F) -> QuerySet[Clock, Key]:
    written = Reminder.objects.filter(
        clock=OuterRef("pk"), due_at=OuterRef("due_at"), step=OuterRef("step"), recipient=OuterRef("to")
    )
    keys = clocks.annotate(to=recipient).filter(~Exists(written)).order_by()
    return keys.values_list("pk", "due_at", "step", "to")


def _batches(missing: QuerySet[Clock, Key]) -> Iterator[list[Key]]:
    """What is written drops out of the query, so the next batch is always at its head."""
    while keys := list(missing[:BATCH]):
        yield keys
        if len(keys) < BATCH:
            return


def reminders_of(user: User, at: datetime) -> QuerySet[Reminder]:
    """A user's own reminders, latest first, of cases still theirs, in sight, with a clock running and unmoved."""
    return _alive(user, at).filter(recipient=user)


def reminders_for(user: User, at: datetime) -> QuerySet[Reminder]:
    """The latest few for the home page: everybody's in the territory of a reviewer or supervisor, else one's own."""
    oversees = not Sight.of(user, workdays.local_day(at)).overseer.is_empty
    return (_alive(user, at) if oversees else reminders_of(user, at))[:SHOWN]


def _alive(user: User, at: datetime) -> QuerySet[Reminder]:
    """Reminders that still mean something: of the present owner, for the present due, the last step alone."""
    on = workdays.local_day(at)
    owner = Q(pk=OuterRef("clock__case__owner_post")) | Q(office=OuterRef("clock__case__owner_office"))
    owners = Post.objects.current(on).filter(owner, user=OuterRef("recipient"))
    return Reminder.objects.filter(
        Q(step=ReminderStep.OVERDUE) | Q(due_at__gt=at),
        Exists(owners),
        clock__stopped_at=None,
        clock__due_at=F("due_at"),
        clock__case__in=Case.objects.visible_to(user, on),
    ).select_related("clock__case__town", "recipient")
