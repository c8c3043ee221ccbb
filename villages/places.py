"""The places a post can be at, found by name: what the appointing page offers for a
role.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from minshi.errors import InputRefused
from villages.models import Group, Office, Role, Town, Village
from villages.models.people import NODES_OF_ROLE, Node

LIMIT = 30
NO_SUCH_PLACE = _("Choose a place from the list.")
Place = tuple[str, str]  # the value a form sends ("village:17"), and the words shown


def find_places(text: str, role: Role) -> list[Place]:
    """Return up to 30 places of each kind the role serves at, by name or division code;
    none for the 三员.
    """
    text = text.strip()
    if not text:
        return []
    return [
        place
        for kind in Node
        if kind in NODES_OF_ROLE[role]
        for place in FINDERS[kind](text)
    ]


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


def _counties(text: str) -> list[Place]:
    rows = Town.objects.filter(
        Q(county_name__contains=text) | Q(county_code=text)
    ).order_by("county_code")
    return [
        (f"{Node.COUNTY}:{code}", name)
        for code, name in rows.values_list("county_code", "county_name").distinct()
    ]


def _towns(text: str) -> list[Place]:
    rows = Town.objects.filter(Q(name__contains=text) | Q(code=text))[:LIMIT]
    return [(f"{Node.TOWN}:{town.pk}", f"{town.county_name} {town}") for town in rows]


def _villages(text: str) -> list[Place]:
    found = Q(name__contains=text) | Q(code=text) | Q(town__name=text)
    rows = Village.objects.filter(found).select_related("town")[:LIMIT]
    return [
        (
            f"{Node.VILLAGE}:{village.pk}",
            f"{village.town.county_name} {village.town} {village}",
        )
        for village in rows
    ]


def _groups(text: str) -> list[Place]:
    rows = Group.objects.filter(village__name__contains=text).select_related(
        "village__town"
    )[:LIMIT]
    return [
        (f"{Node.GROUP}:{group.pk}", f"{group.village.town} {group.village} {group}")
        for group in rows
    ]


def _offices(text: str) -> list[Place]:
    found = Q(name__contains=text) | Q(town__name__contains=text)
    rows = Office.objects.filter(found).select_related("town")[:LIMIT]
    return [
        (f"{Node.OFFICE}:{office.pk}", f"{office.town or office.county_code} {office}")
        for office in rows
    ]


FINDERS: dict[Node, Callable[[str], list[Place]]] = {
    Node.COUNTY: _counties,
    Node.TOWN: _towns,
    Node.VILLAGE: _villages,
    Node.GROUP: _groups,
    Node.OFFICE: _offices,
}
