"""What did not go out, with its reason, and sending it again."""

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
        """Http404: somebody who oversees nobody."""
        if not self.user.holds(today(), *OVERSEE):
            raise Http404


class Undelivered(UndeliveredView):
    def get(self, request: HttpRequest) -> HttpResponse:
        self.check()
        page = page_of(
            undelivered(self.user, today()), ORDER, request.GET.get("after", "")
        )
        context = {
            "nav": "supervision",
            "notices": page.rows,
            "after": page.after,
            "sight": self.sight(),
        }
        return render(request, "supervision/undelivered.html", context)


class SendAgain(UndeliveredView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        """Back from a login in between."""
        return redirect("supervision:undelivered")

    def post(self, request: HttpRequest) -> HttpResponse:
        self.check()
        ticked = [
            pk
            for text in request.POST.getlist("notices")
            if (pk := whole_number(text)) is not None
        ]
        count = send_again(undelivered(self.user, today()).filter(pk__in=ticked), now())
        words = ngettext(
            "%(count)s notice is sent again.",
            "%(count)s notices are sent again.",
            count,
        )
        messages.success(request, words % {"count": count})
        return redirect("supervision:undelivered")
