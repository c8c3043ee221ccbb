"""One POST over HTTP, as the channels speak to the services outside."""

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from supervision.channels.refusal import NotSent

TIMEOUT = 10  # seconds


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and body of the answer, whatever they are. NotSent: no connection, or no answer in time."""
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("POST", f"{parts.path or '/'}?{parts.query}", body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(f"{type(error).__name__}: {error}"[:200]) from error
    finally:
        connection.close()
