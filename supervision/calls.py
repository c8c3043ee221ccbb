"""The calls to speakers that somebody has to make: which are theirs, the number, and what came of one."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Confidentiality, Level
from cases.models.scope import Sight
from minshi import workdays
from minshi.errors import NoSuchRight
from supervision.models import Call
from villages.audit import record_audit
from villages.models import Post, Role, User
from villages.models.audit import AuditKind

ORDER = ("asked_at", "id")
BY_ROSTER = (Role.DUTY_OFFICER, Role.SECRETARY)


def calls_of(user: User, at: datetime) -> QuerySet[Call]:
    """The open calls that are a user's to make, of cases whose speaker they may know.

    In a village its duty officers' and secretary's, for whoever has the counter calls; elsewhere, and in a secret case,
    those of whoever it is with. A hidden speaker is called by whoever took it down, else by the town's reviewer: the
    others may not know the name (domain §3, confidentiality).
    """
    on = workdays.local_day(at)
    reach, village = user.reach(on), user.reach(on, BY_ROSTER).village_posts_at
    mine = Q(owner_post__in=reach.posts) | Q(owner_office__in=reach.offices)
    mine |= Q(level=Level.VILLAGE, confidentiality=Confidentiality.NORMAL, village__in=village)
    mine |= Q(confidentiality=Confidentiality.HIDDEN, recorded_by__in=reach.posts)
    mine |= Q(confidentiality=Confidentiality.HIDDEN, town__in=user.reach(on, (Role.REVIEWER,)).towns)
    known = Case.objects.visible_to(user, on).open().filter(mine, Sight.of(user, on).speaker_shown())
    return Call.objects.filter(done_at=None, case__in=known.values("pk")).select_related("case__village", "case__town")


@transaction.atomic
def note_call(call: Call, *, reached: bool, by: User, at: datetime) -> Call:
    """What came of a call; one that was done stays as it is, whoever clicks again.

    NoSuchRight: not theirs to make.
    """
    held = Call.objects.select_for_update(of=("self",)).select_related("case").get(pk=call.pk)
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
    """Of several the one that has to do with the matter: its owner's, its recorder's, of its village or its town."""
    posts = user.posts_on(workdays.local_day(at))

    def is_far(post: Post) -> tuple[bool, bool, bool]:
        own = post.pk in (case.owner_post_id, case.recorded_by_id)
        return not own, post.village_id != case.village_id, post.town_id != case.town_id

    return min(posts, key=is_far)


def number_to_call(call: Call, *, by: User, at: datetime, request: HttpRequest | None = None) -> str:
    """The speaker's phone, for the call; the audit log names the case and why.

    NoSuchRight: not theirs to make.
    """
    if not calls_of(by, at).filter(pk=call.pk).exists():
        raise NoSuchRight(_("This call is somebody else's."))
    subject = _("the speaker's phone of %(number)s") % {"number": call.case.number}
    reason = _("to tell the speaker: %(word)s") % {"word": call.get_kind_display()}
    record_audit(AuditKind.UNMASK, at=at, user=by, subject=subject, reason=reason, request=request)
    return call.case.speaker_phone or ""
