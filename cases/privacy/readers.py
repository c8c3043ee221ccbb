"""Who may know who spoke, of two matters that become one."""

from datetime import datetime

from django.db.models import Q

from cases.models import Assignment, Case, CaseAccess
from cases.models.choices import Confidentiality, Stage
from cases.models.scope import Sight, hides_speaker
from minshi.workdays import local_day
from villages.models import Post, User


def who_knows_speakers(case: Case, at: datetime) -> frozenset[int]:
    """Return the keys of the users who know who spoke in a 隐名 or 保密 matter from
    their part in it. One query, none of any other matter.
    """
    if case.confidentiality == Confidentiality.NORMAL:
        return frozenset()
    posts = Post.objects.current(local_day(at)).filter(_knowing(case))
    return frozenset(posts.values_list("user", flat=True))


def tells_of_speakers(
    merged: Case, into: Case, at: datetime, *, known_to: frozenset[int]
) -> bool:
    """Tell whether somebody learns who spoke in a 隐名 or 保密 matter by its going on
    in another one, `into`, as that stands after it: the speakers are then those of the
    other, whose own recorder and named readers know them (domain §3, confidentiality).

    `known_to` knew before the matter was closed. Some queries for each other reader.
    """
    if merged.confidentiality == Confidentiality.NORMAL:
        return False

    learning = who_knows_speakers(into, at) - known_to
    readers = User.objects.filter(pk__in=learning)
    on = local_day(at)
    return not all(_may_know(Sight.of(reader, on), merged) for reader in readers)


def _knowing(into: Case) -> Q:
    """Return the condition of the posts that know who spoke in a matter; reviewers, who
    know it of a 隐名 one by their office, apart.
    """
    posts = Q(pk=into.recorded_by_id)
    if hides_speaker(into):
        if into.stage == Stage.RATE:
            posts |= Q(pk=into.owner_post_id)
        return posts

    parts = Assignment.objects.filter(case=into, ended_at=None)
    return (
        posts
        | Q(pk=into.owner_post_id)
        | Q(pk__in=parts.values("post"))
        | Q(office__in=parts.values("office"))
        | Q(pk__in=CaseAccess.objects.filter(case=into).values("post"))
    )


def _may_know(sight: Sight, case: Case) -> bool:
    if not sight.shows_speaker(case):
        return False
    if case.confidentiality != Confidentiality.SECRET:
        return True
    return Case.objects.filter(sight.named(), pk=case.pk).exists()
