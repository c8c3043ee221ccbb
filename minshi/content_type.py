"""A Content-Type that cannot be taken apart, made one that can be refused.

Django takes it apart before the first middleware, where whatever it raises has no page
yet and becomes a fault of the server (500).
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# minshi.middleware.StorableText refuses it, in the reader's language
UNREADABLE = "application/octet-stream; charset=unreadable"
# what taking it apart raises for charset*=bogus''x, charset*9999=x with thousands of
# digits, and a parameter given both in one piece and in several (TypeError)
OF_BROKEN_PARAMETERS = (LookupError, TypeError, ValueError)


class ReadableContentType:
    """A WSGI application that hands no unreadable Content-Type on to the one inside."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(
        self, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if not _can_be_read(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = UNREADABLE
        return self.application(environ, start_response)


def _can_be_read(content_type: str) -> bool:
    try:
        _kind, parameters = parse_header_parameters(content_type)
    except OF_BROKEN_PARAMETERS:
        return False
    # Python looks for an encoding by its name, and raises for one with NUL in it
    return "\0" not in parameters.get("charset", "")
