"""One meeting: its roll, its agenda, its minutes, and closing it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from cases.forms import AttendeeForm, ChangeForm, CorrectionForm
from cases.meetings import (
    add_attendee,
    add_item,
    call_roll,
    cancel_meeting,
    change_meeting,
    close_meeting,
    correct_minutes,
    note_numbers,
    remove_attendee,
    save_minutes,
)
from cases.models import Attendee, Meeting
from cases.privacy.table import reading_table_of
from cases.views.late import Typed, typed_in_form
from cases.views.meetings.access import keys_in
from cases.views.meetings.meeting_shown import ShownMeeting
from cases.workflow import Officer
from minshi.clock import now
from minshi.errors import CONFLICT, UNPROCESSABLE, RuleBroken, StaleVersion
from minshi.text import clean_line
from villages.requests import whole_number

Handler = Callable[[HttpRequest, Meeting, Officer], HttpResponse]


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
            "numbers": self._numbers,
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

    def _numbers(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        """Write down how many are due and how many came, where nobody is due by
        name.
        """
        form = self.numbers_form(meeting, request.POST)
        if not form.is_valid():
            return self.show(request, meeting, UNPROCESSABLE, numbers=form)

        changed = {"only": form.changed(), **form.cleaned_data}
        return self._carry_out(
            request,
            meeting,
            lambda: note_numbers(meeting, by=by, at=now(), **changed),
            "roll",
            numbers=form,
        )

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
        """Close the meeting, with the minutes as they stand in the form around the
        button: without JavaScript nobody has saved them yet.
        """
        if "minutes" in request.POST and not self._stands_so(request, meeting):
            try:
                self._save_typed(request, meeting, by)
            except RuleBroken as refusal:
                return self._show_minutes_refused(request, meeting, refusal)

        return self._carry_out(
            request, meeting, lambda: close_meeting(meeting, by=by, at=now())
        )

    def _stands_so(self, request: HttpRequest, meeting: Meeting) -> bool:
        """Tell whether a meeting that is over has the minutes that were typed: then the
        button was clicked twice.
        """
        if meeting.is_open:
            return False
        stored = reading_table_of(meeting).read(meeting, "minutes")
        return _minutes_in(request).strip() == stored.strip()

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
        try:
            saved = self._save_typed(request, meeting, by)
        except RuleBroken as refusal:
            if self.is_autosave(request):
                return JsonResponse({"detail": str(refusal)}, status=CONFLICT)
            return self._show_minutes_refused(request, meeting, refusal)

        if self.is_autosave(request):
            return JsonResponse({"version": saved.minutes_version})
        messages.success(request, _("The minutes are kept."))
        return redirect(f"{saved.get_absolute_url()}#minutes")

    def _save_typed(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> Meeting:
        """Save the minutes that a form brought. RuleBroken: why not."""
        seen = whole_number(request.POST.get("minutes_version", ""))
        version = -1 if seen is None else seen  # -1 is no version, and so stale
        typed = _minutes_in(request)
        return save_minutes(meeting, typed, version=version, by=by, at=now())

    def _show_minutes_refused(
        self, request: HttpRequest, meeting: Meeting, refusal: RuleBroken
    ) -> HttpResponse:
        """Show the minutes as typed, with the reason against them.

        Where somebody else saved meanwhile, their text stands beside it.
        """
        meeting.refresh_from_db()
        is_stale = isinstance(refusal, StaleVersion)
        stored = reading_table_of(meeting).read(meeting, "minutes")
        if not meeting.is_open:
            typed = _typed_minutes(request)
            return self._answer_late(request, meeting, refusal, typed)

        return self.show(
            request,
            meeting,
            CONFLICT if is_stale else UNPROCESSABLE,
            minutes=_minutes_in(request),
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
    def _answer_late(
        self,
        request: HttpRequest,
        meeting: Meeting,
        refusal: RuleBroken,
        typed: list[Typed],
    ) -> HttpResponse:
        """Show a meeting that another ended meanwhile, as it is on record, and beside
        it what was typed, to be copied.
        """
        return self.show(
            request, meeting, CONFLICT, refused=refusal, late=refusal, typed=typed
        )

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
            meeting.refresh_from_db()
            is_late = not meeting.is_open and "correction" not in forms
            if is_late and forms:
                typed = list(chain(*map(typed_in_form, forms.values())))
                return self._answer_late(request, meeting, refusal, typed)

            for form in forms.values():
                form.refuse(refusal)
            if not forms:
                messages.error(request, str(refusal))
            return self.show(request, meeting, UNPROCESSABLE, refused=refusal, **forms)

        address = meeting.get_absolute_url()
        if part:
            address += f"#{part}"
        return redirect(address)


def _typed_minutes(request: HttpRequest) -> list[Typed]:
    """Return the minutes as they were typed, to be read and copied."""
    words = _minutes_in(request)
    return [Typed("minutes", _("Minutes"), words, rows=6)] if words else []


def _minutes_in(request: HttpRequest) -> str:
    """Return the minutes as they were typed, with the line ends that are stored."""
    return request.POST.get("minutes", "").replace("\r\n", "\n")
