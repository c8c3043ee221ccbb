"""The addresses of the API: version 1, its schema, its pages of documentation."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView


class NoSuchAddress(APIView):
    """Any other address under /api/: 404 in the API's own words."""

    def http_method_not_allowed(
        self, request: Any, *args: Any, **kwargs: Any
    ) -> Response:
        raise Http404

    options = http_method_not_allowed


schema = SpectacularAPIView.as_view(permission_classes=[IsAuthenticated])
docs = SpectacularSwaggerSplitView.as_view(
    url_name="api-schema", template_name="api/docs.html"
)
urlpatterns = [
    path("v1/", include("villages.api_urls")),
    path("v1/", include("cases.api.urls")),
    path("v1/", include("supervision.api_urls")),
    path("schema/", schema, name="api-schema"),
    path("docs/", login_required(docs), name="api-docs"),
    re_path("", NoSuchAddress.as_view()),  # a line break in the address too
]
