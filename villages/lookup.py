"""Lookup of residents while they stand at the counter: by name, pinyin, initials or
phone.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet, Value, prefetch_related_objects
from django.utils.translation import gettext as _

from minshi.crypto import blind_index, normal_phone
from minshi.prepared import prepared
from minshi.text import Letters
from minshi.text.neighbours import NeighbourName
from minshi.text.simplified import forms_of_names
from minshi.text.surnames import SURNAMES
from villages.doors import Door, door_of
from villages.models import (
    Group,
    Post,
    Resident,
    ResidentKey,
    Town,
    User,
    Village,
)
from villages.models.posts import Reach
from villages.naming import (
    COMPOUND_SURNAME,
    TAIL_LENGTH,
    is_like_name,
    lookup_text,
    name_keys_of,
)
from villages.rights import LOOK_UP_IN_GROUP, LOOK_UP_IN_VILLAGE

PHONE_PURPOSE = "phone"
LIMIT = 8
KEYS_IN_COMMON = 4  # one typed text can meet at most so many keys of one resident
BATCH = 500
LENGTHS_OF_NAMES = (2, 3, 4)  # characters


@dataclass(frozen=True)
class FoundResident:
    """A row of the list under the name field."""

    id: int
    name: str
    village: str
    group: int
    door: int
    tail: str  # the last four digits of the phone, never more; "" outside one's village

    @property
    def address(self) -> str:
        """The group and the door, in words."""
        return _("group %(group)s, no. %(door)s") % {
            "group": self.group,
            "door": self.door,
        }


@dataclass(frozen=True)
class Neighbourhood:
    """The area in which a user may look residents up: villages, and single groups."""

    villages: QuerySet[Village] | Iterable[Village]
    groups: Collection[int] = ()
    # where the end of a telephone number is shown and asked for: one's own village
    own_villages: Collection[int] = ()

    @property
    def residents(self) -> QuerySet[Resident]:
        """The residents who may be looked up there; nobody else's name and phone is
        copied by naming their id.
        """
        within = Q(household__group__village__in=self.villages) | Q(
            household__group__in=self.groups
        )
        return Resident.objects.filter(within, is_on_roll=True)


def neighbourhood_of(user: User, on: date) -> Neighbourhood:
    """Return the area in which a user may look residents up that day; an empty one
    without a post that may.
    """
    posts = user.posts_on(on)
    of_villages = Reach.of([post for post in posts if post.role in LOOK_UP_IN_VILLAGE])
    of_groups = Reach.of([post for post in posts if post.role in LOOK_UP_IN_GROUP])

    return Neighbourhood(
        villages=Village.objects.within(of_villages),
        groups=of_groups.groups,
        own_villages=of_villages.villages | of_groups.villages,
    )


def find_residents(
    text: str,
    villages: QuerySet[Village] | Iterable[Village],
    limit: int = LIMIT,
    *,
    groups: Collection[int] = (),
    only_in: int | None = None,
    tails_in: Collection[int] | None = None,
) -> list[FoundResident]:
    """Return up to `limit` residents of the villages (and of the groups, by id) whom
    the text begins to name, or who live behind the door that it names.

    `only_in` is the id of the one village of them asked for, `tails_in` the ids of
    those where ends of telephone numbers may be read and asked for (None: all). More
    than four digits are a phone number, however it is written, and must match as a
    whole. One query.
    """
    door = door_of(text)
    if door:
        neighbours = Neighbourhood(villages, groups).residents
        if only_in is not None:
            neighbours = neighbours.filter(household__group__village=only_in)
        behind = _behind(door, neighbours)[:limit]
        return [_as_row(found, tails_in) for found in behind]

    wanted = _phone(text) or lookup_text(text)
    if not wanted:
        return []

    keys = ResidentKey.objects.filter(_within(villages, groups))
    if only_in is not None:
        keys = keys.filter(village=only_in)

    is_phone = wanted.removeprefix("+").isdigit() and len(wanted) > TAIL_LENGTH
    if is_phone:
        keys = keys.filter(
            key=wanted[-TAIL_LENGTH:],
            resident__phone_hash=blind_index(wanted, PHONE_PURPOSE),
        )
    else:
        keys = keys.starting_with(wanted)
        if wanted.isdigit() and tails_in is not None:
            keys = keys.filter(village__in=tails_in)

    rows = keys.select_related("resident__household__group__village")
    rows = rows.order_by("key", "resident")[: limit * KEYS_IN_COMMON]
    residents = {row.resident_id: row.resident for row in rows}
    return [_as_row(found, tails_in) for found in list(residents.values())[:limit]]


def _behind(door: Door, neighbours: QuerySet[Resident]) -> QuerySet[Resident]:
    """Return who lives behind a door, the head of the household first."""
    behind = neighbours.filter(door.of_households("household__"))
    with_place = behind.select_related("household__group__village")
    return with_place.order_by("household__group", "-is_head", "name")


def _phone(text: str) -> str:
    """Return the text as a phone number; empty where it is none."""
    try:
        return normal_phone(text)
    except ValidationError:
        return ""


def _within(
    villages: QuerySet[Village] | Iterable[Village], groups: Collection[int]
) -> Q:
    """Return the condition for keys of residents in the villages or in the groups."""
    within = Q(village__in=villages)
    if groups:
        # the index begins with the village: name it here too
        of_groups = Group.objects.filter(pk__in=groups).values("village")
        within |= Q(village__in=of_groups, resident__household__group__in=groups)
    return within


def residents_named(
    names: Collection[str],
    where: Callable[[], Neighbourhood],
    village: Village,
    group: Group | None = None,
) -> dict[str, Resident]:
    """Return the residents of the village, or of its group, by these names: of each
    name the one who alone has exactly it. One query, none without names.

    Namesakes are counted beyond what may be looked up, and whoever alone has the name
    is returned only from within it: `where` is asked, and a second query made, only
    where there is somebody. Pinyin, initials and the end of a phone number name nobody.
    """
    key_of = {name: lookup_text(name) for name in names}
    wanted = set(filter(None, key_of.values()))
    if not wanted:
        return {}

    having: dict[str, list[ResidentKey]] = {}
    for row in _keys_of_names(village, group, tuple(wanted)):
        if lookup_text(row.resident.name) == row.key:
            having.setdefault(row.key, []).append(row)
    alone = {key: rows[0] for key, rows in having.items() if len(rows) == 1}
    if not alone:
        return {}

    within = _keys_within(where(), alone.values())
    found = {}
    for name, key in key_of.items():
        if key in alone and alone[key].pk in within:
            found[name] = alone[key].resident
    return found


@prepared
def _keys_of_names(
    village: Village, group: Group | None, wanted: tuple[str, ...]
) -> QuerySet[ResidentKey]:
    keys = ResidentKey.objects.filter(village=village, key__in=wanted)
    if group is not None:
        keys = keys.filter(resident__household__group=group)
    return keys.select_related("resident__household__group__village")


def _keys_within(where: Neighbourhood, rows: Iterable[ResidentKey]) -> set[int]:
    """Return which of these keys are of residents who may be looked up there."""
    within = _within(where.villages, where.groups)
    keys = ResidentKey.objects.filter(within, pk__in=[row.pk for row in rows])
    return set(keys.values_list("pk", flat=True))


def names_in(
    text: str,
    residents: QuerySet[Resident],
    cadres: QuerySet[User] | None = None,
) -> list[str]:
    """Return the names of residents, and of cadres, that stand in a text, in whatever
    spelling, each once. One query. An account that is no person's has no name: 值班室.
    """
    letters = Letters(text)
    if not letters.plain:
        return []

    names = residents.order_by().values_list("name", Value(False)).distinct()
    if cadres is not None:
        names = names.union(cadres.order_by().values_list("name", Value(True)))

    found = set()
    for name, is_account in names.iterator():
        if is_account and not is_like_name(name):
            continue
        if any(NeighbourName(name).spans(letters)):
            found.add(name)
    return sorted(found)


def cadres_of(
    town: Town, villages: Iterable[Village | int] | QuerySet[Village]
) -> QuerySet[User]:
    """Return who serves or served in the villages (or those of these ids), the town and
    its county, stations included.
    """
    here = Q(village__in=villages) | Q(group__village__in=villages)
    of_town = Q(town=town) | Q(office__town=town)
    of_county = Q(county_code=town.county_code)
    of_county |= Q(office__county_code=town.county_code)

    posts = Post.objects.filter(here | of_town | of_county)
    return User.objects.filter(pk__in=posts.values("user"))


def neighbours_named_in(
    text: str, villages: QuerySet[Village] | Iterable[Village]
) -> list[str]:
    """Return what may be the name of a resident on the roll of any of these villages in
    a text, in whatever characters both are written: all residents of a county are too
    many to compare it with. One query, none where no surname stands in it.
    """
    pieces = forms_of_names(pieces_like_names(text))
    keys = set(map(lookup_text, pieces))
    if not keys:
        return []

    found = ResidentKey.objects.filter(village__in=villages, key__in=keys)
    names = found.order_by("resident__name").values_list("resident__name", flat=True)
    return list(names.distinct())


def pieces_like_names(text: str) -> set[str]:
    """Return the pieces of a text that begin with a surname, of every length that a
    name may have, in simplified characters.
    """
    plain = Letters(text).plain
    pieces = set()
    for start, first in enumerate(plain):
        if first not in SURNAMES and not COMPOUND_SURNAME.match(plain, start):
            continue
        for length in LENGTHS_OF_NAMES:
            if start + length <= len(plain):
                pieces.add(plain[start : start + length])
    return pieces


def phone_hash_of(resident: Resident) -> str:
    """Return the hash by which a resident is found by the whole telephone number."""
    return blind_index(resident.phone or "", PHONE_PURPOSE)


@transaction.atomic
def index_residents(residents: Iterable[Resident]) -> None:
    """Write the lookup keys and the phone hash of saved residents, in bulk; call after
    any change of them. Whoever is off the roll has no keys.
    """
    residents = list(residents)
    prefetch_related_objects(residents, "household__group")

    keys = []
    with_new_hash = []
    for resident in residents:
        phone_hash = phone_hash_of(resident)
        if resident.phone_hash != phone_hash:
            resident.phone_hash = phone_hash
            with_new_hash.append(resident)
        if not resident.is_on_roll:
            continue
        village_id = resident.household.group.village_id
        keys += [
            ResidentKey(village_id=village_id, resident=resident, key=key)
            for key in name_keys_of(resident.name, resident.phone or "")
        ]

    for start in range(0, len(residents), BATCH):
        batch = residents[start : start + BATCH]
        ResidentKey.objects.filter(resident__in=batch).delete()
    Resident.objects.bulk_update(with_new_hash, ["phone_hash"], batch_size=BATCH)
    ResidentKey.objects.bulk_create(keys, batch_size=BATCH)


def known_line(resident: Resident, user: User, on: date) -> str:
    """Return the line that says who was chosen, as the list under the name has it:
    name, place and the end of the telephone number.
    """
    found = _as_row(resident, neighbourhood_of(user, on).own_villages)
    parts = [found.name, found.address]
    if found.tail:
        parts.append(f"****{found.tail}")
    return " · ".join(parts)


def _as_row(resident: Resident, tails_in: Collection[int] | None) -> FoundResident:
    group = resident.household.group
    shows_tail = tails_in is None or group.village_id in tails_in
    return FoundResident(
        id=resident.pk,
        name=resident.name,
        village=group.village.name,
        group=group.number,
        door=resident.household.number,
        tail=(resident.phone or "")[-TAIL_LENGTH:] if shows_tail else "",
    )
