"""What an endpoint is: never stored by whoever reads it, and described with the
refusals all of them share.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.views import APIView

from minshi.api import IDEMPOTENCY_HEADER, REPLAYED_HEADER
from minshi.errors import Text
from minshi.parsers import refuse_other_kinds

ALWAYS: dict[str, Text] = {
    "400": _("A field has the wrong shape."),
    "401": _("Not logged in."),
    "403": _("No such right."),
    "406": _("Only JSON is spoken."),
    "429": _("Too many requests."),
}
NOT_FOUND = _("There is no such thing, or it is not yours to see.")
WITH_BODY: dict[str, Text] = {
    "409": _("Refused by a rule."),
    "412": _("Somebody else changed it."),
    "413": _("The body is too large."),
    "415": _("The body is of a kind that this address does not read."),
}
ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["code", "detail"],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
# A header is a string: of what a format makes of it a generated client makes no header.
UUID_AS_TEXT = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
IDEMPOTENCY_PARAMETER = OpenApiParameter(
    IDEMPOTENCY_HEADER,
    str,
    OpenApiParameter.HEADER,
    pattern=UUID_AS_TEXT,
    description="A UUID of your own that makes a retry harmless.",
)
IF_MATCH_PARAMETER = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag read before; or `version` in the body.",
)
IF_NONE_MATCH_PARAMETER = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER
)
ETAG_ANSWERED = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201, 304],
    description="The version of the matter, for If-Match and If-None-Match.",
)
REPLAY_ANSWERED = OpenApiParameter(
    REPLAYED_HEADER,
    str,
    OpenApiParameter.HEADER,
    response=[200],
    description="`true` where the Idempotency-Key was used for this before.",
)
LOCATION_ANSWERED = OpenApiParameter(
    "Location",
    str,
    OpenApiParameter.HEADER,
    response=[201],
    description="The address of what was made.",
)
WAIT_ANSWERED = {
    "Retry-After": {
        "schema": {"type": "string"},
        "description": "Seconds until the next request is taken.",
    }
}
# As worked out for all other endpoints. extend_schema(auth=…) is annotated as if it
# took names; OpenAPI and the code behind it want objects.
BY_TOKEN_OR_SESSION: Any = [{"token": []}, {"cookieAuth": []}]
TAG_OF = {"logout": "login", "logoutall": "login", "me": "login", "batch": "cases"}


class Documented(AutoSchema):
    """Adds to each operation the refusals it shares with all others, and requires the
    body where there is one.
    """

    def get_summary(self) -> str | None:
        summary = super().get_summary()
        return None if summary is None else str(summary)

    def get_tags(self) -> list[str]:
        return [TAG_OF.get(tag, tag) for tag in super().get_tags()]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None and "requestBody" in operation:
            operation["requestBody"]["required"] = True
        return operation

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        refusals = dict(ALWAYS)
        if "{" in self.path:
            refusals["404"] = NOT_FOUND
        if self.method not in ("GET", "HEAD"):
            refusals |= WITH_BODY
        for status, words in refusals.items():
            bodies.setdefault(status, self._refusal(str(words)))
        bodies["429"]["headers"] = WAIT_ANSWERED
        return bodies

    def _refusal(self, words: str) -> dict[str, Any]:
        component = ResolvedComponent(
            name="Error",
            type=ResolvedComponent.SCHEMA,
            schema=ERROR_SCHEMA,
            object=serializers.Serializer,
        )
        self.registry.register_on_missing(component)
        return {
            "description": words,
            "content": {"application/json": {"schema": component.ref}},
        }


class Endpoint(APIView):
    """Answers hold people's matters: no browser and no proxy keeps them."""

    schema = Documented()

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)

        is_written = request.method in ("POST", "PUT", "PATCH")
        if is_written and hasattr(self, request.method.lower()):
            refuse_other_kinds(request)

    def finalize_response(
        self, request: Any, response: Any, *args: Any, **kwargs: Any
    ) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "private, no-store")
        return response


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "villages.token_login.TokenLogin"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The word Token, a blank, and the token that login/ gave.",
        }
