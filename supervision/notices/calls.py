"""The calls to speakers that somebody has to make: which are theirs, the number, and
what came of one.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Confidentiality, Level, Stage
from cases.models.scope import Sight
from minshi import workdays
from minshi.errors import NoSuchRight
from supervision.models import Call
from villages.audit import record_audit
from villages.duty import on_duty_in
from villages.models import Post, User
from villages.models.audit import AuditKind
from villages.rights import CALL_AFTER_CLOSING, CALL_SPEAKERS, SET_TOWN_RULES

ORDER = ("asked_at", "id")


def calls_of(user: User, at: datetime) -> QuerySet[Call]:
    """The open calls that are a user's to make, of cases whose speaker they may know.

    In a village its duty officers' and secretary's, and those of whoever is on shift,
    for whoever has the counter calls; elsewhere, and in a secret case, those of whoever
    it is with. A hidden speaker is called by whoever took it down, else by the town's
    reviewer: the others may not know the name (domain §3, confidentiality). What was
    closed is with nobody: the secretary calls, above the village the reviewer.
    """
    on = workdays.local_day(at)
    reach, reviewed = user.reach(on), user.reach(on, SET_TOWN_RULES)
    mine = Q(owner_post__in=reach.posts) | Q(owner_office__in=reach.offices)
    mine |= Q(
        level=Level.VILLAGE,
        confidentiality=Confidentiality.NORMAL,
        village__in=_counters_of(user, at),
    )
    mine |= Q(confidentiality=Confidentiality.HIDDEN, recorded_by__in=reach.posts)
    mine |= Q(confidentiality=Confidentiality.HIDDEN, town__in=reviewed.towns)
    closed = Q(
        level=Level.VILLAGE,
        village__in=user.reach(on, CALL_AFTER_CLOSING).village_posts_at,
    )
    closed |= Q(level=Level.TOWN, town__in=reviewed.towns)
    closed |= Q(level=Level.COUNTY, town__county_code__in=reviewed.counties)
    mine |= Q(closed, stage=Stage.CLOSED)
    known = Case.objects.visible_to(user, on).filter(
        mine, Sight.of(user, on).speaker_shown()
    )
    return (
        Call.objects.to_make()
        .filter(case__in=known.values("pk"))
        .select_related("case__village", "case__town")
    )


def _counters_of(user: User, at: datetime) -> set[int]:
    """The villages whose counter is the user's: duty officers and the secretary, and
    whoever is on shift there now.

    Whoever is on shift has the duty officer's rights (domain §2). Two queries for other
    posts of a village.
    """
    posts = [post for post in user.posts_on(workdays.local_day(at)) if post.village_id]
    own = {post.village_id or 0 for post in posts if post.role in CALL_SPEAKERS}
    others = {post.village_id or 0 for post in posts} - own
    on_duty = on_duty_in(others, at) if others else {}
    return own | {
        village
        for village, them in on_duty.items()
        if any(post.user_id == user.pk for post in them)
    }


@transaction.atomic
def note_call(call: Call, *, reached: bool, by: User, at: datetime) -> Call:
    """What came of a call; one that was done stays as it is, whoever clicks again.

    NoSuchRight: not theirs to make.
    """
    held = (
        Call.objects.select_for_update(of=("self",))
        .select_related("case")
        .get(pk=call.pk)
    )
    if held.done_at is not None:
        return held
    if not calls_of(by, at).filter(pk=held.pk).exists():
        raise NoSuchRight(_("This call is somebody else's."))
    held.tries, held.tried_at = held.tries + 1, at
    if reached:
        held.done_at, held.done_by = at, _calling_post(held.case, by, at)
    held.save(update_fields=["tries", "tried_at", "done_at", "done_by"])
    return held


def _calling_post(case: Case, user: User, at: datetime) -> Post:
    """Of several the one that has to do with the matter: its owner's, its recorder's,
    of its village or its town.
    """
    posts = user.posts_on(workdays.local_day(at))

    def is_far(post: Post) -> tuple[bool, bool, bool]:
        own = post.pk in (case.owner_post_id, case.recorded_by_id)
        return not own, post.village_id != case.village_id, post.town_id != case.town_id

    return min(posts, key=is_far)


def number_to_call(
    call: Call, *, by: User, at: datetime, request: HttpRequest | None = None
) -> str:
    """The speaker's phone, for the call; the audit log names the case and why.

    NoSuchRight: not theirs to make.
    """
    if not calls_of(by, at).filter(pk=call.pk).exists():
        raise NoSuchRight(_("This call is somebody else's."))
    subject = _("the speaker's phone of %(number)s") % {"number": call.case.number}
    reason = _("to tell the speaker: %(word)s") % {"word": call.get_kind_display()}
    record_audit(
        AuditKind.UNMASK,
        at=at,
        user=by,
        subject=subject,
        reason=reason,
        request=request,
    )
    return call.case.speaker_phone or ""
