"""The composition root of all addresses."""

from django.contrib import admin
from django.urls import include, path

from minshi.refusals import too_large

handler400 = "minshi.refusals.bad_request"
handler404 = "minshi.refusals.not_found"
handler500 = "minshi.refusals.server_error"
urlpatterns = [
    path("", include("minshi.health")),
    path("", include("villages.urls")),
    path("", include("cases.urls")),
    path("supervision/", include("supervision.urls")),
    path("api/", include("minshi.api_urls")),
    path("admin/", admin.site.urls),
    path("too-large/", too_large, name="too-large"),
]
