"""The composition root of all addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("villages.urls")),
    path("admin/", admin.site.urls),
]
