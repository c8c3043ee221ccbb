"""Answers to requests that no page and no endpoint takes: a page with a sentence, and
under /api/ the API's {"code", "detail"}, both in the language asked for.
"""

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults

from minshi.errors import Text

API = "/api/"
TOO_LARGE = 413
LENGTH_REQUIRED = 411
STORAGE_FAILED = 507


class BodyRefused(SuspiciousOperation):
    """A body is not read on; Django asks `bad_request` below for the answer."""

    def __init__(self, status: int, code: str, detail: Text) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail


def storage_failed() -> BodyRefused:
    """Return the refusal of a file that the disk does not take."""
    return BodyRefused(STORAGE_FAILED, "storage_failed", NOT_STORED)


NOT_STORED = gettext_lazy(
    "The file could not be stored: the server's disk is full or does not answer."
    " Nothing was added; tell whoever runs the server, and send it again later."
)


def is_for_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API)


def refuse(request: HttpRequest, status: int, code: str, detail: Text) -> HttpResponse:
    """Return a refusal in the shape that the asker reads."""
    if is_for_api(request):
        body = {"code": code, "detail": str(detail)}
        return JsonResponse(body, status=status)
    return render(request, "refused.html", {"detail": detail}, status=status)


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
        return refuse(request, exception.status, exception.code, exception.detail)
    if isinstance(exception, RequestDataTooBig):
        return refuse_too_large(request)
    return refuse(request, 400, "bad_request", _("This cannot be read."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_for_api(request):
        return refuse(request, 404, "not_found", _("There is no such address."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_for_api(request):
        detail = _("Something went wrong here; nothing was changed. Try again later.")
        return refuse(request, 500, "error", detail)
    return defaults.server_error(request)
