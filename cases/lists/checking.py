"""Matters whose result waits to be checked, as far as somebody may check them."""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from cases.models import Assignment
from cases.models.choices import Stage
from cases.models.scope import CaseQuerySet
from villages.models import User


def to_be_checked_by(cases: CaseQuerySet, user: User, on: date) -> CaseQuerySet:
    """Return what waits to be checked and the user did not handle in this round, under
    whatever post (domain §3, handled). What waits for an order is not checked: verify
    and reject are refused there.
    """
    posts = user.posts_on(on)
    offices = [post.office_id for post in posts if post.office_id]
    by_them = Q(post__user=user) | Q(office__in=offices)
    handled = Assignment.objects.filter(
        by_them, case=OuterRef("pk"), round=OuterRef("round")
    )
    return cases.filter(~Exists(handled), stage=Stage.SUPERVISE, needs_order=False)
