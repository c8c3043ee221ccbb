"""The case and its events, to look at; a step is made on the case's own page or for
several at once.
"""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.admin.batch import BatchMoves
from cases.admin.rights import Window, hidden, link_to, said, with_sight
from cases.models import Case, Event
from cases.models.choices import Channel, How
from cases.models.scope import CaseQuerySet
from cases.workflow import Action, holder_name
from minshi.clock import now
from villages.requests import StaffRequest


def action_label(event: Event) -> str:
    return (
        str(Action(event.action).label)
        if event.action in Action.values
        else event.action
    )


def actor_of(event: Event) -> str:
    """An officer by post; a speaker by the way they came, if it has a word; the
    system's task is the step itself.
    """
    if event.post:
        return str(event.post)
    ways = dict(Channel.choices) | dict(How.choices)
    way = ways.get(event.via)
    return (
        f"{event.get_actor_kind_display()} · {way}"
        if way
        else event.get_actor_kind_display()
    )


class EventInline(admin.TabularInline):  # type: ignore[type-arg]
    """The case's history; append-only in the database, and here only shown."""

    model = Event
    fields = readonly_fields = ("at", "step", "actor", "target", "note")
    ordering = ("sequence",)
    show_change_link = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return (
            super()
            .get_queryset(request)
            .select_related(
                "post__user",
                "post__village",
                "post__town",
                "post__group__village",
                "post__office",
            )
        )

    @admin.display(description=_("step"))
    def step(self, event: Event) -> str:
        return action_label(event)

    @admin.display(description=_("actor"))
    def actor(self, event: Event) -> str:
        return actor_of(event)

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return True  # whoever may open the case

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


TITLE, VERBATIM, REQUEST, PLACE, REMARK, DECISION, MEASURES, RESULT = (
    said(Case, name)
    for name in (
        "title",
        "verbatim",
        "request_text",
        "place",
        "remark",
        "decision",
        "measures",
        "result",
    )
)


@admin.register(Case)
class CaseAdmin(BatchMoves, Window):
    path = "pk"
    list_display = (
        "number",
        TITLE,
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
                    TITLE,
                    VERBATIM,
                    REQUEST,
                    PLACE,
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
                    "grade",
                    "channel",
                    "confidentiality",
                    REMARK,
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
                    DECISION,
                    "outcome",
                    MEASURES,
                    RESULT,
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
        "page", "speaker", "phone", "proxy", "owner_name", "light", "due_on",
        TITLE, VERBATIM, REQUEST, PLACE, REMARK, DECISION, MEASURES, RESULT,
    )  # fmt: skip

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        cases = cast("CaseQuerySet", super().rows(request, queryset))
        return with_sight(cases.with_row(), request)

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
        return self._personal(case, case.speaker_name)

    @admin.display(description=_("phone"))
    def phone(self, case: Case) -> str:
        return self._personal(case, case.masked_phone)

    @admin.display(description=_("spoken for by"))
    def proxy(self, case: Case) -> str:
        return self._personal(case, case.proxy_speaker)

    def _personal(self, case: Case, value: str) -> str:
        return (value or "—") if case.speaker_shown else hidden()  # type: ignore[attr-defined]


@admin.register(Event)
class EventAdmin(Window):
    list_display = ("at", "number", "step", "actor", "target")
    list_select_related = (
        "case",
        "post__user",
        "post__village",
        "post__town",
        "post__group__village",
        "post__office",
    )
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
