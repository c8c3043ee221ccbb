"""Narrowing of cases to those that belong in a ledger, and additions to their query.

The cases come from `counted_for`.
"""

from collections.abc import Callable

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from cases.models import Assignment, Attachment, Case, Clock, Rating, Reply
from cases.models.choices import (
    AssignmentRole,
    Channel,
    Handling,
    Stage,
    SupervisionLevel,
)
from cases.models.scope import NOT_CONCLUDED, CaseQuerySet
from cases.workflow.committee import hearings
from villages.models import Resident

Narrow = Callable[[CaseQuerySet], CaseQuerySet]


def heard_by(*channels: Channel) -> Narrow:
    """Return what narrows to the cases that came by one of the channels.

    Redacted rows stay out: being in such a ledger would tell how the matter came.
    """
    return lambda cases: cases.filter(Q(redacted=False), channel__in=channels)


def decided(cases: CaseQuerySet) -> CaseQuerySet:
    """Narrow to cases that were decided, without those that wait to be decided anew."""
    was_decided = cases.filter(decided_at__isnull=False)
    return was_decided.exclude(stage__in=(Stage.SPEAK, Stage.DELIBERATE))


def ended(cases: CaseQuerySet) -> CaseQuerySet:
    """Narrow to cases closed for any reason but that they were merged or void.

    Of a redacted row even that reason is not told.
    """
    may_be_shown = Q(redacted=True) | ~Q(close_reason__in=NOT_CONCLUDED)
    return cases.filter(may_be_shown, stage=Stage.CLOSED)


def rated(cases: CaseQuerySet) -> CaseQuerySet:
    """Narrow to cases rated in any round, and add the moment of the first rating.

    Redacted rows stay out: that they were rated is not told.
    """
    of_case = Rating.objects.filter(case=OuterRef("pk")).order_by("at", "pk")
    first = of_case.values("pk")[:1]

    # Joined, so that which rating was the first is asked for rated cases alone, not for
    # every case there is.
    joined = cases.filter(Q(redacted=False)).annotate(
        first_rating=F("ratings__pk"), first_rated_at=F("ratings__at")
    )
    return joined.filter(first_rating=Subquery(first))


def run_by_a_cadre(cases: CaseQuerySet) -> CaseQuerySet:
    """Narrow to what somebody of the village did for whoever asked: settled at the
    counter, or led by a post and by no office, and completed.

    Redacted rows stay out: who handles them is not told.
    """
    led = Assignment.objects.filter(
        case=OuterRef("pk"), role=AssignmentRole.LEAD, post__isnull=False
    )
    by_a_cadre = Q(handling=Handling.ON_SPOT) | Exists(led)
    return cases.filter(by_a_cadre, Q(redacted=False), completed_at__isnull=False)


def with_replies(cases: CaseQuerySet) -> CaseQuerySet:
    """Add the last reply and who gave it, and what `with_papers` adds."""
    replies = Reply.objects.filter(case=OuterRef("pk")).order_by("-at", "-pk")
    return with_papers(cases).annotate(
        reply_text=Subquery(replies.values("text")[:1]),
        reply_post=Subquery(replies.values("post")[:1]),
    )


def with_work_clock(cases: CaseQuerySet) -> CaseQuerySet:
    """Add when the work was due and when its clock stopped.

    It is the clock of the latest 办, or of 说 where the case was settled there.
    """
    is_handling = Q(stage=Stage.HANDLE)
    is_settling = Q(stage=Stage.SPEAK, stopped_at=OuterRef("completed_at"))
    clocks = Clock.objects.filter(is_handling | is_settling, case=OuterRef("pk"))
    latest = clocks.order_by("-nth")

    return cases.annotate(
        work_due=Subquery(latest.values("due_at")[:1]),
        work_stopped=Subquery(latest.values("stopped_at")[:1]),
    )


def with_hearing(cases: CaseQuerySet) -> CaseQuerySet:
    """Add of what was handed to the committee which meeting heard it last, when, and
    with what result; and what `with_work_clock` adds.
    """
    latest = hearings().order_by("-concluded_at", "-pk")
    handed_over = Q(handling=Handling.MEETING)

    def of_latest(name: str) -> models.Case:
        return models.Case(When(handed_over, then=Subquery(latest.values(name)[:1])))

    return with_work_clock(cases).annotate(
        heard_as=of_latest("state"),
        heard_by=of_latest("meeting__kind"),
        heard_at=of_latest("meeting__starts_at"),
    )


def with_chased(cases: CaseQuerySet) -> CaseQuerySet:
    """Add whether a case was chased, by hand or by the ladder: more than a reminder,
    and no order that did not go out; and what `with_hearing` adds.
    """
    urged = (SupervisionLevel.URGE, SupervisionLevel.ORDER, SupervisionLevel.CIRCULATE)
    went_out = Q(chases__order=None) | Q(chases__order__sent_at__isnull=False)
    chased = Case.objects.filter(
        went_out, pk=OuterRef("pk"), chases__level__in=urged
    ).order_by()
    return with_hearing(cases).annotate(chased=Exists(chased))


def with_papers(cases: CaseQuerySet) -> CaseQuerySet:
    """Add the number of attachments, and what `with_work_clock` adds."""
    of_case: QuerySet[Attachment] = Attachment.objects.filter(case=OuterRef("pk"))
    by_case = of_case.order_by().values("case")
    number = by_case.annotate(number=Count("pk")).values("number")

    return with_work_clock(cases).annotate(papers=Coalesce(Subquery(number), 0))


def with_head(cases: CaseQuerySet) -> CaseQuerySet:
    """Add the name of the head of the speaker's household."""
    heads = Resident.objects.filter(
        household=OuterRef("resident__household"), is_head=True, is_on_roll=True
    )
    return cases.annotate(head_name=Subquery(heads.values("name")[:1]))
