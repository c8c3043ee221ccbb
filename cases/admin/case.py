"""The case and its events, to look at.

A step is made on the case's own page, or for several cases at once.
"""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.admin.batch import BatchMoves
from cases.admin.rights import (
    Window,
    hidden,
    link_to,
    redacted_column,
    with_place,
    with_sight,
)
from cases.models import Case, Event
from cases.models.choices import Channel, How
from cases.models.scope import CaseQuerySet
from cases.privacy.disclosure import note_readings
from cases.workflow import Action, holder_name
from minshi.clock import now
from minshi.crypto import masked_name
from villages.requests import StaffRequest


def action_label(event: Event) -> str:
    """Return the step's name; of one that is no action any more, its stored key."""
    if event.action not in Action.values:
        return event.action
    return str(Action(event.action).label)


def actor_of(event: Event) -> str:
    """Return who made a step.

    An officer is named by their post, a speaker by the way they came, if it has a word.
    The system is named alone, as its task is the step itself.
    """
    if event.post:
        return str(event.post)

    kind = event.get_actor_kind_display()
    ways = dict(Channel.choices) | dict(How.choices)
    way = ways.get(event.via)
    return f"{kind} · {way}" if way else kind


NOTE = redacted_column(Event, "note", "case")


class EventInline(admin.TabularInline):  # type: ignore[type-arg]
    """The case's history; append-only in the database, and here only shown."""

    model = Event
    fields = readonly_fields = ("at", "step", "actor", "target", NOTE)
    ordering = ("sequence",)
    show_change_link = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        events = super().get_queryset(request)
        events = events.select_related("case", *with_place("post"))
        return with_sight(events, cast("StaffRequest", request), "case")

    @admin.display(description=_("step"))
    def step(self, event: Event) -> str:
        return action_label(event)

    @admin.display(description=_("actor"))
    def actor(self, event: Event) -> str:
        return actor_of(event)

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return True  # for all who may open the case

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


@admin.register(Case)
class CaseAdmin(BatchMoves, Window):
    path = "pk"
    list_display = (
        "number",
        "title",
        "village",
        "stage",
        "light",
        "due_on",
        "owner_name",
        "speaker",
    )
    list_filter = ("stage", "level", "category", "grade", "channel")
    sortable_by = ("number", "stage", "due_on")
    search_fields = ("=number",)
    inlines = (EventInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "page",
                    "title",
                    "verbatim",
                    "request_text",
                    "place",
                    "speaker",
                    "phone",
                    "proxy",
                )
            },
        ),
        (
            _("Class"),
            {
                "fields": (
                    "category",
                    "topic",
                    "reserved",
                    "grade",
                    "channel",
                    "confidentiality",
                    "remark",
                )
            },
        ),
        (
            _("Where it stands"),
            {
                "fields": (
                    "stage",
                    "level",
                    "round",
                    "owner_name",
                    "light",
                    "due_on",
                    "promised_on",
                    "handling",
                    "decision",
                    "outcome",
                    "measures",
                    "findings",
                    "basis",
                    "result",
                    "satisfaction",
                    "solved",
                    "close_reason",
                )
            },
        ),
        (
            _("Dates"),
            {
                "fields": (
                    "said_at",
                    "registered_at",
                    "accepted_at",
                    "decided_at",
                    "completed_at",
                    "replied_at",
                    "closed_at",
                )
            },
        ),
    )
    readonly_fields = (
        "page",
        "speaker",
        "phone",
        "proxy",
        "owner_name",
        "light",
        "due_on",
    )

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        cases = cast("CaseQuerySet", super().rows(request, queryset))
        return cases.with_row()

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Case | None:
        """Return the case of a page; who opens a 保密 one is recorded."""
        case: Case | None = super().get_object(request, object_id, from_field)
        if case is not None:
            reader = cast("StaffRequest", request).user
            note_readings([case], by=reader, at=now(), request=request)
        return case

    @admin.display(description=_("case page"))
    def page(self, case: Case) -> str:
        return link_to(case)

    @admin.display(description=_("light"))
    def light(self, case: Case) -> str:
        light = case.light(now())
        return str(light.label) if light else "—"

    @admin.display(description=_("due"), ordering="due_at")
    def due_on(self, case: Case) -> Any:
        return case.due_on or "—"

    @admin.display(description=_("with"))
    def owner_name(self, case: Case) -> str:
        return holder_name(case.owner) or "—"

    @admin.display(description=_("speaker"))
    def speaker(self, case: Case) -> str:
        return self._personal(case, masked_name(case.speaker_name))

    @admin.display(description=_("phone"))
    def phone(self, case: Case) -> str:
        return self._personal(case, case.masked_phone)

    @admin.display(description=_("spoken for by"))
    def proxy(self, case: Case) -> str:
        return self._personal(case, masked_name(case.proxy_speaker))

    def _personal(self, case: Case, value: str) -> str:
        """Return a value about the speaker, for those who may know who spoke."""
        if not case.speaker_shown:  # type: ignore[attr-defined]
            return hidden()
        return value or "—"


@admin.register(Event)
class EventAdmin(Window):
    list_display = ("at", "number", "step", "actor", "target")
    list_select_related = ("case", *with_place("post"))
    list_filter = ("target",)
    search_fields = ("=case__number",)
    ordering = ("-at", "-pk")
    fields = (
        "at",
        "number",
        "place",
        "step",
        "actor",
        "source",
        "target",
        "level",
        "round",
        "note",
        "seal",
    )
    readonly_fields = ("number", "place", "step", "actor", "seal")

    @admin.display(description=_("number"))
    def number(self, event: Event) -> str:
        return link_to(event.case)

    @admin.display(description=_("step"))
    def step(self, event: Event) -> str:
        return action_label(event)

    @admin.display(description=_("actor"))
    def actor(self, event: Event) -> str:
        return actor_of(event)

    @admin.display(description=_("nth step of the case"))
    def place(self, event: Event) -> int:
        return event.sequence

    @admin.display(description=_("seal (hash chain)"))
    def seal(self, event: Event) -> str:
        return event.hash
