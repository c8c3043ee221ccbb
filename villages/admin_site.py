"""Django's admin as our site: posts decide who enters, allauth logs in, only our own
models stand in it.
"""

from collections.abc import Iterable, Mapping
from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from minshi.clock import today
from minshi.errors import RuleBroken
from minshi.refusals import refuse_by_rule
from villages.rights import ENTER_ADMIN, deals_with_cases

OWN_APPS = frozenset({"villages", "cases", "supervision"})


def _may_write(model: Mapping[str, Any]) -> bool:
    """Tell whether rows of a table can be added, changed or removed, by what the list
    of tables says of the reader's rights.
    """
    rights = model["perms"]
    return any(rights[right] for right in ("add", "change", "delete"))


def _narrowed(
    apps: Iterable[Mapping[str, Any]], *, is_written: bool
) -> list[dict[str, Any]]:
    """Return the apps with the tables that the reader may write, or only reads."""
    narrowed = []
    for app in apps:
        models = [model for model in app["models"] if _may_write(model) is is_written]
        if models:
            narrowed.append({**app, "models": models})
    return narrowed


class MinshiAdminSite(AdminSite):
    site_header = site_title = _("民事直说 administration")
    site_url = "/"

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Head the page with the words of the link that leads to it, and part what the
        reader may write from what they only read.
        """
        user = request.user
        title = _("Settings")
        if user.is_authenticated and deals_with_cases(user.posts_on(today())):
            title = _("Residents, batches, history")

        apps = self.get_app_list(request)
        written = _narrowed(apps, is_written=True)
        only_read = _narrowed(apps, is_written=False)
        parts = {"app_list": written, "only_read": only_read}
        if not written:
            parts = {"app_list": only_read, "only_read": []}
        return super().index(
            request, {"title": title, **parts, **(extra_context or {})}
        )

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Put the tables that the reader may write before those they only read, also
        beside the page of a table.
        """
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=_may_write, reverse=True)
        apps.sort(key=lambda app: _may_write(app["models"][0]), reverse=True)
        return apps

    def has_permission(self, request: HttpRequest) -> bool:
        """Ask the posts, never is_staff or is_superuser."""
        user = request.user
        return user.is_authenticated and user.holds(today(), *ENTER_ADMIN)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let every view of the site answer what a rule refuses in its words."""

        def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.GET.get(TO_FIELD_VAR) == "":
                raise Http404  # Django would ask for a field without a name
            try:
                return view(request, *args, **kwargs)
            except RuleBroken as refusal:
                return refuse_by_rule(request, refusal)

        return super().admin_view(update_wrapper(answering, view), cacheable)

    def get_urls(self) -> list[Any]:
        """Leave out the redirect from a row's key to its page: it would give away
        numbers of cases out of sight.
        """
        urls = super().get_urls()
        return [url for url in urls if getattr(url, "name", "") != "view_on_site"]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send visitors to allauth's page with its second factor and lock-out. Http404:
        somebody logged in who may not enter.
        """
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def register(
        self, model_or_iterable: Any, admin_class: Any = None, **options: Any
    ) -> None:
        """Keep third parties' admin classes out: they ask Django's permissions, which a
        superuser has.
        """
        if admin_class is None:
            return

        app = admin_class.__module__.partition(".")[0]
        if app in OWN_APPS:
            super().register(model_or_iterable, admin_class, **options)
