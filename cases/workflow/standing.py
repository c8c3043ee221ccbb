"""Where a post stands, and how holders of a matter are named."""

from cases.models import Case
from cases.models.choices import Level
from villages.models import Office, Post, User


def stands_at(post: Post, case: Case, level: Level) -> bool:
    """True for a post at the case's node of that level; a group's is at the village."""
    if level == Level.TOWN:
        return post.town_id == case.town_id
    if level == Level.COUNTY:
        return post.county_code == case.town.county_code

    if case.village_id is not None and post.village_id == case.village_id:
        return True
    return case.group_id is not None and post.group_id == case.group_id


def village_of(post: Post) -> int | None:
    return post.village_id or (post.group.village_id if post.group else None)


def level_of(post: Post) -> Level | None:
    """Return the level a cadre stands at; None for the 三员."""
    if post.village_id or post.group_id:
        return Level.VILLAGE
    if post.town_id or (post.office and post.office.town_id):
        return Level.TOWN
    return Level.COUNTY if post.county_code or post.office_id else None


def is_with(case: Case, user: User) -> bool:
    """True where the case is with this user, under whatever post. At most two queries,
    none where the owner came with the case.
    """
    return case.owner_post is not None and case.owner_post.user_id == user.pk


def holder_key(holder: Post | Office) -> str:
    """Return the name of a holder in an event's data: "post:12" or "office:3"."""
    kind = "post" if isinstance(holder, Post) else "office"
    return f"{kind}:{holder.pk}"


def parted_key(key: str) -> tuple[str, int]:
    """Return the kind and the row of a holder's name, "post" and 12 of "post:12"."""
    kind, pk = key.split(":")
    return kind, int(pk)


def holder_name(holder: Post | Office | None) -> str:
    if isinstance(holder, Post):
        return str(holder.user)
    return str(holder or "")
