"""A meeting as its page is drawn: its roll, its agenda, its minutes and the forms for
them.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from cases.forms import (
    AddItemsForm,
    AttendeeForm,
    ChangeForm,
    CorrectionForm,
    NumbersForm,
)
from cases.meetings import households_of, waiting_for, why_over
from cases.meetings.sitting import AgendaLine, Sitting
from cases.models import Meeting
from cases.models.choices import Confidentiality
from cases.models.meeting import ItemState, Part
from cases.slips.minutes import SecretItems
from cases.views.meetings.access import MeetingView
from minshi.clock import now, today
from minshi.errors import RuleBroken, Text

UP = ("up", gettext_lazy("up"))
DOWN = ("down", gettext_lazy("down"))
REMOVE = ("remove", gettext_lazy("off the agenda"))
LOOKS = {ItemState.PASSED: "lamp green", ItemState.NOT_PASSED: "lamp red"}


@dataclass(frozen=True)
class AgendaRow:
    """One item of the agenda with the buttons its reader has for it."""

    line: AgendaLine
    label: str
    look: str
    acts: list[tuple[str, Text]]


def agenda_rows(lines: list[AgendaLine], *, may_write: bool) -> list[AgendaRow]:
    rows = []
    for nth, line in enumerate(lines, 1):
        item = line.item
        label = f"{nth}"
        if item.part != Part.NEW:
            label = f"{nth} · {item.get_part_display()}"

        acts: list[tuple[str, Text]] = []
        if may_write and item.state == ItemState.WAITING and not line.is_hidden:
            acts = _acts_on(nth, last=len(lines))

        look = LOOKS.get(ItemState(item.state), "muted")
        rows.append(AgendaRow(line, label, look, acts))
    return rows


def secret_choices(lines: list[AgendaLine]) -> list[tuple[str, Text]]:
    """Return how the minutes may print secret matters; empty where the reader reads
    none of them.
    """
    secret = [
        line
        for line in lines
        if line.case and line.case.confidentiality == Confidentiality.SECRET
    ]
    if not secret:
        return []
    return [(each.value, each.label) for each in SecretItems]


def _acts_on(nth: int, *, last: int) -> list[tuple[str, Text]]:
    """Return the buttons of an item that waits: a place up or down, or off."""
    acts: list[tuple[str, Text]] = []
    if nth > 1:
        acts.append(UP)
    if nth < last:
        acts.append(DOWN)
    acts.append(REMOVE)
    return acts


def _cancelled(meeting: Meeting, refused: RuleBroken | None) -> str:
    """Say that a meeting was cancelled, unless a refusal on the same page does; "" of
    any other meeting.
    """
    words = why_over(meeting) if meeting.cancelled_at else ""
    return "" if refused and str(refused) == words else words


class ShownMeeting(MeetingView):
    """A meeting as it is drawn, whatever was asked of it.

    All of it is on one page; at most 15 queries with 30 items and 60 people (a test
    counts them).
    """

    def show(
        self,
        request: HttpRequest,
        meeting: Meeting,
        status: int = 200,
        *,
        refused: RuleBroken | None = None,
        **shown: Any,
    ) -> HttpResponse:
        """Draw the page; what is given in `shown` replaces parts of the context.

        `refused` is what a message or a form on the page says already.
        """
        by = self.holder(meeting)
        sitting = Sitting(meeting, self.user, today())
        may_write = by is not None and meeting.is_open

        context = {
            "nav": "meetings",
            "at": now(),
            "meeting": meeting,
            "cancelled": _cancelled(meeting, refused),
            "sitting": sitting,
            "secret_choices": secret_choices(sitting.lines),
            "agenda_rows": agenda_rows(sitting.lines, may_write=may_write),
            "is_holder": by is not None,
            "may_print": self.may_print(meeting),
            "may_write": may_write,
            "sheets": list(meeting.sheets.all()),
            "corrections": sitting.corrections,
            "minutes": sitting.minutes,
            "minutes_version": meeting.minutes_version,
        }
        if may_write:
            context |= self._forms(sitting)
        if by and meeting.closed_at:
            context["correction"] = CorrectionForm(initial={"key": uuid4()})

        context |= shown
        return render(request, "cases/meetings/meeting.html", context, status=status)

    def _forms(self, sitting: Sitting) -> dict[str, Any]:
        meeting = sitting.meeting
        forms: dict[str, Any] = {
            "agenda": self.agenda_form(meeting),
            # who belongs to a body is on its roll; anybody else mostly sits in
            "people_form": AttendeeForm(initial={"is_guest": not sitting.is_counted}),
            "change": ChangeForm.of(meeting),
        }
        if sitting.is_counted:
            forms["numbers"] = self.numbers_form(meeting)
        return forms

    def numbers_form(self, meeting: Meeting, data: Any = None) -> NumbersForm:
        is_written = meeting.due_typed is not None
        households = None if is_written else households_of(meeting)
        return NumbersForm(meeting, households, data)

    def agenda_form(self, meeting: Meeting, data: Any = None) -> AddItemsForm:
        waiting = waiting_for(meeting, self.user, now())
        return AddItemsForm(waiting, self.sight(), data)
