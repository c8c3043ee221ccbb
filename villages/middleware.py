"""Middleware of every page of a logged-in user: posts read once, an end to idle
sessions, and the reader for templates.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from minshi.clock import now, today
from villages.models import Post, User
from villages.rights import ENTER_ADMIN, deals_with_cases
from villages.sessions import is_over, keep_seen

TYPE_SIZES = ("normal", "large", "largest")
BEFORE_PASSWORD = frozenset(
    {"account_change_password", "account_logout", "language", "type_size"}
)


class Accounts(AuthenticationBackend):
    """allauth's login that reads an account and its posts by one query, for every page
    asks for both.
    """

    def get_user(self, user_id: int) -> User | None:
        user = User.with_posts(user_id, today())
        return user if user and self.user_can_authenticate(user) else None


class StaffSession:
    """An end to idle sessions, a new password before anything else, and posts read
    once. Costs visitors nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self._whole_page(request, self.get_response(request))

        at = now()
        if is_over(request, at):
            logout(request)
            return self._answer_visitor(request)

        request.user.keep_posts(today())
        response = self.get_response(request)

        if request.user.is_authenticated:
            keep_seen(request, response, at)
        return response

    def _whole_page(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Answer a fragment asked for without a login by the login page itself, not by
        a login page inside another.
        """
        if "HX-Request" in request.headers and _leads_to_login(response):
            return _go(request, redirect_to_login(_page_of(request))["Location"])
        return response

    def _answer_visitor(self, request: HttpRequest) -> HttpResponse:
        """Answer somebody just logged out: public pages as to anybody, the others with
        the reason and the way back.
        """
        response = self.get_response(request)
        if not _leads_to_login(response):
            return response

        text = _(
            "You were logged out because nothing was done for a while. Log in to go on."
        )
        if _wants_json(request):
            return JsonResponse({"code": "session_ended", "detail": text}, status=401)

        messages.info(request, text)
        return _go(request, redirect_to_login(_page_of(request))["Location"])

    def process_view(
        self,
        request: HttpRequest,
        _view: Callable[..., Any],
        _args: Any,
        _kwargs: Mapping[str, Any],
    ) -> HttpResponse | None:
        """Send whoever has a one-time password to change it before anything else."""
        user = request.user
        if not user.is_authenticated or not user.must_change_password:
            return None
        match = request.resolver_match
        if match and match.url_name in BEFORE_PASSWORD:
            return None

        text = _("Choose your own password first.")
        if _wants_json(request):
            return JsonResponse({"code": "password_change", "detail": text}, status=403)
        return _go(request, resolve_url("account_change_password"))


def _leads_to_login(response: HttpResponse) -> bool:
    return response.get("Location", "").startswith(resolve_url("account_login"))


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect the whole page, from a fragment as well: but never to the page it stands
    on, which would begin anew and lose the text being typed there.
    """
    if "HX-Request" not in request.headers:
        return redirect(url)
    if _page_of(request).partition("?")[0] == url:
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Redirect": url})


def _page_of(request: HttpRequest) -> str:
    """Return the page to come back to: the one asked for, or the one that a form or
    fragment was on.
    """
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()

    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    ):
        return "/"

    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _wants_json(request: HttpRequest) -> bool:
    if request.path.startswith("/api/"):
        return True
    preferred = request.get_preferred_type(["text/html", "application/json"])
    return preferred == "application/json"


class Here:
    """The reader of the page, for templates; nothing is worked out before it is
    shown.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def posts(self) -> list[Post]:
        """The current posts; none while a one-time password waits to be changed, for
        whatever they open leads back to that page.
        """
        if self.user is None or self.user.must_change_password:
            return []
        return self.user.posts_on(today())

    @cached_property
    def main_post(self) -> Post | None:
        """The post appointed first."""
        return self.posts[0] if self.posts else None

    @cached_property
    def place(self) -> str:
        """The place of the main post, town included; empty for the 三员."""
        post = self.main_post
        if post is None:
            return ""

        village = post.group.village if post.group else post.village
        return f"{village.town}{post.place}" if village else post.place

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(str(post.role) for post in self.posts)

    @cached_property
    def is_staff_of_cases(self) -> bool:
        """True where any post is not one of the 三员."""
        return deals_with_cases(self.posts)

    @cached_property
    def enters_admin(self) -> bool:
        return not self.roles.isdisjoint(ENTER_ADMIN)

    @cached_property
    def type_size(self) -> str:
        size = self._request.COOKIES.get("type", "")
        return size if size in TYPE_SIZES else TYPE_SIZES[0]


def who_is_here(request: HttpRequest) -> dict[str, Here]:
    """Return the context of every page: `here`."""
    return {"here": Here(request)}
