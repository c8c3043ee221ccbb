"""The addresses of the API: version 1, its schema, its pages of documentation."""

import threading
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.urls import include, path, re_path
from django.utils.translation import get_language, override
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
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
    """The schema, worked out and written once in a language and a form, which takes
    seconds, and by one thread at a time.

    An endpoint's inspector is one object of its class and remembers the view it was
    asked for last: two threads at once describe each other's endpoints, or fail.
    """

    working = threading.Lock()
    made: ClassVar[dict[str, dict[str, Any]]] = {}
    written: ClassVar[dict[tuple[str, str], str | bytes]] = {}

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer in the language of ?lang=, or in that of the request."""
        language = request.GET.get("lang")
        if language not in dict(settings.LANGUAGES):
            language = get_language() or settings.LANGUAGE_CODE

        renderer = request.accepted_renderer
        form = (language, renderer.media_type)
        with self.working, override(language):
            if language not in self.made:
                generator = self.generator_class()
                self.made[language] = generator.get_schema(request=None, public=True)
            if form not in self.written:
                self.written[form] = renderer.render(self.made[language])

        return HttpResponse(self.written[form], content_type=renderer.media_type)


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
