"""Which cases belong in a ledger, and what its query adds to their rows; `cases` come
from `counted_for`.
"""

from collections.abc import Callable

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cases.models import Attachment, Clock, Rating
from cases.models.choices import Channel, CloseReason, Stage
from cases.models.scope import CaseQuerySet
from villages.models import Resident

Narrow = Callable[[CaseQuerySet], CaseQuerySet]


def heard_by(channel: Channel) -> Narrow:
    """Redacted rows stay out: being in such a ledger would tell how the matter came."""
    return lambda cases: cases.filter(Q(redacted=False), channel=channel)


def decided(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.filter(decided_at__isnull=False)


def ended(cases: CaseQuerySet) -> CaseQuerySet:
    """Closed for any reason but merged; of a redacted row even that reason is not
    told.
    """
    return cases.filter(
        Q(redacted=True) | ~Q(close_reason=CloseReason.MERGED), stage=Stage.CLOSED
    )


def rated(cases: CaseQuerySet) -> CaseQuerySet:
    """With a rating in any round, by the day of the first; that a redacted case was
    rated is not told.
    """
    first = (
        Rating.objects.filter(case=OuterRef("pk")).order_by("at", "pk").values("pk")[:1]
    )
    # Joined, so that which rating was the first is asked for rated cases alone, not for
    # every case there is.
    joined = cases.filter(Q(redacted=False)).annotate(
        first_rating=F("ratings__pk"), first_rated_at=F("ratings__at")
    )
    return joined.filter(first_rating=Subquery(first))


def with_work_clock(cases: CaseQuerySet) -> CaseQuerySet:
    """Adds when the work was due and when its clock stopped: of the latest 办, or of 说
    where it was settled there.
    """
    clocks = Clock.objects.filter(
        Q(stage=Stage.HANDLE)
        | Q(stage=Stage.SPEAK, stopped_at=OuterRef("completed_at")),
        case=OuterRef("pk"),
    ).order_by("-nth")
    return cases.annotate(
        work_due=Subquery(clocks.values("due_at")[:1]),
        work_stopped=Subquery(clocks.values("stopped_at")[:1]),
    )


def with_papers(cases: CaseQuerySet) -> CaseQuerySet:
    """Adds the number of attachments."""
    of_case: QuerySet[Attachment] = Attachment.objects.filter(
        case=OuterRef("pk")
    ).order_by()
    counted = of_case.values("case").annotate(number=Count("pk")).values("number")
    return with_work_clock(cases).annotate(papers=Coalesce(Subquery(counted), 0))


def with_head(cases: CaseQuerySet) -> CaseQuerySet:
    """Adds the name of the head of the speaker's household."""
    heads = Resident.objects.filter(
        household=OuterRef("resident__household"), is_head=True
    )
    return cases.annotate(head_name=Subquery(heads.values("name")[:1]))
