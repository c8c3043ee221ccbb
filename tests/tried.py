"""What a stranger tries at an address: questions in it, and forms sent there."""

import uuid
from functools import cache

from django.contrib import admin
from django.urls import resolve

from minshi.parsers import FilesBody
from tests.addresses import Target
from tests.forged import SAID
from tests.strangers import MARKERS, World
from villages.models import Resident, Village


def questions(world: World, target: Target) -> list[tuple[dict[str, object], str]]:
    """What a curious stranger puts into the address of a list besides nothing, with the
    hidden words they typed themselves.
    """
    name, village = target.address.name, world.here.village.pk
    if name == "admin:autocomplete":
        return [
            ({**where, "term": term}, term)
            for where in autocompletes()
            for term in ("", "欧阳")
        ]
    if name == "cases:similar":
        asked = {"village": village, "verbatim": "隐话，村口两盏太阳能灯坏了"}
        return [
            (asked, ""),
            ({**asked, "village": world.grid[Village].pk}, ""),
        ]
    sought: list[tuple[dict[str, object], str]] = []
    if name == "api-queue":
        sought += [({"tab": tab}, "") for tab in ("agenda", "decided")]
    if target.path.startswith(("/admin/", "/login/", "/account/", "/api/schema/")):
        return sought  # a search only narrows such a list, or there is none
    if name in ("villages:lookup", "api-households"):
        sought.append(({"q": "欧阳", "village": world.grid[Village].pk}, ""))
    if name == "cases:intake":
        sought += [({"done": case.number}, "") for case in world.hidden.values()]
    texts = ("欧阳", "隐话", world.hidden["secret"].number)
    phones = tuple(markers.phone for markers in MARKERS.values())
    return [
        *sought,
        *(({"q": text}, "") for text in texts),
        *(({"q": text}, text) for text in phones),
    ]


def autocompletes() -> list[dict[str, str]]:
    return [
        {
            "app_label": model._meta.app_label,
            "model_name": model._meta.model_name,
            "field_name": name,
        }
        for model, window in admin.site._registry.items()
        for name in window.autocomplete_fields
    ]


def forms(
    world: World, forged: dict[str, list[dict[str, object]]], target: Target
) -> list[dict[str, object]]:
    """What a forger posts to an address without an object: hidden cases among the
    fields; to the API what was forged for it.
    """
    numbers = [case.number for case in world.hidden.values()]
    keys = [case.pk for case in world.hidden.values()]
    if target.address.name.endswith("_changelist"):
        plain = {"_selected_action": keys}
        full = {
            **plain,
            "apply": "1",
            "category": "village",
            "grade": "complex",
            "supervision_level": "urge",
            "text": "请抓紧",
            "reason": "出差",
            "lead": f"office:{world.here.office.pk}",
        }
        own = [
            {**form, "action": action}
            for action in admin.site._registry[target.address.model].actions
            for form in (plain, full)
        ]
        return [*own, {**plain, "action": "delete_selected"}]
    villages = (world.here.village.pk, world.grid[Village].pk)
    if target.address.name == "cases:intake":
        return [
            *(
                {**SAID, "village": villages[0], "key": uuid.uuid4(), "add_to": number}
                for number in numbers
            ),
            *(
                {
                    **SAID,
                    "village": village,
                    "key": uuid.uuid4(),
                    "resident": world.grid[Resident].pk,
                }
                for village in villages
            ),
        ]
    if target.address.name in forged:
        return forged[target.address.name]
    if target.address.name in ("cases:ledger_export", "cases:ledger_print"):
        return [
            {
                "reason": "年底总结",
                **({"unmasked": "on"} if target.path.endswith("/csv/") else {}),
            }
        ]
    return [{}]


def act_form(world: World) -> dict[str, object]:
    """Every field that some page with an object might read."""
    return {
        "version": 99,
        "key": uuid.UUID(int=7),
        "reason": "看看",
        "text": "看看",
        "reply": "看看",
        "result": "看看",
        "post": "yes",
        "action": "progress",
        "satisfaction": "satisfied",
        "solved": "yes",
        "how": "call",
        "village": world.here.village.pk,
        "name": "看看",
        "number": 1,
    }


def methods(target: Target) -> tuple[str, ...]:
    return (
        ("get", "post", "patch") if target.path.startswith("/api/") else ("get", "post")
    )


@cache
def takes_a_file(path: str) -> bool:
    """Whether an address of the API reads a form; all others read JSON alone."""
    view = getattr(resolve(path).func, "cls", None)
    return FilesBody in getattr(view, "parser_classes", ())
