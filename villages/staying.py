"""A login that ended while somebody was at work: their page stays, and is told so."""

import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext_lazy

from minshi.errors import Text
from minshi.refusals import prefers_json

UNAUTHORIZED = 401
LOGIN_IS_OVER = gettext_lazy("Your login is over. Log in again to go on.")
MOST_TEXTS = 50
NEVER_SHOWN = frozenset(
    {*settings.AXES_SENSITIVE_PARAMETERS, "password", REDIRECT_FIELD_NAME}
)
# a choice (talk_room), a row or a holder by its key (12, post:12), the key of a form
CHOSEN = re.compile(
    r"[a-z_-]+(:?\d+)?|\d{1,6}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


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
            return login_is_over(LOGIN_IS_OVER)
        return response


def leads_to_login(response: HttpResponse) -> bool:
    target = response.get("HX-Redirect") or response.get("Location") or ""
    return target.startswith(resolve_url("account_login"))


def login_is_over(text: Text) -> JsonResponse:
    """Tell a script that nobody is logged in any more, and why."""
    answer = {"code": "session_ended", "detail": str(text)}
    return JsonResponse(answer, status=UNAUTHORIZED)


def give_words_back(
    request: HttpRequest, reason: Text, login: str
) -> HttpResponse | None:
    """Return a page with what a form brought after the login was over, to be copied;
    None where nobody typed anything.

    Only what this request sent is shown, as text, and only after its CSRF check:
    without one no page leads to the login.
    """
    texts = typed_texts(request)
    if not texts:
        return None

    context = {
        "reason": reason,
        "texts": texts,
        "login": login,
        "had_files": bool(request.FILES),
    }
    page = render(request, "account/words_kept.html", context, status=UNAUTHORIZED)
    page["Cache-Control"] = "no-store"
    return page


def typed_texts(request: HttpRequest) -> list[str]:
    """Return the texts that a form of a page brought, without its secrets, the choices
    made in it and its keys.
    """
    if request.method != "POST":
        return []

    texts = []
    for name, values in request.POST.lists():
        if name in NEVER_SHOWN:
            continue
        for value in values:
            if value.strip() and not CHOSEN.fullmatch(value):
                texts.append(value)
    return texts[:MOST_TEXTS]


def asked_by_script(request: HttpRequest) -> bool:
    """True for a fragment of a page, and for what a script of ours asks for."""
    if "HX-Request" in request.headers:
        return True
    return prefers_json(request)
