"""Answers to requests that no page and no endpoint takes: a page with a sentence, and
under /api/ the API's {"code", "detail"}, both in the language asked for.
"""

import sys

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults

from minshi.errors import RuleBroken, StorageFailed, Text

API = "/api/"
TOO_LARGE = 413
LENGTH_REQUIRED = 411
DISK_FULL = "53100"  # PostgreSQL, appendix A: disk_full
NUL = "\0"  # PostgreSQL stores it in no text
HOLDS_NUL = gettext_lazy("It holds a character (NUL) that is no text. Type it anew.")


class BodyRefused(SuspiciousOperation):
    """A body is not read on; Django asks `bad_request` below for the answer."""

    def __init__(self, refusal: RuleBroken) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def is_for_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API)


def wants_json(request: HttpRequest) -> bool:
    """True under /api/, and where a script of a page asks."""
    return is_for_api(request) or prefers_json(request)


def prefers_json(request: HttpRequest) -> bool:
    """True where a script asks; a browser that opens a page, also one under /api/,
    takes HTML first.
    """
    preferred = request.get_preferred_type(["text/html", "application/json"])
    return preferred == "application/json"


def refuse(request: HttpRequest, status: int, code: str, detail: Text) -> HttpResponse:
    """Return a refusal in the shape that the asker reads."""
    if is_for_api(request):
        body = {"code": code, "detail": str(detail)}
        return JsonResponse(body, status=status)
    return render(request, "refused.html", {"detail": detail}, status=status)


def refuse_by_rule(
    request: HttpRequest, refusal: RuleBroken, *, as_json: bool = False
) -> HttpResponse:
    """Return the words of a rule, where no form is at hand to say them in: as JSON to a
    script, and where it is always one that asks.
    """
    response: HttpResponse
    if as_json or wants_json(request):
        body = {"code": refusal.code, "detail": str(refusal)}
        response = JsonResponse(body, status=refusal.status)
    else:
        context = {"detail": refusal.detail}
        response = render(request, "refused.html", context, status=refusal.status)

    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def refuse_too_large(request: HttpRequest, most: int | None = None) -> HttpResponse:
    """Refuse a body that is too large; `most` are the bytes that would be taken."""
    detail = _("What was sent is too large.")
    if most is not None:
        size = {"kilobytes": most // 1024}
        detail = _("What was sent is too large; %(kilobytes)s KB are taken.") % size
    return refuse(request, TOO_LARGE, "too_large", detail)


def too_large(request: HttpRequest) -> HttpResponse:
    """The page that the proxy shows in front of us when it takes no more."""
    return refuse_too_large(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, BodyRefused):
        refusal = exception.refusal
        return refuse(request, refusal.status, refusal.code, refusal.detail)
    if isinstance(exception, RequestDataTooBig):
        return refuse_too_large(request)
    return refuse(request, 400, "bad_request", _("This cannot be read."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_for_api(request):
        return refuse(request, 404, "not_found", _("There is no such address."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours; where the database's disk is full, with the words for
    that.
    """
    if is_disk_full(sys.exception()):
        return refuse_by_rule(request, StorageFailed())
    if is_for_api(request):
        detail = _("Something went wrong here; nothing was changed. Try again later.")
        return refuse(request, 500, "error", detail)
    return defaults.server_error(request)


def is_disk_full(fault: BaseException | None) -> bool:
    """Return True where the database could not write for want of room."""
    if not isinstance(fault, OperationalError):
        return False
    told = fault.__cause__  # by the driver, in its own way
    is_postgres_full = getattr(told, "pgcode", "") == DISK_FULL
    return is_postgres_full or getattr(told, "sqlite_errorname", "") == "SQLITE_FULL"
