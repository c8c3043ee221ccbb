"""The composition root of all addresses."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from minshi.refusals import too_large

# The address within the files is known only once they are collected.
address_of = lazy(static, str)

handler400 = "minshi.refusals.bad_request"
handler404 = "minshi.refusals.not_found"
handler500 = "minshi.refusals.server_error"
urlpatterns = [
    # what has a beginning of its own comes first: it is found without trying the others
    path("api/", include("minshi.api_urls")),
    path("admin/", admin.site.urls),
    path("supervision/", include("supervision.urls")),
    path("", include("minshi.health")),
    path("", include("villages.urls")),
    path("", include("cases.urls")),
    # asked for by browsers where an answer names no icon: JSON, a file, the admin
    path(
        "favicon.ico",
        RedirectView.as_view(url=address_of("icon.svg")),
        name="favicon",
    ),
    path("too-large/", too_large, name="too-large"),
]
