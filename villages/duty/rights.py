"""Who may do what with a roster: refusals in one place, and the posts people act
from.
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
    """The current posts of a user at that village, of those that may stand there; no
    query where posts are kept.
    """
    key = village.pk if isinstance(village, Village) else village
    return [
        post
        for post in user.posts_on(on)
        if post.village_id == key and post.role in set(roles)
    ]


def may_arrange(user: User, village: Village | int, on: date) -> bool:
    return bool(posts_of(user, village, on, ARRANGE_DUTY))


def officiates(post: Post, village: int | None, at: datetime) -> bool:
    """Whether a post has the duty officer's rights in a village at that moment: its
    secretary, its duty officers, and a committee member on shift (domain §2). One
    query, for a committee member alone.
    """
    if village is None or post.village_id != village:
        return False
    if post.role != Role.COMMITTEE_MEMBER:
        return post.role in ARRANGE_DUTY
    return post.pk in {each.pk for each in on_duty_in([village], at).get(village, [])}


def arranging_post(user: User, village: Village, on: date) -> Post:
    """The post from which a user arranges the roster there. NoSuchRight: they hold
    none.
    """
    return _first(
        posts_of(user, village, on, ARRANGE_DUTY),
        _("Only the village's secretary and duty officers do this."),
    )


def talk_room_post(user: User, village: Village, on: date) -> Post:
    """The post from which a user describes the talk room. NoSuchRight: not the
    village's secretary.
    """
    return _first(
        posts_of(user, village, on, DESCRIBE_TALK_ROOM),
        _("Only the village secretary does this."),
    )


def standing_post(user: User, village: Village, on: date) -> Post:
    """The post by which a user belongs to the roster there. NoSuchRight: they hold
    none.
    """
    return _first(
        posts_of(user, village, on),
        _("Only those who take duty in this village do this."),
    )


def _first(posts: list[Post], words: Text) -> Post:
    if not posts:
        raise NoSuchRight(words)
    return posts[0]


def lock_roster(village_id: int) -> None:
    """Whoever changes the roster of a village waits here for whoever does so at the
    moment.
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
    text = _("%(name)s holds no post in this village on that day that takes duty.") % {
        "name": post.user
    }
    raise InputRefused.at(**{field: text})


def refuse_elsewhere(
    post: Post, shift: DutyShift, field: str, besides: Iterable[DutyShift] = ()
) -> None:
    """InputRefused: the person has another shift at that time, perhaps in another
    village.
    """
    others = DutyShift.objects.meeting(shift.starts_at, shift.ends_at).filter(
        primary__user=post.user_id
    )
    others = others.exclude(pk__in=[each.pk for each in (shift, *besides) if each.pk])
    if taken := others.select_related("village").first():
        words = {
            "name": post.user,
            "shift": (
                f"{taken.village} {day_in_words(taken.on, shift.on)} {taken.hours}"
            ),
        }
        text = _("%(name)s is on duty at that time already: %(shift)s.") % words
        raise InputRefused.at(**{field: text})
