"""The inbox: its pages, the badge in the header and the latest few on the desk."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists.paging import MOST_COUNTED, page_of
from cases.views.access import StaffView
from cases.views.tabs import Tab
from minshi.clock import now
from supervision.models import NoticeKind
from supervision.notices.inbox import ORDER, inbox_of, mark_read, unread_of

SHOWN = 8


class InboxView(StaffView):
    def context(self, notices: list[Any]) -> dict[str, Any]:
        return {"nav": "inbox", "notices": notices, "at": now(), "sight": self.sight()}


class Inbox(InboxView):
    def get(self, request: HttpRequest) -> HttpResponse:
        only_unread = bool(request.GET.get("unread"))
        notices = inbox_of(self.user, now())
        if only_unread:
            notices = notices.filter(read_at=None)

        page = page_of(notices, ORDER, request.GET.get("after", ""))
        context = {
            **self.context(page.rows),
            "after": page.after,
            "tabs": [
                Tab(reverse("supervision:inbox"), _("All"), not only_unread),
                Tab("?unread=1", _("Unread"), only_unread),
            ],
        }
        return render(request, "supervision/inbox.html", context)


class Latest(InboxView):
    """In place on the desk: what is unread, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        unread = inbox_of(self.user, now()).filter(read_at=None).order_by(*ORDER)
        return render(
            request, "supervision/_notices.html", self.context(list(unread[:SHOWN]))
        )


class Unread(InboxView):
    """The number in the header, asked for by the page once a minute."""

    def get(self, request: HttpRequest) -> HttpResponse:
        count = unread_of(self.user, now())[:MOST_COUNTED].count()
        return render(request, "supervision/_unread.html", {"count": count})


class Open(InboxView):
    """To the matter or the order that a notice is about, which is read from then on."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(inbox_of(self.user, now()), pk=pk)
        mark_read(self.user, unread_of(self.user, now()).filter(pk=pk), now())
        if notice.kind == NoticeKind.CALL:
            return redirect("supervision:calls")
        if not vars(notice)["in_sight"]:  # the row that may be shown of it
            return redirect(
                f"{reverse('cases:list')}?{urlencode({'q': notice.case.number})}"
            )
        return redirect(notice.order or notice.case)


class ReadAll(InboxView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        """Back from a login in between."""
        return redirect("supervision:inbox")

    def post(self, _request: HttpRequest) -> HttpResponse:
        mark_read(self.user, unread_of(self.user, now()), now())
        return redirect("supervision:inbox")
