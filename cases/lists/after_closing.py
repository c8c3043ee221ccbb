"""Closed matters that somebody still has to see to: 满意但没解决, and 抽查回访."""

from django.db.models import Exists, OuterRef

from cases.models import CallBack, Rating
from cases.models.choices import Satisfaction, Solved, Stage
from cases.models.scope import CaseQuerySet


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


def _called_back() -> Exists:
    since = CallBack.objects.filter(case=OuterRef("pk"), at__gte=OuterRef("closed_at"))
    return Exists(since)
