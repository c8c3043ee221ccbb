"""Bodies of villages, towns and counties: seating people for their terms, and a town's
own rules of procedure (domain §2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from villages.finals import (
    change_recorded,
    put_recorded,
    seal_final,
    seal_removed,
)
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
from villages.named import PROCEDURE, SEAT
from villages.naming import without_blanks
from villages.own_rules import must_review
from villages.procedure import DEFAULTS, OF_COUNTY, Rules, as_rules
from villages.rights import OVERSEE, SEAT_BODIES

Where = Village | Town | str  # a county by its code
LONGEST_KEY = 19  # digits
FIELD_OF_SHARE = {"quorum": "quorum_of", "majority": "pass_of"}
# members of a committee oversee it not (组织法 37)
KEPT_APART: Mapping[str, Body] = MappingProxyType(
    {
        Body.OVERSIGHT: Body.TWO_COMMITTEES,
        Body.TWO_COMMITTEES: Body.OVERSIGHT,
    }
)


@dataclass(frozen=True)
class BodyPlace:
    """A village, a town or a county: a place where bodies sit and meetings are held."""

    where: Where
    label: str

    @classmethod
    def of(cls, post: Post) -> "BodyPlace | None":
        """Return the place of a post of a village, a town or a county; None for any
        other post.
        """
        where = post.village or post.town or post.county_code
        return cls(where, post.place) if where else None

    @property
    def key(self) -> str:
        """The place in an address: v12, t3, c621226."""
        if isinstance(self.where, Village):
            return f"v{self.where.pk}"
        if isinstance(self.where, Town):
            return f"t{self.where.pk}"
        return f"c{self.where}"

    @property
    def town(self) -> Town | None:
        """The town whose rules of procedure hold there."""
        if isinstance(self.where, Village):
            return self.where.town
        if isinstance(self.where, Town):
            return self.where
        return None

    @property
    def bodies(self) -> tuple[Body, ...]:
        if isinstance(self.where, Village):
            return VILLAGE_BODIES
        if isinstance(self.where, Town):
            return (Body.TOWN_COMMITTEE,)
        return (Body.COUNTY_BOARD,)

    @property
    def fields(self) -> dict[str, Any]:
        """The place as the fields of a seat or a post."""
        if isinstance(self.where, Village):
            return {"village": self.where}
        if isinstance(self.where, Town):
            return {"town": self.where}
        return {"county_code": self.where}


def places_of(posts: Iterable[Post]) -> list[BodyPlace]:
    """Return the places whose bodies the posts seat: the secretary's village, the
    reviewer's town or county.
    """
    places = {}
    for post in posts:
        if post.role in SEAT_BODIES:
            place = BodyPlace.of(post)
            if place:
                places[place.key] = place

    return list(places.values())


def readable_places(user: User, on: date) -> list[BodyPlace]:
    """Return the places whose bodies a user seats, the town or county of their office,
    and the villages of their own village and group posts.
    """
    posts = user.posts_on(on)
    places = {place.key: place for place in places_of(posts)}
    for post in posts:
        if post.office:
            place = BodyPlace(post.office.town or post.office.county_code, post.place)
            places.setdefault(place.key, place)

    villages = Village.objects.filter(pk__in=user.reach(on).villages)
    for village in villages.select_related("town").order_by("code"):
        place = BodyPlace(village, village.name)
        places[place.key] = place

    return list(places.values())


def readable_place(user: User, on: date, key: str) -> BodyPlace | None:
    """Return one of the readable places by its key, or any village that the user
    oversees; without a key the first place, or the first town overseen.
    """
    for place in readable_places(user, on):
        if not key or place.key == key:
            return place

    if not key:
        town = Town.objects.in_reach_of(user, on, OVERSEE).first()
        return BodyPlace(town, town.name) if town else None

    village_id = _village_id(key)
    if village_id is None:
        return None
    villages = Village.objects.in_reach_of(user, on, OVERSEE).select_related("town")
    village = villages.filter(pk=village_id).first()
    return BodyPlace(village, village.name) if village else None


def _village_id(key: str) -> int | None:
    """Return the id in the key of a village; None where it is no such key."""
    digits = key.removeprefix("v")
    is_number = digits.isascii() and digits.isdigit() and len(digits) < LONGEST_KEY
    if digits == key or not is_number:
        return None
    return int(digits)


def seats_seated_by(user: User, on: date) -> QuerySet[Seat]:
    """Return the seats of the places whose bodies a user seats."""
    seats = Seat.objects.none()
    for place in places_of(user.posts_on(on)):
        seats |= Seat.objects.filter(**place.fields)
    return seats


def rules_of(town: Town | None) -> list[tuple[MeetingKind, Rules, bool]]:
    """Return every kind of meeting held in a town (None: at a county) with its rules,
    and whether the town set them itself. One query.
    """
    own = {}
    if town:
        own = {row.kind: row for row in Procedure.objects.filter(town=town)}

    rules = []
    for kind in MeetingKind:
        if town and kind in OF_COUNTY:
            continue

        if kind in own:
            rules.append((kind, as_rules(own[kind]), True))
        else:
            rules.append((kind, DEFAULTS[kind], False))

    return rules


@transaction.atomic
def take_seat(
    place: BodyPlace,
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
    """Seat somebody in a body for a term and return the seat, also where they hold it
    already.

    `user` is the cadre by primary key, for namesakes; without it, whoever bears the
    name of exactly one cadre of the place is that cadre. A matter that concerns them
    sets them aside. A seat held already takes the cadre named.

    NoSuchRight: not the secretary of the village, nor the reviewer of the town or
    county. InputRefused: no name, an end before the beginning, a second chair, a cadre
    of another place, somebody who oversees those they sit with (组织法 37).
    """
    _check_right(place, by, at)
    return seat_at(
        place,
        body,
        name,
        from_on=from_on,
        until_on=until_on,
        is_chair=is_chair,
        user=user,
        by=by,
        at=at,
    )


@transaction.atomic
def seat_at(
    place: BodyPlace,
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
    """Seat somebody as `take_seat` does, for whoever was let do so already: by the list
    of a town its reviewer seats the bodies of all its villages.
    """
    name = without_blanks(name)
    if body not in place.bodies:
        raise InputRefused.at(body=_("That body does not sit here."))
    if not name:
        raise InputRefused.at(name=_("Type a name."))
    if until_on and until_on < from_on:
        raise InputRefused.at(until_on=_("A term cannot end before it begins."))
    cadres = cadres_at(place, from_on)
    if user and user not in {cadre.pk for cadre in cadres}:
        raise InputRefused.at(user=_("That account has no post here."))

    _lock(place)
    first_day = max(from_on, localtime(at).date())
    seats = Seat.objects.filter(body=body, **place.fields).current(first_day)
    seat = seats.filter(name=name).first()
    if seat:
        if user and seat.user_id != user:
            seat.user_id = user
            with change_recorded(SEAT, seat, at=at, user=by):
                seat.save(update_fields=["user"])
        return seat

    _refuse_overseeing_oneself(place, body, name, user, first_day)
    if is_chair:
        _refuse_second_chair(seats)

    seat = Seat.objects.create(
        body=body,
        name=name,
        user_id=user or _bearer_of(name, cadres),
        is_chair=is_chair,
        from_on=from_on,
        until_on=until_on,
        **place.fields,
    )
    seal_final(SEAT, seat, at=at, user=by)
    return seat


def refuse_new_seat(
    place: BodyPlace, body: str, name: str, on: date, *, is_chair: bool
) -> None:
    """InputRefused: somebody who does not sit there yet would oversee those they sit
    with, or be a second chair. What is asked before `seat_at`, of a list.
    """
    _refuse_overseeing_oneself(place, body, name, None, on)
    if is_chair:
        seats = Seat.objects.filter(body=body, **place.fields).current(on)
        _refuse_second_chair(seats)


def _refuse_second_chair(seats: "QuerySet[Seat]") -> None:
    """InputRefused: one of the seats of a body is that of its chair."""
    chair = seats.filter(is_chair=True).first()
    if chair:
        text = _("%(name)s is in the chair; end that term first.")
        raise InputRefused.at(is_chair=text % {"name": chair.name})


def _refuse_overseeing_oneself(
    place: BodyPlace, body: str, name: str, user: int | None, on: date
) -> None:
    """InputRefused: somebody would sit in the oversight committee and in one that it
    oversees. Their near kin may not either, but kin cannot be known here (组织法 37).
    """
    other = KEPT_APART.get(body)
    if other is None:
        return

    is_same = Q(name=name)
    if user:
        is_same |= Q(user=user)
    seats = Seat.objects.filter(body=other, **place.fields).current(on)
    if seats.filter(is_same).exists():
        text = _(
            "%(name)s sits in: %(body)s. Nobody oversees themselves (Organic Law of"
            " Villagers' Committees, article 37)."
        )
        text %= {"name": name, "body": other.label}
        raise InputRefused.at(name=text)


def _bearer_of(name: str, cadres: Iterable[User]) -> int | None:
    """Return the key of the one cadre who bears a name; None where none or several
    do.
    """
    bearers = [cadre.pk for cadre in cadres if cadre.name == name]
    return bearers[0] if len(bearers) == 1 else None


def cadres_at(place: BodyPlace, on: date) -> dict[User, list[str]]:
    """Return whoever has a post at the place itself, in the order of their names, each
    with their roles in words.
    """
    posts = Post.objects.current(on).filter(**place.fields).select_related("user")

    cadres: dict[User, list[str]] = {}
    for post in posts.order_by("user__name", "pk"):
        cadres.setdefault(post.user, []).append(post.get_role_display())

    return cadres


@transaction.atomic
def end_seat(seat: Seat, on: date, *, by: User, at: datetime) -> Seat:
    """End a term; `on` is its last day.

    NoSuchRight as `take_seat`. InputRefused: before it began. MoveRefused: it is over
    already.
    """
    _check_right(_place_of(seat), by, at)
    return end_term(seat, on, by=by, at=at)


@transaction.atomic
def end_term(seat: Seat, on: date, *, by: User, at: datetime) -> Seat:
    """End a term as `end_seat` does, for whoever was let do so already: by the list of
    a town its reviewer seats the bodies of all its villages.
    """
    seat = Seat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    if seat.until_on and seat.until_on < localtime(at).date():
        raise MoveRefused(_("This term is over already."))
    if on < seat.from_on:
        raise InputRefused.at(until_on=_("A term cannot end before it begins."))

    seat.until_on = on
    with change_recorded(SEAT, seat, at=at, user=by):
        seat.save(update_fields=["until_on"])
    return seat


def _place_of(seat: Seat) -> BodyPlace:
    where: Where = seat.village or seat.town or seat.county_code
    return BodyPlace(where, str(where))


def _check_right(place: BodyPlace, by: User, at: datetime) -> None:
    """NoSuchRight: the user seats nobody at that place."""
    own_places = places_of(by.posts_on(localtime(at).date()))
    if all(own.key != place.key for own in own_places):
        text = _(
            "Only the village's secretary, or the reviewer of the town, seats people"
            " here."
        )
        raise NoSuchRight(text)


def _lock(place: BodyPlace) -> None:
    """Let two who seat at once wait for each other: on the place's row, where it has
    one.
    """
    if not isinstance(place.where, str):
        type(place.where)._default_manager.select_for_update().get(pk=place.where.pk)


@transaction.atomic
def set_procedure(
    town: Town, kind: str, *, by: User, at: datetime, **numbers: Any
) -> Procedure:
    """Set a town's own quorum and majority for a kind of meeting; from then on, for
    decisions taken stay as they were.

    NoSuchRight: not a reviewer of that town. InputRefused: a share above one, no rule
    named, less than the law asks for.
    """
    must_review(by, town, at)
    for part, whole in (("quorum_of", "quorum_in"), ("pass_of", "pass_in")):
        if not 1 <= numbers[part] <= numbers[whole]:
            text = _("A share is at most the whole.")
            raise InputRefused.at(**{part: text})
    if not numbers["article"].strip():
        fields = {"article": _("Please fill this in.")}
        raise InputRefused(_("Say by which rule."), fields)

    _refuse_less_than_law(Procedure(town=town, kind=kind, **numbers))

    Town.objects.select_for_update(no_key=True).get(pk=town.pk)
    key = {"town": town, "kind": kind}
    procedure: Procedure = put_recorded(PROCEDURE, key, numbers, at=at, user=by)
    return procedure


def _refuse_less_than_law(own: Procedure) -> None:
    """InputRefused: fewer would have to come or to agree than a law says, or somebody
    could stand in where it lets nobody.
    """
    law = DEFAULTS[own.kind]
    rules = as_rules(own)
    if not law.is_law or not rules.asks_less_than(law):
        return

    text = _("The law asks for at least this: %(rules)s %(article)s")
    text %= {"rules": law, "article": law.article}
    for field in ("quorum", "majority"):
        if getattr(rules, field).is_less_than(getattr(law, field)):
            raise InputRefused.at(**{FIELD_OF_SHARE[field]: text})
    if rules.substitutes_vote and not law.substitutes_vote:
        raise InputRefused.at(substitutes_vote=text)
    raise InputRefused.at(pass_base=text)


@transaction.atomic
def drop_procedure(town: Town, kind: str, *, by: User, at: datetime) -> None:
    """Go back to the default rules of a kind of meeting. NoSuchRight as
    `set_procedure`.
    """
    must_review(by, town, at)
    for procedure in Procedure.objects.filter(town=town, kind=kind):
        seal_removed(PROCEDURE, procedure, at=at, user=by)
        procedure.delete()
