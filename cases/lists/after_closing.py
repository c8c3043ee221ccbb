"""Closed matters that somebody still has to see to: 满意但没解决, 抽查回访 and
还有话说.
"""

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from cases.models import Afterword, CallBack, Rating
from cases.models.choices import Satisfaction, Solved, Stage
from cases.models.scope import CaseQuerySet
from villages.models.posts import Reach


def unsolved(cases: CaseQuerySet) -> CaseQuerySet:
    """Return what was closed by a good word and yet is not solved, until somebody has
    called back (domain §3, rate).
    """
    closed = cases.filter(
        ~_called_back(), stage=Stage.CLOSED, solved__in=(Solved.PARTLY, Solved.NO)
    )
    return closed.exclude(satisfaction=Satisfaction.DISSATISFIED)


def to_call_back(cases: CaseQuerySet) -> CaseQuerySet:
    """Return what was closed by a word given on the spot and drawn for a call-back,
    until somebody has made it (domain §3, settle).
    """
    drawn = Rating.objects.filter(
        case=OuterRef("pk"), round=OuterRef("round"), drawn=True
    )
    return cases.filter(Exists(drawn), ~_called_back(), stage=Stage.CLOSED)


def spoken_of_again(cases: CaseQuerySet) -> CaseQuerySet:
    """Return what was closed and whose speaker has said something since that waits for
    an answer (domain §3, afterword).
    """
    waiting = Afterword.objects.filter(case=OuterRef("pk"), answered_at=None)
    return cases.filter(Exists(waiting), stage=Stage.CLOSED)


def with_waiting_word(cases: CaseQuerySet) -> CaseQuerySet:
    """Add the day of a word after closing that waits for an answer: `word_due_at` and
    `word_yellow_at`; None where none waits. The lamp of a row shows it.
    """
    waiting = Afterword.objects.filter(case=OuterRef("pk"), answered_at=None)
    return cases.annotate(
        word_due_at=Subquery(waiting.values("due_at")[:1]),
        word_yellow_at=Subquery(waiting.values("yellow_at")[:1]),
    )


def afterwords_with(reach: Reach, visible: CaseQuerySet) -> QuerySet[Afterword]:
    """Return what waits for an answer by one of these posts, the first due first."""
    waiting = Afterword.objects.filter(
        answered_at=None, owner__in=reach.posts, case__in=visible
    )
    with_case = waiting.select_related("case__town", "case__village")
    return with_case.order_by("due_at", "pk")


def _called_back() -> Exists:
    since = CallBack.objects.filter(case=OuterRef("pk"), at__gte=OuterRef("closed_at"))
    return Exists(since)
