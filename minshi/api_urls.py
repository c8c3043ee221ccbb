"""The addresses of the API: version 1, its schema, its pages of documentation."""

import threading
from typing import Any, ClassVar

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.urls import include, path, re_path
from django.utils.translation import get_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from minshi.api_guide import guide
from minshi.refusals import too_large


class NoSuchAddress(APIView):
    """Any other address under /api/: 404 in the API's own words."""

    def http_method_not_allowed(
        self, request: Any, *args: Any, **kwargs: Any
    ) -> Response:
        raise Http404

    options = http_method_not_allowed


class Schema(SpectacularAPIView):
    """The schema, worked out once in a language and by one thread at a time.

    An endpoint's inspector is one object of its class and remembers the view it was
    asked for last: two threads at once describe each other's endpoints, or fail.
    """

    working = threading.Lock()
    made: ClassVar[dict[str | None, Response]] = {}

    def _get_schema_response(self, request: Any) -> Response:
        language = get_language()
        with self.working:
            if language not in self.made:
                made = super()._get_schema_response(request)  # type: ignore[no-untyped-call]  # not typed there
                self.made[language] = made

        known = self.made[language]
        return Response(known.data, headers=dict(known.headers))


schema = Schema.as_view(permission_classes=[IsAuthenticated])
docs = SpectacularSwaggerSplitView.as_view(
    url_name="api-schema", template_name="api/docs.html"
)
urlpatterns = [
    path("v1/", include("villages.api_urls")),
    path("v1/", include("cases.api.urls")),
    path("v1/", include("supervision.api_urls")),
    path("schema/", schema, name="api-schema"),
    path("docs/", login_required(docs), name="api-docs"),
    path("docs/guide/", login_required(guide), name="api-guide"),
    path("too-large/", too_large, name="api-too-large"),
    re_path("", NoSuchAddress.as_view()),  # a line break in the address too
]
