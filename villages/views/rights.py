"""The right to see a page at all: login first, then 404 for everybody else."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.generic import View

from minshi.clock import today
from villages.accounts import may_manage_accounts
from villages.models import User
from villages.rights import READ_AUDIT_LOG


def may_read_audit(user: User, on: date) -> bool:
    return user.holds(on, *READ_AUDIT_LOG)


class PageFor(LoginRequiredMixin, View):
    """A page that does not exist for those who may not use it."""

    may_use: Callable[[User, date], bool]

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated and not type(self).may_use(user, today()):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class SecurityAdminPage(PageFor):
    may_use = staticmethod(may_manage_accounts)


class AuditorPage(PageFor):
    may_use = staticmethod(may_read_audit)
