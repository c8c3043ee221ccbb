"""要告知说事人的: the calls to make, the number for one, and its outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases.lists.paging import page_of
from cases.views.access import StaffView
from minshi.clock import now
from minshi.idempotency import key_in
from supervision.models import Call
from supervision.notices.calls import ORDER, calls_of, note_call, numbers_to_call
from supervision.notices.purposes import (
    answers_to_tell,
    purpose_of,
    read_holders,
)


@dataclass(frozen=True)
class CallRow:
    """A call to make; the numbers only where they were just asked for."""

    pk: int
    name: str
    phone: str  # masked
    numbers: list[tuple[str, str]]  # name and phone of all who spoke
    left_a_number: bool
    may_open: bool
    purpose: str
    number: str
    address: str
    title: str
    is_secret: bool
    asked_at: datetime
    tries: int
    key: UUID  # of its form

    @classmethod
    def of(
        cls, call: Call, opened: list[tuple[str, str]], answers: Mapping[int, str]
    ) -> "CallRow":
        case = call.case
        left_a_number = bool(case.speaker_phone or case.also_personal)
        return cls(
            pk=call.pk,
            name=case.speaker_name or "—",
            phone=case.masked_phone,
            numbers=opened,
            left_a_number=left_a_number,
            may_open=left_a_number and not opened,
            purpose=purpose_of(call, answers),
            number=case.number,
            address=case.get_absolute_url(),
            title=case.title,
            is_secret=case.is_secret,
            asked_at=call.asked_at,
            tries=call.tries,
            key=uuid4(),
        )


class CallsView(StaffView):
    def call(self, pk: int) -> Call:
        """Return a call by its key. Http404: none, done, or somebody else's to make."""
        found: Call = get_object_or_404(calls_of(self.user, now()), pk=pk)
        return found

    def show(
        self, opened: dict[int, list[tuple[str, str]]] | None = None
    ) -> HttpResponse:
        """Answer with the page of calls; `opened` has the numbers to show, by call."""
        calls = calls_of(self.user, now())
        page = page_of(calls, ORDER, self.request.GET.get("after", ""))
        read_holders(page.rows)

        shown = opened or {}
        answers = answers_to_tell(page.rows)
        rows = [CallRow.of(call, shown.get(call.pk, []), answers) for call in page.rows]
        context = {
            "nav": "calls",
            "calls": rows,
            "after": page.after,
        }
        return render(self.request, "supervision/calls.html", context)


class CallList(CallsView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        return self.show()


class NoteCall(CallsView):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Lead back to the calls after a login in between."""
        self.call(pk)
        return redirect("supervision:calls")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        # clicked twice: a call this user has made is no longer among those to make
        done = Call.objects.filter(pk=pk, done_by__user=self.user).first()
        call = done or self.call(pk)

        is_reached = request.POST.get("reached") == "yes"
        key = key_in(request.POST)
        note_call(call, reached=is_reached, by=self.user, at=now(), key=key)

        return redirect("supervision:calls")


class OpenNumber(CallsView):
    """The numbers of one call, shown once in its row; by POST, because it leaves a
    trace.
    """

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Lead back to the calls after a login in between."""
        self.call(pk)
        return redirect("supervision:calls")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        call = self.call(pk)
        numbers = numbers_to_call(call, by=self.user, at=now(), request=request)

        response = self.show({call.pk: numbers})
        response["Cache-Control"] = "no-store"
        return response
