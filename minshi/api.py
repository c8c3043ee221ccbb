"""The parts that every endpoint of the API shares: errors, login by token, pages by
key, idempotency keys, versions as ETags.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from knox.auth import TokenAuthentication
from rest_framework import status
from rest_framework.exceptions import (
    AuthenticationFailed,
    PermissionDenied,
    UnsupportedMediaType,
    ValidationError,
)
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings
from rest_framework.utils import encoders, json
from rest_framework.utils.urls import replace_query_param

from minshi.clock import now
from minshi.errors import InputRefused, RuleBroken
from minshi.parsers import OtherKind

if TYPE_CHECKING:
    from rest_framework.views import APIView

PAGE_SIZE = 50
LARGEST_PAGE = 200
CURSOR_SALT = "minshi.api.cursor"
LONGEST_CURSOR = 400
ETAG = re.compile(r'(?:W/)?"(\d{1,9})(?:-[a-z]+)?"')
IDEMPOTENCY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"


# --- errors
class OwnPasswordFirst(PermissionDenied):
    """The account still has its one-time password."""

    default_code = "password_change"
    default_detail = gettext_lazy("Choose your own password first.")


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return every refusal as {"code", "detail"}, and "fields" where inputs are at
    fault; None: not a refusal but a fault.
    """
    # views read the settings, which name a login by token that imports this module
    from rest_framework.views import (
        exception_handler,
    )

    if isinstance(error, RuleBroken):
        fields = {name: [str(text)] for name, text in error.fields.items()}
        return _refusal(error, fields)

    if isinstance(error, DjangoValidationError):
        error = ValidationError(as_serializer_error(error))
    elif isinstance(error, UnsupportedMediaType):
        error = OtherKind(context["request"])
    response = exception_handler(error, dict(context))
    if response is None:
        return None

    if isinstance(error, ValidationError):
        response.data = _body("invalid", *_invalid(response.data))
    else:
        detail = response.data["detail"]
        response.data = _body(getattr(detail, "code", "error"), str(detail), {})
    return response


def _refusal(error: RuleBroken, fields: Mapping[str, list[str]]) -> Response:
    body = _body(error.code, str(error.detail), fields)
    response = Response(body, status=error.status)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def _body(code: str, detail: str, fields: Mapping[str, list[str]]) -> dict[str, Any]:
    body: dict[str, Any] = {"code": code, "detail": detail}
    if fields:
        body["fields"] = fields
    return body


def _invalid(data: Any) -> tuple[str, dict[str, list[str]]]:
    """Return the sentence on top and the errors by field name, however deep DRF nests
    them.
    """
    if not isinstance(data, Mapping):
        return " ".join(_texts(data)), {}

    general = _texts(data.get(api_settings.NON_FIELD_ERRORS_KEY, []))
    fields = {}
    for name, found in data.items():
        if name != api_settings.NON_FIELD_ERRORS_KEY:
            fields[str(name)] = _texts(found)

    return " ".join(general) or _("Please check the marked fields."), fields


def _texts(found: Any) -> list[str]:
    """Return all texts in what was found, however deep it is nested."""
    if isinstance(found, Mapping):
        found = list(found.values())
    if not isinstance(found, list | tuple):
        return [str(found)]

    texts = []
    for item in found:
        texts += _texts(item)
    return texts


# --- login by token
class AnyToken(TokenAuthentication):
    """A token, also of an account that must choose its own password first."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        try:
            user, auth_token = super().authenticate_credentials(token)
        except UnicodeDecodeError:
            raise AuthenticationFailed from None
        return user, auth_token

    def _cleanup_token(self, auth_token: Any) -> bool:
        """Refuse an expired token; the user's other tokens are no business of every
        request.
        """
        if auth_token.expiry is None or auth_token.expiry >= now():
            return False
        auth_token.delete()
        return True


# --- pages
class KeyPages(BasePagination):
    """Key-set pages: a row never moves to another page, and the cost of a page does not
    grow with its place.

    The view names its `order`, a column and the key: ("-registered_at", "-id").
    """

    def paginate_queryset(
        self, queryset: Any, request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        order: tuple[str, str] = view.order  # type: ignore[union-attr]
        size = _page_size(request)

        # one row more tells whether a page follows
        cursor = request.query_params.get("cursor", "")
        following = _beyond(queryset.order_by(*order), order, cursor)
        rows = list(following[: size + 1])

        self.next: str | None = None
        if len(rows) > size:
            next_cursor = _cursor_after(rows[size - 1], order)
            self.next = replace_query_param(
                request.build_absolute_uri(), "cursor", next_cursor
            )
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        size = {
            "type": "integer",
            "minimum": 1,
            "maximum": LARGEST_PAGE,
            "default": PAGE_SIZE,
        }
        return [
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string", "maxLength": LONGEST_CURSOR},
            },
            {"name": "page_size", "in": "query", "schema": size},
        ]


class _Json:
    """The serializer of cursors: they hold a column's value as the JSON encoder of DRF
    writes it.
    """

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value, cls=encoders.JSONEncoder).encode()

    def loads(self, raw: bytes) -> Any:
        return json.loads(raw.decode())


def _page_size(request: Request) -> int:
    raw = request.query_params.get("page_size", str(PAGE_SIZE))
    size = 0
    if raw.isascii() and raw.isdecimal() and len(raw) < len("10000"):
        size = int(raw)

    if not 1 <= size <= LARGEST_PAGE:
        raise ValidationError(
            {"page_size": [_("From 1 to %(most)s.") % {"most": LARGEST_PAGE}]}
        )
    return size


def _cursor_after(row: Any, order: tuple[str, str]) -> str:
    """Return the signed cursor of the page that begins after a row."""
    column = order[0].lstrip("-")
    return signing.dumps(
        [order[0], row.serializable_value(column), row.pk],
        salt=CURSOR_SALT,
        serializer=_Json,
    )


def _beyond(
    queryset: QuerySet[Any], order: tuple[str, str], cursor: str
) -> QuerySet[Any]:
    """Narrow a queryset to the rows after the cursor; all of them without one."""
    if not cursor:
        return queryset

    column = order[0].lstrip("-")
    try:
        ordered_by, raw, pk = signing.loads(cursor, salt=CURSOR_SALT, serializer=_Json)
        value = _field(queryset, column).to_python(raw)
    except (signing.BadSignature, DjangoValidationError, ValueError):
        ordered_by = ""
    if ordered_by != order[0]:
        raise ValidationError(
            {"cursor": [_("This page does not exist; begin at the first one.")]}
        )

    side = "lt" if order[0].startswith("-") else "gt"
    beyond = Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": pk})
    return queryset.filter(beyond, **{f"{column}__{side}e": value})


def _field(queryset: QuerySet[Any], column: str) -> Any:
    """Return the field of a column, or of an annotation of the queryset."""
    annotation = queryset.query.annotations.get(column)
    if annotation is not None:
        return annotation.output_field
    return queryset.model._meta.get_field(column)


# --- files
class AnyAccepted(DefaultContentNegotiation):
    """Send a file as it is, whatever content type the client asks for."""

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: Any = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


# --- retries and versions
def idempotency_key(request: Request) -> UUID | None:
    """Return the UUID that makes a retry harmless. InputRefused: the header holds
    something else.
    """
    raw = request.headers.get(IDEMPOTENCY_HEADER)
    if raw is None:
        return None
    try:
        return UUID(raw)
    except ValueError:
        text = _("The Idempotency-Key must be a UUID.")
        raise InputRefused.at(**{IDEMPOTENCY_HEADER: text}) from None


def etag_of(version: int, light: str | None = None) -> str:
    """Return the version of a row as an ETag; with the light, because that changes with
    the hour and not with the row.
    """
    if light:
        return f'"{version}-{light}"'
    return f'"{version}"'


def is_unchanged(request: Request, etag: str) -> bool:
    """True where the reader has this very answer already (If-None-Match); a proxy may
    have marked its ETag as weak.
    """
    header = request.headers.get("If-None-Match", "")
    if header.strip() == "*":
        return True

    etags = {part.strip().removeprefix("W/") for part in header.split(",")}
    return etag in etags


def expected_version(request: Request, in_body: int | None) -> int:
    """Return the version the writer saw, from If-Match or the body. InputRefused:
    neither says one.
    """
    match = ETAG.fullmatch(request.headers.get("If-Match", "").strip())
    if match:
        return int(match[1])
    if in_body is None:
        text = _("Say which version you saw: `version`, or If-Match with the ETag.")
        raise InputRefused.at(version=text)
    return in_body


def not_modified(etag: str) -> Response:
    return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
