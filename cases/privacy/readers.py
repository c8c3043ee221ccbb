"""Who may know who spoke, of two matters that become one."""

from datetime import datetime

from django.db.models import Q

from cases.models import Assignment, Case, CaseAccess
from cases.models.choices import Confidentiality, Stage
from cases.models.scope import Sight
from minshi.workdays import local_day
from villages.models import Post, User


def tells_of_speakers(case: Case, target: Case, at: datetime) -> bool:
    """Tell whether somebody would learn who spoke in a 隐名 or 保密 matter by its going
    on in another one: its speakers are then those of the other, whose own recorder and
    named readers know them (domain §3, confidentiality).

    Some queries for each reader of the other one.
    """
    if case.confidentiality == Confidentiality.NORMAL:
        return False

    on = local_day(at)
    knowing = Post.objects.current(on).filter(_knowing(target, case.confidentiality))
    readers = User.objects.filter(pk__in=knowing.values("user"))
    return not all(_may_know(Sight.of(reader, on), case) for reader in readers)


def _knowing(target: Case, confidentiality: str) -> Q:
    """Return the condition of the posts that know who spoke in a matter once it is as
    confidential as that; reviewers and supervisors, who do by their office, apart.
    """
    posts = Q(pk=target.recorded_by_id)
    if confidentiality == Confidentiality.HIDDEN:
        if target.stage == Stage.RATE:
            posts |= Q(pk=target.owner_post_id)
        return posts

    parts = Assignment.objects.filter(case=target, ended_at=None)
    return (
        posts
        | Q(pk=target.owner_post_id)
        | Q(pk__in=parts.values("post"))
        | Q(office__in=parts.values("office"))
        | Q(pk__in=CaseAccess.objects.filter(case=target).values("post"))
    )


def _may_know(sight: Sight, case: Case) -> bool:
    if case.confidentiality == Confidentiality.HIDDEN:
        return sight.shows_speaker(case)
    return Case.objects.filter(sight.named(), pk=case.pk).exists()
