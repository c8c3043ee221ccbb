"""Seating people in bodies for their terms, and a town's own rules of procedure (domain
§2).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from villages.models import (
    Body,
    MeetingKind,
    Post,
    Procedure,
    Seat,
    Town,
    User,
    Village,
)
from villages.models.bodies import VILLAGE_BODIES
from villages.own_rules import must_review
from villages.procedure import DEFAULTS, OF_COUNTY, Rules, as_rules
from villages.rights import OVERSEE, SEAT_BODIES

Where = Village | Town | str  # a county by its code
LONGEST_KEY = 19  # digits


@dataclass(frozen=True)
class Place:
    """Where bodies sit and meetings are held: a village, a town or a county."""

    where: Where
    label: str

    @classmethod
    def of(cls, post: Post) -> "Place | None":
        """Where a post of a village, a town or a county is; None for any other."""
        where = post.village or post.town or post.county_code
        return cls(where, post.place) if where else None

    @property
    def key(self) -> str:
        """For an address: v12, t3, c621226."""
        if isinstance(self.where, str):
            return f"c{self.where}"
        return f"{'v' if isinstance(self.where, Village) else 't'}{self.where.pk}"

    @property
    def town(self) -> Town | None:
        """The town whose rules of procedure hold there."""
        if isinstance(self.where, Village):
            return self.where.town
        return self.where if isinstance(self.where, Town) else None

    @property
    def bodies(self) -> tuple[Body, ...]:
        if isinstance(self.where, Village):
            return VILLAGE_BODIES
        return (
            (Body.TOWN_COMMITTEE,)
            if isinstance(self.where, Town)
            else (Body.COUNTY_BOARD,)
        )

    @property
    def fields(self) -> dict[str, Any]:
        """The place as the fields of a seat or a post."""
        if isinstance(self.where, Village):
            return {"village": self.where}
        return (
            {"town": self.where}
            if isinstance(self.where, Town)
            else {"county_code": self.where}
        )


def places_of(posts: Iterable[Post]) -> list[Place]:
    """The places whose bodies the posts seat: the secretary's village, the reviewer's
    town or county.
    """
    found = [Place.of(post) for post in posts if post.role in SEAT_BODIES]
    return list({place.key: place for place in found if place}.values())


def readable_places(user: User, on: date) -> list[Place]:
    """The places whose bodies somebody seats, and the villages of their own village and
    group posts.
    """
    own = places_of(user.posts_on(on))
    villages = (
        Village.objects.filter(pk__in=user.reach(on).villages)
        .select_related("town")
        .order_by("code")
    )
    return list(
        {
            place.key: place
            for place in [*own, *(Place(village, village.name) for village in villages)]
        }.values()
    )


def readable_place(user: User, on: date, key: str) -> Place | None:
    """One of those by its key (the first without one), or any village that the user
    oversees.
    """
    if found := next(
        (place for place in readable_places(user, on) if place.key == key or not key),
        None,
    ):
        return found
    if not key:
        town = Town.objects.overseen_by(user, on, OVERSEE).first()
        return Place(town, town.name) if town else None
    number = key.removeprefix("v")
    if number == key or not (
        number.isascii() and number.isdigit() and len(number) < LONGEST_KEY
    ):
        return None
    village = (
        Village.objects.overseen_by(user, on, OVERSEE)
        .select_related("town")
        .filter(pk=int(number))
        .first()
    )
    return Place(village, village.name) if village else None


def seats_seated_by(user: User, on: date) -> QuerySet[Seat]:
    """The seats of the places whose bodies the user seats."""
    seats = Seat.objects.none()
    for place in places_of(user.posts_on(on)):
        seats |= Seat.objects.filter(**place.fields)
    return seats


def rules_of(town: Town | None) -> list[tuple[MeetingKind, Rules, bool]]:
    """Every kind of meeting held there with its rules, and whether the town set them
    itself. One query.
    """
    own = {row.kind: row for row in Procedure.objects.filter(town=town)} if town else {}
    kinds = [kind for kind in MeetingKind if kind not in OF_COUNTY or town is None]
    return [
        (kind, as_rules(own[kind]) if kind in own else DEFAULTS[kind], kind in own)
        for kind in kinds
    ]


@transaction.atomic
def take_seat(
    place: Place,
    body: str,
    name: str,
    *,
    from_on: date,
    until_on: date | None = None,
    is_chair: bool = False,
    user: int | None = None,
    by: User,
    at: datetime,
) -> Seat:
    """Seats somebody in a body for a term; returns the seat, also where they hold it
    already.

    `user` is the cadre by primary key, for namesakes; without it, who bears the name of
    exactly one cadre of the place is that cadre. A matter that concerns them sets them
    aside. A seat held already takes the cadre named.

    NoSuchRight: not the secretary of the village, nor the reviewer of the town or
    county. InputRefused: no name, an end before the beginning, a second chair, a cadre
    of another place.
    """
    _check_right(place, by, at)
    if body not in place.bodies:
        words = _("That body does not sit here.")
        raise InputRefused.at(body=words)
    if not name.strip():
        raise InputRefused.at(name=_("Type a name."))
    if until_on and until_on < from_on:
        words = _("A term cannot end before it begins.")
        raise InputRefused.at(until_on=words)
    cadres = cadres_at(place, from_on)
    if user and user not in {cadre.pk for cadre in cadres}:
        words = _("That account has no post here.")
        raise InputRefused.at(user=words)
    _lock(place)
    beside = Seat.objects.filter(body=body, **place.fields).current(
        max(from_on, localtime(at).date())
    )
    if known := beside.filter(name=name.strip()).first():
        if user and known.user_id != user:
            known.user_id = user
            known.save(update_fields=["user"])
        return known
    if is_chair and (chair := beside.filter(is_chair=True).first()):
        words = _("%(name)s is in the chair; end that term first.") % {
            "name": chair.name
        }
        raise InputRefused.at(is_chair=words)
    bearing = [cadre.pk for cadre in cadres if cadre.name == name.strip()]
    return Seat.objects.create(
        body=body,
        name=name.strip(),
        user_id=user or (bearing[0] if len(bearing) == 1 else None),
        is_chair=is_chair,
        from_on=from_on,
        until_on=until_on,
        **place.fields,
    )


def cadres_at(place: Place, on: date) -> dict[User, list[str]]:
    """Whoever has a post at the place itself, by name, with what they are there."""
    found: dict[User, list[str]] = {}
    for post in (
        Post.objects.current(on)
        .filter(**place.fields)
        .select_related("user")
        .order_by("user__name", "pk")
    ):
        found.setdefault(post.user, []).append(post.get_role_display())
    return found


@transaction.atomic
def end_seat(seat: Seat, on: date, *, by: User, at: datetime) -> Seat:
    """Ends a term; `on` is its last day. NoSuchRight as above; InputRefused before it
    began, MoveRefused once over.
    """
    seat = Seat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    _check_right(_place_of(seat), by, at)
    if seat.until_on and seat.until_on < localtime(at).date():
        raise MoveRefused(_("This term is over already."))
    if on < seat.from_on:
        words = _("A term cannot end before it begins.")
        raise InputRefused.at(until_on=words)
    seat.until_on = on
    seat.save(update_fields=["until_on"])
    return seat


def _place_of(seat: Seat) -> Place:
    where: Where = seat.village or seat.town or seat.county_code
    return Place(where, str(where))


def _check_right(place: Place, by: User, at: datetime) -> None:
    if place.key not in {
        own.key for own in places_of(by.posts_on(localtime(at).date()))
    }:
        raise NoSuchRight(
            _(
                "Only the village's secretary, or the reviewer of the town, seats"
                " people here."
            )
        )


def _lock(place: Place) -> None:
    """Two who seat at once wait for each other: on the place's row, where it has
    one.
    """
    if not isinstance(place.where, str):
        type(place.where)._default_manager.select_for_update().get(pk=place.where.pk)


@transaction.atomic
def set_procedure(
    town: Town, kind: str, *, by: User, at: datetime, **numbers: Any
) -> Procedure:
    """A town's own quorum and majority for a kind of meeting; from then on, what was
    decided stays as it was.

    NoSuchRight: not a reviewer of that town. InputRefused: a share above one, no rule
    named.
    """
    must_review(by, town, at)
    for part, whole in (("quorum_of", "quorum_in"), ("pass_of", "pass_in")):
        if not 1 <= numbers[part] <= numbers[whole]:
            words = _("A share is at most the whole.")
            raise InputRefused.at(**{part: words})
    if not numbers["article"].strip():
        raise InputRefused(
            _("Say by which rule."), {"article": _("Please fill this in.")}
        )
    return Procedure.objects.update_or_create(town=town, kind=kind, defaults=numbers)[0]


@transaction.atomic
def drop_procedure(town: Town, kind: str, *, by: User, at: datetime) -> None:
    """Back to the default. NoSuchRight as above."""
    must_review(by, town, at)
    Procedure.objects.filter(town=town, kind=kind).delete()
