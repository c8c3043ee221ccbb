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
from cases.models.meeting import ItemState, Part
from cases.views.access import CONFLICT, UNPROCESSABLE
from cases.views.meetings.access import MeetingView
from cases.workflow import Officer
from minshi.clock import now, today
from minshi.errors import RuleBroken, StaleVersion, Text
from villages.requests import whole_number

UP, DOWN = ("up", gettext_lazy("up")), ("down", gettext_lazy("down"))
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
        is_new = item.part == Part.NEW
        acts: list[tuple[str, Text]] = []
        if may_write and item.state == ItemState.WAITING and not line.is_hidden:
            acts += [UP] if nth > 1 else []
            acts += [DOWN] if nth < len(lines) else []
            acts.append(REMOVE)

        rows.append(
            AgendaRow(
                line=line,
                label=f"{nth}" if is_new else f"{nth} · {item.get_part_display()}",
                look=LOOKS.get(ItemState(item.state), "muted"),
                acts=acts,
            )
        )
    return rows


class Whole(MeetingView):
    """The whole meeting on one page; at most 15 queries with 30 items and 60 people (a
    test counts them).
    """

    def show(
        self, request: HttpRequest, meeting: Meeting, status: int = 200, **shown: Any
    ) -> HttpResponse:
        by, sitting = self.holder(meeting), Sitting(meeting, self.user, today())
        may_write = by is not None and meeting.is_open
        context = {
            "nav": "meetings",
            "at": now(),
            "meeting": meeting,
            "sitting": sitting,
            "agenda_rows": agenda_rows(sitting.lines, may_write=may_write),
            "is_holder": by is not None,
            "may_print": self.may_print(meeting),
            "may_write": may_write,
            "sheets": list(meeting.sheets.all()),
            "corrections": sitting.corrections,
            "minutes": sitting.minutes,
            "minutes_version": meeting.minutes_version,
            **(self._forms(meeting) if may_write else {}),
            **(
                {"correction": CorrectionForm(initial={"key": uuid4()})}
                if by and meeting.closed_at
                else {}
            ),
            **shown,
        }
        return render(request, "cases/meetings/meeting.html", context, status=status)

    def _forms(self, meeting: Meeting) -> dict[str, Any]:
        return {
            "agenda": self.agenda_form(meeting),
            "people_form": AttendeeForm(),
            "change": ChangeForm.of(meeting),
        }

    def agenda_form(self, meeting: Meeting, data: Any = None) -> AddItemsForm:
        return AddItemsForm(waiting_for(meeting, self.user, now()), self.sight(), data)


class MeetingPage(Whole):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(request, self.meeting(pk))


class MeetingAct(Whole):
    """Everything one does to a meeting, each by its name in the address; the page comes
    back where it stands.
    """

    def get(self, _request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Back from a login in between."""
        if act not in self.acts():
            raise Http404
        return redirect(self.meeting(pk))

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        meeting = self.meeting(pk)
        by, acts = self.holder(meeting), self.acts()
        if by is None or act not in acts:
            raise Http404
        return acts[act](request, meeting, by)

    def acts(
        self,
    ) -> dict[str, Callable[[HttpRequest, Meeting, Officer], HttpResponse]]:
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

    def _roll(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        """Only what differs from how the page was drawn is sent on: two screens do not
        undo each other.
        """
        here = {
            int(pk)
            for pk in request.POST.getlist("present")
            if pk.isascii() and pk.isdigit()
        }
        drawn = self._drawn(request)
        ticked = {
            pk: pk in here
            for pk, (was, _name) in drawn.items()
            if (pk in here) != (was == "1")
        }
        typed = {
            pk: request.POST.get(f"substitute-{pk}", name)[:40].strip()
            for pk, (_was, name) in drawn.items()
        }
        names = {pk: name for pk, name in typed.items() if name != drawn[pk][1]}
        return self._do(
            request,
            meeting,
            lambda: call_roll(meeting, ticked, substitutes=names, by=by, at=now()),
            "roll",
        )

    def _drawn(self, request: HttpRequest) -> dict[int, tuple[str, str]]:
        """Whether each was ticked on the page as it was drawn, and who stood in for
        them.
        """
        given = (text.split(":", 2) for text in request.POST.getlist("drawn"))
        return {
            pk: (rest[0] if rest else "", rest[1] if len(rest) > 1 else "")
            for text, *rest in given
            if (pk := whole_number(text)) is not None
        }

    def _people(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        if (gone := whole_number(request.POST.get("remove", ""))) is not None:
            person = get_object_or_404(
                Attendee.objects.select_related("meeting"), meeting=meeting, pk=gone
            )
            return self._do(
                request,
                meeting,
                lambda: remove_attendee(person, by=by, at=now()),
                "roll",
            )
        form = AttendeeForm(request.POST)
        if not form.is_valid():
            return self.show(request, meeting, UNPROCESSABLE, people_form=form)
        data = form.cleaned_data
        return self._do(
            request,
            meeting,
            lambda: add_attendee(
                meeting, data["name"], is_guest=data["is_guest"], by=by, at=now()
            ),
            "roll",
            people_form=form,
        )

    def _agenda(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        form = self.agenda_form(meeting, request.POST)
        if not form.is_valid():
            return self.show(request, meeting, UNPROCESSABLE, agenda=form)
        data = form.cleaned_data
        return self._do(
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
        form = ChangeForm(request.POST)
        if not form.is_valid():
            return self.show(request, meeting, UNPROCESSABLE, change=form)
        changed = {"only": form.changed_data, **form.cleaned_data}
        return self._do(
            request,
            meeting,
            lambda: change_meeting(meeting, by=by, at=now(), **changed),
            change=form,
        )

    def _minutes(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        typed = request.POST.get("minutes", "").replace("\r\n", "\n")
        seen = whole_number(request.POST.get("minutes_version", ""))
        try:
            meeting = save_minutes(
                meeting, typed, version=-1 if seen is None else seen, by=by, at=now()
            )
        except RuleBroken as refusal:
            if self.is_autosave(request):
                return JsonResponse({"detail": str(refusal)}, status=CONFLICT)
            meeting.refresh_from_db()
            stale = isinstance(refusal, StaleVersion)
            status, other = (
                (CONFLICT, meeting.minutes) if stale else (UNPROCESSABLE, "")
            )
            return self.show(
                request,
                meeting,
                status,
                minutes=typed,
                minutes_wrong=str(refusal),
                minutes_other=other,
            )
        if self.is_autosave(request):
            return JsonResponse({"version": meeting.minutes_version})
        messages.success(request, _("The minutes are kept."))
        return redirect(f"{meeting.get_absolute_url()}#minutes")

    def _close(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        return self._do(
            request, meeting, lambda: close_meeting(meeting, by=by, at=now())
        )

    def _cancel(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        return self._do(
            request, meeting, lambda: cancel_meeting(meeting, by=by, at=now())
        )

    def _correct(
        self, request: HttpRequest, meeting: Meeting, by: Officer
    ) -> HttpResponse:
        form = CorrectionForm(request.POST)
        if not form.is_valid():
            return self.show(request, meeting, UNPROCESSABLE, correction=form)
        return self._do(
            request,
            meeting,
            lambda: correct_minutes(meeting, by=by, at=now(), **form.cleaned_data),
            correction=form,
        )

    def _do(
        self,
        request: HttpRequest,
        meeting: Meeting,
        act: Callable[[], Any],
        part: str = "",
        **forms: Any,
    ) -> HttpResponse:
        try:
            act()
        except RuleBroken as refusal:
            for form in forms.values():
                form.refuse(refusal)
            meeting.refresh_from_db()
            if not forms:
                messages.error(request, str(refusal))
            return self.show(request, meeting, UNPROCESSABLE, **forms)
        return redirect(f"{meeting.get_absolute_url()}{'#' if part else ''}{part}")
