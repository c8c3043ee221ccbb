"""Rights over a roster: the posts from which people act, and every refusal in one
place.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from minshi.errors import InputRefused, MoveRefused, NoSuchRight, Text
from minshi.workdays import day_in_words
from villages.duty.standing import on_duty_in
from villages.models import DutyShift, Post, Role, User, Village
from villages.rights import ARRANGE_DUTY, DESCRIBE_TALK_ROOM, TAKE_DUTY


def posts_of(
    user: User, village: Village | int, on: date, roles: Iterable[Role] = TAKE_DUTY
) -> list[Post]:
    """Return the current posts of a user at a village in the given roles; by default
    those that take duty. No query where the user's posts are read already.
    """
    village_id = village.pk if isinstance(village, Village) else village
    wanted = set(roles)

    return [
        post
        for post in user.posts_on(on)
        if post.village_id == village_id and post.role in wanted
    ]


def may_arrange(user: User, village: Village | int, on: date) -> bool:
    return bool(posts_of(user, village, on, ARRANGE_DUTY))


def may_note_leave(user: User, post: Post, on: date) -> bool:
    """Tell whether a user may note or end a leave of a post: their own, or anybody's in
    a village whose roster they arrange.
    """
    if post.village_id is None:
        return False
    return post.user_id == user.pk or may_arrange(user, post.village_id, on)


def officiates(post: Post, village: int | None, at: datetime) -> bool:
    """Tell whether a post has the duty officer's rights in a village at a moment: its
    secretary, its duty officers, and a committee member on shift (domain §2). One
    query, for a committee member alone.
    """
    if village is None or post.village_id != village:
        return False
    if post.role != Role.COMMITTEE_MEMBER:
        return post.role in ARRANGE_DUTY

    on_duty = on_duty_in([village], at).get(village, [])
    return any(other.pk == post.pk for other in on_duty)


def arranging_post(user: User, village: Village, on: date) -> Post:
    """Return the post from which a user arranges the roster of a village. NoSuchRight:
    they hold none.
    """
    refusal = _("Only the village's secretary and duty officers do this.")
    return _first(posts_of(user, village, on, ARRANGE_DUTY), refusal)


def talk_room_post(user: User, village: Village, on: date) -> Post:
    """Return the post from which a user describes the talk room. NoSuchRight: not the
    village's secretary.
    """
    refusal = _("Only the village secretary does this.")
    return _first(posts_of(user, village, on, DESCRIBE_TALK_ROOM), refusal)


def standing_post(user: User, village: Village, on: date) -> Post:
    """Return the post by which a user belongs to the roster of a village. NoSuchRight:
    they hold none.
    """
    refusal = _("Only those who take duty in this village do this.")
    return _first(posts_of(user, village, on), refusal)


def _first(posts: list[Post], refusal: Text) -> Post:
    if not posts:
        raise NoSuchRight(refusal)
    return posts[0]


def lock_roster(village_id: int) -> None:
    """Lock the roster of a village: whoever changes it waits here for whoever is
    changing it now.
    """
    list(Village.objects.select_for_update().filter(pk=village_id).values_list("pk"))


def refuse_begun(shift: DutyShift, at: datetime) -> None:
    """MoveRefused: a shift that has begun stays as it was."""
    if shift.starts_at <= at:
        raise MoveRefused(_("This shift has begun; it cannot be changed any more."))


def refuse_unfit(post: Post, village_id: int, on: date, field: str) -> None:
    """InputRefused: not a current post of the village that may stand there."""
    if post.village_id == village_id and post.role in TAKE_DUTY and post.is_current(on):
        return

    text = _("%(name)s holds no post in this village on that day that takes duty.")
    raise InputRefused.at(**{field: text % {"name": post.user}})


def refuse_elsewhere(
    post: Post, shift: DutyShift, field: str, besides: Iterable[DutyShift] = ()
) -> None:
    """InputRefused: the person has another shift at that time, perhaps in another
    village; `besides` are shifts that they would give away.
    """
    apart_from = [other.pk for other in (shift, *besides) if other.pk]
    others = DutyShift.objects.overlapping(shift.starts_at, shift.ends_at)
    others = others.filter(primary__user=post.user_id).exclude(pk__in=apart_from)

    taken = others.select_related("village").first()
    if taken:
        day = day_in_words(taken.on, shift.on)
        words = {"name": post.user, "shift": f"{taken.village} {day} {taken.hours}"}
        text = _("%(name)s is on duty at that time already: %(shift)s.") % words
        raise InputRefused.at(**{field: text})
