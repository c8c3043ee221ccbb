"""The inbox: its page, the badge in the header and the latest few on the start page."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists.paging import MOST_COUNTED, page_of
from cases.views.access import StaffView
from cases.views.tabs import Tab
from minshi.clock import now, today
from supervision.models import NoticeKind, SupervisionOrder
from supervision.models.notice_kinds import OF_EXPORTS
from supervision.notices.inbox import ORDER, asked_of, inbox_of, mark_read, unread_of
from supervision.orders import orders_seen_by
from villages.models import Post
from villages.rights import READ_AUDIT_LOG

SHOWN = 8


class InboxView(StaffView):
    """The inbox of whoever deals with cases, and of the auditor, who is notified of
    what befalls the program.
    """

    def is_for(self, posts: Iterable[Post]) -> bool:
        posts = list(posts)
        audits = any(post.role in READ_AUDIT_LOG for post in posts)
        return audits or super().is_for(posts)

    def context(self, notices: list[Any]) -> dict[str, Any]:
        # what happened is read with the names left out of the event; seldom any
        reported = [each for each in notices if each.kind == NoticeKind.RED_LINE]
        events = [notice.event for notice in reported if notice.event]
        prefetch_related_objects(events, "revisions")
        return {"nav": "inbox", "notices": notices, "at": now(), "sight": self.sight()}


class InboxPage(InboxView):
    def get(self, request: HttpRequest) -> HttpResponse:
        only_unread = bool(request.GET.get("unread"))
        ask = asked_of if only_unread else inbox_of
        notices = ask(self.user, now())

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
    """The newest unread notices, loaded in place on the start page; what they ask for
    and was carried out meanwhile, the inbox alone keeps.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        unread = asked_of(self.user, now())
        context = self.context(list(unread.order_by(*ORDER)[:SHOWN]))
        return render(request, "supervision/_notices.html", context)


class Unread(InboxView):
    """The number in the header, asked for by the page once a minute."""

    def get(self, request: HttpRequest) -> HttpResponse:
        count = asked_of(self.user, now())[:MOST_COUNTED].count()
        return render(request, "supervision/_unread.html", {"count": count})


class Open(InboxView):
    """A notice opened: it counts as read, and leads to the matter or order it is
    about.
    """

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(inbox_of(self.user, now()), pk=pk)
        unread = unread_of(self.user, now()).filter(pk=pk)
        mark_read(self.user, unread, now())

        if notice.kind in OF_EXPORTS:
            return redirect("cases:exports")
        if notice.case is None:
            return redirect("supervision:status")
        if notice.kind == NoticeKind.CALL:
            return redirect("supervision:calls")
        in_sight = vars(notice)["in_sight"]
        if not in_sight and notice.order and self._reads(notice.order):
            return redirect(notice.order)
        if not in_sight:
            # the list shows of such a matter the row that may be shown
            query = urlencode({"q": notice.matter.number})
            return redirect(f"{reverse('cases:list')}?{query}")

        return redirect(notice.order or notice.matter)

    def _reads(self, order: SupervisionOrder) -> bool:
        """Tell whether the user reads an order, which whoever signs it does without
        its secret matter.
        """
        return orders_seen_by(self.user, today()).filter(pk=order.pk).exists()


class MarkAllRead(InboxView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        """Lead back to the inbox after a login in between."""
        return redirect("supervision:inbox")

    def post(self, _request: HttpRequest) -> HttpResponse:
        mark_read(self.user, unread_of(self.user, now()), now())
        return redirect("supervision:inbox")
