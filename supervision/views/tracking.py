"""跟踪督办: the meetings held, and the one under way, matter by matter."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.lists.paging import page_of
from cases.models import Case, Event
from cases.models.scope import Sight
from cases.privacy.redactor import reader_redactor, title_for
from cases.templatetags.minshi import holder_of, lamp
from cases.views.access import UNPROCESSABLE
from cases.workflow.chased import chased_today
from minshi.clock import now, today
from minshi.errors import RuleBroken
from supervision.chasing.tracking import (
    begin_tracking,
    end_tracking,
    meetings_seen_by,
    presiding_post,
    say_of,
)
from supervision.forms import VerdictForm
from supervision.models import TrackedCase, TrackingMeeting, Verdict
from supervision.models.tracking import ACTED
from supervision.views.board import BoardView, with_times
from villages.models import Town

ORDER = ("-began_at", "-id")


@dataclass(frozen=True)
class Row:
    """A matter of a meeting. Of a secret one the reader learns number and light."""

    item: TrackedCase
    light: SafeString
    title: str
    address: str  # of its page; empty: not to be opened
    facts: str
    note: str
    before: Event | None  # how it was chased today already
    form: VerdictForm | None  # None: nothing is open to say

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
    ) -> "Row":
        is_redacted = vars(case)["redacted"]
        return cls(
            item=item,
            light=lamp(case, at),
            title=case.number if is_redacted else title_for(case, sight),
            address="" if is_redacted else case.get_absolute_url(),
            facts=facts_of(case, times),
            note="" if is_redacted else reader_redactor(case, sight)(item.note),
            before=before if form else None,
            form=form,
        )


def facts_of(case: Case, times: int) -> str:
    """Where a matter stands and how often it was chased."""
    chased = ngettext("chased %(times)s time", "chased %(times)s times", times)
    chased %= {"times": times}
    if vars(case)["redacted"]:
        secret = _("Secret matter; whoever may read it goes through it.")
        return f"{secret} {chased}"

    place = str(case.village or case.town)
    stage = case.get_stage_display()
    return " · ".join([case.number, place, stage, holder_of(case), chased])


def ids_of(item: TrackedCase) -> str:
    """One form a matter on the page: each with names of its own for its labels."""
    return f"id_{item.pk}_%s"


class TrackingView(BoardView):
    def meeting(self, pk: int) -> TrackingMeeting:
        """Http404: of a town out of sight."""
        found: TrackingMeeting = get_object_or_404(
            meetings_seen_by(self.user, now()), pk=pk
        )
        return found

    def own_towns(self) -> list[Town]:
        towns = {
            post.town_id: post.town for post in self.user.posts_on(today()) if post.town
        }
        return [
            town for town in towns.values() if presiding_post(self.user, town, now())
        ]


class TrackingList(TrackingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        self.counted()
        page = page_of(
            meetings_seen_by(self.user, now()), ORDER, request.GET.get("after", "")
        )
        context = {
            "nav": "supervision",
            "meetings": page.rows,
            "after": page.after,
            "towns": self.own_towns(),
        }
        return render(request, "supervision/tracking/list.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        self.counted()
        town = next(
            (
                town
                for town in self.own_towns()
                if str(town.pk) == request.POST.get("town")
            ),
            None,
        )
        if town is None:
            messages.warning(
                request,
                _("Only the town's reviewer and supervisors hold this meeting."),
            )
            return redirect("supervision:tracking")
        try:
            return redirect(begin_tracking(town, by=self.user, at=now()))
        except RuleBroken as refusal:
            messages.warning(request, str(refusal))
            return redirect("supervision:tracking")


class MeetingView(TrackingView):
    def show(
        self, meeting: TrackingMeeting, wrong: tuple[int, VerdictForm] | None = None
    ) -> HttpResponse:
        """The list as the reader may know of it: a matter out of sight or secret is a
        number alone.
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
        before = chased_today(cases.values(), now())
        may_say = (
            meeting.ended_at is None
            and presiding_post(self.user, meeting.town, now()) is not None
        )
        forms = self.forms(items, readable if may_say else set(), wrong)

        at, sight, rows = now(), self.sight(), []
        for item in items:
            case = cases[item.case_id]
            row = Row.of(
                item,
                case,
                times[case],
                sight=sight,
                at=at,
                before=before.get(case.pk),
                form=forms.get(item.pk),
            )
            rows.append(row)

        context = {
            "nav": "supervision",
            "meeting": meeting,
            "rows": rows,
            "may_say": may_say,
            "left": sum(not item.verdict for item in items if item.case_id in readable),
        }
        return render(
            self.request,
            "supervision/tracking/meeting.html",
            context,
            status=UNPROCESSABLE if wrong else 200,
        )

    def forms(
        self,
        items: list[TrackedCase],
        open_to_say: set[int],
        wrong: tuple[int, VerdictForm] | None,
    ) -> dict[int, VerdictForm]:
        """The form of each item that something may be said of, as it was filled in."""
        forms = {}
        for item in items:
            if item.case_id in open_to_say and item.verdict not in ACTED:
                said = {"verdict": item.verdict, "note": item.note}
                forms[item.pk] = VerdictForm(initial=said, auto_id=ids_of(item))
        if wrong:
            forms[wrong[0]] = wrong[1]
        return forms


class TrackingPage(MeetingView):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(self.meeting(pk))


class SayOf(MeetingView):
    def get(self, _request: HttpRequest, pk: int, tracked: int) -> HttpResponse:
        """Back from a login in between."""
        meeting = self.meeting(pk)
        self.item(meeting, tracked)
        return redirect(meeting)

    def post(self, request: HttpRequest, pk: int, tracked: int) -> HttpResponse:
        meeting = self.meeting(pk)
        item = self.item(meeting, tracked)
        return self.said(meeting, item, VerdictForm(request.POST, auto_id=ids_of(item)))

    def item(self, meeting: TrackingMeeting, pk: int) -> TrackedCase:
        """Http404: of another meeting, or a matter out of sight."""
        found: TrackedCase = get_object_or_404(
            meeting.items.filter(case__in=self.visible().values("pk")), pk=pk
        )
        return found

    def said(
        self, meeting: TrackingMeeting, item: TrackedCase, form: VerdictForm
    ) -> HttpResponse:
        if form.is_valid():
            said: dict[str, Any] = form.cleaned_data
            try:
                say_of(
                    item, Verdict(said["verdict"]), said["note"], by=self.user, at=now()
                )
                return redirect(f"{meeting.get_absolute_url()}#item-{item.pk}")
            except RuleBroken as refusal:
                form.refuse(refusal)
        return self.show(meeting, (item.pk, form))


class EndTracking(MeetingView):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Back from a login in between."""
        return redirect(self.meeting(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = self.meeting(pk)
        try:
            end_tracking(meeting, by=self.user, at=now())
        except RuleBroken as refusal:
            messages.warning(request, str(refusal))
        return redirect(meeting)
