"""The bodies that the API reads: JSON, and a form where a file comes with it.

JSON is no deeper than any of ours is, and no body holds the character NUL, which
PostgreSQL stores in no text.
"""

import re
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches

from minshi.refusals import HOLDS_NUL, NUL

HALF = re.compile("[\ud800-\udfff]")  # of a pair that stands for one character
DEEPEST = 32  # lists and objects in one another; the deepest body of ours has four


class OtherKind(UnsupportedMediaType):
    """A body of a kind that the address does not read."""

    def __init__(self, request: Request) -> None:
        kinds = ", ".join(parser.media_type for parser in request.parsers or ())
        words = _("The body must be sent as Content-Type: %(kind)s.") % {"kind": kinds}
        super().__init__(request.content_type, detail=words)


def refuse_other_kinds(request: Request) -> None:
    """Raise OtherKind also where nobody reads the body: DRF asks only then."""
    is_empty = request.META.get("CONTENT_LENGTH") in (None, "", "0")
    if is_empty:
        return

    for parser in request.parsers or ():
        if media_type_matches(parser.media_type, request.content_type):
            return
    raise OtherKind(request)


class JsonBody(parsers.JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise _too_deep() from None

        _require_plain(body)
        return body


class FilesBody(parsers.MultiPartParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = super().parse(stream, media_type, parser_context)
        _require_plain(dict(body.data.lists()))
        return body


def _require_plain(body: object) -> None:
    """Check a body level by level. ParseError: it is too deep, or holds a NUL."""
    level: list[object] = [body]
    for _depth in range(DEEPEST + 1):
        if not level:
            return
        level = list(_parts_of(level))
    raise _too_deep()


def _parts_of(level: Iterable[object]) -> Iterable[object]:
    for value in level:
        if isinstance(value, str) and NUL in value:
            raise ParseError(HOLDS_NUL)
        if isinstance(value, str) and HALF.search(value):
            raise ParseError(_("The text holds half a character."))
        if isinstance(value, Mapping):
            yield from value.keys()
            yield from value.values()
        elif isinstance(value, list):
            yield from value


def _too_deep() -> ParseError:
    return ParseError(_("The JSON is nested too deeply."))
