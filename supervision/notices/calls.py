"""The calls to speakers that somebody has to make: the list of one's own, the number of
one, and its outcome.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Confidentiality, Level, Stage
from cases.models.scope import HIDES_SPEAKER, Sight
from cases.privacy.disclosure import phones_of
from minshi import workdays
from minshi.errors import NoSuchRight
from supervision.models import Call
from supervision.notices.purposes import news_of
from villages.audit import record_audit
from villages.duty import on_shift_in
from villages.models import Post, User
from villages.models.audit import AuditKind
from villages.rights import CALL_AFTER_CLOSING, CALL_SPEAKERS, SET_TOWN_RULES

ORDER = ("asked_at", "id")
# its lead rings the talk room instead (`cases/views/reaching.py`); whoever has a secret
# matter is named in it, and asks nobody
WITH_WHO_WORKS = Q(stage=Stage.HANDLE) & ~Q(confidentiality=Confidentiality.SECRET)


def calls_of(user: User, at: datetime) -> QuerySet[Call]:
    """Return the open calls that a user has to make, of cases whose speaker they may
    know.

    In a village its duty officers' and secretary's, and those of whoever is on shift,
    for whoever has the counter calls; elsewhere, and in a secret case, those of whoever
    it is with. A hidden speaker is called by whoever took it down, else by the town's
    reviewer: the others may not know the name (domain §3, confidentiality). What was
    closed is with nobody, and who works on a matter is not given the number: the
    secretary calls, above the village the reviewer.
    """
    on = workdays.local_day(at)
    reach = user.reach(on)
    reviewed = user.reach(on, SET_TOWN_RULES)

    mine = Q(owner_post__in=reach.posts) | Q(owner_office__in=reach.offices)
    mine &= ~WITH_WHO_WORKS
    mine |= Q(
        level=Level.VILLAGE,
        confidentiality=Confidentiality.NORMAL,
        village__in=_counters_of(user, at),
    )
    mine |= HIDES_SPEAKER & Q(recorded_by__in=reach.posts)
    mine |= HIDES_SPEAKER & Q(town__in=reviewed.towns)

    headed = Q(
        level=Level.VILLAGE,
        village__in=user.reach(on, CALL_AFTER_CLOSING).village_posts_at,
    )
    headed |= Q(level=Level.TOWN, town__in=reviewed.towns)
    headed |= Q(level=Level.COUNTY, town__county_code__in=reviewed.counties)
    mine |= Q(headed, Q(stage=Stage.CLOSED) | WITH_WHO_WORKS)

    visible = Case.objects.visible_to(user, on)
    cases = visible.filter(mine, Sight.of(user, on).speaker_shown())
    calls = Call.objects.to_make().filter(case__in=cases.values("pk"))
    return calls.select_related("case__village", "case__town", "event")


def _counters_of(user: User, at: datetime) -> set[int]:
    """Return the villages for whose counter a user calls: as duty officer or secretary,
    or because they are on shift there now.

    Whoever is on shift has the duty officer's rights (domain §2). Two queries for other
    posts of a village.
    """
    counters: set[int] = set()
    others: set[int] = set()
    for post in user.posts_on(workdays.local_day(at)):
        if not post.village_id:
            continue
        if post.role in CALL_SPEAKERS:
            counters.add(post.village_id)
        else:
            others.add(post.village_id)

    return counters | on_shift_in(user, others - counters, at)


@transaction.atomic
def note_call(
    call: Call, *, reached: bool, by: User, at: datetime, key: UUID | None = None
) -> Call:
    """Note the outcome of a call; one that was done stays as it is, whoever clicks
    again, and a try that comes again with its `key` is counted once.

    NoSuchRight: not theirs to make.
    """
    locked = (
        Call.objects.select_for_update(of=("self",))
        .select_related("case")
        .get(pk=call.pk)
    )
    if locked.done_at is not None:
        return locked
    if not calls_of(by, at).filter(pk=locked.pk).exists():
        raise NoSuchRight(_("This call is somebody else's."))

    is_repeated = key is not None and locked.tried_key == key
    if is_repeated and not reached:
        return locked

    locked.tried_key = key
    locked.tries += 1
    locked.tried_at = at
    if reached:
        locked.done_at = at
        locked.done_by = _calling_post(locked.case, by, at)

    locked.save(update_fields=["tries", "tried_at", "tried_key", "done_at", "done_by"])
    return locked


def _calling_post(case: Case, user: User, at: datetime) -> Post:
    """Return the user's post that is nearest to the case: its owner's or its
    recorder's, else one of its village, else one of its town.
    """
    posts = user.posts_on(workdays.local_day(at))

    def distance(post: Post) -> tuple[bool, bool, bool]:
        is_own = post.pk in (case.owner_post_id, case.recorded_by_id)
        is_of_village = post.village_id == case.village_id
        is_of_town = post.town_id == case.town_id
        return not is_own, not is_of_village, not is_of_town

    return min(posts, key=distance)


def numbers_to_call(
    call: Call, *, by: User, at: datetime, request: HttpRequest | None = None
) -> list[tuple[str, str]]:
    """Return name and phone of those who spoke, for the call; the audit log names the
    case and the reason.

    NoSuchRight: not theirs to make.
    """
    if not calls_of(by, at).filter(pk=call.pk).exists():
        raise NoSuchRight(_("This call is somebody else's."))

    subject = _("the speaker's phone of %(number)s") % {"number": call.case.number}
    news = news_of(call.event, call.kind)
    reason = _("to tell the speaker: %(word)s") % {"word": news}
    record_audit(
        AuditKind.UNMASK,
        at=at,
        user=by,
        subject=subject,
        reason=reason,
        request=request,
    )

    return phones_of(call.case)
