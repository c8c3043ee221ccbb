"""What is refused before any page or endpoint sees it: bodies too large to be read,
texts that no database stores, and addresses opened that only a form is sent to.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from minshi.addresses import page_above
from minshi.api import AnyToken
from minshi.refusals import (
    HOLDS_NUL,
    LENGTH_REQUIRED,
    NUL,
    bad_request,
    is_for_api,
    refuse,
    refuse_too_large,
)

Answer = Callable[[HttpRequest], HttpResponse]
# A length of more digits is none: no body is that long, and Python reads no number of
# thousands of them.
LENGTH = re.compile(r"[0-9]{1,18}")
# An encoding of text takes any bytes, if only as signs that something is broken.
ANY_BYTES = bytes(range(128, 256))
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class BodyLimit:
    """Refuse a body that is too large before a byte of it is read or written.

    Django reads no more than the length that is stated, so the length decides. A
    visitor may send ANONYMOUS_BODY_MAX_BYTES; whoever is logged in BODY_MAX_BYTES with
    files, and DATA_UPLOAD_MAX_MEMORY_SIZE without.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = _stated_length(request)
        if length is None:
            words = _("Say how long the body is: Content-Length is missing.")
            return refuse(request, LENGTH_REQUIRED, "length_required", words)

        # who sends it is asked only where it matters: it may take a query
        if length > settings.ANONYMOUS_BODY_MAX_BYTES:
            most = _most_bytes(request)
            if length > most:
                return refuse_too_large(request, most)

        return self.get_response(request)


def _stated_length(request: HttpRequest) -> int | None:
    """Return the length of the body; None where the request states no number, as of a
    chunked body.
    """
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return None
    stated = request.META.get("CONTENT_LENGTH") or "0"
    return int(stated) if LENGTH.fullmatch(stated) else None


def _most_bytes(request: HttpRequest) -> int:
    if not _is_known(request):
        return int(settings.ANONYMOUS_BODY_MAX_BYTES)
    if request.content_type == "multipart/form-data":
        return int(settings.BODY_MAX_BYTES)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _is_known(request: HttpRequest) -> bool:
    """Tell whether the request comes with a session or, to the API, with a token."""
    if request.user.is_authenticated:
        return True
    if not is_for_api(request):
        return False

    try:
        return AnyToken().authenticate(Request(request)) is not None
    except APIException:  # a token that is none
        return False


class StorableText:
    """Refuse the character NUL, which PostgreSQL stores in no text: nothing has an
    address with it, and in a query or a form it cannot be read. Refuse also a body in
    what is no encoding of text (charset=hex).

    What the API is sent as a body its parsers look at, once they know who sends it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info:
            words = _("There is no such address.")
            return refuse(request, 404, "not_found", words)

        query = request.META.get("QUERY_STRING", "")
        if NUL.encode() in unquote_to_bytes(query):
            return _refuse_nul(request)

        charset = (request.content_params or {}).get("charset", "utf-8")
        if not _is_of_text(charset):
            words = _("The body is in no encoding of text.")
            return refuse(request, 400, "bad_request", words)

        try:
            _read_fields(request)
        except SuspiciousOperation as error:
            return bad_request(request, error)
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        _view: Callable[..., Any],
        _args: Any,
        _kwargs: Mapping[str, Any],
    ) -> HttpResponse | None:
        if is_for_api(request) or request.content_type not in FORMS:
            return None

        for _name, values in request.POST.lists():
            if any(NUL in text for text in values):
                return _refuse_nul(request)
        return None


def _read_fields(request: HttpRequest) -> None:
    """Read the fields of the address and of a form, which Django refuses where they are
    too many. Refused here it has our words, with DEBUG as well, whose own page of the
    fault stumbles over the same fields.
    """
    _fields = request.GET
    if request.content_type in FORMS and not is_for_api(request):
        _fields = request.POST


def _is_of_text(charset: str) -> bool:
    """Tell whether bytes can be read as text so; hex and zip are no encodings of it,
    idna is one of names alone, and undefined is there to fail.
    """
    try:
        ANY_BYTES.decode(charset, "replace")
    except (LookupError, ValueError):
        return False
    return True


def _refuse_nul(request: HttpRequest) -> HttpResponse:
    return refuse(request, 400, "bad_request", HOLDS_NUL)


class NotOpened:
    """Answer with a page of ours where an address takes no such request: Django's
    answer is empty, and a browser fills it with English words of its own.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_refused = isinstance(response, HttpResponseNotAllowed)
        if not is_refused or is_for_api(request) or not _is_by_browser(request):
            return response

        context = {"page": page_above(request.path_info)}
        page = render(request, "405.html", context, status=response.status_code)
        page["Allow"] = response["Allow"]
        return page


def _is_by_browser(request: HttpRequest) -> bool:
    """Tell whether a browser opens a page, and no script asks for a part of it."""
    asks_for_pages = "text/html" in request.headers.get("Accept", "")
    return asks_for_pages and "HX-Request" not in request.headers
