"""要告知说事人的: the calls to make, the number for one, and what came of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases.lists.paging import page_of
from cases.views.access import StaffView
from minshi.clock import now
from supervision.models import Call
from supervision.notices.calls import ORDER, calls_of, note_call, number_to_call


class CallsView(StaffView):
    def call(self, pk: int) -> Call:
        """Http404: nobody's, done, or somebody else's to make."""
        found: Call = get_object_or_404(calls_of(self.user, now()), pk=pk)
        return found

    def show(self, **shown: Any) -> HttpResponse:
        page = page_of(
            calls_of(self.user, now()), ORDER, self.request.GET.get("after", "")
        )
        context = {
            "nav": "calls",
            "calls": page.rows,
            "after": page.after,
            "at": now(),
            **shown,
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
        response = self.show(opened=call.pk, number=number)
        response["Cache-Control"] = "no-store"
        return response
