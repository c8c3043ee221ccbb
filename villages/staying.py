"""A login that ended while somebody was at work: their page stays, and is told so."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext_lazy

from minshi.errors import Text
from minshi.refusals import prefers_json

UNAUTHORIZED = 401
FORBIDDEN = 403
LOGIN_IS_OVER = gettext_lazy("Your login is over. Log in again to go on.")
MOST_TEXTS = 50
# What a field is, its name says: words may look like a choice, a key or a code.
SECRET = re.compile(r"password|passwd|code|otp|token|secret", re.IGNORECASE)
# the code on a receipt; the account that goes with a password
SECRET_NAMES = frozenset({"k", "login"})
# what is chosen of a row (place-12), a column of a list
CHOSEN_OF_ROW = re.compile(r"(?:place|ready|show)[-_].+|(?:column|head)-\d+")
# of a page of the administration: a button, how many rows it has, a row's key
OF_ADMIN = re.compile(
    r"_\w+|.+-(?:TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS|.+-id|initial-.+"
)
CHOICES = """
action add_to again also apply as_typed aside asked asks_escalation assistants at backup
body by_letter by_robot cases category channel choose co_speaker_resident codes concerns
confidentiality do doing drawn drop encoding file fill form from_speaker good good_only
grade group handling holder household how in_return index is_chair is_default is_guest
is_head is_on is_on_roll item_version key kind language lead ledger lifted look matter
may_sign meeting members minutes_version names_officers next no_items node notices nth
offered origin outcome part pass_above pass_base period photo post primary print
public quorum_above reached remember remove remove_phone report reread reserved resident
role ruling satisfaction save seen select_across separator settled sex sheets solved
source step substitute substitutes_vote supervision_level sure topic town type unit
unmasked use user verdict version village void_as works
"""
CHOSEN = frozenset(CHOICES.split())


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
    return _is_of_login(target)


def _is_of_login(address: str) -> bool:
    """True for the login page and its second step."""
    return address.startswith(resolve_url("account_login"))


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


def token_is_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token does not fit, with the words that it brought: nothing
    was done. Django calls it, with a reason for programmers.

    Logging in anew in another window makes all tokens old; scripts renew them. A form
    that another site sent is given nothing back.
    """
    origin = f"{request.scheme}://{request.get_host()}"
    is_ours = request.headers.get("Origin") == origin
    context = {
        "texts": typed_texts(request) if is_ours else [],
        "had_files": bool(request.FILES),
    }
    page = render(request, "403_csrf.html", context, status=FORBIDDEN)
    page["Cache-Control"] = "no-store"
    return page


def typed_texts(request: HttpRequest) -> list[str]:
    """Return the texts that a form of a page brought, without its secrets, the choices
    made in it and its keys: all of them known by the names of their fields.
    """
    if request.method != "POST" or _is_of_login(request.path):
        return []

    texts = []
    for name, values in request.POST.lists():
        if not is_secret(name) and not is_chosen(name):
            texts += [value for value in values if value.strip()]
    return texts[:MOST_TEXTS]


def is_secret(name: str) -> bool:
    """Tell whether a field of this name holds a secret, which is shown to nobody."""
    return name in SECRET_NAMES or SECRET.search(name) is not None


def is_chosen(name: str) -> bool:
    """Tell whether a field of this name holds a choice, a button or a key: nothing that
    anybody would copy.
    """
    if name in CHOSEN:
        return True
    return bool(CHOSEN_OF_ROW.fullmatch(name) or OF_ADMIN.fullmatch(name))


def asked_by_script(request: HttpRequest) -> bool:
    """True for a fragment of a page, and for what a script of ours asks for."""
    if "HX-Request" in request.headers:
        return True
    return prefers_json(request)


def lead_on(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Redirect a browser; give a script of the page the address to go to."""
    if asked_by_script(request):
        address = {"go": response["Location"]}  # with the code of a matter, perhaps
        return JsonResponse(address, headers={"Cache-Control": "no-store"})
    return response
