"""Middleware of every page of a logged-in user: posts read once, an end to idle
sessions, and what has to be done first.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from auditlog.middleware import AuditlogMiddleware
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.middleware import get_user
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars

from minshi.clock import now, today
from minshi.errors import Text
from minshi.refusals import wants_json
from villages.first_things import first_thing
from villages.models import User
from villages.requests import StaffRequest, asks_by_itself, client_address
from villages.sessions import is_over, keep_seen, tell_who
from villages.staying import (
    LOGIN_IS_OVER,
    asked_by_script,
    give_words_back,
    leads_to_login,
    login_is_over,
)


class RequestLog(RequestMiddleware):
    """A line of the log for each request, with the address that the audit log has: the
    library's own believes whatever a visitor writes into a header.
    """

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        bind_contextvars(ip=client_address(request))


class FieldHistorySource(AuditlogMiddleware):
    """Note with the field history who changed something and from which address: the one
    that the audit log has, and no header that anybody may write.
    """

    def get_extra_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what is stored with each change that this request makes."""
        return {
            "actor": self._get_actor(request),
            "remote_addr": client_address(request),
        }


class StaffSession:
    """An end to idle sessions, what has to be done before anything else, and posts read
    once. Costs visitors nothing.

    What a page asks for by itself (a count every minute) is no sign that somebody sits
    there, and leads the page nowhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            response = self._answer_stranger(request)
            is_private = request.path.startswith("/api/")
        else:
            response = self._answer_user(cast("StaffRequest", request))
            is_private = True

        if request.user.is_authenticated:  # from this very request on, at a login
            tell_who(request, response)
        return _kept_nowhere(response) if is_private else response

    def _answer_stranger(self, request: HttpRequest) -> HttpResponse:
        """Leave a page as it is that asks by itself without a login, and give the words
        of a form back; a script is answered by `StayOnPage`.
        """
        response = self.get_response(request)
        if not leads_to_login(response):
            return response
        if asks_by_itself(request):
            return _nothing()
        return _with_words(request, LOGIN_IS_OVER) or response

    def _answer_user(self, request: StaffRequest) -> HttpResponse:
        at = now()
        is_background = asks_by_itself(request)

        if is_over(request, at):
            if is_background:
                # the session ends with the next thing somebody does, and says why
                return _nothing()
            logout(request)
            return self._answer_visitor(request)

        # the account itself: asked for a thousand times a page, its stand-in is slow
        request.user = cast("User", get_user(request))
        request.user.keep_posts(today())
        response = self.get_response(request)

        if request.user.is_authenticated and not is_background:
            keep_seen(request, response, at)
        return response

    def _answer_visitor(self, request: HttpRequest) -> HttpResponse:
        """Answer somebody just logged out: public pages as to anybody, the others with
        the reason and the way back.
        """
        response = self.get_response(request)
        if not leads_to_login(response):
            return response

        text = _(
            "You were logged out because nothing was done for a while. Log in to go on."
        )
        if asked_by_script(request):
            return login_is_over(text)

        page = _with_words(request, text)
        if page:
            return page
        messages.info(request, text)
        return redirect_to_login(_page_of(request))

    def process_view(
        self,
        request: HttpRequest,
        _view: Callable[..., Any],
        _args: Any,
        _kwargs: Mapping[str, Any],
    ) -> HttpResponse | None:
        """Send whoever has something to do before anything else there, with the page
        they asked for to come back to.
        """
        user = request.user
        first = first_thing(user, today()) if user.is_authenticated else None
        request.first_thing = first  # type: ignore[attr-defined]
        match = request.resolver_match
        if first is None or first.is_on(match.url_name if match else None):
            return None

        if wants_json(request):
            answer = {"code": first.code, "detail": str(first.text)}
            return JsonResponse(answer, status=403)

        return _go(request, _with_way_back(resolve_url(first.page), request))


def _with_words(request: HttpRequest, reason: Text) -> HttpResponse | None:
    """Return a page with the words of a form that came too late; None to a script, and
    where there are none.
    """
    if asked_by_script(request):
        return None
    login = redirect_to_login(_page_of(request))["Location"]
    return give_words_back(request, reason, login)


def _with_way_back(url: str, request: HttpRequest) -> str:
    """Return an address that leads on to the page asked for; to the first page it leads
    by itself.
    """
    page = _page_of(request)
    if page == "/" or page.partition("?")[0] == url:
        return url
    return f"{url}?{urlencode({REDIRECT_FIELD_NAME: page})}"


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    """Forbid browser and proxies to keep an answer: Back after logging out shows
    nothing.
    """
    if "no-store" not in response.get("Cache-Control", ""):
        response["Cache-Control"] = "no-store"
    return response


def _nothing() -> HttpResponse:
    """Answer a fragment so that its page stays as it is."""
    return HttpResponse(status=204)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect the whole page, from a fragment as well: but never to the page it stands
    on, which would begin anew and lose the text being typed there.
    """
    if "HX-Request" not in request.headers:
        return redirect(url)

    stands_on = _page_of(request).partition("?")[0]
    if asks_by_itself(request) or stands_on == url.partition("?")[0]:
        return _nothing()
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
