"""Language and type size, stored in cookies; they work for visitors as well."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from minshi.addresses import page_of
from villages.reader import TYPE_COOKIE, TYPE_SIZES

A_YEAR = 365 * 24 * 3600


@require_POST
def change_language(request: HttpRequest) -> HttpResponse:
    """Store the language in a cookie, and go back to the page that was read."""
    response = set_language(request)
    if isinstance(response, HttpResponseRedirect):
        response["Location"] = page_of(response["Location"])
    return response


@require_POST
def change_type_size(request: HttpRequest) -> HttpResponse:
    """Store the size in a cookie; an unknown one changes nothing."""
    page = request.POST.get("next") or request.headers.get("Referer") or "/"
    if not url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    ):
        page = "/"

    # not `redirect`, which would look for a view of that name
    response = HttpResponseRedirect(page_of(page))
    size = request.POST.get("type", "")
    if size in TYPE_SIZES:
        response.set_cookie(
            TYPE_COOKIE,
            size,
            max_age=A_YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response
