"""Search by name for the places where a post can be, for the page that appoints."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from minshi.errors import InputRefused
from villages.models import Group, Office, Role, Town, Village
from villages.models.roles import NODES_OF_ROLE, Node
from villages.naming import without_blanks

LIMIT = 30
NO_SUCH_PLACE = _("Choose a place from the list.")
# the value that a form sends ("village:17"), and the words shown
PlaceChoice = tuple[str, str]


def find_places(text: str, role: Role) -> list[PlaceChoice]:
    """Return up to 30 places of each kind the role serves at, by name or division code;
    none for the 三员. A blank within a name, as an input method leaves one, is none.
    """
    text = without_blanks(text)
    if not text:
        return []

    places = []
    for kind, find in FINDERS.items():
        if kind in NODES_OF_ROLE[role]:
            places += find(text)
    return places


def place_of(value: str) -> Any:
    """Return the county code, Town, Village, Group or Office that a form's value means.

    InputRefused: there is none.
    """
    kind, _separator, key = value.partition(":")

    if kind == Node.COUNTY and Town.objects.filter(county_code=key).exists():
        return key

    models: dict[str, type[Town | Village | Group | Office]] = {
        Node.TOWN: Town,
        Node.VILLAGE: Village,
        Node.GROUP: Group,
        Node.OFFICE: Office,
    }

    try:
        return models[kind].objects.get(pk=int(key))
    except (KeyError, ValueError, ObjectDoesNotExist) as error:
        raise InputRefused.at(node=NO_SUCH_PLACE) from error


def _counties(text: str) -> list[PlaceChoice]:
    by_name_or_code = Q(county_name__contains=text) | Q(county_code=text)
    towns = Town.objects.filter(by_name_or_code).order_by("county_code")
    counties = towns.values_list("county_code", "county_name").distinct()

    return [(f"{Node.COUNTY}:{code}", name) for code, name in counties]


def _towns(text: str) -> list[PlaceChoice]:
    towns = Town.objects.filter(Q(name__contains=text) | Q(code=text))[:LIMIT]
    return [(f"{Node.TOWN}:{town.pk}", f"{town.county_name} {town}") for town in towns]


def _villages(text: str) -> list[PlaceChoice]:
    by_name_code_or_town = Q(name__contains=text) | Q(code=text) | Q(town__name=text)
    villages = Village.objects.filter(by_name_code_or_town).select_related("town")

    choices = []
    for village in villages[:LIMIT]:
        words = f"{village.town.county_name} {village.town} {village}"
        choices.append((f"{Node.VILLAGE}:{village.pk}", words))
    return choices


def _groups(text: str) -> list[PlaceChoice]:
    groups = Group.objects.filter(village__name__contains=text)

    choices = []
    for group in groups.select_related("village__town")[:LIMIT]:
        words = f"{group.village.town} {group.village} {group}"
        choices.append((f"{Node.GROUP}:{group.pk}", words))
    return choices


def _offices(text: str) -> list[PlaceChoice]:
    """Find offices by their name, by that of their town, or by both, as they are shown
    to choose from.
    """
    county = Town.objects.filter(county_code=OuterRef("county_code"))
    offices = Office.objects.annotate(
        town_and_name=Concat("town__name", "name"),
        county_name=Subquery(county.values("county_name")[:1]),
    )
    found = offices.filter(town_and_name__contains=text).select_related("town")

    choices = []
    for office in found[:LIMIT]:
        above = office.town or office.county_name or office.county_code
        choices.append((f"{Node.OFFICE}:{office.pk}", f"{above} {office}"))
    return choices


FINDERS: dict[Node, Callable[[str], list[PlaceChoice]]] = {
    Node.COUNTY: _counties,
    Node.TOWN: _towns,
    Node.VILLAGE: _villages,
    Node.GROUP: _groups,
    Node.OFFICE: _offices,
}
