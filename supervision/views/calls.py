"""要告知说事人的: the calls to make, the number for one, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.lists.paging import page_of
from cases.templatetags.minshi import day
from cases.views.access import StaffView
from minshi.clock import now
from supervision.models import Call
from supervision.notices.calls import ORDER, calls_of, note_call, number_to_call


@dataclass(frozen=True)
class Row:
    """A call to make; the number only where it was just asked for."""

    pk: int
    name: str
    phone: str  # masked, or the number itself
    is_opened: bool
    may_open: bool
    purpose: str
    number: str
    address: str
    title: str
    asked_at: datetime
    tries: int

    @classmethod
    def of(cls, call: Call, opened: str | None) -> "Row":
        case = call.case
        return cls(
            pk=call.pk,
            name=case.speaker_name or "—",
            phone=case.masked_phone if opened is None else opened,
            is_opened=opened is not None,
            may_open=bool(case.speaker_phone) and opened is None,
            purpose=purpose_of(call),
            number=case.number,
            address=case.get_absolute_url(),
            title=case.title,
            asked_at=call.asked_at,
            tries=call.tries,
        )


def purpose_of(call: Call) -> str:
    """What the speaker is to be told, and by when an answer is awaited."""
    kind = str(call.get_kind_display())
    if not call.case.reply_by:
        return kind
    return f"{kind}，" + _("answer by %(day)s") % {"day": day(call.case.reply_by)}


class CallsView(StaffView):
    def call(self, pk: int) -> Call:
        """Http404: nobody's, done, or somebody else's to make."""
        found: Call = get_object_or_404(calls_of(self.user, now()), pk=pk)
        return found

    def show(self, opened: dict[int, str] | None = None) -> HttpResponse:
        """The page of calls; `opened` has the numbers shown, by call."""
        page = page_of(
            calls_of(self.user, now()), ORDER, self.request.GET.get("after", "")
        )
        shown = opened or {}
        context = {
            "nav": "calls",
            "calls": [Row.of(call, shown.get(call.pk)) for call in page.rows],
            "after": page.after,
        }
        return render(self.request, "supervision/calls.html", context)


class CallList(CallsView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        return self.show()


class NoteCall(CallsView):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Back from a login in between."""
        self.call(pk)
        return redirect("supervision:calls")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        # clicked twice
        done = Call.objects.filter(pk=pk, done_by__user=self.user).first()
        note_call(
            done or self.call(pk),
            reached=request.POST.get("reached") == "yes",
            by=self.user,
            at=now(),
        )
        return redirect("supervision:calls")


class OpenNumber(CallsView):
    """By POST, because it leaves a trace; shown once, in the row."""

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Back from a login in between."""
        self.call(pk)
        return redirect("supervision:calls")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        call = self.call(pk)
        number = number_to_call(call, by=self.user, at=now(), request=request)
        response = self.show({call.pk: number})
        response["Cache-Control"] = "no-store"
        return response
