"""The page of one's own log-ins: where they are open, and a button that ends them."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from minshi.clock import now
from villages.models import OpenLogin
from villages.open_logins import device_of, end_logins, open_logins_of
from villages.requests import StaffRequest


@dataclass(frozen=True)
class LoginRow:
    """A log-in as its owner reads it."""

    login: OpenLogin
    is_this_one: bool

    @property
    def device(self) -> str:
        return device_of(self.login)

    @property
    def is_by_token(self) -> bool:
        return self.login.token_id is not None


class OpenLogins(LoginRequiredMixin, View):
    """The list; sending it ends all but the one that asks."""

    def get(self, request: StaffRequest) -> HttpResponse:
        key = request.session.session_key
        rows = []
        for login in open_logins_of(request.user, now()):
            rows.append(LoginRow(login, login.session_id == key))

        rows.sort(key=lambda row: not row.is_this_one)
        context = {"rows": rows, "has_others": any(not row.is_this_one for row in rows)}
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
        device = device_of(login)
        end_logins([login], by=request.user, at=now(), request=request)

        if login.session_id == request.session.session_key:
            return redirect("account_login")
        messages.success(request, _("Ended: %(device)s.") % {"device": device})
        return redirect("villages:open_logins")
