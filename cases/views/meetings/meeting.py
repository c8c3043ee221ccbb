"""One meeting: its roll, its agenda, its minutes, and closing it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms import AddItemsForm, AttendeeForm, ChangeForm, CorrectionForm
from cases.meetings import (
    add_attendee,
    add_item,
    call_roll,
    cancel_meeting,
    change_meeting,
    close_meeting,
    correct_minutes,
    remove_attendee,
    save_minutes,
    waiting_for,
)
from cases.meetings.sitting import AgendaLine, Sitting
from cases.models import Attendee, Meeting
from cases.models.choices import Confidentiality
from cases.models.meeting import ItemState, Part
from cases.privacy.table import reading_table_of
from cases.slips.minutes import SecretItems
from cases.views.meetings.access import MeetingView, keys_in
from cases.workflow import Officer
from minshi.clock import now, today
from minshi.errors import CONFLICT, UNPROCESSABLE, RuleBroken, StaleVersion, Text
from minshi.text import clean_line
from villages.requests import whole_number

UP = ("up", gettext_lazy("up"))
DOWN = ("down", gettext_lazy("down"))
REMOVE = ("remove", gettext_lazy("off the agenda"))
LOOKS = {ItemState.PASSED: "lamp green", ItemState.NOT_PASSED: "lamp red"}

Handler = Callable[[HttpRequest, Meeting, Officer], HttpResponse]


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


class ShownMeeting(MeetingView):
    """A meeting as it is drawn, whatever was asked of it.

    All of it is on one page; at most 15 queries with 30 items and 60 people (a test
    counts them).
    """

    def show(
        self, request: HttpRequest, meeting: Meeting, status: int = 200, **shown: Any
    ) -> HttpResponse:
        """Draw the page; what is given in `shown` replaces parts of the context."""
        by = self.holder(meeting)
        sitting = Sitting(meeting, self.user, today())
        may_write = by is not None and meeting.is_open

        context = {
            "nav": "meetings",
            "at": now(),
            "meeting": meeting,
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
            context |= self._forms(meeting)
        if by and meeting.closed_at:
            context["correction"] = CorrectionForm(initial={"key": uuid4()})

        context |= shown
        return render(request, "cases/meetings/meeting.html", context, status=status)

    def _forms(self, meeting: Meeting) -> dict[str, Any]:
        return {
            "agenda": self.agenda_form(meeting),
            "people_form": AttendeeForm(),
            "change": ChangeForm.of(meeting),
        }

    def agenda_form(self, meeting: Meeting, data: Any = None) -> AddItemsForm:
        waiting = waiting_for(meeting, self.user, now())
        return AddItemsForm(waiting, self.sight(), data)


class MeetingPage(ShownMeeting):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(request, self.meeting(pk))


@dataclass(frozen=True)
class DrawnPerson:
    """One person of the roll as the page that was sent had drawn them."""

    was_present: bool
    substitute: str


class MeetingAct(ShownMeeting):
    """Everything that is done to a meeting, each by its name in the address.

    The page comes back where it stood.
    """

    def get(self, _request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Return to the meeting after a login in between."""
        if act not in self.acts():
            raise Http404
        return redirect(self.meeting(pk))

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        meeting = self.meeting(pk)
        by = self.holder(meeting)
        acts = self.acts()
        if by is None or act not in acts:
            raise Http404

        return acts[act](request, meeting, by)

    def acts(self) -> dict[str, Handler]:
        return {
            "roll": self._roll,
            "people": self._people,
            "agenda": self._agenda,
            "change": self._change,
            "minutes": self._minutes,
            "close": self._close,
            "cancel": self._cancel,
            "correct": self._correct,
        }

    # --- roll
    def _roll(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        """Call the roll, and add whoever was typed beside it."""
        if clean_line(request.POST.get("name", "")):
            return self._people(request, meeting, by)
        return self._carry_out(
            request, meeting, lambda: self._call_roll(request, meeting, by), "roll"
        )

    def _call_roll(self, request: HttpRequest, meeting: Meeting, by: Officer) -> None:
        """Write down who is present, by what differs from how the page was drawn.

        In this way two screens do not undo each other.
        """
        present = set(keys_in(request.POST, "present"))

        ticks: dict[int, bool] = {}
        names: dict[int, str] = {}
        for attendee, drawn in self._drawn(request).items():
            is_present = attendee in present
            if is_present != drawn.was_present:
                ticks[attendee] = is_present

            typed = request.POST.get(f"substitute-{attendee}", drawn.substitute)
            name = clean_line(typed)
            if name != drawn.substitute:
                names[attendee] = name

        call_roll(meeting, ticks, substitutes=names, by=by, at=now())

    def _drawn(self, request: HttpRequest) -> dict[int, DrawnPerson]:
        """Return everybody on the roll as the page was drawn, by attendee.

        The form sends them as attendee:tick:substitute.
        """
        people = {}
        for text in request.POST.getlist("drawn"):
            key, _colon, rest = text.partition(":")
            tick, _colon, substitute = rest.partition(":")

            attendee = whole_number(key)
            if attendee is not None:
                people[attendee] = DrawnPerson(tick == "1", substitute)

        return people

    def _people(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        """Take somebody off the roll, or add somebody to it.

        What was ticked with it is written down first, even where the name is refused.
        """
        removed = whole_number(request.POST.get("remove", ""))
        if removed is not None:
            attendees = Attendee.objects.select_related("meeting")
            person = get_object_or_404(attendees, meeting=meeting, pk=removed)

            def call_and_remove() -> None:
                self._call_roll(request, meeting, by)
                remove_attendee(person, by=by, at=now())

            return self._carry_out(request, meeting, call_and_remove, "roll")

        form = AttendeeForm(request.POST)

        def call_and_add() -> None:
            self._call_roll(request, meeting, by)
            if form.is_valid():
                data = form.cleaned_data
                is_guest = data["is_guest"]
                add_attendee(meeting, data["name"], is_guest=is_guest, by=by, at=now())

        answer = self._carry_out(
            request, meeting, call_and_add, "roll", people_form=form
        )
        if form.is_valid():
            return answer
        return self.show(request, meeting, UNPROCESSABLE, people_form=form)

    # --- agenda and the meeting itself
    def _agenda(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        form = self.agenda_form(meeting, request.POST)
        if not form.is_valid():
            return self.show(request, meeting, UNPROCESSABLE, agenda=form)

        data = form.cleaned_data
        return self._carry_out(
            request,
            meeting,
            lambda: add_item(
                meeting, cases=data["cases"], subject=data["subject"], by=by, at=now()
            ),
            "agenda",
            agenda=form,
        )

    def _change(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        form = ChangeForm(meeting, request.POST)
        if not form.is_valid():
            return self.show(request, meeting, UNPROCESSABLE, change=form)

        changed = {"only": form.changed_data, **form.cleaned_data}
        return self._carry_out(
            request,
            meeting,
            lambda: change_meeting(meeting, by=by, at=now(), **changed),
            change=form,
        )

    def _close(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        return self._carry_out(
            request, meeting, lambda: close_meeting(meeting, by=by, at=now())
        )

    def _cancel(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        return self._carry_out(
            request, meeting, lambda: cancel_meeting(meeting, by=by, at=now())
        )

    # --- minutes
    def _minutes(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        """Save the minutes: by themselves while somebody writes, or by the button."""
        typed = request.POST.get("minutes", "").replace("\r\n", "\n")
        seen = whole_number(request.POST.get("minutes_version", ""))
        version = -1 if seen is None else seen  # -1 is no version, and so stale

        try:
            saved = save_minutes(meeting, typed, version=version, by=by, at=now())
        except RuleBroken as refusal:
            if self.is_autosave(request):
                return JsonResponse({"detail": str(refusal)}, status=CONFLICT)
            return self._show_minutes_refused(request, meeting, typed, refusal)

        if self.is_autosave(request):
            return JsonResponse({"version": saved.minutes_version})
        messages.success(request, _("The minutes are kept."))
        return redirect(f"{saved.get_absolute_url()}#minutes")

    def _show_minutes_refused(
        self, request: HttpRequest, meeting: Meeting, typed: str, refusal: RuleBroken
    ) -> HttpResponse:
        """Show the minutes as typed, with the reason against them.

        Where somebody else saved meanwhile, their text stands beside it.
        """
        meeting.refresh_from_db()
        is_stale = isinstance(refusal, StaleVersion)
        stored = reading_table_of(meeting).read(meeting, "minutes")

        return self.show(
            request,
            meeting,
            CONFLICT if is_stale else UNPROCESSABLE,
            minutes=typed,
            minutes_wrong=str(refusal),
            minutes_other=stored if is_stale else "",
        )

    def _correct(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        form = CorrectionForm(request.POST)
        if not form.is_valid():
            return self.show(request, meeting, UNPROCESSABLE, correction=form)

        return self._carry_out(
            request,
            meeting,
            lambda: correct_minutes(meeting, by=by, at=now(), **form.cleaned_data),
            correction=form,
        )

    # --- the end of all of them
    def _carry_out(
        self,
        request: HttpRequest,
        meeting: Meeting,
        act: Callable[[], Any],
        part: str = "",
        **forms: Any,
    ) -> HttpResponse:
        """Carry out an act, and show the part of the page that it changed.

        `forms` are those that were sent, by their name in the context. A refusal
        stands in them, or on top of the page where there is none.
        """
        try:
            act()
        except RuleBroken as refusal:
            for form in forms.values():
                form.refuse(refusal)
            meeting.refresh_from_db()
            if not forms:
                messages.error(request, str(refusal))
            return self.show(request, meeting, UNPROCESSABLE, **forms)

        address = meeting.get_absolute_url()
        if part:
            address += f"#{part}"
        return redirect(address)
