"""请假: somebody is away for some days, and who stands in."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import InputRefused, NoSuchRight
from minshi.workdays import ONE_DAY
from villages.duty.rights import lock_roster, may_arrange, refuse_unfit, standing_post
from villages.models import DutyLeave, Post, User


@transaction.atomic
def note_leave(
    post: Post,
    *,
    from_on: date,
    until_on: date,
    reason: str,
    substitute: Post | None = None,
    by: User,
    at: datetime,
) -> DutyLeave:
    """Writes down that a post is away; one's own, or anybody's by whoever arranges.
    Noted twice it is one leave.

    NoSuchRight: neither. InputRefused: days turned round or past, no reason, the post
    is away then already, or the substitute may not stand there.
    """
    village, on = post.village, workdays.local_day(at)
    if village is None or not (post.user_id == by.pk or may_arrange(by, village, on)):
        raise NoSuchRight(
            _(
                "You note your own leave; for others the secretary or the duty officer"
                " does."
            )
        )
    noted_by = standing_post(by, village, on)
    lock_roster(village.pk)
    _check(post, from_on, until_on, reason, on)
    refuse_unfit(post, village.pk, max(from_on, on), "post")
    if substitute:
        if substitute.user_id == post.user_id:
            text = _("Choose somebody else as the substitute.")
            raise InputRefused.at(substitute=text)
        refuse_unfit(substitute, village.pk, max(from_on, on), "substitute")
    if known := DutyLeave.objects.filter(
        post=post, from_on__lte=until_on, until_on__gte=from_on
    ).first():
        if (known.from_on, known.until_on, known.substitute) == (
            from_on,
            until_on,
            substitute,
        ):
            return known
        text = _("%(name)s is away then already.") % {"name": post.user}
        raise InputRefused.at(from_on=text)
    return DutyLeave.objects.create(
        post=post,
        from_on=from_on,
        until_on=until_on,
        reason=reason.strip(),
        substitute=substitute,
        noted_by=noted_by,
        noted_at=at,
    )


def _check(post: Post, from_on: date, until_on: date, reason: str, on: date) -> None:
    if until_on < from_on:
        text = _("The last day cannot be before the first.")
        raise InputRefused.at(until_on=text)
    if until_on < on:
        text = _("Those days are over already.")
        raise InputRefused.at(until_on=text)
    if not reason.strip():
        text = _("Say in a few words why.")
        raise InputRefused.at(reason=text)


@transaction.atomic
def end_leave(leave: DutyLeave, *, by: User, at: datetime) -> None:
    """Back earlier: from today on the post takes its shifts again; a leave that has not
    begun is forgotten.

    NoSuchRight: neither one's own nor an arranger. Ended already: nothing happens.
    """
    village, on = leave.post.village, workdays.local_day(at)
    if village is None or not (
        leave.post.user_id == by.pk or may_arrange(by, village, on)
    ):
        raise NoSuchRight(
            _(
                "You note your own leave; for others the secretary or the duty officer"
                " does."
            )
        )
    standing_post(by, village, on)
    lock_roster(village.pk)
    DutyLeave.objects.filter(pk=leave.pk, from_on__gte=on).delete()
    DutyLeave.objects.filter(pk=leave.pk, until_on__gte=on).update(
        until_on=on - ONE_DAY
    )
