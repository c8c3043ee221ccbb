"""Every address the resolver knows, filled for the cases that are hidden from a
stranger.
"""

import itertools
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern

from cases.ledgers import BOOKS
from cases.ledgers.exports import FORMS
from cases.models import (
    AgendaItem,
    Attendee,
    Case,
    ExportJob,
    FourTwoProcess,
    FrozenLedger,
    Meeting,
    SignedSheet,
)
from cases.slips import SLIPS
from cases.workflow import Action
from supervision.models import MonthlyReport, TrackingMeeting, Wall
from supervision.views.order import FORMS as FORMS_OF_ORDERS
from supervision.views.reports import REPORT_ACTS
from tests.strangers import MARKERS, STRANGERS, World
from villages.imports.kinds import KINDS
from villages.models import (
    DutyLeave,
    DutyShift,
    HandOver,
    ImportRun,
    OpenLogin,
    Post,
    Resident,
    Seat,
    SwapRequest,
    TalkRoom,
    Town,
    User,
)
from villages.views.accounts import ACTS
from villages.views.duty_acts import SWAP_ANSWERS
from villages.views.imports import ACTS as ACTS_OF_IMPORTS

NOWHERE = 999_999_999  # the key of no row
FEW, SHARES = 12, 3  # the 35 moves are shared out among three roles
NO_NUMBER = "ZZZZ-2026-9999"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)")


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver, written as a single text with its parameters in
    it.
    """

    text: str
    name: str

    @property
    def is_unnamed(self) -> bool:
        return self.name == self.text

    @property
    def model(self) -> type[Model] | None:
        """The model whose pages in the admin these are."""
        site, app, model, *_rest = [*self.text.split("/"), "", ""]
        return (
            apps.all_models[app].get(model)
            if site == "admin" and app in apps.app_configs
            else None
        )

    @property
    def is_of_a_part(self) -> bool:
        """Whether the admin shows there a row that is not the case itself: such pages
        take the cases in turns.
        """
        return self.model not in (None, Case) and "object_id" in self.text

    def slots(self) -> list[str]:
        """The parameters by name and by the segment they follow, as SLOTS knows
        them.
        """
        segments = self.text.split("/")
        found = []
        for before, segment in itertools.pairwise(["", *segments]):
            if names := PARAMETER.findall(segment):
                inner = PARAMETER.findall(before)
                found.append(
                    f"{(inner[0][0] or inner[0][1]) if inner else before}/{names[0][0] or names[0][1]}"
                )
        return found

    def filled(self, values: tuple[object, ...]) -> str:
        left = iter(values)
        return "/" + PARAMETER.sub(lambda _found: str(next(left)), self.text)


def every_address() -> list[Address]:
    return list(walk(get_resolver().url_patterns))


def walk(
    patterns: list[object], before: str = "", spaces: tuple[str, ...] = ()
) -> Iterator[Address]:
    for pattern in patterns:
        text = str(pattern.pattern)
        if not isinstance(pattern.pattern, RoutePattern):
            text = text.removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            name = ":".join([*spaces, pattern.name]) if pattern.name else before + text
            yield Address(before + text, name)
        else:
            space = (pattern.namespace,) if pattern.namespace else ()
            yield from walk(pattern.url_patterns, before + text, spaces + space)


def constant(*values: object) -> Callable[[World, Case], list[object]]:
    return lambda _world, _case: list(values)


def attachments_of(_world: World, case: Case) -> list[object]:
    return [case.attachments.get().uuid]


def number_of(_world: World, case: Case) -> list[object]:
    return [case.number]


def events_of(_world: World, case: Case) -> list[object]:
    """The returns of a case, or where nobody gave it back its first event."""
    returned = case.events.filter(action=Action.RETURN)
    return [event.pk for event in returned or case.events.all()[:1]]


def row_of(model: type[Model]) -> Callable[[World, Case], list[object]]:
    return lambda world, _case: [world.grid[model].pk]


# What fills a parameter, and the value of one that does not exist; None where the
# parameter carries no object.
SLOTS: dict[str, tuple[Callable[[World, Case], list[object]], object]] = {
    "cases/number": (number_of, NO_NUMBER),
    "t/number": (number_of, NO_NUMBER),
    "given-back/pk": (events_of, NOWHERE),
    "files/uuid": (attachments_of, uuid.UUID(int=1)),
    "attachments/uuid": (attachments_of, uuid.UUID(int=1)),
    "photos/uuid": (attachments_of, uuid.UUID(int=1)),
    "queue/number": (number_of, NO_NUMBER),
    "meetings/pk": (row_of(Meeting), NOWHERE),
    "items/item": (row_of(AgendaItem), NOWHERE),
    "people/person": (row_of(Attendee), NOWHERE),
    "item/act": (constant("aside", "up", "remove"), None),
    "sheets/uuid": (
        lambda world, _case: [world.grid[SignedSheet].uuid],
        uuid.UUID(int=1),
    ),
    "four-two/pk": (row_of(FourTwoProcess), NOWHERE),
    "steps/nth": (constant(5), None),
    "talk-rooms/village": (
        lambda world, _case: [world.grid[TalkRoom].village_id],
        NOWHERE,
    ),
    "seats/pk": (row_of(Seat), NOWHERE),
    "deadlines/rule": (constant("speak"), None),
    "ladder/step": (constant("urge"), None),
    "texts/kind": (constant("overdue"), None),
    "rules/kind": (constant("assembly"), None),
    "residents/pk": (row_of(Resident), NOWHERE),
    "accounts/pk": (row_of(User), NOWHERE),
    "posts/pk": (row_of(Post), NOWHERE),
    "logins/pk": (row_of(OpenLogin), NOWHERE),
    "shifts/pk": (row_of(DutyShift), NOWHERE),
    "shifts/shift": (row_of(DutyShift), NOWHERE),
    "swaps/pk": (row_of(SwapRequest), NOWHERE),
    "swaps/swap": (row_of(SwapRequest), NOWHERE),
    "pk/answer": (constant(*SWAP_ANSWERS), None),
    "leave/pk": (row_of(DutyLeave), NOWHERE),
    "leaves/leave": (row_of(DutyLeave), NOWHERE),
    "hand-overs/pk": (row_of(HandOver), NOWHERE),
    "hand-overs/hand_over": (row_of(HandOver), NOWHERE),
    "moves/action": (constant("reply", "verify"), None),
    "do/action": (constant(*Action.values), None),
    "uuid/size": (constant("small"), None),
    "pk/act": (
        constant(
            *ACTS,
            *ACTS_OF_IMPORTS,
            "reset_password",
            "roll",
            "minutes",
            "close",
            *REPORT_ACTS,
            *FORMS_OF_ORDERS,
        ),
        None,
    ),
    "imports/pk": (row_of(ImportRun), NOWHERE),
    "new/key": (constant(*KINDS), None),
    "template/key": (constant(*KINDS), None),
    "tracking/pk": (row_of(TrackingMeeting), NOWHERE),
    "items/tracked": (lambda _world, case: [case.tracked.get().pk], NOWHERE),
    "calls/pk": (lambda _world, case: [call.pk for call in case.calls.all()], NOWHERE),
    "inbox/pk": (lambda _world, case: [case.notices.get().pk], NOWHERE),
    "orders/pk": (lambda _world, case: [case.orders.get().pk], NOWHERE),
    "matters/number": (number_of, NO_NUMBER),
    "walls/pk": (row_of(Wall), NOWHERE),
    "reports/pk": (row_of(MonthlyReport), NOWHERE),
    "public/code": (lambda world, _case: [world.grid[Town].code], None),
    "ledgers/key": (constant(*BOOKS), None),
    "rows/code": (constant("case.received.count", "round.completed.count"), None),
    "slips/key": (constant(*SLIPS), None),
    "key/nth": (constant(1), None),
    "key/form": (constant(*FORMS), None),
    "filters/name": (constant("常用"), None),
    "frozen/pk": (row_of(FrozenLedger), NOWHERE),
    "exports/uuid": (
        lambda world, _case: [world.grid[ExportJob].uuid],
        uuid.UUID(int=1),
    ),
    "admin/app_label": (
        lambda *_: sorted({model._meta.app_label for model in admin.site._registry}),
        None,
    ),
    "admin/url": (constant("nowhere"), None),
}


def slot(
    address: Address, name: str
) -> tuple[Callable[[World, Case], list[object]], object] | None:
    model = address.model
    if model is not None and name == f"{model._meta.model_name}/object_id":
        return (lambda world, case: rows_of(model, world, case), NOWHERE)
    return SLOTS.get(name)


def rows_of(model: type[Model], world: World, case: Case) -> list[object]:
    """The keys of the rows of a model that belong to the case, or the one of the
    foreign place.
    """
    window = admin.site._registry[model]
    if model in world.grid:
        return [world.grid[model].pk]
    path = getattr(window, "path", None)
    assert path, (
        f"{model.__name__}: neither a case's nor in grid_of(); say there which row is"
        " foreign"
    )
    value = case.pk if path == "pk" else case
    keys = list(model.objects.filter(**{path: value}).values_list("pk", flat=True)[:1])
    assert keys, f"{model.__name__}: with_every_part() made none of them"
    return keys


def unfillable(addresses: list[Address]) -> list[str]:
    return [
        f"{address.text}: nothing fills {name}"
        for address in addresses
        for name in address.slots()
        if slot(address, name) is None
    ]


@dataclass(frozen=True)
class Target:
    """A filled address; `absent` is the same one for an object that does not exist,
    None where it carries none.
    """

    address: Address
    path: str
    absent: str | None


def targets(world: World, addresses: list[Address]) -> list[Target]:
    """Every address for every hidden case; parts in the admin and values that are no
    object (35 moves) in turns.

    Another role begins the turns elsewhere, so that together they try every part of
    every case.
    """
    found: dict[str, Target] = {}
    every = itertools.product(enumerate(addresses), enumerate(world.hidden.values()))
    begin = STRANGERS.index(world.role)
    for (place, address), (turn, case) in every:
        if address.is_of_a_part and (begin + place) % len(MARKERS) != turn:
            continue
        slots = [slot(address, name) for name in address.slots()]
        carries = any(absent is not None for _fill, absent in slots)
        fills = [
            dealt(fill(world, case), turn, begin) if carries else fill(world, case)
            for fill, _absent in slots
        ]
        for values in itertools.product(*fills):
            nothing = tuple(
                absent or value
                for value, (_fill, absent) in zip(values, slots, strict=True)
            )
            path = address.filled(values)
            found[path] = Target(
                address, path, address.filled(nothing) if carries else None
            )
    return list(found.values())


def dealt(values: list[object], turn: int, begin: int) -> list[object]:
    """This case's share of this role's share; a few are not shared out among roles."""
    if len(values) > FEW:
        values = values[begin % SHARES :: SHARES]
    return values[turn :: len(MARKERS)] or values[:1]
