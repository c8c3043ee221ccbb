"""跟踪督办: the meetings held, and the one under way, matter by matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.lists.paging import page_of
from cases.models import Case, Event
from cases.models.scope import Sight
from cases.privacy.redactor import reader_redactor, title_for
from cases.templatetags.lamps import lamp
from cases.templatetags.matters import holder_of, place_for
from cases.workflow.chased import chased_today
from cases.workflow.standing import is_with
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken
from supervision.chasing.tracking import (
    begin_tracking,
    end_tracking,
    mark_of_entry,
    meetings_seen_by,
    presiding_post,
    say_of,
)
from supervision.forms import VerdictForm
from supervision.models import TrackedCase, TrackingMeeting, TrackingVerdict
from supervision.models.tracking import ACTED
from supervision.views.board import BoardView, with_times
from villages.models import Town

ORDER = ("-began_at", "-id")


@dataclass(frozen=True)
class TrackedRow:
    """A matter of a meeting. Of a secret one the reader learns number and light."""

    item: TrackedCase
    light: SafeString
    title: str
    address: str  # of its page; empty: not to be opened
    facts: str
    note: str
    before: Event | None  # how it was chased today already
    form: VerdictForm | None  # None: nothing is open to say
    is_own: bool = False  # the reader has it, and does not chase themself
    is_secret: bool = False  # and the reader opens it

    @classmethod
    def of(
        cls,
        item: TrackedCase,
        case: Case,
        times: int,
        *,
        sight: Sight,
        at: datetime,
        before: Event | None,
        form: VerdictForm | None,
        is_own: bool,
    ) -> "TrackedRow":
        if vars(case)["redacted"]:
            title = case.number
            address = ""
            note = ""
        else:
            title = title_for(case, sight)
            address = case.get_absolute_url()
            note = note_read(item, case, sight)

        return cls(
            item=item,
            light=lamp(case, at),
            title=title,
            address=address,
            facts=facts_of(case, times, sight),
            note=note,
            before=before if form else None,
            form=form,
            is_own=is_own and form is not None,
            is_secret=case.is_secret and bool(address),
        )


def facts_of(case: Case, times: int, sight: Sight) -> str:
    """Return in one line where a matter stands and how often it was chased."""
    chased = ngettext("chased %(times)s time", "chased %(times)s times", times)
    chased %= {"times": times}
    if vars(case)["redacted"]:
        secret = _("Secret matter; whoever may read it goes through it.")
        return f"{secret} {chased}"

    place = place_for(case, sight)
    stage = case.get_stage_display()
    return " · ".join([case.number, place, stage, holder_of(case), chased])


def note_read(item: TrackedCase, case: Case, sight: Sight) -> str:
    """Return what was noted of a matter, as this reader may read it."""
    return reader_redactor(case, sight)(item.note, post=item.said_by_id)


def is_filled_in(form: VerdictForm) -> bool:
    """Tell whether a form was sent with words or a verdict that are noted nowhere."""
    if form.add_prefix("note") not in form.data:
        return False
    return not {"verdict", "note"}.isdisjoint(form.changed_data)


class TrackingView(BoardView):
    def meeting(self, pk: int) -> TrackingMeeting:
        """Return a meeting by its key. Http404: its town is out of sight."""
        seen = meetings_seen_by(self.user, now())
        found: TrackingMeeting = get_object_or_404(seen, pk=pk)
        return found

    def own_towns(self) -> list[Town]:
        """Return the towns whose meeting the user may hold."""
        towns: dict[int, Town] = {}
        for post in self.user.posts_on(today()):
            if post.town:
                towns[post.town.pk] = post.town

        return [
            town for town in towns.values() if presiding_post(self.user, town, now())
        ]


class TrackingList(TrackingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        self.counted()

        seen = meetings_seen_by(self.user, now())
        page = page_of(seen, ORDER, request.GET.get("after", ""))
        context = {
            "nav": "supervision",
            "meetings": page.rows,
            "after": page.after,
            "towns": self._towns_with_meeting(),
        }
        return render(request, "supervision/tracking/list.html", context)

    def _towns_with_meeting(self) -> list[tuple[Town, bool]]:
        """Return the towns whose meeting the user may hold, and if one is under way."""
        towns = self.own_towns()
        meetings = TrackingMeeting.objects.filter(town__in=towns, ended_at=None)
        under_way = set(meetings.values_list("town", flat=True))
        return [(town, town.pk in under_way) for town in towns]

    def post(self, request: HttpRequest) -> HttpResponse:
        self.counted()

        towns = {str(town.pk): town for town in self.own_towns()}
        town = towns.get(request.POST.get("town", ""))
        if town is None:
            text = _("Only the town's reviewer and supervisors hold this meeting.")
            messages.warning(request, text)
            return redirect("supervision:tracking")

        try:
            meeting = begin_tracking(town, by=self.user, at=now())
        except RuleBroken as refusal:
            messages.warning(request, str(refusal))
            return redirect("supervision:tracking")

        return redirect(meeting)


class TrackingMeetingView(TrackingView):
    def form_of(
        self, item: TrackedCase, case: Case, sent: QueryDict | None = None
    ) -> VerdictForm:
        """Return the form of a matter, filled in as it was sent or as the user reads
        what stands. Those of all matters are parts of one form of the page, each with
        names of its own.
        """
        entered = {
            "verdict": item.verdict,
            "note": note_read(item, case, self.sight()),
            "seen": mark_of_entry(item),
        }
        form = VerdictForm(sent, initial=entered, prefix=f"item-{item.pk}")
        if is_with(case, self.user):
            form.leave_out_chasing()
        return form

    def show(
        self,
        meeting: TrackingMeeting,
        sent: Mapping[int, VerdictForm] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Answer with the meeting's matters as far as the reader may know of them.

        Of a matter out of sight or secret the number alone is shown. `sent` are forms
        to be shown as they were sent, by item.
        """
        counted = Case.objects.counted_for(self.user, today())
        items = list(
            meeting.items.select_related("said_by__user").filter(
                case__in=counted.values("pk")
            )
        )
        found = counted.filter(pk__in=[item.case_id for item in items]).with_row()
        cases = {case.pk: case for case in found}
        readable = {pk for pk, case in cases.items() if not vars(case)["redacted"]}

        times = dict(with_times(list(cases.values())))
        chased = chased_today(cases.values(), now())
        may_say = (
            meeting.ended_at is None
            and presiding_post(self.user, meeting.town, now()) is not None
        )
        forms = self._forms(items, cases, readable if may_say else set())
        forms |= sent or {}

        at = now()
        sight = self.sight()
        rows = []
        for item in items:
            case = cases[item.case_id]
            row = TrackedRow.of(
                item,
                case,
                times[case],
                sight=sight,
                at=at,
                before=chased.get(case.pk),
                form=forms.get(item.pk),
                is_own=is_with(case, self.user),
            )
            rows.append(row)

        left = [item for item in items if item.case_id in readable and not item.verdict]
        context = {
            "nav": "supervision",
            "meeting": meeting,
            "rows": rows,
            "may_say": may_say,
            "left": len(left),
        }
        return render(
            self.request, "supervision/tracking/meeting.html", context, status=status
        )

    def _forms(
        self,
        items: list[TrackedCase],
        cases: Mapping[int, Case],
        open_to_say: set[int],
    ) -> dict[int, VerdictForm]:
        """Return the forms of the items that a verdict may be entered on, by item;
        `open_to_say` are the keys of their cases.
        """
        forms = {}
        for item in items:
            if item.case_id in open_to_say and item.verdict not in ACTED:
                forms[item.pk] = self.form_of(item, cases[item.case_id])

        return forms

    def filled_in(self, meeting: TrackingMeeting) -> dict[int, VerdictForm]:
        """Return by item the forms that came with this request and say something that
        is not noted.
        """
        items = meeting.items.filter(case__in=self.visible().values("pk"))
        items = items.select_related("case__owner_post", "case__town")
        sent = self.request.POST

        filled = {}
        for item in items.exclude(verdict__in=ACTED):
            form = self.form_of(item, item.case, sent)
            if is_filled_in(form):
                filled[item.pk] = form
        return filled


class TrackingPage(TrackingMeetingView):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(self.meeting(pk))


class SayOf(TrackingMeetingView):
    def get(self, _request: HttpRequest, pk: int, tracked: int) -> HttpResponse:
        """Lead back to the meeting after a login in between."""
        meeting = self.meeting(pk)
        self.item(meeting, tracked)
        return redirect(meeting)

    def post(self, request: HttpRequest, pk: int, tracked: int) -> HttpResponse:
        meeting = self.meeting(pk)
        item = self.item(meeting, tracked)
        others = self.filled_in(meeting)
        others.pop(item.pk, None)
        form = self.form_of(item, item.case, request.POST)
        shown = {**others, item.pk: form}
        if not form.is_valid():
            return self.show(meeting, shown, UNPROCESSABLE)

        verdict = TrackingVerdict(form.cleaned_data["verdict"])
        note = form.cleaned_data["note"]
        seen = form.cleaned_data["seen"]
        try:
            say_of(item, verdict, note, seen=seen, by=self.user, at=now())
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self.show(meeting, shown, UNPROCESSABLE)

        if others and "HX-Request" not in request.headers:
            return self.show(meeting, others)  # without scripts they come with it
        return redirect(f"{meeting.get_absolute_url()}#item-{item.pk}")

    def item(self, meeting: TrackingMeeting, pk: int) -> TrackedCase:
        """Return an item of the meeting. Http404: there is none, or its matter is out
        of sight.
        """
        visible = self.visible().values("pk")
        items = meeting.items.filter(case__in=visible).select_related(
            "case__owner_post", "case__town"
        )
        found: TrackedCase = get_object_or_404(items, pk=pk)
        return found


class EndTracking(TrackingMeetingView):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Lead back to the meeting after a login in between."""
        return redirect(self.meeting(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = self.meeting(pk)
        filled = self.filled_in(meeting)
        if filled and meeting.ended_at is None:
            return self._not_noted(meeting, filled)

        try:
            end_tracking(meeting, by=self.user, at=now())
        except RuleBroken as refusal:
            messages.warning(request, str(refusal))
        return redirect(meeting)

    def _not_noted(
        self, meeting: TrackingMeeting, filled: dict[int, VerdictForm]
    ) -> HttpResponse:
        """Answer that the meeting goes on: what was filled in would be lost."""
        for form in filled.values():
            form.add_error(None, _("This is filled in and not noted yet."))
        words = ngettext(
            "%(count)s matter is filled in and not noted; the meeting goes on.",
            "%(count)s matters are filled in and not noted; the meeting goes on.",
            len(filled),
        )
        messages.warning(self.request, words % {"count": len(filled)})
        return self.show(meeting, filled, UNPROCESSABLE)
