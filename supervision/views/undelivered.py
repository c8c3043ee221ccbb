"""Notices that did not go out, each with its reason, and sending them again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from cases.lists.paging import page_of
from cases.views.access import StaffView
from minshi.clock import now, today
from supervision.notices.delivering import send_again, undelivered
from supervision.notices.inbox import ORDER
from villages.requests import whole_number
from villages.rights import OVERSEE


class UndeliveredView(StaffView):
    def check(self) -> None:
        """Refuse whoever oversees nobody: Http404."""
        if not self.user.holds(today(), *OVERSEE):
            raise Http404


class Undelivered(UndeliveredView):
    def get(self, request: HttpRequest) -> HttpResponse:
        self.check()

        notices = undelivered(self.user, today())
        page = page_of(notices, ORDER, request.GET.get("after", ""))
        context = {
            "nav": "supervision",
            "notices": page.rows,
            "after": page.after,
            "sight": self.sight(),
        }
        return render(request, "supervision/undelivered.html", context)


class SendAgain(UndeliveredView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        """Lead back to the list after a login in between."""
        return redirect("supervision:undelivered")

    def post(self, request: HttpRequest) -> HttpResponse:
        self.check()

        ticked = []
        for text in request.POST.getlist("notices"):
            pk = whole_number(text)
            if pk is not None:
                ticked.append(pk)

        notices = undelivered(self.user, today()).filter(pk__in=ticked)
        count = send_again(notices, now())

        words = ngettext(
            "%(count)s notice is sent again.",
            "%(count)s notices are sent again.",
            count,
        )
        messages.success(request, words % {"count": count})
        return redirect("supervision:undelivered")
