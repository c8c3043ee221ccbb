"""The composition root of all addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("minshi.health")),
    path("", include("villages.urls")),
    path("", include("cases.urls")),
    path("supervision/", include("supervision.urls")),
    path("api/", include("minshi.api_urls")),
    path("admin/", admin.site.urls),
]
