"""The page of one's own log-ins: where they are open, and a button that ends them."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from minshi.clock import now
from villages.models import OpenLogin
from villages.open_logins import (
    device_of,
    end_logins,
    is_perhaps_over,
    open_logins_of,
)
from villages.requests import StaffRequest


@dataclass(frozen=True)
class LoginRow:
    """A log-in as its owner reads it."""

    login: OpenLogin
    is_this_one: bool
    is_perhaps_over: bool

    @property
    def device(self) -> str:
        return device_of(self.login)

    @property
    def is_by_token(self) -> bool:
        return self.login.token_id is not None


class OpenLogins(LoginRequiredMixin, View):
    """The list; sending it ends all but the one that asks."""

    def get(self, request: StaffRequest) -> HttpResponse:
        at = now()
        rows = []
        for login in open_logins_of(request.user, at):
            is_this_one = login.session_id == request.session.session_key
            is_over = not is_this_one and is_perhaps_over(login, at)
            rows.append(LoginRow(login, is_this_one, is_over))

        rows.sort(key=lambda row: not row.is_this_one)
        context = {
            "rows": rows,
            "has_others": any(not row.is_this_one for row in rows),
            "idle_minutes": settings.IDLE_MINUTES,
        }
        return render(request, "villages/open_logins.html", context)

    def post(self, request: StaffRequest) -> HttpResponse:
        others = request.user.open_logins.exclude(
            session=request.session.session_key
        ) | request.user.open_logins.filter(session=None)
        count = end_logins(others, by=request.user, at=now(), request=request)

        words = ngettext(
            "%(count)s other log-in was ended.",
            "%(count)s other log-ins were ended.",
            count,
        )
        messages.success(request, words % {"count": count})
        return redirect("villages:open_logins")


class EndLogin(LoginRequiredMixin, View):
    """The button beside one of them."""

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Lead back to the list after a login in between."""
        get_object_or_404(request.user.open_logins, pk=pk)
        return redirect("villages:open_logins")

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        login = get_object_or_404(request.user.open_logins, pk=pk)
        if login.session_id == request.session.session_key:
            logout(request)
            return redirect("account_login")

        device = device_of(login)
        end_logins([login], by=request.user, at=now(), request=request)
        messages.success(request, _("Ended: %(device)s.") % {"device": device})
        return redirect("villages:open_logins")
