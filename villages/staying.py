"""A login that ended while somebody was at work: their page stays, and is told so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from minshi.errors import Text
from minshi.refusals import prefers_json

UNAUTHORIZED = 401


class StayOnPage:
    """Answer 401 where a script or a fragment would be led to the login page.

    Redirected, the page would lose what is being typed on it; followed by a script, the
    login page would look like an answer. Costs everybody else nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if asked_by_script(request) and leads_to_login(response):
            return login_is_over(_("Your login is over. Log in again to go on."))
        return response


def leads_to_login(response: HttpResponse) -> bool:
    target = response.get("HX-Redirect") or response.get("Location") or ""
    return target.startswith(resolve_url("account_login"))


def login_is_over(text: Text) -> JsonResponse:
    """Tell a script that nobody is logged in any more, and why."""
    answer = {"code": "session_ended", "detail": str(text)}
    return JsonResponse(answer, status=UNAUTHORIZED)


def asked_by_script(request: HttpRequest) -> bool:
    """True for a fragment of a page, and for what a script of ours asks for."""
    if "HX-Request" in request.headers:
        return True
    return prefers_json(request)
